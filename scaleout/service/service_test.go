package service

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// noted counts the requests that are sent.
type noted struct {
	next http.RoundTripper
	sent *int
}

func (n noted) RoundTrip(r *http.Request) (*http.Response, error) {
	*n.sent++
	return n.next.RoundTrip(r)
}

// A process starts with all servers down, and sends nothing to a vendor.
func TestOpen_SendsNothingWhileServersAreDown(t *testing.T) {
	sent, said := 0, make(chan idverify.StoreEvent, 10)
	s, err := Open(Config{
		Redis: "127.0.0.1:1", Vendors: "http://127.0.0.1:1",
		Rate: 100, RateName: "test", Processes: 2, Tries: 5, Window: time.Minute, Attempt: time.Second,
	}, Watch{
		Store: func(e idverify.StoreEvent) { said <- e },
		Wrap:  func(next http.RoundTripper) http.RoundTripper { return noted{next, &sent} },
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	person := idverifytest.Match()
	_, err = s.Client.Verify(ctx, &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
	})
	assert.Equal(t, idverify.CodeStoreUnavailable, idverify.CodeOf(err))
	assert.Zero(t, sent)
	assert.Equal(t, "person", (<-said).Store)
}

func TestOpen_RefusesInvalidOptions(t *testing.T) {
	_, err := Open(Config{Redis: "127.0.0.1:1", Vendors: "http://127.0.0.1:1", Rate: 0, RateName: "test", Processes: 2}, Watch{})
	require.ErrorIs(t, err, idverify.ErrInvalidConfig)
}
