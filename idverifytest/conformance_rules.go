package idverifytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// foreign is evidence of a type that no provider knows.
type foreign struct{}

func (foreign) EvidenceKind() string { return "idverifytest.foreign" }

func ruleName(t *testing.T, b *bench) {
	name := b.provider.Name()
	if name == "" || name != strings.ToLower(name) || strings.ContainsAny(name, " \t\n") {
		t.Errorf("Name is %q, want one lower-case word", name)
	}
	if again := b.provider.Name(); again != name {
		t.Errorf("Name changed from %q to %q", name, again)
	}
}

func ruleAccepts(t *testing.T, b *bench) {
	for _, ev := range b.Evidence {
		if !b.provider.Accepts(ev) {
			t.Errorf("does not accept %s", ev.EvidenceKind())
		}
	}
	if b.provider.Accepts(foreign{}) {
		t.Error("accepts evidence of an unknown type")
	}
	e := b.fails(t, t.Context(), b.request(b.Cases[0], foreign{}))
	if e.Code != idverify.CodeUnsupportedEvidence || e.Sent() || e.Billed != idverify.BilledNo {
		t.Errorf("evidence of an unknown type gave %v", e)
	}
	if n := b.gate.arrived.Load(); n != 0 {
		t.Errorf("%d exchanges for evidence that is not accepted", n)
	}
}

func ruleCases(t *testing.T, b *bench) {
	for _, c := range b.Cases {
		t.Run(string(c.Want), func(t *testing.T) {
			res, err := b.ask(t.Context(), b.request(c, b.Evidence[0]))
			if !c.Want.IsDecision() {
				e := b.mustError(t, res, err)
				if e.Code != c.Want {
					t.Errorf("got %v, want %s", e, c.Want)
				}
				if !e.Sent() {
					t.Error("the vendor answered, but the error says that nothing was sent")
				}
				return
			}
			if err != nil {
				t.Fatalf("a decision came as an error: %v", err)
			}
			if res.Code != c.Want {
				t.Errorf("got %v, want %s", res, c.Want)
			}
			checkResult(t, b, res)
		})
	}
}

// checkResult checks that a decision is consistent.
func checkResult(t *testing.T, b *bench, res *idverify.Result) {
	t.Helper()
	if res.Vendor != b.provider.Name() {
		t.Errorf("Result.Vendor is %q, want %q", res.Vendor, b.provider.Name())
	}
	if res.Passed() != (res.Code == idverify.CodeMatch) {
		t.Errorf("code %s and Passed %t contradict each other", res.Code, res.Passed())
	}
	checkDecided(t, rulesOf(b.provider), res)
	text, err := json.Marshal(res)
	var back idverify.Result
	if err != nil || json.Unmarshal(text, &back) != nil {
		t.Fatalf("the result does not survive JSON: %v", err)
	}
	if back.Code != res.Code || back.Passed() != res.Passed() || !reflect.DeepEqual(back.Checks, res.Checks) {
		t.Errorf("JSON turned %v into %v", res, back)
	}
}

func ruleEvidence(t *testing.T, b *bench) {
	for _, ev := range b.Evidence {
		res, err := b.ask(t.Context(), b.request(b.Cases[0], ev))
		if err != nil || !res.Passed() {
			t.Errorf("%T (%s): got %v, %v", ev, ev.EvidenceKind(), res, err)
		}
	}
}

func ruleFirstEvidence(t *testing.T, b *bench) {
	evidence := append([]idverify.Evidence{foreign{}}, b.Evidence...)
	res, err := b.ask(t.Context(), b.request(b.Cases[0], evidence...))
	if err != nil || !res.Passed() {
		t.Errorf("got %v, %v", res, err)
	}
}

// ruleQuestion: nothing is sent for a zero Question, and a provider that is also a
// Verifier asks only checked questions.
func ruleQuestion(t *testing.T, b *bench) {
	for name, q := range map[string]*idverify.Question{"no question": nil, "a question that nobody made": {}} {
		res, err := b.provider.Ask(t.Context(), q)
		refusedHere(t, name, b.mustError(t, res, err), idverify.CodeInvalidRequest)
	}
	v, ok := b.provider.(idverify.Verifier)
	if !ok {
		return
	}
	good := b.Cases[0]
	for name, c := range map[string]struct {
		req  *idverify.Request
		want idverify.Code
	}{
		"no request":   {nil, idverify.CodeInvalidRequest},
		"no name":      {b.request(Case{"", good.IDNumber, ""}, b.Evidence[0]), idverify.CodeInvalidName},
		"wrong number": {b.request(Case{good.Name, "110105190001010000", ""}, b.Evidence[0]), idverify.CodeInvalidIDNumber},
		"no evidence":  {b.request(good), idverify.CodeInvalidRequest},
	} {
		res, err := v.Verify(t.Context(), c.req)
		refusedHere(t, name, b.mustError(t, res, err), c.want)
	}
	if n := b.gate.arrived.Load(); n != 0 {
		t.Errorf("%d exchanges for bad input", n)
	}
}

