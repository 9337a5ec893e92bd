package httpx

import (
	"bufio"
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
)

// selfSigned is a certificate for vendor.example, and the pool that trusts it.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"vendor.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// pipe is a vendor at the other end of a pipe, over TLS 1.3 and HTTP/1.1. What it
// does not read blocks the client's write at once, as full buffers of a network do.
type pipe struct {
	client   *Client
	raw      net.Conn  // the vendor's end below TLS
	secured  *tls.Conn // above it
	keys     bytes.Buffer
	accepted chan struct{} // closed when the handshake is over
}

func newPipe(t *testing.T) *pipe {
	t.Helper()
	certificate, pool := selfSigned(t)
	p := &pipe{accepted: make(chan struct{})}
	transport := newTransport(Config{})
	transport.DialTLSContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
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
		return over(ctx, newLink(near), &tls.Config{RootCAs: pool, ServerName: "vendor.example", DynamicRecordSizingDisabled: true})
	}
	var err error
	p.client, err = New(Config{BaseURL: "https://vendor.example", Client: &http.Client{Transport: transport}, Timeout: time.Minute})
	require.NoError(t, err)
	return p
}

// askForNewKeys sends a KeyUpdate that wants one back (RFC 8446, 4.6.3), as
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
	inner := []byte{24, 0, 0, 1, 1, 22} // key_update, one byte: requested; a handshake record
	header := []byte{23, 3, 3, 0, byte(len(inner) + gcm.Overhead())}
	_, err = p.raw.Write(gcm.Seal(header, expand("iv", 12), inner, header))
	require.NoError(t, err)
}

func inMemoryForm(t *testing.T, size int) Request {
	t.Helper()
	form, err := body.Multipart([]body.Field{{Name: "face", Value: strings.Repeat("x", size)}}, nil)
	require.NoError(t, err)
	require.True(t, form.InMemory())
	return Request{Method: http.MethodPost, Path: "/", Body: form}
}

// leaves makes a call of which the vendor reads the headers and then nothing,
// while the last records of the body are gathered and being written. Its caller
// leaves, and must get away at once, as without the gatherer, where TLS sees the
// write and closes below it. The bound is far above what that takes; a mutex is
// waited for, with which synctest's clock would stand still.
func leaves(t *testing.T, meanwhile func(*pipe)) {
	t.Helper()
	p := newPipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := p.client.Do(ctx, inMemoryForm(t, 20_000))
		done <- err
	}()
	<-p.accepted
	_, err := io.ReadFull(p.secured, make([]byte, 4096)) // the first of bufio's, with the headers
	require.NoError(t, err)
	_, err = io.ReadFull(p.raw, make([]byte, 5)) // the gathered bundle is being written
	require.NoError(t, err)
	meanwhile(p)

	cancel()
	bound := time.NewTimer(7 * time.Second / 2)
	defer bound.Stop()
	select {
	case err := <-done:
		assert.ErrorIs(t, err, context.Canceled)
	case <-bound.C:
		assert.Fail(t, "held after having left")
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

func TestCallerLeavesWhileTheLastRecordsAreWritten(t *testing.T) {
	leaves(t, func(*pipe) {})
}

// The answer to the vendor's wish for new keys holds the lock that closing waits
// for before it sets itself a deadline.
func TestCallerLeavesWhileNewKeysAreAskedFor(t *testing.T) {
	leaves(t, func(p *pipe) { p.askForNewKeys(t) })
}

// lasting is media in memory that lends itself, as idverify.Bytes does.
type lasting struct{ left []byte }

func (m lasting) Open() (io.ReadCloser, int64, error) {
	return &lasting{m.left}, int64(len(m.left)), nil
}
func (m lasting) InMemory() bool { return true }
func (m *lasting) Close() error  { return nil }

func (m *lasting) Next(n int) []byte {
	next := m.left[:min(n, len(m.left))]
	m.left = m.left[len(next):]
	return next
}

func (m *lasting) Read(p []byte) (int, error) {
	if len(m.left) == 0 {
		return 0, io.EOF
	}
	return copy(p, m.Next(len(p))), nil
}

// The vendor redirects before it has read the picture, and reads no further. The
// connection has to be closed before the picture is waited for: else every such
// call waits until patience is at its end, and returns with the picture in use.
func TestEarlyRedirectIsNotWaitedOut(t *testing.T) {
	picture := bytes.Repeat([]byte("p"), 1<<20)
	fastest := time.Hour
	for range 3 {
		var vendor net.Conn
		blocked := make(chan struct{})
		transport := newTransport(Config{})
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			vendor = far
			go func() {
				defer close(blocked)
				_, _ = io.ReadFull(far, make([]byte, 100<<10)) // some of what is lent, behind one piece that is read
				_, _ = io.WriteString(far, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\nContent-Length: 100\r\n\r\n")
			}()
			return &conn{Conn: near, link: newLink(near)}, nil
		}
		c, err := New(Config{BaseURL: "http://127.0.0.1", Client: &http.Client{Transport: transport}})
		require.NoError(t, err)
		form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: Sized(lasting{picture}, 1<<20)})
		require.NoError(t, err)
		began := time.Now()
		_, err = c.Do(t.Context(), Request{Method: http.MethodPost, Path: "/", Body: form})
		fastest = min(fastest, time.Since(began))
		require.Error(t, err)
		<-blocked
		_ = vendor.Close()
	}
	assert.Less(t, fastest, patience)
}

