package idverifytest

import (
	"errors"
	"strings"
	"sync/atomic"

	"github.com/idverify/idverify"
)

// crowdOf claims concurrently from both processes. It returns how many got
// ClaimMine.
func (b *claimBench) crowdOf(request func() idverify.ClaimRequest, others idverify.ClaimState) int32 {
	var mine atomic.Int32
	ledgers := []idverify.Ledger{b.first, b.second}
	crowd(20, func(i int) {
		ctx, cancel := within(b)
		defer cancel()
		claim, err := ledgers[i%2].Claim(ctx, request())
		switch {
		case err != nil:
			b.Errorf("Claim: %T", err)
		case claim.State == idverify.ClaimMine:
			mine.Add(1)
		case claim.State != others:
			b.Errorf("Claim said %q, want %q", claim.State, others)
		}
	})
	return mine.Load()
}

func ruleOneOfACrowd(b *claimBench) {
	for range 5 {
		b.id, b.print = digits(64), digits(64)
		if n := b.crowdOf(b.request, idverify.ClaimHeld); n != 1 {
			b.Errorf("%d of 20 were told that the question is theirs", n)
		}
	}
}

func ruleHeldThenKept(b *claimBench) {
	mine := b.request()
	b.claim(b.first, mine, idverify.ClaimMine)
	for _, l := range []idverify.Ledger{b.first, b.second} {
		held := b.claim(l, b.request(), idverify.ClaimHeld)
		if held.Left <= 0 || held.Left > mine.Hold {
			b.Errorf("%s are left of a hold of %s", held.Left, mine.Hold)
		}
	}
	b.settled(b.first, mine, idverify.OutcomeDecided, "answer")
	b.kept(b.first, "answer")
	b.kept(b.second, "answer")
	for _, outcome := range []idverify.ClaimOutcome{idverify.OutcomeFailed, idverify.OutcomeAmbiguous} {
		b.id = digits(64)
		other := b.request()
		b.claim(b.first, other, idverify.ClaimMine)
		b.settled(b.first, other, outcome, string(outcome))
		b.kept(b.second, string(outcome))
	}
}

func ruleFree(b *claimBench) {
	mine, next := b.request(), b.request()
	b.claim(b.first, mine, idverify.ClaimMine)
	b.settled(b.first, mine, idverify.OutcomeFree, "")
	next.Print = digits(64) // the row is gone, and its print too
	b.print = next.Print
	b.claim(b.second, next, idverify.ClaimMine)
	b.lost(mine, idverify.OutcomeFree, "") // a second time, after the next one has the row
	b.lost(mine, idverify.OutcomeDecided, "too late")
	b.claim(b.first, b.request(), idverify.ClaimHeld)
	b.settled(b.second, next, idverify.OutcomeDecided, "answer")
	b.kept(b.first, "answer")
}

func rulePastUntil(b *claimBench) {
	gone := b.request()
	gone.Hold = b.ticks(2)
	b.claim(b.first, gone, idverify.ClaimMine)
	b.claim(b.second, b.request(), idverify.ClaimHeld)
	for range 3 { // the claim is never taken over
		b.wait(b.ticks(3))
		b.claim(b.first, b.request(), idverify.ClaimAmbiguous)
		b.claim(b.second, b.request(), idverify.ClaimAmbiguous)
	}
}

func ruleLateAnswer(b *claimBench) {
	for _, outcome := range []idverify.ClaimOutcome{idverify.OutcomeDecided, idverify.OutcomeFailed, idverify.OutcomeAmbiguous, idverify.OutcomeFree} {
		b.id = digits(64)
		late := b.request()
		late.Hold = b.ticks(1)
		b.claim(b.first, late, idverify.ClaimMine)
		b.wait(b.ticks(2))
		b.claim(b.second, b.request(), idverify.ClaimAmbiguous)
		if outcome == idverify.OutcomeFree {
			b.settled(b.first, late, outcome, "")
			b.claim(b.second, b.request(), idverify.ClaimMine)
			continue
		}
		b.settled(b.first, late, outcome, "late")
		b.kept(b.second, "late")
	}
}

// ruleConflict claims with another print in every state of the row, plainly and as a
// repetition.
func ruleConflict(b *claimBench) {
	conflicts := func(when string) {
		b.Helper()
		for _, r := range []idverify.ClaimRequest{b.request(), b.repetition()} {
			r.Print = digits(64)
			if c := b.claim(b.second, r, idverify.ClaimConflict); len(c.Answer) > 0 || c.Left != 0 {
				b.Errorf("another question was told about this one, which was %s", when)
			}
		}
	}
	for _, outcome := range []idverify.ClaimOutcome{idverify.OutcomeFailed, idverify.OutcomeAmbiguous, idverify.OutcomeDecided} {
		b.id = digits(64)
		mine := b.request()
		if outcome == idverify.OutcomeFailed {
			mine.Hold = b.ticks(2)
		}
		b.claim(b.first, mine, idverify.ClaimMine)
		conflicts("in flight")
		if outcome == idverify.OutcomeFailed {
			b.wait(b.ticks(3))
			conflicts("past its hold")
		}
		b.settled(b.first, mine, outcome, "answer")
		conflicts(string(outcome))
		b.kept(b.first, "answer")
	}
}

