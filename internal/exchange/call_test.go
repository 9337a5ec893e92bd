package exchange

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// reader is a provider that reads photos.
type reader struct{ idverify.Provider }

func (reader) Accepts(ev idverify.Evidence) bool {
	_, ok := ev.(idverify.PhotoEvidence)
	return ok
}

func TestCall_CancelledBeforeStartSendsNothing(t *testing.T) {
	req := &idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X", Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes([]byte("x")))}}
	ctx, leave := context.WithCancel(t.Context())
	v := answered(0).Vendor
	q, err := req.Question(reader{})
	require.NoError(t, err)
	_, err = v.Begin(ctx, q)
	require.NoError(t, err)
	leave()
	call, err := v.Begin(ctx, q)
	require.Nil(t, call)
	e := asError(t, nil, err)
	assert.Equal(t, idverify.CodeCanceled, e.Code)
	assert.Equal(t, idverify.BilledNo, e.Billed)
	assert.True(t, e.Repeatable())
	assert.False(t, e.Sent())
	assert.ErrorIs(t, err, context.Canceled)
}

// The vendor may have billed an answer that broke off. With its request id, the
// vendor can be asked.
func TestCall_KeepsRequestIDOfTruncatedAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "100")
		w.Header().Set("Retry-After", "7")
		_, _ = io.WriteString(w, `{"request_id":"R-1","status":`)
	}))
	defer server.Close()
	client, err := httpx.New(httpx.Config{BaseURL: server.URL, Timeout: time.Minute})
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	call := &Call{Exchange: Exchange{Vendor: &Vendor{Name: "v", HTTP: client, RequestIDField: "request_id", Now: time.Now}}}
	err = call.Send(t.Context(), httpx.Request{Method: http.MethodPost, Path: "/", Body: body.Form(nil)})
	e := asError(t, nil, err)
	assert.Equal(t, "R-1", e.RequestID)
	assert.Equal(t, 7*time.Second, e.RetryAfter)
	assert.True(t, e.Sent())
	assert.True(t, e.Ambiguous())
	assert.Equal(t, idverify.BilledUnknown, e.Billed)
}

// A signing hook may still run when its call has learned a new clock difference.
func TestClock_KeepsWhatWasKnown(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	c := answered(http.StatusOK)
	c.Now = func() time.Time { return now }
	c.ahead = time.Hour
	clock := c.Clock()
	c.ahead = 0
	now = now.Add(time.Minute)
	assert.Equal(t, now.Add(time.Hour), clock())
	assert.Equal(t, now, c.At())
}
