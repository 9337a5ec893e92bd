package httpx_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/proof/long"
)

// encoded is a JSON body with the picture in base64, as baiduv4 and tencent send it. It
// is read, not lent.
func encoded(t *testing.T, picture []byte) httpx.Request {
	t.Helper()
	members := []body.Member{{Name: "image", Media: httpx.Sized(idverify.Bytes(picture), int64(len(picture)))}}
	json, err := body.JSON(members)
	require.NoError(t, err)
	return httpx.Request{Method: http.MethodPost, Path: "/", Body: json}
}

// The vendor answers early and continues to read after the call has returned. By then
// the caller may change the picture; the race detector finds out if it is still read.
func TestOutgoing_NoReadAfterEarlyAnswer(t *testing.T) {
	for range long.Or(3, 1) {
		returned := make(chan struct{})
		base := rawServer(t, func(conn net.Conn) {
			_, _ = io.ReadFull(conn, make([]byte, 1<<20))
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			<-returned
			rest, _ := io.ReadAll(conn)
			assert.False(t, bytes.Contains(rest, []byte("cXFx")), "the caller's later changes")
		})
		picture := bytes.Repeat([]byte("p"), 24<<20)
		resp, err := client(t, httpx.Config{BaseURL: base}).Do(t.Context(), encoded(t, picture))
		require.NoError(t, err)
		require.True(t, resp.Early)
		close(returned)
		overwrite(picture)
	}
}

// A caller's transport that keeps the body and continues to read, as net/http may,
// gets an error; the picture is not read.
func TestOutgoing_NoReadAfterReturn(t *testing.T) {
	var kept io.ReadCloser
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		kept = r.Body
		return nil, io.ErrUnexpectedEOF
	})
	picture := bytes.Repeat([]byte("p"), 1<<20)
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), encoded(t, picture))
	require.Error(t, err)
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, err := io.ReadAll(kept)
		assert.Error(t, err)
	}()
	overwrite(picture)
	<-read
}

// stuck is media whose read begins, and continues when the test allows it. Real media
// in memory never block; this simulates a write that does not end.
type stuck struct {
	inMemory         bool
	reading, release chan struct{}
	read             atomic.Bool
}

func (s *stuck) Open() (io.ReadCloser, int64, error) { return io.NopCloser(s), 1 << 20, nil }
func (s *stuck) InMemory() bool                      { return s.inMemory }

func (s *stuck) Read(p []byte) (int, error) {
	close(s.reading)
	<-s.release
	s.read.Store(true)
	return len(p), nil
}

// A call waits until its memory is no longer being read. A mutex stops the clock of
// synctest, so patience does not run out here.
func TestOutgoing_WaitsForReadInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		media := &stuck{inMemory: true, reading: make(chan struct{}), release: make(chan struct{})}
		var kept io.ReadCloser
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			kept = r.Body
			go func() { _, _ = r.Body.Read(make([]byte, 4<<10)) }()
			<-media.reading
			go func() {
				for range 1000 {
					runtime.Gosched() // long enough for a call that does not wait
				}
				close(media.release)
			}()
			return nil, io.ErrUnexpectedEOF
		})
		_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
			Do(t.Context(), withMedia(media, 1<<20))
		assert.Error(t, err)
		assert.True(t, media.read.Load())
		_, err = kept.Read(make([]byte, 1))
		assert.Error(t, err, "a later read does not block")
	})
}

// A transport that continues to read after an early answer gets nothing, either.
func TestOutgoing_NoReadAfterEarlyAnswerOfCallersTransport(t *testing.T) {
	var kept io.ReadCloser
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		kept = r.Body
		httptrace.ContextClientTrace(r.Context()).GotFirstResponseByte()
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
	})
	resp, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), encoded(t, bytes.Repeat([]byte("p"), 1<<20)))
	require.NoError(t, err)
	require.True(t, resp.Early)
	n, err := kept.Read(make([]byte, 100))
	assert.Error(t, err)
	assert.Zero(t, n)
}

// A read in progress when the call ends returns nothing, and later reads do not block.
func TestOutgoing_ReadThatOutlastsCallGivesNothing(t *testing.T) {
	for name, inMemory := range map[string]bool{"in memory": true, "from a disk": false} {
		t.Run(name, func(t *testing.T) {
			media := &stuck{inMemory: inMemory, reading: make(chan struct{}), release: make(chan struct{})}
			read := make(chan int, 2)
			transport := roundTrip(func(r *http.Request) (*http.Response, error) {
				go func() {
					for range cap(read) {
						n, err := r.Body.Read(make([]byte, 4<<10))
						assert.Error(t, err)
						read <- n
					}
				}()
				<-media.reading
				return nil, io.ErrUnexpectedEOF
			})
			c := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}})
			_, err := c.Do(t.Context(), withMedia(media, 1<<20))
			assert.False(t, failure(t, err).Sent)
			close(media.release)
			assert.Zero(t, <-read)
			assert.Zero(t, <-read)
		})
	}
}

func overwrite(picture []byte) {
	for i := range picture {
		picture[i] = 'q'
	}
}

// After the call has reported "not sent", a transport that continues to read gets no
// more bytes.
// Holds P-PAY-5.
func TestOutgoing_NoBytesAfterNotSent(t *testing.T) {
	var kept io.ReadCloser
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		kept = r.Body
		return nil, io.ErrUnexpectedEOF
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), post(body.Field{Name: "a", Value: "b"}))
	assert.False(t, failure(t, err).Sent)
	content, err := io.ReadAll(kept)
	assert.Error(t, err)
	assert.Empty(t, content)
}

// The last byte counts, not the EOF after it: if the connection breaks between the two,
// the request may have been delivered.
// Holds P-PAY-3.
func TestOutgoing_LastByteCountsAsSent(t *testing.T) {
	for missing, sent := range map[int64]bool{0: true, 1: false} {
		transport := roundTrip(func(r *http.Request) (*http.Response, error) {
			_, err := io.ReadFull(r.Body, make([]byte, r.ContentLength-missing))
			assert.NoError(t, err)
			return nil, io.EOF
		})
		_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
			Do(t.Context(), post(body.Field{Name: "a", Value: "b"}))
		f := failure(t, err)
		assert.Equal(t, sent, f.Sent)
		assert.Equal(t, httpx.Network, f.Kind)
		assert.Equal(t, "the connection was closed", f.Error())
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

// HTTP/2 sends a request again, with GetBody, if the server did not process it: it
// sends the whole body, and the request counts as sent.
func TestOutgoing_GetBodySendsWholeBodyAgain(t *testing.T) {
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		again, err := r.GetBody()
		assert.NoError(t, err)
		content, err := io.ReadAll(again)
		assert.NoError(t, err)
		assert.EqualValues(t, r.ContentLength, len(content))
		assert.Contains(t, string(content), "b-value")
		return nil, io.EOF
	})
	_, err := client(t, httpx.Config{BaseURL: "https://vendor.invalid", Client: &http.Client{Transport: transport}}).
		Do(t.Context(), post(body.Field{Name: "a", Value: "b-value"}))
	assert.True(t, failure(t, err).Sent)
}