func ruleClaimAgain(b *claimBench) {
	mine := b.request()
	mine.Hold = b.ticks(4)
	b.claim(b.first, mine, idverify.ClaimMine)
	b.wait(b.ticks(2))
	b.claim(b.second, mine, idverify.ClaimMine) // as if the answer to the first was lost
	b.wait(b.ticks(3))
	b.claim(b.second, b.request(), idverify.ClaimAmbiguous) // Hold did not start again
	b.claim(b.second, mine, idverify.ClaimMine)             // it is still the holder's
	b.claim(b.first, b.request(), idverify.ClaimAmbiguous)
	b.settled(b.first, mine, idverify.OutcomeDecided, "answer")
	b.claim(b.first, mine, idverify.ClaimKept)
	repeated := mine
	repeated.Repeat = true
	b.claim(b.first, repeated, idverify.ClaimKept)
}

func ruleSettleAgain(b *claimBench) {
	for _, outcome := range []idverify.ClaimOutcome{idverify.OutcomeDecided, idverify.OutcomeFailed, idverify.OutcomeAmbiguous} {
		b.id = digits(64)
		mine := b.request()
		b.claim(b.first, mine, idverify.ClaimMine)
		for range 2 { // as if the answer to the first was lost
			b.settled(b.first, mine, outcome, "answer")
			b.settled(b.second, mine, outcome, "answer")
		}
		b.kept(b.second, "answer")
		_ = b.settle(b.first, mine, idverify.OutcomeFree, "")
		_ = b.settle(b.first, mine, idverify.OutcomeAmbiguous, "other")
		b.kept(b.second, "answer") // the first settlement stands
	}
	b.id = digits(64)
	free := b.request()
	b.claim(b.first, free, idverify.ClaimMine)
	b.settled(b.first, free, idverify.OutcomeFree, "")
	b.settled(b.first, free, idverify.OutcomeFree, "")
	b.claim(b.second, b.request(), idverify.ClaimMine)
}

// lost requires that a settlement without a claim is refused.
func (b *claimBench) lost(r idverify.ClaimRequest, outcome idverify.ClaimOutcome, answer string) {
	b.Helper()
	if err := b.settle(b.second, r, outcome, answer); !errors.Is(err, idverify.ErrClaimLost) {
		b.Errorf("Settle as %s without a claim gave %T, want ErrClaimLost", outcome, err)
	}
}

func ruleStranger(b *claimBench) {
	mine, stranger := b.request(), b.request()
	b.lost(stranger, idverify.OutcomeDecided, "forged") // there is no row
	b.claim(b.first, mine, idverify.ClaimMine)
	b.lost(stranger, idverify.OutcomeDecided, "forged")
	b.lost(stranger, idverify.OutcomeFree, "")
	b.claim(b.second, b.request(), idverify.ClaimHeld)
	b.settled(b.first, mine, idverify.OutcomeFailed, "answer")
	b.lost(stranger, idverify.OutcomeDecided, "forged")
	b.lost(stranger, idverify.OutcomeFree, "")
	b.kept(b.first, "answer")
}

func ruleRepeat(b *claimBench) {
	mine := b.repetition()
	mine.Hold = b.ticks(2)
	b.claim(b.first, mine, idverify.ClaimMine) // a row that does not exist
	b.claim(b.second, b.repetition(), idverify.ClaimHeld)
	b.wait(b.ticks(3))
	for _, outcome := range []idverify.ClaimOutcome{idverify.OutcomeFailed, idverify.OutcomeAmbiguous, idverify.OutcomeDecided} {
		next := b.repetition() // after its hold, failed, ambiguous
		b.claim(b.second, next, idverify.ClaimMine)
		b.claim(b.first, next, idverify.ClaimMine)
		b.claim(b.first, b.repetition(), idverify.ClaimHeld)
		b.settled(b.second, next, outcome, string(outcome))
		b.kept(b.first, string(outcome))
	}
	if c := b.claim(b.first, b.repetition(), idverify.ClaimKept); string(c.Answer) != string(idverify.OutcomeDecided) {
		b.Errorf("a decision was repeated: %q", c.Answer)
	}
}

func ruleRepeatCrowd(b *claimBench) {
	mine := b.request()
	b.claim(b.first, mine, idverify.ClaimMine)
	b.settled(b.first, mine, idverify.OutcomeAmbiguous, "answer")
	if n := b.crowdOf(b.repetition, idverify.ClaimHeld); n != 1 {
		b.Errorf("%d of 20 repeat one question", n)
	}
}

func ruleRepeatFence(b *claimBench) {
	slow := b.request()
	slow.Hold = b.ticks(1)
	b.claim(b.first, slow, idverify.ClaimMine)
	b.wait(b.ticks(2))
	next := b.repetition()
	b.claim(b.first, next, idverify.ClaimMine)
	b.lost(slow, idverify.OutcomeFree, "")
	b.lost(slow, idverify.OutcomeDecided, "too late")
	b.claim(b.second, b.request(), idverify.ClaimHeld)
	b.settled(b.first, next, idverify.OutcomeDecided, "answer")
	b.lost(slow, idverify.OutcomeDecided, "too late")
	b.kept(b.second, "answer")
}

func ruleAnswerBytes(b *claimBench) {
	answer := `{"b" : 1.50, "a":"表格 \u4e00 'x' \\ <&>"}` + strings.Repeat(" ", 3) + strings.Repeat("0123456789", 2000)
	mine := b.request()
	b.claim(b.first, mine, idverify.ClaimMine)
	b.settled(b.first, mine, idverify.OutcomeDecided, answer)
	b.kept(b.second, answer)
}
