package wire

import (
	"bufio"
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// certified returns a certificate for example.com, and the pool that trusts it.
func certified(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return server.TLS.Certificates[0], pool
}

// pipe is a vendor at the other end of a pipe, over TLS 1.3 and HTTP/1.1. If it does
// not read, the client's write blocks at once, as with full network buffers.
type pipe struct {
	client   *http.Client
	raw      net.Conn  // the vendor's end below TLS
	secured  *tls.Conn // above it
	keys     bytes.Buffer
	accepted chan struct{} // closed when the handshake is over
}

func newPipe(t *testing.T) *pipe {
	t.Helper()
	certificate, pool := certified(t)
	p := &pipe{accepted: make(chan struct{})}
	d := &Dialer{TLS: &tls.Config{RootCAs: pool, ServerName: "example.com", DynamicRecordSizingDisabled: true}}
	d.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		p.raw = far
		p.secured = tls.Server(far, &tls.Config{
			Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: true,
			MinVersion: tls.VersionTLS13, KeyLogWriter: &p.keys,
		})
		go func() {
			assert.NoError(t, p.secured.HandshakeContext(ctx))
			close(p.accepted)
		}()
		return near, nil
	}
	p.client = &http.Client{Transport: &http.Transport{DialTLSContext: d.Secure}}
	return p
}

// post sends a body of known length, and returns the error.
func (p *pipe) post(ctx context.Context, body io.ReadCloser, size int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://example.com/", body)
	if err != nil {
		return err
	}
	req.ContentLength = int64(size)
	answer, err := p.client.Do(req)
	if err == nil {
		_ = answer.Body.Close()
	}
	return err
}

// askForNewKeys sends a KeyUpdate that requests one in return (RFC 8446, 4.6.3), as
// the first record under the server's traffic keys. crypto/tls never sends one.
func (p *pipe) askForNewKeys(t *testing.T) {
	t.Helper()
	require.Equal(t, tls.TLS_AES_128_GCM_SHA256, p.secured.ConnectionState().CipherSuite)
	var secret []byte
	for line := range strings.Lines(p.keys.String()) {
		if f := strings.Fields(line); f[0] == "SERVER_TRAFFIC_SECRET_0" {
			secret, _ = hex.DecodeString(f[2])
		}
	}
	expand := func(label string, size int) []byte {
		label = "tls13 " + label
		info := string([]byte{0, byte(size), byte(len(label))}) + label + "\x00"
		out, err := hkdf.Expand(sha256.New, secret, info, size)
		require.NoError(t, err)
		return out
	}
	block, err := aes.NewCipher(expand("key", 16))
	require.NoError(t, err)
	gcm, err := cipher.NewGCM(block)
	require.NoError(t, err)
	inner := []byte{24, 0, 0, 1, 1, 22} // key_update, length one, requested; inner type handshake
	header := []byte{23, 3, 3, 0, byte(len(inner) + gcm.Overhead())}
	_, err = p.raw.Write(gcm.Seal(header, expand("iv", 12), inner, header))
	require.NoError(t, err)
}

// leaves makes a call whose vendor reads the headers and then nothing, while the last
// records of the body are gathered and written. The caller cancels, and must return
// at once, as without the gatherer, where TLS sees the write and closes below it. The
// time limit is generous. synctest cannot be used, because waiting for a mutex stops
// its clock.
func leaves(t *testing.T, meanwhile func(*pipe)) {
	t.Helper()
	p := newPipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- p.post(ctx, io.NopCloser(strings.NewReader(strings.Repeat("x", 20_000))), 20_000) }()
	<-p.accepted
	_, err := io.ReadFull(p.secured, make([]byte, 4096)) // the first write of bufio, with the headers
	require.NoError(t, err)
	_, err = io.ReadFull(p.raw, make([]byte, 5)) // now the gathered records are being written
	require.NoError(t, err)
	meanwhile(p)

	cancel()
	bound := time.NewTimer(7 * time.Second / 2)
	defer bound.Stop()
	select {
	case err := <-done:
		assert.ErrorIs(t, err, context.Canceled)
	case <-bound.C:
		assert.Fail(t, "blocked after having left")
		bound.Reset(4 * time.Second)
		select {
		case <-done:
			t.Log("let go in the end")
		case <-bound.C:
			t.Log("held for good: beyond the deadline that TLS sets itself for closing")
		}
		_ = p.raw.Close()
	}
	_ = p.raw.Close()
}

func TestConn_CloseDuringLastWrite(t *testing.T) {
	leaves(t, func(*pipe) {})
}

// The answer to the vendor's request for new keys holds the lock that Close waits for
// before it sets its own deadline.
func TestConn_CloseDuringKeyUpdate(t *testing.T) {
	leaves(t, func(p *pipe) { p.askForNewKeys(t) })
}

// lending is a Lender in memory.
type lending struct {
	left []byte
	read atomic.Int64 // bytes that were nevertheless read
}

func (l *lending) Lend(w io.Writer) (int, error) {
	if len(l.left) == 0 {
		return 0, nil
	}
	n, err := w.Write(l.left)
	l.left = l.left[n:]
	return n, err
}

func (l *lending) Read(p []byte) (int, error) {
	n := copy(p, l.left)
	l.read.Add(int64(n))
	if l.left = l.left[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (l *lending) Close() error { return nil }

// New keys are requested while a body is gathered: later records use them, in order,
// and the body arrives whole.
func TestConn_KeyUpdateKeepsOrder(t *testing.T) {
	p := newPipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	picture := make([]byte, 1<<20)
	_, _ = rand.Read(picture)
	done := make(chan error, 1)
	body := &lending{left: picture}
	go func() { done <- p.post(ctx, body, len(picture)) }()
	<-p.accepted
	begun := make([]byte, 300<<10)
	_, err := io.ReadFull(p.secured, begun)
	require.NoError(t, err)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		p.askForNewKeys(t)
	}()
	request, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(begun), p.secured)))
	require.NoError(t, err)
	got, err := io.ReadAll(request.Body)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(picture, got))
	assert.Zero(t, body.read.Load(), "it was lent")
	<-asked
	cancel()
	_ = p.raw.Close()
	assert.Error(t, <-done)
}
