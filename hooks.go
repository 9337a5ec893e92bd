package idverify

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"
)

// Hooks are functions that a [Client] calls; a nil one is skipped. Their arguments
// contain no personal data. They are called concurrently. A panic in a hook is
// dropped and noted by [WithLogger], so that it costs nobody a decision.
type Hooks struct {
	// Call is called when a Verify begins; the function that it returns, if not
	// nil, is called when the Verify has ended. The call continues with the context
	// that Call returns, if not nil: a tracer puts its span there.
	Call func(ctx context.Context, start CallStart) (context.Context, func(CallEnd))
	// Attempt is called when an attempt begins, before the wait for the limiter;
	// the function that it returns is called when the attempt has ended. It is also
	// called for a provider that is passed over.
	Attempt func(ctx context.Context, start AttemptStart) (context.Context, func(Attempt))
	// Claim is called when a call begins to wait for another process, which has
	// claimed the same question in the [Ledger] of [WithLedger], and the function that
	// it returns when the wait has ended. The context that it returns, if not nil, is
	// that of the ledger's calls while it lasts.
	Claim func(ctx context.Context, start ClaimStart) (context.Context, func(ClaimEnd))
	// Circuit is called when the circuit of a vendor has changed its state.
	Circuit func(CircuitChange)
	// Store is called when a call of a store failed, timed out or was skipped.
	Store func(StoreEvent)
}

// CallStart is what is known when a call begins.
type CallStart struct {
	// ID is a random id of this call, 16 hexadecimal digits. The lines of
	// [WithLogger] carry it as "call".
	ID string
	At time.Time
}

// CallEnd is how a call ended: a Result or an Err, as Verify returns them.
type CallEnd struct {
	ID       string
	At       time.Time // when it began
	Duration time.Duration
	Code     Code
	Advice   Advice
	Result   *Result
	Err      error
}

// AttemptStart is what is known when an attempt begins.
type AttemptStart struct {
	// CallID is the ID of the call.
	CallID string
	Vendor string
	// Number is 1 for the first attempt of a call.
	Number int
	At     time.Time
	// Wait is the backoff before the attempt.
	Wait time.Duration
}

// ClaimStart is what is known when a call begins to wait for another process.
type ClaimStart struct {
	// CallID is the ID of the call.
	CallID string
	At     time.Time
}

// ClaimEnd is how a wait for another process ended.
type ClaimEnd struct {
	CallID   string
	At       time.Time // when it began
	Duration time.Duration
	// State is the answer to the last claim: ClaimKept when the other process's answer
	// has come, ClaimMine when it left the question free and this call asks. It is
	// ClaimHeld when the caller left first, and empty when the ledger failed.
	State ClaimState
}

// CircuitState is the state of a vendor's circuit breaker.
type CircuitState string

// The states of a circuit.
const (
	CircuitClosed   CircuitState = "closed"    // the vendor is asked
	CircuitOpen     CircuitState = "open"      // the vendor is passed over
	CircuitHalfOpen CircuitState = "half_open" // one call tests the vendor
)

// CircuitChange is a change of a vendor's circuit.
type CircuitChange struct {
	Vendor   string
	From, To CircuitState
}

// StoreReason says what went wrong with a call of a store.
type StoreReason string

// The reasons of a StoreEvent.
const (
	StoreFailed  StoreReason = "error"   // the store returned an error
	StoreTimeout StoreReason = "timeout" // it did not answer within its time limit
	// StorePaused: it was not called, because 64 earlier calls have not returned, or it
	// said so itself by an error that matches [ErrStorePaused].
	StorePaused StoreReason = "paused"
)

// ErrStorePaused is for the errors of a store that did not call its server, because an
// earlier call failed a moment ago: a circuit breaker of its own. [Hooks].Store and
// [SharedRate].OnStore are then told StorePaused in place of StoreFailed. For callers it
// is an error like any other.
var ErrStorePaused = errors.New("idverify: the store was not called, because it failed a moment ago")

// StoreEvent is a call of a store that failed, was late, or was not made.
type StoreEvent struct {
	// Store is "person" for a [PersonStore], "result" for a [ResultStore], "claim"
	// for a [Ledger], "rate" for a [StartSource]. Operation is the method: "take" or
	// "return", "load" or "save", "claim" or "settle" ("open" where what was kept
	// cannot be believed), "reserve".
	Store, Operation string
	Duration         time.Duration
	Reason           StoreReason
}

// isWatched reports whether any hook wants calls or attempts.
func (c *Client) isWatched() bool { return len(c.hooks) > 0 }

// newCallID makes the id of a call.
func newCallID() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id[:])
}

// guarded runs a hook and recovers its panic. The panic's value is not logged,
// because it may contain anything.
func (c *Client) guarded(which string, hook func()) {
	returned := false
	defer func() {
		if recover() != nil || !returned {
			c.noteBrokenHook(which)
		}
	}()
	hook()
	returned = true
}

// callBegins calls the hooks. It returns the context of the call and what to run at
// its end.
func (c *Client) callBegins(ctx context.Context, start CallStart) (context.Context, func(CallEnd)) {
	return begins(ctx, c, "Call", start, func(h Hooks) beginning[CallStart, CallEnd] { return h.Call })
}

// attemptBegins is callBegins for an attempt.
func (c *Client) attemptBegins(ctx context.Context, start AttemptStart) (context.Context, func(Attempt)) {
	return begins(ctx, c, "Attempt", start, func(h Hooks) beginning[AttemptStart, Attempt] { return h.Attempt })
}

// claimBegins is callBegins for the wait for another process.
func (c *Client) claimBegins(ctx context.Context, start ClaimStart) (context.Context, func(ClaimEnd)) {
	return begins(ctx, c, "Claim", start, func(h Hooks) beginning[ClaimStart, ClaimEnd] { return h.Claim })
}

// beginning is a hook that is called when something begins.
type beginning[S, E any] func(context.Context, S) (context.Context, func(E))

// begins calls one hook of each, and gives what calls the functions that they returned,
// the last one first.
func begins[S, E any](ctx context.Context, c *Client, which string, start S, of func(Hooks) beginning[S, E]) (context.Context, func(E)) {
	var ends []func(E)
	for _, h := range c.hooks {
		hook := of(h)
		if hook == nil {
			continue
		}
		c.guarded(which, func() {
			own, end := hook(ctx, start)
			if own != nil {
				ctx = own
			}
			if end != nil {
				ends = append(ends, end)
			}
		})
	}
	return ctx, func(e E) {
		for i := len(ends) - 1; i >= 0; i-- {
			c.guarded(which, func() { ends[i](e) })
		}
	}
}

func (c *Client) circuitChanged(change CircuitChange) {
	for _, h := range c.hooks {
		if h.Circuit != nil {
			c.guarded("Circuit", func() { h.Circuit(change) })
		}
	}
}

func (c *Client) storeEvent(e StoreEvent) {
	for _, h := range c.hooks {
		if h.Store != nil {
			c.guarded("Store", func() { h.Store(e) })
		}
	}
}
