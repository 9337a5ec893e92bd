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

// claims is a ledger as a Client uses it.
type claims struct {
	ledger  Ledger
	secret  redact.Secret
	claimed aside.Desk // for Claim
	settled aside.Desk // for Settle: claims that hang keep no answer away
}

const (
	claimTimeout  = 2 * time.Second
	settleTimeout = 2 * time.Second
	// settleAfterLeaving is for a settlement whose caller has left.
	settleAfterLeaving = 300 * time.Millisecond
	// settleInBackground is for how long a settlement that failed is tried again.
	settleInBackground = 30 * time.Second
	// longestHold is the most of a caller's time that a claim counts on.
	longestHold = 2 * time.Minute
	// A held claim is asked about again after these waits.
	firstLook, lastLook = 20 * time.Millisecond, 200 * time.Millisecond
)

// askClaimed asks the vendors if the question is nobody else's, and waits for the
// answer of whoever has it otherwise.
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

// hold is how long a claim may count as alive: as long as a caller waits, and one
// attempt more.
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

// untilNextLook doubles with every look, and is a random share of that: many
// processes may wait for one answer.
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

// claim makes one claim. Its error is an *Error. What was claimed all the same is
// freed, because nobody sends; also when the ledger panics.
func (c *Client) claim(ctx context.Context, r ClaimRequest) (Claim, error) {
	began := time.Now()
	var over atomic.Bool // Claim has ended, or nobody waits for it any more
	returned := false
	defer func() {
		if !returned {
			go c.unclaim(ctx, r)
		}
	}()
	claim, err := aside.Ask(flight.Undated(ctx), &c.claims.claimed, claimTimeout, func(ctx context.Context) (Claim, error) {
		defer func() {
			if over.Swap(true) { // what was freed meanwhile was perhaps not claimed yet
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

// unclaim frees what a claim without an answer may have taken. If that fails, the
// question becomes ambiguous.
func (c *Client) unclaim(ctx context.Context, r ClaimRequest) {
	_ = c.settle(context.WithoutCancel(ctx), Settlement{ID: r.ID, Holder: r.Holder, Outcome: OutcomeFree}, settleTimeout)
}

// askAndSettle asks the vendors and settles the claim before anybody is told. A call
// that panics is one that may have been billed.
func (c *Client) askAndSettle(ctx context.Context, q keyed, holder string, ask func() (*Result, error)) (res *Result, err error) {
	s := Settlement{ID: q.id, Holder: holder, Outcome: OutcomeAmbiguous}
	defer func() { c.settleFor(ctx, s) }()
	s.Answer = c.sealAnswer(q, nil, unanswered(CodeUnknown, "", "the call ended without an answer", nil))
	res, err = ask()
	s.Outcome, s.Answer = c.settlementOf(q, res, err)
	return res, err
}

// settlementOf is how a call ended for the ledger.
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

// settleFor settles a claim while its callers wait, and goes on without them when
// that fails. The worst that comes of it is an answer that others take for lost.
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

// settleLater tries again for a while, and says so when that was for nothing.
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

// settle makes one try. A panic of the ledger is an error: nobody waits for it.
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