func refusedHere(t *testing.T, what string, e *idverify.Error, want idverify.Code) {
	t.Helper()
	if e.Code != want {
		t.Errorf("%s: got %v, want %s", what, e, want)
	}
	if e.Sent() || e.Ambiguous() || e.Billed != idverify.BilledNo {
		t.Errorf("%s: nothing was sent, but the error says: %v", what, e)
	}
}

func ruleEndedContext(t *testing.T, b *bench) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	e := b.fails(t, cancelled, b.match())
	if e.Code != idverify.CodeCanceled || !errors.Is(e, context.Canceled) || e.Sent() || e.Billed != idverify.BilledNo {
		t.Errorf("cancelled before the call: %v", e)
	}
	late, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancel()
	e = b.fails(t, late, b.match())
	if e.Code != idverify.CodeTimeout || !errors.Is(e, context.DeadlineExceeded) || e.Sent() {
		t.Errorf("late before the call: %v", e)
	}
	if n := b.gate.arrived.Load(); n != 0 {
		t.Errorf("%d exchanges under a context that had ended", n)
	}
}

func ruleContextEnds(t *testing.T, b *bench) {
	b.warm(t)
	arrived := make(chan struct{}, 1)
	b.gate.set(b.gate.hold(arrived))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		<-arrived
		cancel()
	}()
	e := b.fails(t, ctx, b.match())
	if e.Code != idverify.CodeCanceled || !errors.Is(e, context.Canceled) {
		t.Errorf("cancelled during the call: %v", e)
	}
	checkAmbiguous(t, e)

	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	e = b.fails(t, ctx, b.match())
	if e.Code != idverify.CodeTimeout || !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("deadline during the call: %v", e)
	}
}

// checkAmbiguous requires what must hold when a call was sent and not answered.
func checkAmbiguous(t *testing.T, e *idverify.Error) {
	t.Helper()
	if !e.Sent() || !e.Ambiguous() || !errors.Is(e, idverify.ErrAmbiguous) {
		t.Errorf("sent and not answered, but the error says: %v", e)
	}
	if e.Billed != idverify.BilledUnknown {
		t.Errorf("nobody knows whether it was billed, but the error says: %v", e)
	}
	if e.Repeatable() {
		t.Errorf("repeating it may pay twice, but the error calls it repeatable: %v", e)
	}
}

func ruleUnreachable(t *testing.T, b *bench) {
	gone := httptest.NewServer(http.NotFoundHandler())
	client := gone.Client()
	gone.Close()
	var err error
	b.provider, err = b.New(t, b.baseURL(gone.URL), client)
	if err != nil {
		t.Fatal(err)
	}
	e := b.fails(t, t.Context(), b.match())
	if e.Code != idverify.CodeNetwork || e.Sent() || e.Ambiguous() || e.Billed != idverify.BilledNo || !e.Repeatable() {
		t.Errorf("nobody listens at the address, but the error says: %v", e)
	}
}

func ruleUnanswered(t *testing.T, b *bench) {
	b.warm(t)
	b.gate.set(b.gate.loseAnswer)
	e := b.fails(t, t.Context(), b.match())
	if e.Code != idverify.CodeNetwork {
		t.Errorf("the connection broke: %v", e)
	}
	checkAmbiguous(t, e)
	if n := b.gate.arrived.Load(); n != 1 {
		t.Errorf("%d exchanges for one call", n)
	}
}

