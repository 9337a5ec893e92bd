package httpx_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

// Holds P-LIVE-4.
func TestExecute_CancelledCallReturnsAtOnce(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(arrived)
		<-leave
	})
	defer close(leave)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, post())
	f := failure(t, err)
	assert.Equal(t, httpx.Canceled, f.Kind)
	assert.True(t, f.Sent)
	assert.ErrorIs(t, err, context.Canceled)
}

// Holds P-LIVE-4.
func TestExecute_TimeLimit(t *testing.T) {
	for given, want := range map[time.Duration]time.Duration{0: httpx.DefaultTimeout, 3 * time.Second: 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			transport := roundTrip(func(r *http.Request) (*http.Response, error) {
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}, Timeout: given})
			begin := time.Now()
			_, err := c.Do(t.Context(), post())
			f := failure(t, err)
			assert.Equal(t, httpx.Timeout, f.Kind)
			assert.Equal(t, "HTTP.Timeout passed", f.Error())
			assert.True(t, f.Sent)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, want, time.Since(begin))
		})
	}
}

// hanging is media on a file system that hangs.
type hanging struct{ release chan struct{} }

func (h hanging) Open() (io.ReadCloser, int64, error) { return io.NopCloser(h), 5, nil }

func (h hanging) Read([]byte) (int, error) {
	<-h.release
	return 0, io.ErrUnexpectedEOF
}

// Holds P-LIVE-4.
func TestExecute_HangingMediaDoesNotBlockCaller(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	media := hanging{make(chan struct{})}
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: httpx.Sized(media, 5)})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err = client(t, httpx.Config{BaseURL: server.URL}).Do(ctx, httpx.Request{Method: http.MethodPost, Path: "/", Body: form})
	assert.ErrorIs(t, err, context.Canceled) // this line is reached while the media still hang
	assert.False(t, failure(t, err).Sent)
	close(media.release)
}

// Holds P-DATA-6.
func TestExecute_TransportPanicReachesCaller(t *testing.T) {
	c := client(t, httpx.Config{BaseURL: "https://vendor.invalid",
		Client: &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { panic("a user's own") })}})
	assert.PanicsWithValue(t, "a user's own", func() { _, _ = c.Do(t.Context(), post()) })
	assert.PanicsWithValue(t, "a user's own", func() { _, _ = c.Do(t.Context(), withMedia(breaking{}, 1<<20)) }, "from another goroutine")
}

// An answer that arrives after the caller has left is closed.
func TestExecute_LateAnswerIsClosed(t *testing.T) {
	closed, late := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-late
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: onClose{strings.NewReader("{}"), closed}, Request: r}, nil
	})
	c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}})
	_, err := c.Do(ctx, withMedia(breaking{}, 1<<20))
	assert.Equal(t, httpx.Canceled, failure(t, err).Kind)
	close(late)
	<-closed
}

type onClose struct {
	io.Reader
	closed chan struct{}
}

func (o onClose) Close() error {
	close(o.closed)
	return nil
}

// A caller's transport may end its goroutine, for example with require in a test. If
// the goroutine is ours, the caller gets a failure.
func TestExecute_TransportGoexitIsAFailure(t *testing.T) {
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

// A pooled resty request must not keep a person's face and number.
func TestExecute_PooledRequestIsCleared(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	c := client(t, httpx.Config{BaseURL: server.URL})
	_, err := c.Do(t.Context(), post())
	require.NoError(t, err)
	assert.True(t, c.KeepsNothing())
}
