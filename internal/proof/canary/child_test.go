package canary_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

// childScene tells a child process what to do.
const childScene = "IDVERIFY_CANARY_SCENE"

// spawn runs this test program again and returns its standard output and error. A
// test cannot replace these in its own process, and the runtime and net/http report
// panics there.
func spawn(t *testing.T, scene, tests string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	marks := filepath.Join(t.TempDir(), "marks")
	child := exec.CommandContext(t.Context(), self, "-test.run="+tests, "-test.v", "-test.count=1")
	child.Env = append(os.Environ(), childScene+"="+scene, marksFile+"="+marks, "GOTRACEBACK=all")
	var out bytes.Buffer
	child.Stdout, child.Stderr = &out, &out
	ended := child.Run()
	var exit *exec.ExitError
	if ended != nil && !errors.As(ended, &exit) {
		t.Fatal(ended)
	}

	o := newOutlets()
	plantMaterial(o)
	o.plantKeys()
	for _, p := range idverifytest.Persons() {
		o.plantPerson(p.Name, p.IDNumber)
	}
	o.marks = append(o.marks, handedOver(t, marks)...)
	o.heard("the child's output", out.String())
	for _, leak := range o.leaks() {
		t.Error(leak)
	}
	return out.String()
}

// handedOver are the needles that a child planted.
func handedOver(t *testing.T, path string) []needle {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err, "the child planted nothing")
	var all []needle
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var n needle
		_, err := fmt.Sscanf(lines.Text(), "%q %q %q", &n.what, &n.form, &n.text)
		require.NoError(t, err)
		all = append(all, n)
	}
	return all
}

// Holds P-DATA-5.
func TestProcess_WritesNothingToStdoutOrStderr(t *testing.T) {
	out := spawn(t, "", "^TestFaults_LeakNothing$/^(HTML502|Redirect307|Truncated|ResetAfterBody|ExpiredToken)$")
	assert.Contains(t, out, "\nPASS\n")
	assert.NotContains(t, out, "resty", "its logger")
}

// Holds P-DATA-6.
func TestPanic_InServerHandlerLeaksNothing(t *testing.T) {
	out := spawn(t, "served", "^TestChild$")
	for _, hook := range panicking {
		assert.Contains(t, out, "panic serving", "net/http reported nothing")
		assert.Contains(t, out, panicOf(hook), "the panic of %s was not reported", hook)
	}
	assert.Contains(t, out, "\nPASS\n")
}

// Holds P-DATA-6.
func TestPanic_EndingTheProcessLeaksNothing(t *testing.T) {
	for _, scene := range []string{"values", "token store, load"} {
		t.Run(scene, func(t *testing.T) {
			out := spawn(t, scene, "^TestChild$")
			assert.Regexp(t, "(?m)^panic: ", out)
			assert.Contains(t, out, "goroutine ")
			assert.NotContains(t, out, "\nPASS\n")
		})
	}
}

// When no caller waits for a store, it is called in a goroutine of the library, where
// nobody could recover.
func TestTokenStore_PanicWithoutWaitingCallerIsDropped(t *testing.T) {
	for _, scene := range []string{"token store, save", "result store"} {
		t.Run(scene, func(t *testing.T) {
			out := spawn(t, scene, "^TestChild$")
			assert.Contains(t, out, "the store panicked")
			assert.Contains(t, out, "\nPASS\n")
			assert.NotRegexp(t, "(?m)^panic: ", out)
		})
	}
}

// Holds P-DATA-13.
func TestProcess_OutputOfChildIsSearched(t *testing.T) {
	o := newOutlets()
	o.plant("the mark", leaked)
	marks := filepath.Join(t.TempDir(), "marks")
	t.Setenv(marksFile, marks)
	o.handOver(t)
	f := newFinder(handedOver(t, marks))
	_, found := f.in("goroutine 1 [running]:\n" + leaked)
	assert.True(t, found)
}

