package idverify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/flight"
	"github.com/idverify/idverify/internal/redact"
	"github.com/idverify/idverify/internal/timelimit"
)

// vendor is a provider with the Client's state for it.
type vendor struct {
	Provider
	policy VendorPolicy
	checks int // how many kinds of checks a pass needs
	// ways say how each kind of check is decided, for a provider that publishes its
	// rules.
	ways map[CheckKind]DecidedBy
	// required are the kinds of checks that every pass must have.
	required []CheckKind
	circuit  *gobreaker.TwoStepCircuitBreaker[struct{}] // nil when it is off

	desk aside.Desk // for the limiter

	changed func(CircuitChange)
	mu      sync.Mutex // never held while a hook runs
	changes []CircuitChange
	telling bool
}

func newVendor(p Provider, policy VendorPolicy, required []CheckKind, changed func(CircuitChange)) *vendor {
	v := &vendor{
		Provider: p, policy: policy.withDefaults(), checks: len(kindsOf(p)), ways: waysOf(p), required: required, changed: changed,
	}
	if policy.Breaker.Off {
		return v
	}
	v.circuit = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:    p.Name(),
		Timeout: v.policy.Breaker.OpenFor,
		ReadyToTrip: func(counts gobreaker.Counts) bool {
			return counts.ConsecutiveFailures >= uint32(v.policy.Breaker.Failures)
		},
		IsExcluded:    func(err error) bool { return err == errSaysNothing },
		OnStateChange: v.noteChange,
	})
	return v
}

// kindsOf are the kinds of checks that a pass of the provider needs: those of its
// Rules, or similarity alone without that method.
func kindsOf(p Provider) map[CheckKind]bool {
	kinds := map[CheckKind]bool{CheckSimilarity: true}
	rules, _ := rulesOf(p)
	for _, rule := range rules {
		kinds[rule.Kind] = true
	}
	return kinds
}

// waysOf say how a provider's rules decide each kind of check.
func waysOf(p Provider) map[CheckKind]DecidedBy {
	ways := map[CheckKind]DecidedBy{}
	rules, _ := rulesOf(p)
	for _, rule := range rules {
		ways[rule.Kind] = rule.DecidedBy.known()
	}
	return ways
}

// rulesOf returns the rules of a provider that publishes them.
func rulesOf(p Provider) (rules []Rule, published bool) {
	ruled, ok := p.(interface{ Rules() []Rule })
	if !ok {
		return nil, false
	}
	return ruled.Rules(), true
}

var circuitStates = map[gobreaker.State]CircuitState{
	gobreaker.StateClosed:   CircuitClosed,
	gobreaker.StateOpen:     CircuitOpen,
	gobreaker.StateHalfOpen: CircuitHalfOpen,
}

// noteChange is called under gobreaker's lock, where a hook that asks for the state
// would deadlock; so tellChanges calls the hooks afterwards.
func (v *vendor) noteChange(_ string, from, to gobreaker.State) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.changes = append(v.changes, CircuitChange{Vendor: v.Name(), From: circuitStates[from], To: circuitStates[to]})
}

// tellChanges reports the changes to the hooks in order; only one goroutine at a
// time does so.
func (v *vendor) tellChanges() {
	v.mu.Lock()
	if v.telling {
		v.mu.Unlock()
		return
	}
	v.telling = true
	for len(v.changes) > 0 {
		changes := v.changes
		v.changes = nil
		v.mu.Unlock()
		for _, change := range changes {
			v.changed(change)
		}
		v.mu.Lock()
	}
	v.telling = false
	v.mu.Unlock()
}

// state is the state of the vendor's circuit breaker.
func (v *vendor) state() CircuitState {
	if v.circuit == nil {
		return CircuitClosed
	}
	defer v.tellChanges()
	return circuitStates[v.circuit.State()]
}

// errSaysNothing tells the circuit breaker that an attempt neither succeeded nor
// failed.
var errSaysNothing = errors.New("idverify: nobody's fault")

// Reason says why a provider was passed over.
type Reason string

// The reasons for passing a provider over.
const (
	// ReasonEvidence: it reads none of the evidence given.
	ReasonEvidence Reason = "evidence_not_accepted"
	// ReasonFewerChecks: another vendor refused the evidence, and this one checks
	// fewer kinds of things.
	ReasonFewerChecks Reason = "fewer_checks"
	// ReasonCircuitOpen: its circuit is open after repeated failures.
	ReasonCircuitOpen Reason = "circuit_open"
	// ReasonOwnLimit: its [Limiter] could not admit the call in time.
	ReasonOwnLimit Reason = "own_limit"
	// ReasonLimiterFailed: its [Limiter] failed.
	ReasonLimiterFailed Reason = "limiter_failed"
	// ReasonCallerLeft: the caller's context ended while the attempt waited for the
	// Limiter.
	ReasonCallerLeft Reason = "caller_left"
)

// admit waits for the limiter, unless the circuit is open. On an error the provider
// is passed over, or the caller's context has ended.
func (v *vendor) admit(ctx context.Context) (release func(), reason Reason, e *Error) {
	if v.policy.Limiter == nil {
		return func() {}, "", nil // ask will see whether the circuit is open
	}
	if v.isResting() {
		return nil, ReasonCircuitOpen, circuitOpen(v.Name())
	}
	release, err := v.acquire(ctx)
	err = askable(err)
	switch {
	case err == nil && release == nil:
		return func() {}, "", nil
	case err == nil:
		return release, "", nil
	case ctx.Err() != nil:
		return nil, ReasonCallerLeft, left(ctx, v.Name(), " while waiting for the limiter")
	case errors.Is(err, ErrOverOwnLimit):
		return nil, ReasonOwnLimit, overOwnLimit(v.Name(), "this client's own limiter could not admit the call in time", waitIn(err), err)
	}
	return nil, ReasonLimiterFailed, unsent(CodeStoreUnavailable, v.Name(), "the limiter failed, so the vendor was not asked", err)
}

