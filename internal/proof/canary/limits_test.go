package canary_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

// These leaks cannot be fixed here, and the documents say so. If one of these tests
// fails, the limit is gone: update the documents, and move the test.

// fmt follows a pointer in an unexported field under %s, %q, %t and every other verb
// that it does not have for pointers; it reads a value under every verb.
func TestLimits_FmtReadsUnexportedFields(t *testing.T) {
	req := &idverify.Request{Name: echoName, IDNumber: echoNumber}
	assert.Contains(t, sprint("%s", struct{ last *idverify.Request }{req}), echoNumber)
	assert.Contains(t, sprint("%v", struct{ last idverify.Request }{*req}), echoNumber)
	cfg := &linkface.Config{APIID: configMark}
	assert.Contains(t, sprint("%s", struct{ cfg *linkface.Config }{cfg}), configMark)
	sealed := []idverify.Evidence{baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: configMark}}
	assert.Contains(t, fmt.Sprint(struct{ evidence []idverify.Evidence }{sealed}), configMark)
}

// fmt does not call a Formatter under %p.
func TestLimits_FmtReadsValuesUnderP(t *testing.T) {
	assert.Contains(t, sprint("%p", idverify.Request{Name: echoName, IDNumber: echoNumber}), echoNumber)
	assert.Contains(t, sprint("%p", linkface.Config{APIID: configMark}), configMark)
}

// A request id that is a part of the ID number, such as the date of birth, is shown
// like any other word: ids are full of dates.
func TestLimits_RequestIDInsideTheNumberIsShown(t *testing.T) {
	_, err := whoseRequestIDIs(t, echoNumber[6:14])
	assert.Contains(t, err.Error(), echoNumber[6:14])
}

// net/http writes what a server sends after its answer to the process's log, and this
// cannot be switched off. It happens if a vendor's Content-Length is too small.
// Nothing else leaks.
func TestLimits_NetHTTPLogsBytesAfterAnswer(t *testing.T) {
	w := newWorld(t)
	w.plant("what was on the wire", wireMark)
	var logged heardLog
	out := log.Writer()
	log.SetOutput(&logged)
	defer log.SetOutput(out)
	heard := make(chan struct{})
	at := speakOn(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"+wireMark, heard)
	req := w.request(idverifytest.Match(), accounts[0].evidence(w.material)[0])
	p := accounts[0].provider(t, reach{baseURL: "http://" + at})
	_, err := w.verify("provider", t.Context(), p, req)
	require.Error(t, err)
	<-heard // net/http has closed the connection, and logged the reason before
	assert.Regexp(t, `^\S+ \S+ Unsolicited response received on idle HTTP channel starting with "`+wireMark+`"; err=<nil>\n$`, logged.String())
}

// heardLog is a log for goroutines of net/http.
type heardLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *heardLog) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *heardLog) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// speakOn answers one request, and closes done when the client has left.
func speakOn(t *testing.T, answer string, done chan<- struct{}) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		defer close(done)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		if r, err := http.ReadRequest(in); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		_, _ = io.WriteString(conn, answer)
		_, _ = io.Copy(io.Discard, in)
	}()
	return l.Addr().String()
}
