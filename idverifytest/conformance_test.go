package idverifytest_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	lf "github.com/idverify/idverify/linkface"
)

// wrong is a provider that is right but for one thing.
type wrong struct {
	idverify.Provider
	name    func() string
	accepts func(idverify.Evidence) bool
	verify  func(context.Context, *idverify.Request) (*idverify.Result, error)
}

func (w *wrong) Name() string {
	if w.name != nil {
		return w.name()
	}
	return w.Provider.Name()
}

func (w *wrong) Accepts(ev idverify.Evidence) bool {
	if w.accepts != nil {
		return w.accepts(ev)
	}
	return w.Provider.Accepts(ev)
}

func (w *wrong) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	if w.verify != nil {
		return w.verify(ctx, req)
	}
	return w.Provider.Verify(ctx, req)
}

// breach is a promise that is broken, and what the suite must say of it: all of
// several, which | parts.
type breach struct {
	what      string
	complaint string
	commit    func(*wrong)
}

func named(name string) func(*wrong) {
	return func(w *wrong) { w.name = func() string { return name } }
}

// failing changes every error.
func failing(change func(e *idverify.Error)) func(*wrong) {
	return func(w *wrong) {
		w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			res, err := w.Provider.Verify(ctx, req)
			if e, ok := err.(*idverify.Error); ok {
				change(e)
			}
			return res, err
		}
	}
}

// deciding changes every result.
func deciding(change func(res *idverify.Result)) func(*wrong) {
	return func(w *wrong) {
		w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			res, err := w.Provider.Verify(ctx, req)
			if res != nil {
				change(res)
			}
			return res, err
		}
	}
}

// scoring changes every score.
func scoring(change func(c *idverify.Check)) func(*wrong) {
	return deciding(func(res *idverify.Result) {
		for i := range res.Checks {
			change(&res.Checks[i])
		}
	})
}

func passingRequest() *idverify.Request {
	p := idverifytest.Match()
	return &idverify.Request{Name: p.Name, IDNumber: p.IDNumber,
		Evidence: []idverify.Evidence{lf.CaptureURL(idverifytest.MediaURL)}}
}

// forgiving takes anything for a pass when it fails.
func forgiving(w *wrong) {
	w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
		if res, err := w.Provider.Verify(ctx, req); err == nil {
			return res, nil
		}
		return &idverify.Result{Code: idverify.CodeMatch, Vendor: w.Name()}, nil
	}
}

// spendthrift asks the vendor once more after an error.
func spendthrift(w *wrong) {
	w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
		res, err := w.Provider.Verify(ctx, req)
		if err != nil {
			again := req
			if !sent(err) { // for what is bad in it, or too late
				again = passingRequest()
			}
			_, _ = w.Provider.Verify(context.WithoutCancel(ctx), again)
		}
		return res, err
	}
}

func sent(err error) bool {
	e, ok := err.(*idverify.Error)
	return ok && e.Sent()
}

func saySent(e *idverify.Error)          { e.Delivery = idverify.DeliveryAnswered }
func sayNotSent(e *idverify.Error)       { e.Delivery = idverify.DeliveryNotSent }
func sayAmbiguous(e *idverify.Error)     { e.Delivery = idverify.DeliveryUnanswered }
func sayUnambiguous(e *idverify.Error)   { e.Delivery = idverify.DeliveryAnswered }
func sayNothingOfIt(e *idverify.Error)   { e.Delivery = "" }
func sayBilled(e *idverify.Error)        { e.Billed = idverify.BilledYes }
func sayNotBilled(e *idverify.Error)     { e.Billed = idverify.BilledNo }
func sayRepeatable(e *idverify.Error)    { e.Delivery = idverify.DeliveryRefused }
func sayNoStatus(e *idverify.Error)      { e.HTTPStatus = 0 }
func sayMisconfigured(e *idverify.Error) { e.Code = idverify.CodeInvalidConfig }

// forget drops what stands behind an error.
func forget(e *idverify.Error) {
	*e = idverify.Error{Code: e.Code, Vendor: e.Vendor, Billed: e.Billed, Delivery: e.Delivery}
}

