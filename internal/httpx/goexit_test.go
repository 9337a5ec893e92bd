package httpx_test

import (
	"io"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/httpx"
)

// A transport of the caller's may end its goroutine, as a test's does that calls
// require. Where that goroutine is ours, the caller gets a failure.
func TestGoexitOfATransportIsAFailure(t *testing.T) {
	transport := roundTrip(func(*http.Request) (*http.Response, error) {
		runtime.Goexit()
		return nil, io.EOF
	})
	c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}})
	assert.NotPanics(t, func() {
		_, err := c.Do(t.Context(), withMedia(breaking{}, 1<<20))
		assert.Error(t, err)
	})
}