// TestChild is the code of a child process; without a scene it does nothing.
func TestChild(t *testing.T) {
	switch os.Getenv(childScene) {
	case "served":
		serveAndPanic(t)
	case "values":
		panicWithValues(t)
	case "token store, load", "token store, save":
		w := newWorld(t)
		tokens := panickingTokens{panickingStore{w.outlets, t, make(chan struct{})}, os.Getenv(childScene) == "token store, load"}
		a := tokened()
		reach := w.at(a.vendor)
		reach.tokens = tokens
		req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
		w.handOver(t)
		_, err := idverify.VerifyWith(t.Context(), a.provider(t, reach), req)
		require.NoError(t, err)
		<-tokens.told
	case "result store":
		w := newWorld(t)
		results := panickingResults{panickingStore{w.outlets, t, make(chan struct{})}}
		a := signed()
		client, err := idverify.New([]idverify.Provider{a.provider(t, w.at(a.vendor))},
			idverify.WithResultStore(results, []byte(storeSecret)))
		require.NoError(t, err)
		req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
		req.IdempotencyKey = "question-1"
		_, err = client.Verify(t.Context(), req)
		require.NoError(t, err)
		<-results.told // in a goroutine of the library
	}
}

// panickingStore panics with its argument, after it has reported it.
type panickingStore struct {
	o    *outlets
	t    *testing.T
	told chan struct{}
}

func (p panickingStore) panic(v any) {
	p.o.handOver(p.t)
	fmt.Println("the store panicked")
	close(p.told)
	panic(v)
}

type panickingTokens struct {
	panickingStore
	onLoad bool
}

func (p panickingTokens) Load(context.Context, string) (baiduv4.Token, bool, error) {
	if p.onLoad {
		p.o.plantKey("an access token", echoToken)
		p.panic(baiduv4.NewToken(echoToken, time.Now()))
	}
	return baiduv4.Token{}, false, nil
}

func (p panickingTokens) Save(_ context.Context, _ string, token baiduv4.Token) error {
	p.o.plantKey("an access token", token.Reveal())
	p.panic(token)
	return nil
}

func (panickingTokens) Drop(context.Context, string, baiduv4.Token) error { return nil }

type panickingResults struct{ panickingStore }

func (panickingResults) Load(context.Context, string) (idverify.Stored, bool, error) {
	return idverify.Stored{}, false, nil
}

func (p panickingResults) Save(_ context.Context, _ string, stored idverify.Stored) error {
	p.panic(stored)
	return nil
}

// panicWithValues panics with several values in turn, so that the runtime prints
// each.
func panicWithValues(t *testing.T) {
	w := newWorld(t)
	var values []any
	for _, a := range few {
		provider, cfg, err := a.make(w.at(a.vendor))
		require.NoError(t, err)
		client, err := idverify.New([]idverify.Provider{provider}, idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 9, Window: time.Hour}))
		require.NoError(t, err)
		req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
		res, err := client.Verify(t.Context(), req)
		require.NoError(t, err)
		w.standIn.Inject(a.vendor, idverifytest.Truncated())
		_, failure := client.Verify(t.Context(), req)
		require.Error(t, failure)
		subject, err := req.Subject()
		require.NoError(t, err)
		values = append(values, cfg, &cfg, provider, client, *client, req, *req, subject, res, *res, res.Reply, failure,
			fmt.Errorf("wrapped: %w", failure), batch.Result{Err: failure})
		for _, ev := range a.evidence(w.material) {
			values = append(values, ev)
		}
		for _, cause := range chain(failure) {
			values = append(values, cause)
		}
	}
	w.handOver(t)
	raise(values)
}

func raise(values []any) {
	if len(values) == 0 {
		return
	}
	defer raise(values[1:])
	panic(values[0])
}

// serveAndPanic makes a call in a server's handler, as services do, with a hook that
// panics. net/http writes the panic with its stack to the process's log.
func serveAndPanic(t *testing.T) {
	w := newWorld(t)
	t.Cleanup(func() { w.handOver(t) })
	restoreLog()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { w.panicIn(t, r.URL.Path[1:]) }))
	t.Cleanup(server.Close)
	for _, hook := range panicking {
		resp, err := http.Get(server.URL + "/" + hook)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		require.Error(t, err, "nothing panicked in %s", hook)
	}
}