// breaches are the rules of the suite, and who breaks them.
var breaches = map[string][]breach{
	"has a name": {
		{"empty", `Name is ""`, named("")},
		{"in capitals", `Name is "Linkface"`, named("Linkface")},
		{"two words", `Name is "link face"`, named("link face")},
		{"another each time", "Name changed", func(w *wrong) {
			n := 0
			w.name = func() string { n++; return fmt.Sprint("x", n) }
		}},
	},
	"accepts its evidence and no other": {
		{"none", "does not accept", func(w *wrong) { w.accepts = func(idverify.Evidence) bool { return false } }},
		{"any", "accepts evidence that it cannot know", func(w *wrong) { w.accepts = func(idverify.Evidence) bool { return true } }},
		{"another code", "foreign evidence gives", failing(sayMisconfigured)},
		{"sent", "foreign evidence gives", failing(saySent)},
		{"billed", "foreign evidence gives", failing(sayBilled)},
		{"asks", "1 exchanges for evidence", spendthrift},
	},
	"gives every case its code": {
		{"another error", "want rate_limited", failing(sayMisconfigured)},
		{"not sent", "says that nothing was sent", failing(sayNotSent)},
		{"no code", `an error has the code ""`, failing(func(e *idverify.Error) { e.Code = "" })},
		{"a decision's code", `an error has the code "match"`, failing(func(e *idverify.Error) { e.Code = idverify.CodeMatch })},
		{"another's error", `Error.Vendor is "x"`, failing(func(e *idverify.Error) { e.Vendor = "x" })},
		{"another's result", `Result.Vendor is "x"`, deciding(func(res *idverify.Result) { res.Vendor = "x" })},
		{"all match", "want face_mismatch", deciding(func(res *idverify.Result) { res.Code = idverify.CodeMatch })},
		{"no scores", "code match and Passed false do not agree", deciding(func(res *idverify.Result) { res.Checks = nil })},
		{"above its scale", "is off its scale", scoring(func(c *idverify.Check) { c.Value = c.Scale.Max + 1 })},
		{"below its scale", "is off its scale", scoring(func(c *idverify.Check) { c.Value = c.Scale.Min - 1 })},
		{"no number", "is off its scale", scoring(func(c *idverify.Check) { c.Value = math.NaN() })},
		{"normalized above", "normalized 2", scoring(func(c *idverify.Check) { c.Normalized = 2 })},
		{"normalized below", "normalized -1", scoring(func(c *idverify.Check) { c.Normalized = -1 })},
		{"margin above", ", margin 2\n", scoring(func(c *idverify.Check) { c.Margin = 2 })},
		{"margin below", ", margin -2\n", scoring(func(c *idverify.Check) { c.Margin = -2 })},
		{"good margin", "margin 0.5 and passed false do not agree", scoring(func(c *idverify.Check) { c.Margin = 0.5 })},
		{"bad margin", "margin -0.5 and passed true do not agree", scoring(func(c *idverify.Check) { c.Margin = -0.5 })},
		{"no JSON", "does not survive JSON", scoring(func(c *idverify.Check) { c.Threshold = math.Inf(1) })},
		{"decision as error", "a decision came as an error", func(w *wrong) {
			w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
				res, err := w.Provider.Verify(ctx, req)
				if res != nil && !res.Passed() {
					return nil, &idverify.Error{Code: idverify.CodeBadResponse, Vendor: "linkface"}
				}
				return res, err
			}
		}},
		{"both", "got a result with or without an error", func(w *wrong) {
			w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
				_, err := w.Provider.Verify(ctx, req)
				return &idverify.Result{}, err
			}
		}},
		{"foreign error", "got *fmt.wrapError", func(w *wrong) {
			w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
				res, err := w.Provider.Verify(ctx, req)
				if err != nil {
					err = fmt.Errorf("wrapped: %w", err)
				}
				return res, err
			}
		}},
	},
	"takes every form of evidence": {
		{"one only", "got <nil>", func(w *wrong) {
			calls := 0
			w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
				if calls++; calls > 1 {
					return nil, &idverify.Error{Code: idverify.CodeUnsupportedEvidence, Vendor: "linkface"}
				}
				return w.Provider.Verify(ctx, req)
			}
		}},
		{"never a pass", "got linkface", deciding(func(res *idverify.Result) { res.Code = idverify.CodeFaceMismatch })},
	},
	"sends the first evidence that it accepts": {
		{"the first", "got <nil>", func(w *wrong) {
			w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
				first := *req
				first.Evidence = req.Evidence[:1]
				return w.Provider.Verify(ctx, &first)
			}
		}},
		{"never a pass", "got linkface", deciding(func(res *idverify.Result) { res.Code = idverify.CodeFaceMismatch })},
	},
	"refuses bad input before anything is sent": {
		{"takes it", "got a result|/no_request|/no_name|/blank_name|/line_feed|/not_UTF-8|/no_number|/wrong_number|" +
			"/no_evidence|/nil_evidence|/bad_reference", forgiving},
		{"another code", "want invalid_name", failing(sayMisconfigured)},
		{"sent", "nothing was sent, and the error says", failing(saySent)},
		{"ambiguous", "nothing was sent, and the error says", failing(sayAmbiguous)},
		{"billed", "nothing was sent, and the error says", failing(sayBilled)},
		{"asks", "exchanges for bad input", spendthrift},
	},
	"leaves the request as it was": {
		{"name", "Verify changed the request", changing(func(req *idverify.Request) { req.Name = strings.TrimSpace(req.Name) })},
		{"number", "Verify changed the request", changing(func(req *idverify.Request) { req.IDNumber += "0" })},
		{"evidence", "Verify changed the request", changing(func(req *idverify.Request) { req.Evidence = nil })},
		{"refuses it", "invalid_config", func(w *wrong) {
			w.verify = func(context.Context, *idverify.Request) (*idverify.Result, error) {
				return nil, &idverify.Error{Code: idverify.CodeInvalidConfig, Vendor: "linkface"}
			}
		}},
	},
	"returns when the context has ended": {
		{"another code", "cancelled before the call", failing(sayMisconfigured)},
		{"another code late", "late before the call", failing(sayMisconfigured)},
		{"cause", "cancelled before the call", failing(forget)},
		{"cause late", "late before the call", failing(forget)},
		{"sent", "cancelled before the call", failing(saySent)},
		{"sent late", "late before the call", failing(saySent)},
		{"billed", "cancelled before the call", failing(sayBilled)},
		{"asks", "exchanges under a context that had ended", spendthrift},
	},
	"returns when the context ends": append(unanswered,
		breach{"another code", "cancelled during the call", failing(sayMisconfigured)},
		breach{"another code late", "deadline during the call", failing(sayMisconfigured)},
		breach{"cause", "cancelled during the call", failing(forget)},
		breach{"cause late", "deadline during the call", failing(forget)},
	),
	"tells an unreachable vendor": {
		{"another code", "nobody listens", failing(sayMisconfigured)},
		{"sent", "nobody listens", failing(saySent)},
		{"ambiguous", "nobody listens", failing(sayAmbiguous)},
		{"billed", "nobody listens", failing(sayBilled)},
		{"no delivery", "nobody listens", failing(sayNothingOfIt)},
	},
	"tells an unanswered call and does not repeat it": append(unanswered,
		breach{"another code", "the connection broke", failing(sayMisconfigured)},
		breach{"repeats", "2 exchanges for one call", spendthrift},
		breach{"never right", "a match failed", func(w *wrong) {
			w.verify = func(context.Context, *idverify.Request) (*idverify.Result, error) {
				return nil, &idverify.Error{Code: idverify.CodeInvalidConfig, Vendor: "linkface"}
			}
		}},
	),
	"takes no broken answer for an answer": {
		{"takes it", "got a result|/HTML_200|/HTML_502|/HTML_403|/empty|/null|/empty_object|/array|/half|/said_twice|" +
			"/trailing|/called_HTML|/broken_off|/wrong_status|/too_large|/scores_hidden", forgiving},
		{"another code", "got linkface: invalid_config", failing(sayMisconfigured)},
		{"not sent", "got linkface: bad_response", failing(sayNotSent)},
		{"repeatable", "got linkface: bad_response", failing(sayRepeatable)},
		{"no status", "the status is lost", failing(sayNoStatus)},
		{"repeats", "2 exchanges for one call", spendthrift},
	},
	"understands what a gateway refused": {
		{"takes it", "got a result|/Request_Entity_Too_Large|/Too_Many_Requests", forgiving},
		{"another code", "HTTP 429, got linkface: invalid_config|HTTP 413, got linkface: invalid_config", failing(sayMisconfigured)},
		{"not sent", "and the error says: linkface: rate_limited", failing(sayNotSent)},
		{"ambiguous", "and the error says: linkface: too_large", failing(sayAmbiguous)},
		{"billed", "and the error says: linkface: too_large", failing(sayBilled)},
		{"no status", "HTTP 429, got linkface: rate_limited", failing(sayNoStatus)},
		{"no wait", "asked to wait for 7 s", failing(func(e *idverify.Error) { e.RetryAfter = 0 })},
		{"repeats", "2 exchanges for one call", spendthrift},
	},
	"follows no redirect": {
		{"another code", "got linkface: invalid_config", failing(sayMisconfigured)},
		{"no status", "got linkface: bad_response", failing(sayNoStatus)},
		{"follows", "2 exchanges: the redirect was followed", spendthrift},
	},
	"says nothing of the person": {
		{"name", "the outcome names the person", saying(func(req *idverify.Request) string { return req.Name })},
		{"number", "the outcome names the person", saying(func(req *idverify.Request) string { return req.IDNumber })},
	},
	"serves concurrent callers": {
		{"mixes them up", "got ", func(w *wrong) {
			var mu sync.Mutex
			var before *idverify.Result
			w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
				res, err := w.Provider.Verify(ctx, req)
				mu.Lock()
				defer mu.Unlock()
				if before != nil {
					return before, nil
				}
				before = res
				return res, err
			}
		}},
	},
}

