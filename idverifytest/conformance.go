package idverifytest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/idverify/idverify"
)

// Harness tells [TestProvider] how to make the provider under test, and what its
// vendor should answer.
type Harness struct {
	// New makes the provider, which must call its vendor at baseURL with client.
	New func(tb testing.TB, baseURL string, client *http.Client) (idverify.Provider, error)
	// Evidence is one valid value of every form that the provider accepts.
	Evidence []idverify.Evidence
	// Vendor is one of [Vendors]: the stand-in then answers, and Cases are all
	// [Persons]. For a vendor without a stand-in here, leave it empty and set
	// StandIn and Cases instead.
	Vendor string
	// StandIn answers as the provider's vendor does.
	StandIn http.Handler
	// Cases are people that StandIn knows. The first must be a match.
	Cases []Case
	// Decides is the member of a match's answer that decides: the score, or the
	// vendor's verdict. Default: every name with "sc" in it.
	Decides string
	// Keys are the credentials that New gives the provider. Nothing may print them.
	// For a Vendor they are the stand-in's, except those that are numbers.
	Keys []string
	// Shown are other values that contain the keys, such as the provider's Config, as
	// users keep them.
	Shown []any
}

// Case is a person and the outcome expected from the provider.
type Case struct {
	Name, IDNumber string
	Want           idverify.Code
}

// TestProvider is the conformance suite: what must hold for every [idverify.Provider]. It runs each
// of its rules as a subtest against a real server on the loopback interface. For a provider of a
// vendor that the stand-in speaks for:
//
//	func TestConformance(t *testing.T) {
//		idverifytest.TestProvider(t, idverifytest.Harness{
//			Vendor: idverifytest.Linkface,
//			New: func(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
//				return mine.New(mine.Config{HTTP: idverify.HTTP{BaseURL: baseURL, Client: client},
//					APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret})
//			},
//			Evidence: []idverify.Evidence{mine.Capture(idverify.Bytes(idverifytest.Capture()))},
//		})
//	}
//
// For any other, set StandIn (a handler that answers as the vendor does), the Cases that it knows,
// and Keys, instead of Vendor. The module in examples/provider does so.
//
// The rules:
//
//   - has a name: one word in lower case, always the same.
//   - accepts its evidence and no other: for evidence of an unknown type, nothing
//     is sent.
//   - has rules that can decide: those of a method Rules are valid, one for each kind
//     of check, and one is for similarity.
//   - gives every case its code, decided as its rules say: a decision is a result,
//     anything else an error; each check says who decided and follows the rule of its
//     kind. A threshold is the rule's, with a score, and passed is what the numbers
//     say. A threshold of the answer is that for the rule's false-accept rate. A
//     vendor's verdict has no threshold, and its no is a no under every rule.
//     A pass has all checks that the rules promise, and survives JSON.
//   - promises a false-accept rate or refuses it: WithMaxFAR returns a provider whose
//     rule promises it and is not milder, or CodeInvalidConfig.
//   - takes every form of evidence: each of Evidence leads to a match.
//   - sends the first evidence that it accepts: other evidence is skipped.
//   - asks only checked questions: a zero Question or an invalid request is refused
//     and not sent.
//   - returns when the context has ended: with nothing sent.
//   - returns when the context ends: and says that the request was sent.
//   - reports an unreachable vendor: not sent, free, and repeatable.
//   - reports an unanswered call and does not repeat it: it may have been billed.
//   - refuses a broken answer: HTML pages, half of an answer, several in one, members
//     given twice, missing scores or verdicts.
//   - understands a gateway's refusal: too large, too many calls, and Retry-After.
//   - follows no redirect.
//   - shows no personal data: in any outcome, however it is printed.
//   - shows no key: in any outcome, nor in the provider and the values of Shown.
//   - serves concurrent callers: each gets the answer to its own question.
func TestProvider(t *testing.T, h Harness) {
	t.Helper()
	if h.Vendor != "" {
		h.StandIn, h.Cases = New(), casesFor(h.Vendor)
		h.Keys, h.Decides = append(slices.Clone(h.Keys), keysOf(h.Vendor)...), registered().find(h.Vendor).decides
	}
	if h.New == nil || h.StandIn == nil || len(h.Cases) == 0 || len(h.Evidence) == 0 {
		t.Fatal("idverifytest: the harness needs New, Evidence, and Vendor or StandIn and Cases")
	}
	if h.Cases[0].Want != idverify.CodeMatch {
		t.Fatal("idverifytest: the first case must be a match")
	}
	for _, rule := range conformance() {
		t.Run(rule.name, func(t *testing.T) { rule.run(t, newBench(t, h)) })
	}
}

