package baiduv4_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

// deadAfter breaks the connection of every verification after the first, before
// a byte is sent.
type deadAfter struct {
	next  http.RoundTripper
	asked int
}

func (d *deadAfter) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/verify") {
		if d.asked++; d.asked > 1 {
			_ = r.Body.Close()
			return nil, errors.New("no route")
		}
	}
	return d.next.RoundTrip(r)
}

// The first exchange arrived whole and was refused for its token; the second
// could not be sent. The whole request did leave this machine.
func TestWhatWasRefusedForItsTokenWasSent(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Inject(idverifytest.BaiduV4, idverifytest.RevokedToken())
	c, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.BaiduV4), Client: &http.Client{Transport: &deadAfter{next: http.DefaultTransport}}},
	})
	require.NoError(t, err)
	p := idverifytest.Match()
	_, err = c.Verify(t.Context(), &idverify.Request{Name: p.Name, IDNumber: p.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}})
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 1, srv.Calls(idverifytest.BaiduV4))
	assert.True(t, e.Sent(), "%v", e)
	assert.False(t, e.Ambiguous())
}