// unanswered breaks what holds for a call that was sent and not answered.
var unanswered = []breach{
	{"not sent", "sent and not answered, and the error says", failing(sayNotSent)},
	{"unambiguous", "sent and not answered, and the error says", failing(sayUnambiguous)},
	{"not billed", "nobody knows whether it was billed", failing(sayNotBilled)},
	{"billed", "nobody knows whether it was billed", failing(sayBilled)},
	{"repeatable", "repeating it may pay twice", failing(sayRepeatable)},
}

func changing(change func(req *idverify.Request)) func(*wrong) {
	return func(w *wrong) {
		w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			res, err := w.Provider.Verify(ctx, req)
			change(req)
			return res, err
		}
	}
}

// saying puts something of the request into the words of errors.
func saying(what func(req *idverify.Request) string) func(*wrong) {
	return func(w *wrong) {
		w.verify = func(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
			res, err := w.Provider.Verify(ctx, req)
			if e, ok := err.(*idverify.Error); ok {
				e.Detail = what(req)
			}
			return res, err
		}
	}
}

var evidence = []idverify.Evidence{lf.Capture(idverify.Bytes(idverifytest.Capture())), lf.CaptureURL(idverifytest.MediaURL)}

const asWrongProvider = "IDVERIFY_TEST_WRONG_PROVIDER"