// conformanceRule is one rule of the suite.
type conformanceRule struct {
	name string
	run  func(*testing.T, *bench)
}

// conformance are the rules of [TestProvider], whose documentation explains them.
func conformance() []conformanceRule {
	return []conformanceRule{
		{"has a name", ruleName},
		{"accepts its evidence and no other", ruleAccepts},
		{"has rules that can decide", ruleRules},
		{"gives every case its code, decided as its rules say", ruleCases},
		{"promises a false-accept rate or refuses it", ruleMaxFAR},
		{"takes every form of evidence", ruleEvidence},
		{"sends the first evidence that it accepts", ruleFirstEvidence},
		{"asks only checked questions", ruleQuestion},
		{"returns when the context has ended", ruleEndedContext},
		{"returns when the context ends", ruleContextEnds},
		{"reports an unreachable vendor", ruleUnreachable},
		{"reports an unanswered call and does not repeat it", ruleUnanswered},
		{"refuses a broken answer", ruleBrokenAnswers},
		{"understands a gateway's refusal", ruleGatewayRefusals},
		{"follows no redirect", ruleRedirect},
		{"shows no personal data", rulePrivacy},
		{"shows no key", ruleKeys},
		{"serves concurrent callers", ruleConcurrent},
	}
}

// keysOf are the vendor's credentials except plain numbers.
func keysOf(vendor string) []string {
	var keys []string
	for _, key := range Credentials(vendor) {
		if strings.Trim(key, "0123456789") != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func casesFor(vendor string) []Case {
	var cases []Case
	for _, p := range Persons() {
		cases = append(cases, Case{p.Name, p.IDNumber, p.CodeAt(vendor)})
	}
	return cases
}

// bench is one provider under test with its vendor's server.
type bench struct {
	Harness
	gate     *gate
	server   *httptest.Server
	provider idverify.Provider
}

func newBench(t *testing.T, h Harness) *bench {
	t.Helper()
	b := &bench{Harness: h, gate: newGate(h.StandIn)}
	b.server = httptest.NewServer(b.gate)
	t.Cleanup(func() {
		b.gate.release()
		b.server.Close()
	})
	var err error
	b.provider, err = h.New(t, b.baseURL(b.server.URL), b.server.Client())
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return b
}

func (b *bench) baseURL(root string) string {
	if b.Vendor != "" {
		return BaseURLAt(root, b.Vendor)
	}
	return root
}

// match returns a request that passes.
func (b *bench) match() *idverify.Request { return b.request(b.Cases[0], b.Evidence[0]) }

func (b *bench) request(c Case, evidence ...idverify.Evidence) *idverify.Request {
	return &idverify.Request{Name: c.Name, IDNumber: c.IDNumber, Evidence: evidence}
}

// warm makes one call that passes, so that things the provider fetches once, such
// as a token, are there; then it starts to count.
func (b *bench) warm(t *testing.T) {
	t.Helper()
	if _, err := b.ask(t.Context(), b.match()); err != nil {
		t.Fatalf("a match failed: %v", err)
	}
	b.gate.reset()
}

// ask asks the provider as a Client does: an invalid request never reaches it.
func (b *bench) ask(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	q, err := req.Question(b.provider)
	if err != nil {
		return idverify.HoldToContract(b.provider.Name(), nil, err)
	}
	return b.provider.Ask(ctx, q)
}

// fails asks and requires an *idverify.Error from the provider.
func (b *bench) fails(t *testing.T, ctx context.Context, req *idverify.Request) *idverify.Error {
	t.Helper()
	res, err := b.ask(ctx, req)
	return b.mustError(t, res, err)
}

func (b *bench) mustError(t *testing.T, res *idverify.Result, err error) *idverify.Error {
	t.Helper()
	if res != nil {
		t.Fatalf("got a result with or without an error: %v", res)
	}
	e, ok := err.(*idverify.Error)
	if !ok {
		t.Fatalf("got %T, want an *idverify.Error", err)
	}
	if e.Vendor != b.provider.Name() {
		t.Errorf("Error.Vendor is %q, want %q", e.Vendor, b.provider.Name())
	}
	if e.Code == "" || e.Code.IsDecision() {
		t.Errorf("an error has the code %q", e.Code)
	}
	return e
}
