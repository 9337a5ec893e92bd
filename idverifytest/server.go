package idverifytest

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// An Option configures a [Server].
type Option func(*Server)

// WithTLS makes [Start] serve HTTPS with a certificate that only
// [Server.Client] trusts. [New] ignores it.
func WithTLS() Option { return func(s *Server) { s.tls = true } }

// WithClock sets the clock for the expiry of access tokens and signatures, and for
// the Date header. The default is [time.Now]. Waiting, as in [Delay], always uses
// the real clock. It panics for nil.
func WithClock(now func() time.Time) Option {
	if now == nil {
		panic("idverifytest: WithClock: must not be nil")
	}
	return func(s *Server) { s.now = now }
}

// WithMaxConnections sets how many clients [Start] and [Server.Serve] keep
// connected at a time; others wait for a place.
func WithMaxConnections(n int) Option {
	if n < 1 {
		panic("idverifytest: WithMaxConnections: must be at least 1")
	}
	return func(s *Server) { s.connections = n }
}

// Server is a stand-in for all vendors. It is an [http.Handler], safe for
// concurrent use. Make one with [Start] or [New].
type Server struct {
	vendors     func() registry // a function prints as an address: fmt prints fields without calling methods
	now         func() time.Time
	tls         bool
	connections int
	key         []byte         // random, so that bill subjects, tokens and ids belong to this server only
	states      map[string]any // by vendor; each locks itself
	memory      memory         // for requests that are being read

	listener  *httptest.Server // nil for New
	done      chan struct{}
	crowded   atomic.Int32 // clients waiting for a connection
	closeOnce sync.Once

	mu      sync.Mutex
	seq     int
	calls   map[string]int
	faults  map[string][]Fault
	scripts map[string][]Answer
	scores  map[string]Scores
	records records
	bill    ledger
}

// New returns a Server that does not listen yet. Either call [Server.Serve], or
// mount it at the root of a server of your own, which then needs its own limits on
// connections, heads and time. Use [BaseURLAt] for the clients' base URLs. Close it
// to release exchanges that a [Fault] holds up.
func New(opts ...Option) *Server { return newServer(registered(), opts...) }

func newServer(vendors registry, opts ...Option) *Server {
	s := &Server{
		vendors:     func() registry { return vendors },
		now:         time.Now,
		connections: defaultConnections,
		key:         []byte(rand.Text()),
		states:      map[string]any{},
		memory:      memory{free: bodyMemory},
		done:        make(chan struct{}),
	}
	for _, v := range vendors {
		if v.state != nil {
			s.states[v.name] = v.state()
		}
	}
	s.forget()
	for _, opt := range opts {
		if opt == nil {
			panic("idverifytest: an option is nil")
		}
		opt(s)
	}
	return s
}

// known are the vendors of a Server. The zero Server has none, and panics with a text
// that says so.
func (s *Server) known() registry {
	if s.vendors == nil {
		panic("idverifytest: a Server is made by New or Start")
	}
	return s.vendors()
}

// stateOf returns what the server remembers for a vendor.
func stateOf[T any](s *Server, vendor string) T { return s.states[vendor].(T) }

// Start returns a Server that listens on a free port of the loopback interface, and
// closes it when the test ends.
//
//	srv := idverifytest.Start(t)
//	client, err := tencent.New(tencent.Config{
//		HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Tencent)},
//		AppID:    idverifytest.TencentAppID,
//		SecretID: idverifytest.TencentSecretID, SecretKey: idverifytest.TencentSecretKey,
//	})
//
// In a program or an Example, which have no [testing.TB], use [New] and
// [Server.Serve].
func Start(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s := New(opts...)
	s.listener = httptest.NewUnstartedServer(s)
	s.listener.Listener = s.limit(s.listener.Config, s.listener.Listener)
	if s.tls {
		s.listener.StartTLS()
	} else {
		s.listener.Start()
	}
	tb.Cleanup(s.Close)
	return s
}

// String returns where the server listens, such as
// "idverifytest.Server(http://127.0.0.1:41234)".
func (s *Server) String() string {
	if s.listener == nil {
		return "idverifytest.Server"
	}
	return "idverifytest.Server(" + s.listener.URL + ")"
}

// Format implements [fmt.Formatter]: every verb prints String.
func (s *Server) Format(f fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(f, text)
}

// LogValue implements [slog.LogValuer].
func (s *Server) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Close ends every exchange that is held up, and stops listening. A second
// Close does nothing.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		if s.done != nil { // nil in the zero Server, which holds nothing up
			close(s.done)
		}
		if s.listener != nil {
			s.listener.CloseClientConnections() // some may be blocked while sending
			s.listener.Close()
		}
	})
}

// BaseURL is the value for BaseURL of the [idverify.HTTP] of a vendor's Config, for
// instance "http://127.0.0.1:41234/linkface". It is empty for a Server made by [New],
// which does not know where it is served, and for an unknown vendor.
func (s *Server) BaseURL(vendor string) string {
	if s.listener == nil {
		return ""
	}
	return BaseURLAt(s.listener.URL, vendor)
}

// Client returns an HTTP client that trusts the certificate of [WithTLS]. For a
// Server made by [New] it is an ordinary client.
func (s *Server) Client() *http.Client {
	if s.listener == nil {
		return &http.Client{}
	}
	return s.listener.Client()
}

// TLSConfig returns a configuration that trusts only the certificate of [WithTLS]:
// for the field of the same name in [idverify.HTTP], to test the SDK's own
// transport. It is nil without TLS.
func (s *Server) TLSConfig() *tls.Config {
	if s.listener == nil || s.listener.Certificate() == nil {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.listener.Certificate())
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// Reset forgets the bill, the exchanges, the counts, the faults, the scripts and
// the scores. Issued tokens and ids stay valid.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
}

func (s *Server) forget() {
	s.seq = 0
	s.calls = map[string]int{}
	s.faults = map[string][]Fault{}
	s.scripts = map[string][]Answer{}
	s.scores = map[string]Scores{}
	s.records = records{}
	s.bill = newLedger()
}
