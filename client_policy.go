package idverify

import (
	"math/rand/v2"
	"time"
)

// Retry says when a [Client] asks the same vendor again. It does so only for an
// error that is Repeatable: refused before it was processed, not completely sent,
// or documented as free. After an [Error] with NoRepeat the vendor is not asked again.
// Zero fields have the defaults below.
//
// All calls of a Client share a quota of about a hundred retries, which successes
// refill, so that an outage does not multiply the load. It cannot be set.
type Retry struct {
	// Attempts is how often one vendor is asked in one call, at most 10. Default 3;
	// 1 disables retries.
	Attempts int
	// Base is the ceiling of the first backoff and doubles with every attempt; the
	// actual wait is a random share of it (full jitter). Default 100 ms.
	Base time.Duration
	// RateLimitedBase replaces Base after CodeRateLimited. Default 1 s.
	RateLimitedBase time.Duration
	// Cap is the longest wait. A Retry-After within it is followed exactly; after a
	// longer one the vendor is not asked again in this call. Default 5 s.
	Cap time.Duration
	// RepeatAmbiguous also repeats a request that was sent and not answered. It may
	// have been billed, and is then billed again. Default false.
	RepeatAmbiguous bool
	// Random returns numbers in [0, 1) and must be safe for concurrent use. Default
	// math/rand/v2.
	Random func() float64
}

func (r Retry) withDefaults() Retry {
	if r.Attempts == 0 {
		r.Attempts = 3
	}
	if r.Base == 0 {
		r.Base = 100 * time.Millisecond
	}
	if r.RateLimitedBase == 0 {
		r.RateLimitedBase = time.Second
	}
	if r.Cap == 0 {
		r.Cap = 5 * time.Second
	}
	if r.Random == nil {
		r.Random = rand.Float64
	}
	return r
}

// base is the ceiling of the first wait after an error.
func (r Retry) base(code Code) time.Duration {
	if code == CodeRateLimited {
		return r.RateLimitedBase
	}
	return r.Base
}

// Failover says when a [Client] asks the next vendor. By default it does so after
// an outage, a used-up quota, a rate limit, a refused account, an unreadable
// answer, and a refusal of evidence that only this vendor makes; also when the
// vendor may have done and billed the work (Error.Ambiguous). It does not after a
// decision, after input that is wrong everywhere, after an answer that contradicts
// itself (Error.Contradiction), nor when the vendor refuses the person
// (CodePersonRestricted, CodeTooManyAttempts). When the end user's input may have
// caused the failure (refused evidence, or a gateway's HTTP 4xx page other than
// 408), vendors with fewer kinds of checks are passed over, so that input cannot
// select a more lenient vendor. After other failures any vendor may follow;
// [WithRequiredChecks] demands kinds of checks for every pass.
type Failover struct {
	// StopAfterAmbiguous ends the call after an attempt that may have been billed.
	StopAfterAmbiguous bool
	// OnMissingPhoto asks the next vendor, which may hold a photo, after the
	// decision CodeReferencePhotoUnavailable. That decision stands when no
	// other vendor decides.
	OnMissingPhoto bool
}

// conduct is how a Client reacts to an error's code.
type conduct struct {
	// failover: another vendor may do better.
	failover bool
	// fault: the vendor is at fault, and its circuit breaker counts it.
	fault bool
	// byInput: the end user's input caused it, so vendors that check less are
	// passed over.
	byInput bool
}

// conducts is data; for a code without an entry every field is false.
var conducts = map[Code]conduct{
	CodeNetwork:           {failover: true, fault: true},
	CodeTimeout:           {failover: true, fault: true},
	CodeVendorUnavailable: {failover: true, fault: true},
	CodeSourceUnavailable: {failover: true, fault: true},
	CodeBadResponse:       {failover: true, fault: true},

	CodeRateLimited:      {failover: true},
	CodeQuotaExceeded:    {failover: true},
	CodePermissionDenied: {failover: true},
	CodeUnauthorized:     {failover: true},
	CodeAccountSuspended: {failover: true},
	CodeSignatureExpired: {failover: true},
	CodeInvalidConfig:    {failover: true},
	CodeCircuitOpen:      {failover: true},

	// The evidence does not suit this vendor; the next one may read another form,
	// or take a larger file.
	CodeUnsupportedEvidence: {failover: true, byInput: true},
	CodeUnreadableEvidence:  {failover: true, byInput: true},
	CodeUnsupportedFormat:   {failover: true, byInput: true},
	CodeTooLarge:            {failover: true, byInput: true},
	CodeEvidenceExpired:     {failover: true, byInput: true},
}

// speaksOfRequest reports whether an error is a gateway's page with a status of 4xx
// other than 408 (timeout): for example, a firewall rejected something in the
// request.
func (e *Error) speaksOfRequest() bool {
	return e.Code == CodeBadResponse && e.HTTPStatus >= 400 && e.HTTPStatus < 500 && e.HTTPStatus != 408
}

// refusesPerson reports whether the code says that the vendor does not serve this
// person, now or at all. No change to the request helps, and no other vendor is
// asked.
func (c Code) refusesPerson() bool { return c == CodePersonRestricted || c == CodeTooManyAttempts }

// isContradiction reports whether an answer contradicts itself. Another vendor would
// give a second chance to a person whom this one did not pass.
func (e *Error) isContradiction() bool { return e.Code == CodeBadResponse && e.Contradiction }

// isVendorsFault reports whether the vendor's circuit breaker counts an error.
func (e *Error) isVendorsFault() bool { return conducts[e.Code].fault && !e.speaksOfRequest() }

// isByInput reports whether the end user's input may have caused an error.
func (e *Error) isByInput() bool { return conducts[e.Code].byInput || e.speaksOfRequest() }

// elsewhere reports whether the next vendor is to be asked after an error.
func (f Failover) elsewhere(e *Error) bool {
	return conducts[e.Code].failover && !e.isContradiction() && !(e.Ambiguous() && f.StopAfterAmbiguous)
}

// VendorPolicy is how a [Client] treats one vendor. Zero fields have the
// defaults below.
type VendorPolicy struct {
	// Timeout bounds one attempt, inside the caller's context. Default 30 s.
	// Set it below the deadlines of your calls: a vendor that hangs then leaves
	// the next one time to answer.
	Timeout time.Duration
	// Limiter admits attempts. Default: all at once. See [NewLimiter].
	Limiter Limiter
	// Breaker says when the vendor's circuit breaker opens, and for how long.
	Breaker Breaker
}

// Breaker is a circuit breaker: after Failures consecutive faults of the vendor it
// opens, and the vendor is passed over for OpenFor; then one call tests the vendor.
// What is not the vendor's fault does not count: a blurred photo, a wrong number, a
// used-up quota, a cancelled call, or a gateway's HTTP 4xx page other than 408. The
// caller's own deadline counts once the vendor has been silent for a third of the
// attempt's Timeout.
type Breaker struct {
	// Failures is how many consecutive faults open the circuit. Default 5, at most
	// 1,000.
	Failures int
	// OpenFor is how long the circuit stays open. Default 10 s.
	OpenFor time.Duration
	// Off disables the circuit breaker. Default false.
	Off bool
}

func (p VendorPolicy) withDefaults() VendorPolicy {
	if p.Timeout == 0 {
		p.Timeout = 30 * time.Second
	}
	if p.Breaker.Failures == 0 {
		p.Breaker.Failures = 5
	}
	if p.Breaker.OpenFor == 0 {
		p.Breaker.OpenFor = 10 * time.Second
	}
	return p
}