// TestWrongProvider is no test: it fails, for TestTheSuiteFailsWrongProviders.
func TestWrongProvider(t *testing.T) {
	rule := os.Getenv(asWrongProvider)
	if rule == "" {
		t.Skip("for TestTheSuiteFailsWrongProviders")
	}
	for _, b := range breaches[rule] {
		t.Run(b.what, func(t *testing.T) {
			idverifytest.TestProvider(t, idverifytest.Harness{
				Vendor: idverifytest.Linkface,
				New: func(tb testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
					right, err := newRight(tb, baseURL, client)
					w := &wrong{Provider: right}
					b.commit(w)
					return w, err
				},
				Evidence: evidence,
			})
		})
	}
}

func newRight(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
	return lf.New(lf.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret, HTTP: idverify.HTTP{BaseURL: baseURL, Client: client}})
}

// ownStandIn is a harness for a vendor that the stand-in does not speak for: it
// happens to be one that it does speak for.
func ownStandIn() idverifytest.Harness {
	match, other := idverifytest.Match(), idverifytest.FaceMismatch()
	return idverifytest.Harness{
		New: func(tb testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
			return newRight(tb, idverifytest.BaseURLAt(baseURL, idverifytest.Linkface), client)
		},
		Evidence: evidence,
		StandIn:  idverifytest.New(),
		Cases: []idverifytest.Case{
			{Name: match.Name, IDNumber: match.IDNumber, Want: idverify.CodeMatch},
			{Name: other.Name, IDNumber: other.IDNumber, Want: idverify.CodeFaceMismatch},
		},
	}
}

