package idverify

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/flight"
	"github.com/idverify/idverify/internal/redact"
)

// claims connects a Client to its ledger.
type claims struct {
	ledger  Ledger
	secret  redact.Secret
	claimed aside.Desk // for Claim
	settled aside.Desk // for Settle, apart from Claim: hung claims must not delay a settlement
}

const (
	claimTimeout  = 2 * time.Second
	settleTimeout = 2 * time.Second
	// settleAfterLeaving limits the settlement of a call whose callers have left.
	settleAfterLeaving = 300 * time.Millisecond
	// settleInBackground is how long a failed settlement is retried.
	settleInBackground = 30 * time.Second
	// longestHold caps how much of the caller's remaining time goes into a claim's
	// Hold.
	longestHold = 2 * time.Minute
	// Bounds of the wait before asking again about a held claim.
	firstLook, lastLook = 20 * time.Millisecond, 200 * time.Millisecond
)

// askClaimed asks the vendors if this process gets the claim, and otherwise waits
// for the answer of the process that holds it.
func (c *Client) askClaimed(ctx context.Context, q keyed, ask func() (*Result, error)) (*Result, error) {
	claim, holder, err := c.claimOrWait(ctx, q)
	if err != nil {
		return nil, err
	}
	switch claim.State {
	case ClaimMine:
		return c.askAndSettle(ctx, q, holder, ask)
	case ClaimKept:
		return c.openKept(q, claim.Answer)
	case ClaimAmbiguous:
		return nil, undecided(nil).from(OriginLedger)
	case ClaimConflict:
		return nil, beforehand(otherQuestion())
	}
	c.storeEvent(StoreEvent{Store: "claim", Operation: "claim", Reason: StoreFailed})
	return nil, beforehand(noClaim(nil))
}

// claimOrWait claims a question, again and again while another process has it. Its
// error is an *Error.
func (c *Client) claimOrWait(ctx context.Context, q keyed) (claim Claim, holder string, err error) {
	ended := func() {}
	defer func() { ended() }()
	for looks := 0; ; looks++ {
		r := ClaimRequest{ID: q.id, Print: q.print, Holder: newTryID(), Hold: c.hold(ctx)}
		r.Repeat = q.repeat && looks == 0 // who has waited wants that answer, and no further call
		if claim, err = c.claim(ctx, r); err != nil {
			return Claim{}, "", beforehand(err)
		}
		if claim.State != ClaimHeld {
			return claim, r.Holder, nil
		}
		if looks == 0 && c.isWatched() {
			var tell func(ClaimEnd)
			start := ClaimStart{CallID: q.callID, At: time.Now()}
			ctx, tell = c.claimBegins(ctx, start)
			ended = func() {
				tell(ClaimEnd{CallID: start.CallID, At: start.At, Duration: time.Since(start.At), State: claim.State})
			}
		}
		if !pause(ctx, untilNextLook(looks, claim.Left)) {
			return claim, "", othersAsk(ctx).from(OriginLedger)
		}
	}
}

// hold is the Hold of a claim: the time the caller waits, plus one attempt.
func (c *Client) hold(ctx context.Context) time.Duration {
	left := longestHold
	if deadline, ok := ctx.Deadline(); ok {
		left = max(0, min(left, time.Until(deadline)))
	}
	var attempt time.Duration
	for _, v := range c.vendors {
		attempt = max(attempt, v.policy.Timeout)
	}
	return left + attempt
}

// untilNextLook doubles with every look and is jittered, because many processes may
// wait for the same answer.
func untilNextLook(looks int, left time.Duration) time.Duration {
	wait := lastLook
	if looks < 4 {
		wait = min(wait, firstLook<<looks)
	}
	wait = wait/2 + time.Duration(rand.Int64N(int64(wait/2)))
	if left > 0 {
		wait = min(wait, left)
	}
	return wait
}