func ruleBrokenAnswers(t *testing.T, b *bench) {
	b.warm(t)
	body := func(rewrite func([]byte) []byte) http.HandlerFunc {
		return b.gate.change(func(w http.ResponseWriter, vendor *httptest.ResponseRecorder) {
			w.Header().Set("Content-Type", vendor.Header().Get("Content-Type"))
			w.WriteHeader(vendor.Code)
			_, _ = w.Write(rewrite(vendor.Body.Bytes()))
		})
	}
	for name, h := range map[string]http.HandlerFunc{
		"HTML 200":      gatewayPage(http.StatusOK),
		"HTML 502":      gatewayPage(http.StatusBadGateway),
		"HTML 403":      gatewayPage(http.StatusForbidden),
		"empty":         body(func([]byte) []byte { return nil }),
		"null":          body(func([]byte) []byte { return []byte("null") }),
		"empty object":  body(func([]byte) []byte { return []byte("{}") }),
		"array":         body(func(b []byte) []byte { return append(append([]byte("["), b...), ']') }),
		"half":          body(func(b []byte) []byte { return b[:len(b)/2] }),
		"said twice":    body(func(b []byte) []byte { return append(bytes.Clone(b[:len(b)-1]), sayTwice(b)...) }),
		"trailing":      body(func(b []byte) []byte { return append(bytes.Clone(b), b...) }),
		"called HTML":   b.gate.change(calledHTML),
		"broken off":    b.gate.change(brokenOff),
		"wrong status":  b.gate.change(withStatus(http.StatusInternalServerError)),
		"too large":     b.gate.change(withBlanks),
		"scores hidden": body(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("sc"), []byte("cs")) }),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "scores hidden" && b.Decides != "" {
				h = body(func(answer []byte) []byte { return bytes.ReplaceAll(answer, []byte(b.Decides), []byte("s")) })
			}
			b.gate.reset()
			b.gate.set(h)
			defer b.gate.set(nil)
			e := b.fails(t, t.Context(), b.match())
			if e.Code != idverify.CodeBadResponse || !e.Sent() || e.Repeatable() {
				t.Errorf("got %v", e)
			}
			if e.HTTPStatus == 0 {
				t.Errorf("the status is lost: %v", e)
			}
			if n := b.gate.arrived.Load(); n != 1 {
				t.Errorf("%d exchanges for one call", n)
			}
		})
	}
}

// sayTwice repeats the first field of an object at the end, in capitals.
func sayTwice(object []byte) []byte {
	colon := bytes.IndexByte(object, ':')
	key := bytes.ToUpper(bytes.TrimSpace(object[1:colon]))
	return append(append([]byte(","), key...), ":null}"...)
}

func calledHTML(w http.ResponseWriter, vendor *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(vendor.Code)
	_, _ = w.Write(vendor.Body.Bytes())
}

// withBlanks appends blanks, more than any client may read.
func withBlanks(w http.ResponseWriter, vendor *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", vendor.Header().Get("Content-Type"))
	w.WriteHeader(vendor.Code)
	_, err := w.Write(vendor.Body.Bytes())
	blanks := bytes.Repeat([]byte(" "), 64<<10)
	for sent := 0; err == nil && sent < 17<<20; sent += len(blanks) {
		_, err = w.Write(blanks)
	}
}

func brokenOff(w http.ResponseWriter, vendor *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(vendor.Body.Len()))
	w.WriteHeader(vendor.Code)
	_, _ = w.Write(vendor.Body.Bytes()[:vendor.Body.Len()/2])
}

func withStatus(status int) func(http.ResponseWriter, *httptest.ResponseRecorder) {
	return func(w http.ResponseWriter, vendor *httptest.ResponseRecorder) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(vendor.Body.Bytes())
	}
}

func ruleRedirect(t *testing.T, b *bench) {
	b.warm(t)
	b.gate.set(func(w http.ResponseWriter, r *http.Request) {
		drainAll(r)
		w.Header().Set("Location", b.server.URL+"/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	e := b.fails(t, t.Context(), b.match())
	if e.Code != idverify.CodeBadResponse || e.HTTPStatus != http.StatusTemporaryRedirect {
		t.Errorf("got %v", e)
	}
	if n := b.gate.arrived.Load(); n != 1 {
		t.Errorf("%d exchanges: the redirect was followed", n)
	}
}

func rulePrivacy(t *testing.T, b *bench) {
	for _, c := range b.Cases {
		res, err := b.ask(t.Context(), b.request(c, b.Evidence[0]))
		var said any = res
		if err != nil {
			said = err
		}
		for _, text := range Spoken(said) {
			if strings.Contains(text, c.Name) || strings.Contains(text, c.IDNumber) {
				t.Errorf("%s: the outcome names the person", c.Want)
			}
		}
	}
	for _, text := range Spoken(b.match()) {
		if strings.Contains(text, b.Cases[0].IDNumber) || strings.Contains(text, b.Cases[0].Name) {
			t.Error("the request prints the person")
		}
	}
}

func ruleConcurrent(t *testing.T, b *bench) {
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			c := b.Cases[i%len(b.Cases)]
			res, err := b.ask(t.Context(), b.request(c, b.Evidence[i%len(b.Evidence)]))
			got := idverify.CodeOf(err)
			if err == nil {
				got = res.Code
			}
			if got != c.Want {
				t.Errorf("got %s, want %s", got, c.Want)
			}
		})
	}
	wg.Wait()
}