func TestProviderWithAStandInOfItsOwn(t *testing.T) { idverifytest.TestProvider(t, ownStandIn()) }

const incomplete = "the harness needs New, Evidence, and Vendor or StandIn and Cases"

var wrongHarnesses = []struct {
	what, complaint string
	change          func(h *idverifytest.Harness)
}{
	{"no New", incomplete, func(h *idverifytest.Harness) { h.New = nil }},
	{"no Evidence", incomplete, func(h *idverifytest.Harness) { h.Evidence = nil }},
	{"no StandIn", incomplete, func(h *idverifytest.Harness) { h.StandIn = nil }},
	{"no Cases", incomplete, func(h *idverifytest.Harness) { h.Cases = nil }},
	{"no match first", "the first case must be a match", func(h *idverifytest.Harness) { h.Cases = h.Cases[1:] }},
	{"New fails", "New: ", func(h *idverifytest.Harness) {
		h.New = func(testing.TB, string, *http.Client) (idverify.Provider, error) { return nil, idverify.ErrRateLimited }
	}},
}

// TestWrongHarness is no test: it fails, for TestTheSuiteRefusesWrongHarnesses.
func TestWrongHarness(t *testing.T) {
	if os.Getenv(asWrongProvider) == "" {
		t.Skip("for TestTheSuiteRefusesWrongHarnesses")
	}
	for _, wrong := range wrongHarnesses {
		t.Run(wrong.what, func(t *testing.T) {
			h := ownStandIn()
			wrong.change(&h)
			idverifytest.TestProvider(t, h)
		})
	}
}

func TestTheSuiteRefusesWrongHarnesses(t *testing.T) {
	said := failures(t, "^TestWrongHarness$/.*/^has_a_name$", "harness")
	for _, wrong := range wrongHarnesses {
		assert.Contains(t, said[strings.ReplaceAll(wrong.what, " ", "_")], wrong.complaint, wrong.what)
	}
}

var failed = regexp.MustCompile(`(?m)^    --- FAIL: TestWrong[a-zA-Z]+/(\S+) `)

// failures is what the failing tests say, which run in a process of its own,
// because a test that failed cannot pass.
func failures(t *testing.T, run, env string) map[string]string {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", run)
	child.Env = append(os.Environ(), asWrongProvider+"="+env)
	out, err := child.CombinedOutput()
	assert.Error(t, err)
	said := map[string]string{}
	at := failed.FindAllStringSubmatchIndex(string(out), -1)
	for i, m := range at {
		end := len(out)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		said[string(out[m[2]:m[3]])] = string(out[m[0]:end])
	}
	return said
}

// Each rule of the suite fails the providers that break it, for what they did.
func TestTheSuiteFailsWrongProviders(t *testing.T) {
	for rule, list := range breaches {
		t.Run(rule, func(t *testing.T) {
			said := failures(t, "^TestWrongProvider$/.*/^"+strings.ReplaceAll(rule, " ", "_")+"$", rule)
			for _, b := range list {
				for complaint := range strings.SplitSeq(b.complaint, "|") {
					assert.Contains(t, said[strings.ReplaceAll(b.what, " ", "_")], complaint, b.what)
				}
			}
		})
	}
}
