package idverifytest

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The vendors, under the names that their packages give them.
const (
	Linkface = "linkface"
	BaiduV4  = "baiduv4"
	Tencent  = "tencent"

	// BaiduToken is Baidu's token endpoint, so that faults and scripted
	// answers can be put in front of it too: see [Server.Inject] and
	// [Server.Script]. It is no vendor, and [Vendors] does not list it.
	BaiduToken = "baiduv4/token"
)

// Credentials that the stand-in accepts. They are made up and open nothing.
const (
	LinkfaceAPIID     = "EXAMPLE-LINKFACE-API-ID"
	LinkfaceAPISecret = "EXAMPLE-LINKFACE-API-SECRET"

	BaiduAPIKey    = "EXAMPLEBAIDUAPIKEY000001"
	BaiduSecretKey = "EXAMPLEBAIDUSECRETKEY00000000001"

	TencentAppID     = "1250000000"
	TencentSecretID  = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001"
	TencentSecretKey = "EXAMPLEKEYEXAMPLEKEYEXAMPLEKEY01"
)

// keptExchanges bounds what a long-running simulator remembers.
const keptExchanges = 10_000

// Vendors lists the vendors that the stand-in speaks for.
func Vendors() []string { return []string{Linkface, BaiduV4, Tencent} }

// An Option changes a [Server] at its construction.
type Option func(*Server)

// WithTLS makes [Start] serve HTTPS with a certificate that only
// [Server.Client] trusts. [New] ignores it.
func WithTLS() Option { return func(s *Server) { s.tls = true } }

// WithClock sets the clock by which access tokens and signatures expire, and
// which the Date header shows. The default is [time.Now]. Waiting, as in
// [Delay], goes by the real clock whatever is set here.
func WithClock(now func() time.Time) Option { return func(s *Server) { s.now = now } }

// WithTokenLifetime sets how long Baidu's access tokens live, in whole
// seconds. The default is 30 days, as Baidu has it.
func WithTokenLifetime(d time.Duration) Option {
	return func(s *Server) { s.tokenLifetime = d.Truncate(time.Second) }
}

// Server stands in for all vendors. It is an [http.Handler], safe for
// concurrent use. Make one with [Start] or [New].
type Server struct {
	now           func() time.Time
	tokenLifetime time.Duration
	tls           bool
	key           []byte // random: bill subjects, tokens and ids of this server only

	listener  *httptest.Server // nil for New
	done      chan struct{}
	closeOnce sync.Once

	mu         sync.Mutex
	seq        int
	calls      map[string]int
	faults     map[string][]Fault
	scripts    map[string][]Answer
	scores     map[string]Scores
	exchanges  []Exchange
	billed     []BilledCall
	tokenEpoch int
}

// New returns a Server that does not listen: mount it in a server of your
// own, at the root, and tell clients [BaseURLAt]. Close it to release
// exchanges that are being held up by a [Fault].
func New(opts ...Option) *Server {
	s := &Server{
		now:           time.Now,
		tokenLifetime: 30 * 24 * time.Hour,
		key:           []byte(rand.Text()),
		done:          make(chan struct{}),
	}
	s.forget()
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Start returns a Server that listens on a free port of the loopback
// interface, and closes it when the test ends.
//
//	srv := idverifytest.Start(t)
//	client, err := tencent.New(tencent.Config{
//		HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Tencent)},
//		AppID:    idverifytest.TencentAppID,
//		SecretID: idverifytest.TencentSecretID, SecretKey: idverifytest.TencentSecretKey,
//	})
//
// In a program or an Example, which have no [testing.TB], serve [New] instead.
func Start(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s := New(opts...)
	s.listener = httptest.NewUnstartedServer(s)
	// Broken handshakes and connections are what tests come here for.
	s.listener.Config.ErrorLog = log.New(io.Discard, "", 0)
	if s.tls {
		s.listener.StartTLS()
	} else {
		s.listener.Start()
	}
	tb.Cleanup(s.Close)
	return s
}

// String is where the server listens, such as
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
		close(s.done)
		if s.listener != nil {
			s.listener.CloseClientConnections() // some may be stuck in sending
			s.listener.Close()
		}
	})
}

// BaseURL is what belongs into BaseURL of the [idverify.HTTP] of a vendor's Config, for
// instance "http://127.0.0.1:41234/linkface". It is empty for a Server made
// by [New], which does not know where it is served, and for an unknown vendor.
func (s *Server) BaseURL(vendor string) string {
	if s.listener == nil {
		return ""
	}
	return BaseURLAt(s.listener.URL, vendor)
}