// claim makes one claim. Its error is an *Error. If the claim fails but may have
// been taken, it is released, also when the ledger panics, because nothing will be
// sent under it.
func (c *Client) claim(ctx context.Context, r ClaimRequest) (Claim, error) {
	began := time.Now()
	var over atomic.Bool // nobody waits for Claim any more
	returned := false
	defer func() {
		if !returned {
			go c.unclaim(ctx, r)
		}
	}()
	claim, err := aside.Ask(flight.Undated(ctx), &c.claims.claimed, claimTimeout, func(ctx context.Context) (Claim, error) {
		defer func() {
			if over.Load() { // released above perhaps before the claim was recorded, so release again
				c.unclaim(ctx, r)
			}
		}()
		return c.claims.ledger.Claim(ctx, r)
	})
	returned = true
	if err = askable(err); err == nil {
		return claim, nil
	}
	if !errors.Is(err, aside.ErrBusy) {
		over.Store(true)
		go c.unclaim(ctx, r)
	}
	if ctx.Err() != nil {
		return Claim{}, left(ctx, "", " while the ledger was asked")
	}
	c.storeEvent(StoreEvent{Store: "claim", Operation: "claim", Duration: time.Since(began), Reason: reasonOf(err)})
	return Claim{}, noClaim(err)
}

// unclaim releases a claim that may have been taken although no answer came. If
// that fails, the question becomes ambiguous.
func (c *Client) unclaim(ctx context.Context, r ClaimRequest) {
	_ = c.settle(context.WithoutCancel(ctx), Settlement{ID: r.ID, Holder: r.Holder, Outcome: OutcomeFree}, settleTimeout)
}

// askAndSettle asks the vendors and settles the claim before any caller is told. A
// call that panics is settled as possibly billed.
func (c *Client) askAndSettle(ctx context.Context, q keyed, holder string, ask func() (*Result, error)) (res *Result, err error) {
	s := Settlement{ID: q.id, Holder: holder, Outcome: OutcomeAmbiguous}
	defer func() { c.settleFor(ctx, s) }()
	s.Answer = c.sealAnswer(q, nil, unanswered(CodeUnknown, "", "the call ended without an answer", nil))
	res, err = ask()
	s.Outcome, s.Answer = c.settlementOf(q, res, err)
	return res, err
}

// settlementOf describes how a call ended, for the ledger.
func (c *Client) settlementOf(q keyed, res *Result, err error) (ClaimOutcome, []byte) {
	if err == nil {
		return OutcomeDecided, c.sealAnswer(q, res, nil)
	}
	var e *Error
	if !errors.As(askable(err), &e) || e == nil {
		e = unanswered(CodeUnknown, "", "the call ended without an answer", nil)
	}
	switch {
	case !e.MayHaveCost():
		return OutcomeFree, nil
	case e.Ambiguous():
		return OutcomeAmbiguous, c.sealAnswer(q, nil, e)
	}
	return OutcomeFailed, c.sealAnswer(q, nil, e)
}

// settleFor settles a claim while its callers wait. If that fails, they get their
// answer anyway and it is retried in the background. In the worst case others take
// the question for ambiguous.
func (c *Client) settleFor(ctx context.Context, s Settlement) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	limit := settleTimeout
	if ctx.Err() != nil {
		limit = settleAfterLeaving
	}
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(settleAfterLeaving, cancel) })
	began := time.Now()
	err := c.settle(own, s, limit)
	stop()
	cancel()
	if err == nil {
		return
	}
	c.settleFailed(began, err)
	if !errors.Is(err, ErrClaimLost) {
		go c.settleLater(context.WithoutCancel(ctx), s)
	}
}

// settleLater retries a settlement in the background, and reports to the hooks when
// it gives up.
func (c *Client) settleLater(ctx context.Context, s Settlement) {
	ctx, cancel := context.WithTimeout(ctx, settleInBackground)
	defer cancel()
	began := time.Now()
	for wait := 100 * time.Millisecond; pause(ctx, wait); wait = min(2*wait, settleTimeout) {
		err := c.settle(ctx, s, settleTimeout)
		switch {
		case err == nil:
			return
		case errors.Is(err, ErrClaimLost):
			c.settleFailed(began, err)
			return
		}
	}
	c.settleFailed(began, context.DeadlineExceeded)
}

// settle calls the ledger once. A panic of the ledger becomes an error, because no
// caller would recover it.
func (c *Client) settle(ctx context.Context, s Settlement, limit time.Duration) (err error) {
	err = errSettlePanicked
	defer func() { _ = recover() }()
	_, err = aside.Ask(ctx, &c.claims.settled, limit, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, c.claims.ledger.Settle(ctx, s)
	})
	return askable(err)
}

var errSettlePanicked = errors.New("idverify: the ledger panicked")

func (c *Client) settleFailed(began time.Time, err error) {
	c.storeEvent(StoreEvent{Store: "claim", Operation: "settle", Duration: time.Since(began), Reason: reasonOf(err)})
}