// flaky fails its first writes.
type flaky struct {
	net.Conn
	failures int
	written  bytes.Buffer
}

func (f *flaky) Write(p []byte) (int, error) {
	if f.failures--; f.failures >= 0 {
		return 0, io.ErrClosedPipe
	}
	return f.written.Write(p)
}

// TLS is told that its records were written when they are gathered. That they
// were not must be told all the same: net/http tries another connection then.
func TestGatheredRecordsThatAreNotWrittenAreAnError(t *testing.T) {
	for _, size := range []int{1, 10_000, 1 << 20} {
		for failures := range 2 {
			g := &gatherer{Conn: &flaky{failures: failures}}
			_, err := (&conn{Conn: g, link: newLink(g), gather: g}).ReadFrom(bytes.NewReader(make([]byte, size)))
			assert.Equal(t, failures > 0, err != nil, "%d bytes, %d failures", size, failures)
		}
	}
	g := &gatherer{Conn: &flaky{}}
	_, err := (&conn{Conn: g, link: newLink(g), gather: g}).ReadFrom(iotest.ErrReader(io.ErrNoProgress))
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

func TestNothingIsGatheredForAConnectionThatIsClosed(t *testing.T) {
	below := &flaky{}
	g := &gatherer{Conn: below}
	c := &conn{Conn: g, link: newLink(g), gather: g}
	_, err := c.ReadFrom(strings.NewReader("before"))
	require.NoError(t, err)
	assert.False(t, g.isBusyAtClose(), "what was gathered is written")
	_, err = c.ReadFrom(strings.NewReader("after"))
	assert.ErrorIs(t, err, net.ErrClosed)
	assert.False(t, g.isBusyAtClose())
	assert.Equal(t, "before", below.written.String())
}

// New keys amid a body that is being gathered: what comes after them is under
// them, in order, and the body arrives whole.
func TestNewKeysAmidTheBodyKeepItsOrder(t *testing.T) {
	p := newPipe(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	picture := make([]byte, 1<<20)
	_, _ = rand.Read(picture)
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: Sized(lasting{picture}, 1<<20)})
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := p.client.Do(ctx, Request{Method: http.MethodPost, Path: "/", Body: form})
		done <- err
	}()
	<-p.accepted
	begun := make([]byte, 300<<10)
	_, err = io.ReadFull(p.secured, begun)
	require.NoError(t, err)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		p.askForNewKeys(t)
	}()
	request, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(begun), p.secured)))
	require.NoError(t, err)
	part, err := request.MultipartReader()
	require.NoError(t, err)
	file, err := part.NextPart()
	require.NoError(t, err)
	got, err := io.ReadAll(file)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(picture, got))
	_, err = part.NextPart()
	assert.ErrorIs(t, err, io.EOF)
	<-asked
	cancel()
	_ = p.raw.Close()
	assert.Error(t, <-done)
}

