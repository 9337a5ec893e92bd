package idverifytest

import (
	"context"
	"errors"
	"testing"

	"github.com/idverify/idverify"
)

// LedgerHarness tells [TestLedger] how to make the ledger under test.
type LedgerHarness struct {
	StoreSetting
	// New makes a ledger as one process would. It may be called again, for another
	// process with the same backend.
	New func(tb testing.TB) idverify.Ledger
}

// TestLedger is the conformance suite for every [idverify.Ledger].
func TestLedger(t *testing.T, h LedgerHarness) {
	t.Helper()
	if h.New == nil {
		t.Fatal("idverifytest: the harness needs New")
	}
	h.run(t, h.rules())
}

func (h LedgerHarness) rules() []storeRule {
	rule := func(name string, run func(*claimBench)) storeRule {
		return storeRule{name, func(tb testing.TB) { run(h.bench(tb)) }}
	}
	return append([]storeRule{
		rule("gives a question to one of many claimers", ruleOneOfACrowd),
		rule("holds a question, then keeps its answer", ruleHeldThenKept),
		rule("lets the next one ask after a free call", ruleFree),
		rule("reports a question as ambiguous for ever after its hold", rulePastUntil),
		rule("accepts the late answer of a claimer", ruleLateAnswer),
		rule("detects another print under the same id", ruleConflict),
		rule("claims once for one holder", ruleClaimAgain),
		rule("settles once", ruleSettleAgain),
		rule("refuses the settlement of another holder", ruleStranger),
		rule("repeats only questions without a decision", ruleRepeat),
		rule("lets one of many repeat a question", ruleRepeatCrowd),
		rule("refuses the settlement of a replaced holder", ruleRepeatFence),
		rule("keeps an answer byte for byte", ruleAnswerBytes),
		rule("keeps answers of its own", ruleOwnBytes),
		rule("holds a question for as long as the claimer said", ruleHoldLength),
		rule("keeps an answer when the hold has passed", ruleKeptPastHold),
		rule("keeps nothing of a question that is repeated", ruleRepeatAfresh),
		rule("compares ids, prints and holders to the last digit", ruleWhole),
		rule("gives a question to one when it is freed many times", ruleFreeCrowd),
		rule("accepts a late answer or a repetition", ruleRepeatOrLate),
		rule("returns when the context has ended", ruleLedgerEnded),
	}, h.outage(func(tb testing.TB) (map[string]func(context.Context) error, []string) {
		b := h.bench(tb)
		r := b.request()
		b.claim(b.first, r, idverify.ClaimMine)
		s := idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: idverify.OutcomeDecided, Answer: []byte(`{"mac":"0000000000000000"}`)}
		return map[string]func(context.Context) error{
			"Claim":  func(ctx context.Context) error { _, err := b.first.Claim(ctx, r); return err },
			"Settle": func(ctx context.Context) error { return b.first.Settle(ctx, s) },
		}, []string{r.ID, r.Print, r.Holder, "0000000000000000"}
	})...)
}

// claimBench is a ledger under test, seen from two processes.
type claimBench struct {
	testing.TB
	LedgerHarness
	first, second idverify.Ledger
	id, print     string
}

func (h LedgerHarness) bench(tb testing.TB) *claimBench {
	return &claimBench{TB: tb, LedgerHarness: h, first: h.New(tb), second: h.New(tb), id: digits(64), print: digits(64)}
}

// request is a new claim of the bench's question.
func (b *claimBench) request() idverify.ClaimRequest {
	return idverify.ClaimRequest{ID: b.id, Print: b.print, Holder: digits(32), Hold: b.ticks(50)}
}

func (b *claimBench) repetition() idverify.ClaimRequest {
	r := b.request()
	r.Repeat = true
	return r
}

// claim makes a claim and requires the state.
func (b *claimBench) claim(l idverify.Ledger, r idverify.ClaimRequest, want idverify.ClaimState) idverify.Claim {
	b.Helper()
	ctx, cancel := within(b)
	defer cancel()
	claim, err := l.Claim(ctx, r)
	if err != nil {
		b.Fatalf("Claim: %T", err)
	}
	if claim.State != want {
		b.Errorf("Claim said %q, want %q", claim.State, want)
	}
	return claim
}

// kept makes a claim and requires a kept answer.
func (b *claimBench) kept(l idverify.Ledger, want string) {
	b.Helper()
	if got := b.claim(l, b.request(), idverify.ClaimKept).Answer; string(got) != want {
		b.Errorf("the kept answer is %q, want %q", got, want)
	}
}

func (b *claimBench) settle(l idverify.Ledger, r idverify.ClaimRequest, outcome idverify.ClaimOutcome, answer string) error {
	b.Helper()
	ctx, cancel := within(b)
	defer cancel()
	s := idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: outcome}
	if answer != "" {
		s.Answer = []byte(answer)
	}
	return l.Settle(ctx, s)
}

func (b *claimBench) settled(l idverify.Ledger, r idverify.ClaimRequest, outcome idverify.ClaimOutcome, answer string) {
	b.Helper()
	switch err := b.settle(l, r, outcome, answer); {
	case errors.Is(err, idverify.ErrClaimLost):
		b.Errorf("Settle as %s said that the claim is lost, and it is this holder's", outcome)
	case err != nil:
		b.Errorf("Settle as %s: %T", outcome, err)
	}
}