// acquire asks the limiter. A limiter of the user's own is called in another
// goroutine, because it may ignore the end of ctx; a place that it grants too late
// is released.
func (v *vendor) acquire(ctx context.Context) (release func(), err error) {
	if _, own := v.policy.Limiter.(*limiter); own || ctx.Done() == nil {
		return v.policy.Limiter.Acquire(ctx)
	}
	return aside.Wait(ctx, &v.desk, v.policy.Limiter.Acquire, func(release func()) {
		if release != nil {
			release()
		}
	})
}

// waitIn is the wait that an error asks for.
func waitIn(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) && e != nil {
		return e.RetryAfter
	}
	return 0
}

// isResting reports whether the circuit would reject a call: it is open, or
// half-open with its one test call in progress. Checking this before the limiter
// saves the wait.
func (v *vendor) isResting() bool {
	if v.circuit == nil {
		return false
	}
	switch v.state() {
	case CircuitOpen:
		return true
	case CircuitHalfOpen:
		counts := v.circuit.Counts()
		return counts.Requests > counts.TotalExclusions
	}
	return false
}

// ask makes one attempt within its time limit and reports the outcome to the
// circuit breaker. It does so even when the provider panics.
func (v *vendor) ask(ctx context.Context, q *Question, began time.Time) (res *Result, e *Error, asked bool) {
	if v.circuit == nil {
		res, e = v.verify(ctx, q)
		return res, e, true
	}
	done, err := v.circuit.Allow()
	if err != nil {
		v.tellChanges()
		return nil, circuitOpen(v.Name()), false
	}
	verdict := errSaysNothing
	defer func() {
		done(verdict)
		v.tellChanges()
	}()
	res, e = v.verify(ctx, q)
	verdict = v.verdict(ctx, e, began)
	return res, e, true
}

func (v *vendor) verify(ctx context.Context, q *Question) (*Result, *Error) {
	limited, cancel := context.WithTimeoutCause(flight.Undated(ctx), v.policy.Timeout, timelimit.ErrPolicy)
	defer cancel()
	res, err := v.Provider.Ask(limited, q)
	res, e := holdToContract(v.Name(), res, err)
	if kind, ok := v.lacks(res); ok {
		return nil, broken(v.Name(), "a pass came without the required check of "+redact.Word(string(kind)))
	}
	if kind, ok := v.strays(res); ok {
		return nil, broken(v.Name(), "a pass was decided in another way than the provider's rules say for "+redact.Word(string(kind)))
	}
	return res, e
}

// strays finds a check in a pass that was decided in another way than the
// provider's rules say, for example by the vendor's yes where a score must decide.
func (v *vendor) strays(res *Result) (CheckKind, bool) {
	if res.Passed() {
		for _, c := range res.Checks {
			if way, ruled := v.ways[c.Kind]; ruled && way != c.DecidedBy.known() {
				return c.Kind, true
			}
		}
	}
	return "", false
}

// lacks finds a required kind of check that is missing from a pass.
func (v *vendor) lacks(res *Result) (CheckKind, bool) {
	if res.Passed() {
		for _, kind := range v.required {
			if _, ok := res.Check(kind); !ok {
				return kind, true
			}
		}
	}
	return "", false
}

// verdict is what an attempt means for the circuit breaker: nil is a success, an
// error a failure.
func (v *vendor) verdict(ctx context.Context, e *Error, began time.Time) error {
	switch {
	case e == nil:
		return nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && time.Since(began) >= v.policy.Timeout/3:
		return e // the caller's deadline passed, after the vendor had a fair share of its own time limit
	case ctx.Err() != nil:
		return errSaysNothing
	case e.isVendorsFault():
		return e
	case e.Delivery == DeliveryAnswered || e.Delivery == DeliveryRefused && e.VendorCode != "":
		return nil // it answered, whatever the answer
	}
	return errSaysNothing
}

// holdToContract enforces a provider's contract: a decision or an *Error, and never a
// match that was not earned.
func holdToContract(vendor string, res *Result, err error) (*Result, *Error) {
	if err != nil {
		err = askable(err)
		var e *Error
		if errors.As(err, &e) && e != nil && e.Code != "" && !e.Code.IsDecision() {
			return nil, e.within(vendor)
		}
		return nil, unanswered(CodeUnknown, vendor, "the provider returned an error without a code of idverify's", err)
	}
	switch {
	case res == nil:
		return nil, broken(vendor, "the provider returned neither a result nor an error")
	case !res.Code.IsDecision():
		return nil, broken(vendor, "the provider returned a result that is no decision")
	case slices.ContainsFunc(res.Checks, Check.isOff):
		return nil, broken(vendor, "the provider returned a check that contradicts its own numbers")
	case res.Code == CodeMatch && !res.Passed():
		return nil, broken(vendor, "the provider returned a match without the checks that earn it")
	case res.Vendor == "":
		own := *res
		own.Vendor = vendor
		return &own, nil
	}
	return res, nil
}
