package idverifytest

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify"
)

// ruleHoldLength checks that a hold lasts as long as the claimer said, however short or
// long.
func ruleHoldLength(b *claimBench) {
	left := func(want time.Duration) {
		b.Helper()
		held := b.claim(b.second, b.request(), idverify.ClaimHeld)
		if off := (held.Left - want).Abs(); off > b.ticks(1) {
			b.Errorf("%s are left of a hold, and the ledger said %s", want, held.Left)
		}
	}
	long := b.request()
	long.Hold = 3 * time.Minute
	b.claim(b.first, long, idverify.ClaimMine)
	left(long.Hold)
	b.settled(b.first, long, idverify.OutcomeAmbiguous, "answer")
	again := b.repetition()
	again.Hold = b.ticks(8)
	b.claim(b.first, again, idverify.ClaimMine)
	left(again.Hold) // a repetition has a hold of its own
	b.wait(b.ticks(4))
	left(b.ticks(4))
	b.wait(b.ticks(5))
	b.claim(b.second, b.request(), idverify.ClaimAmbiguous)
}

// ruleKeptPastHold checks that a hold says nothing about a row that was settled.
func ruleKeptPastHold(b *claimBench) {
	outcomes := []idverify.ClaimOutcome{idverify.OutcomeDecided, idverify.OutcomeFailed, idverify.OutcomeAmbiguous}
	ids := make([]string, len(outcomes))
	for i, outcome := range outcomes {
		ids[i] = digits(64)
		b.id = ids[i]
		mine := b.request()
		mine.Hold = b.ticks(3)
		b.claim(b.first, mine, idverify.ClaimMine)
		b.settled(b.first, mine, outcome, string(outcome))
	}
	b.wait(b.ticks(4))
	for i, outcome := range outcomes {
		b.id = ids[i]
		b.kept(b.first, string(outcome))
		b.kept(b.second, string(outcome))
		want := idverify.ClaimMine
		if outcome == idverify.OutcomeDecided {
			want = idverify.ClaimKept
		}
		b.claim(b.second, b.repetition(), want)
	}
}

// ruleRepeatAfresh checks that a repetition leaves nothing of the row's past.
func ruleRepeatAfresh(b *claimBench) {
	failed := func() {
		b.id = digits(64)
		mine := b.request()
		b.claim(b.first, mine, idverify.ClaimMine)
		b.settled(b.first, mine, idverify.OutcomeFailed, "old")
	}
	failed()
	free := b.repetition()
	b.claim(b.second, free, idverify.ClaimMine)
	b.settled(b.second, free, idverify.OutcomeFree, "")
	b.claim(b.first, b.request(), idverify.ClaimMine) // the row is gone, not failed again

	failed()
	gone := b.repetition()
	gone.Hold = b.ticks(1)
	b.claim(b.second, gone, idverify.ClaimMine)
	b.wait(b.ticks(2))
	if c := b.claim(b.first, b.request(), idverify.ClaimAmbiguous); len(c.Answer) > 0 {
		b.Error("an ambiguous repetition was given the answer of the call before")
	}
}

// ruleWhole uses ids, prints and holders that differ in one digit.
func ruleWhole(b *claimBench) {
	mine := b.request()
	b.claim(b.first, mine, idverify.ClaimMine)
	for _, near := range []func(string) string{otherFirst, otherLast} {
		id, print, holder := b.request(), b.request(), mine
		id.ID, print.Print, holder.Holder = near(id.ID), near(print.Print), near(holder.Holder)
		b.claim(b.second, id, idverify.ClaimMine) // another question
		b.claim(b.second, print, idverify.ClaimConflict)
		b.claim(b.second, holder, idverify.ClaimHeld)
		b.lost(holder, idverify.OutcomeDecided, "forged")
		b.settled(b.second, id, idverify.OutcomeDecided, "other")
	}
	b.settled(b.first, mine, idverify.OutcomeDecided, "answer")
	b.kept(b.second, "answer")
}

// ruleOwnBytes changes what was given and what was returned.
func ruleOwnBytes(b *claimBench) {
	mine := b.request()
	b.claim(b.first, mine, idverify.ClaimMine)
	ctx, cancel := within(b)
	defer cancel()
	answer := []byte("answer")
	if err := b.first.Settle(ctx, idverify.Settlement{ID: mine.ID, Holder: mine.Holder, Outcome: idverify.OutcomeDecided, Answer: answer}); err != nil {
		b.Errorf("Settle: %T", err)
	}
	copy(answer, bytes.ToUpper(answer))
	c := b.claim(b.first, b.request(), idverify.ClaimKept)
	if string(c.Answer) != "answer" {
		b.Error("the kept answer changes with the slice that Settle was given")
	}
	copy(c.Answer, bytes.ToUpper(c.Answer))
	if c := b.claim(b.first, b.request(), idverify.ClaimKept); string(c.Answer) != "answer" {
		b.Error("the kept answer changes with the slice that Claim returned")
	}
}

// ruleFreeCrowd frees a question many times while others claim it.
func ruleFreeCrowd(b *claimBench) {
	ledgers := []idverify.Ledger{b.first, b.second}
	for range 5 {
		b.id = digits(64)
		free := b.request()
		b.claim(b.first, free, idverify.ClaimMine)
		var mine atomic.Int32
		crowd(12, func(i int) { // each frees as if the answer to the first was lost, and claims
			if err := b.settle(ledgers[i%2], free, idverify.OutcomeFree, ""); err != nil && !errors.Is(err, idverify.ErrClaimLost) {
				b.Errorf("Settle: %T", err)
			}
			ctx, cancel := within(b)
			defer cancel()
			if c, err := ledgers[i%2].Claim(ctx, b.request()); err == nil && c.State == idverify.ClaimMine {
				mine.Add(1)
			}
		})
		if n := mine.Load(); n != 1 {
			b.Errorf("%d of 12 were told that the question is theirs after it was freed once", n)
		}
	}
}

// ruleRepeatOrLate settles a question late while others repeat it: one of them wins.
func ruleRepeatOrLate(b *claimBench) {
	ledgers := []idverify.Ledger{b.first, b.second}
	for range 3 {
		b.id = digits(64)
		late := b.request()
		late.Hold = b.ticks(0.5)
		b.claim(b.first, late, idverify.ClaimMine)
		b.wait(b.ticks(1))
		var mine atomic.Int32
		var landed atomic.Bool
		crowd(9, func(i int) {
			if i == 4 {
				switch err := b.settle(b.first, late, idverify.OutcomeDecided, "late"); {
				case err == nil:
					landed.Store(true)
				case !errors.Is(err, idverify.ErrClaimLost):
					b.Errorf("Settle: %T", err)
				}
				return
			}
			ctx, cancel := within(b)
			defer cancel()
			if c, err := ledgers[i%2].Claim(ctx, b.repetition()); err == nil && c.State == idverify.ClaimMine {
				mine.Add(1)
			}
		})
		if n := mine.Load(); n > 1 || n == 1 == landed.Load() {
			b.Errorf("%d of 8 repeated a question, and the late answer landed: %v", n, landed.Load())
		}
	}
}

func ruleLedgerEnded(b *claimBench) {
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	mine := b.request()
	began := time.Now()
	_, _ = b.first.Claim(ctx, mine)
	_ = b.first.Settle(ctx, idverify.Settlement{ID: mine.ID, Holder: mine.Holder, Outcome: idverify.OutcomeFree})
	if took := time.Since(began); took > time.Second {
		b.Errorf("Claim and Settle took %s after their context had ended", took)
	}
}