// The body of a call that has ended is neither lent nor read, as when net/http
// goes on for a moment after its caller has left. The first case shows that there
// is something to lend.
func TestNothingIsTakenOfABodyWhoseCallHasEnded(t *testing.T) {
	picture := bytes.Repeat([]byte("p"), 1000)
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: Sized(lasting{picture}, 1000)})
	require.NoError(t, err)
	for _, test := range []struct {
		name  string
		end   func(*attempt, io.Closer)
		taken bool
	}{
		{"running", func(*attempt, io.Closer) {}, true},
		{"ended", func(a *attempt, _ io.Closer) { a.finish() }, false},
		{"closed", func(_ *attempt, b io.Closer) { assert.NoError(t, b.Close()) }, false},
	} {
		a := &attempt{request: Request{Body: form}}
		o := a.openBody().(*outgoing)
		_, err := io.ReadFull(o, make([]byte, form.Len()-500)) // to amid the picture
		require.NoError(t, err)
		test.end(a, o)
		var lent bytes.Buffer
		_, lendErr := o.lend(&lent)
		n, err := o.Read(make([]byte, 1000))
		if test.taken {
			require.NoError(t, lendErr)
			require.NoError(t, err)
			assert.Equal(t, 500, lent.Len()+n)
			assert.True(t, a.finish())
			continue
		}
		assert.Zero(t, lent.Len(), test.name)
		assert.Zero(t, n, test.name)
		assert.Error(t, err, test.name)
		assert.False(t, a.finish(), test.name)
	}
}

// The last piece is in the transport's hands, and is not given away, when the call
// ends: it must not be written after the call has said that it was not sent.
func TestLastPieceIsNotGivenAwayForACallThatHasEnded(t *testing.T) {
	form := inMemoryForm(t, 10)
	for _, ended := range []bool{false, true} {
		a := &attempt{request: form}
		o := a.openBody().(*outgoing)
		_, err := o.read(make([]byte, form.Body.Len()))
		require.NoError(t, err)
		if ended {
			assert.False(t, a.finish())
		}
		err = o.release()
		assert.Equal(t, ended, err != nil)
		assert.Equal(t, !ended, a.finish())
	}
}

// No body of today ends with what is lent.
func TestLastPieceIsGivenAwayAlsoWhereItIsLent(t *testing.T) {
	form := formOf(t, lasting{make([]byte, 1000)}, 1000)
	for _, more := range []int64{0, 1} {
		a := &attempt{request: form}
		o := a.openBody().(*outgoing)
		_, err := io.ReadFull(o, make([]byte, form.Body.Len()-500)) // to amid the picture
		require.NoError(t, err)
		var lent bytes.Buffer
		o.left = 500 - int64(len("\r\n--")+48+len("--\r\n")) + more // as if nothing came behind it
		_, err = o.lend(&lent)
		require.NoError(t, err)
		assert.Equal(t, more == 0, a.finish())
	}
}

// Nobody opens half a thousand connections to see it.
func TestConnectionsAreBoundedByDefault(t *testing.T) {
	for given, want := range map[int]int{0: DefaultMaxConns, 1: 1, 1000: 1000} {
		transport := newTransport(Config{MaxConns: given})
		assert.Equal(t, want, transport.MaxConnsPerHost)
		assert.Equal(t, want, transport.MaxIdleConnsPerHost, "none is closed while it may be wanted again")
	}
}