// BaseURLAt is the base URL of a vendor on a stand-in that is served at root,
// for instance "http://localhost:8080". It is empty for an unknown vendor.
func BaseURLAt(root, vendor string) string {
	for _, v := range Vendors() {
		if v == vendor {
			return strings.TrimRight(root, "/") + "/" + v
		}
	}
	return ""
}

// Client returns an HTTP client that trusts the certificate of [WithTLS]. For
// a Server made by [New] it is a client like any other.
func (s *Server) Client() *http.Client {
	if s.listener == nil {
		return &http.Client{}
	}
	return s.listener.Client()
}

// TLSConfig trusts the certificate of [WithTLS], and nothing else: for the
// field of the same name in [idverify.HTTP], where the SDK's own transport is
// to be tested. It is nil without TLS.
func (s *Server) TLSConfig() *tls.Config {
	if s.listener == nil || s.listener.Certificate() == nil {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.listener.Certificate())
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
}

// Reset forgets the bill, the exchanges, the counts, the faults, the scripts
// and the scores. Tokens and ids that were given out stay valid.
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
	s.exchanges = nil
	s.billed = nil
}

// protocol is one endpoint of a vendor.
type protocol interface {
	// read takes in the request to the end of its body, and notes its shape.
	read(r *http.Request, rec *Exchange) request
	// says puts a trouble into the vendor's words.
	says(*Server, trouble) reply
}

// request is what one exchange asks for.
type request interface {
	// subject is the ID number, and empty when none arrived.
	subject() string
	judge(*Server) reply
}

// trouble is what can be wrong whatever the request holds.
type trouble int

const (
	rateLimited trouble = iota
	quotaExceeded
	unavailable
	expired
	revoked
	notFound
)

// reply is one answer. Its code is the vendor's own, for the record.
type reply struct {
	status int
	code   string
	header http.Header
	body   []byte
	billed bool
}

// jsonReply is an answer as all three vendors give it.
func jsonReply(status int, code string, body any) reply {
	text, err := json.Marshal(body)
	if err != nil {
		panic("idverifytest: an answer that cannot be encoded: " + err.Error())
	}
	return reply{
		status: status,
		code:   code,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   text,
	}
}

// endpoint finds who answers at a path. There, known is whether the path is
// one of the vendor's, and inside is the path as the vendor sees it.
func endpoint(path string) (name, inside string, p protocol, known bool) {
	vendor, inside, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	inside = "/" + inside
	switch vendor {
	case Linkface:
		return Linkface, inside, linkfaceVerify{}, inside == linkfacePath
	case Tencent:
		return Tencent, inside, tencentCompare{}, inside == tencentPath
	case BaiduV4:
		if inside == baiduTokenPath {
			return BaiduToken, inside, baiduTokens{}, true
		}
		return BaiduV4, inside, baiduVerify{}, inside == baiduPath
	}
	return "", path, nil, false
}

// ServeHTTP answers as the vendor whose name is the path's first segment.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, inside, p, known := endpoint(r.URL.Path)
	seq, fault := s.arrive(name, known)
	rec := newExchange(seq, name, inside, r)
	rec.Fault = fault.String()

	if fault.kind == resetBeforeBody {
		s.record(rec, "")
		reset(w)
		return
	}
	if !known {
		_ = drain(r, &rec)
		rep := unknownPath()
		if p != nil {
			rep = p.says(s, notFound)
		}
		s.settle(&rec, rep, "")
		s.send(w, rep)
		return
	}
	req := p.read(r, &rec)
	rep := s.answer(name, p, req, fault)
	s.settle(&rec, rep, req.subject())
	s.deliver(w, r, rep, fault)
}

// answer decides what is said, before anything happens to it on its way.
func (s *Server) answer(name string, p protocol, req request, fault Fault) reply {
	if fault.inFront() {
		return fault.instead(s, p)
	}
	if scripted, ok := s.nextAnswer(name); ok {
		return scripted.reply()
	}
	return req.judge(s)
}

// arrive counts an exchange and takes the fault that waits for it. Wrong
// paths are no calls, and faults wait for the next call.
func (s *Server) arrive(name string, known bool) (int, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	if !known {
		return s.seq, Fault{}
	}
	s.calls[name]++
	return s.seq, s.takeFault(name)
}

// send writes an answer that nothing happens to.
func (s *Server) send(w http.ResponseWriter, rep reply) {
	s.writeHead(w, rep)
	_, _ = w.Write(rep.body)
}

func unknownPath() reply {
	return jsonReply(http.StatusNotFound, "", map[string]string{
		"error": "no such vendor; paths begin with /" + strings.Join(Vendors(), ", /"),
	})
}
