package idverify

import (
	"math/rand/v2"
	"time"
)

// Retry says when a [Client] asks the same vendor again. It does so only for
// an error that is Repeatable: refused before it was processed, never wholly
// sent, or documented as free. Zero fields have the defaults below.
type Retry struct {
	// Attempts is how often one vendor is asked in one call, at most 10.
	// Default 3; 1 never tries again.
	Attempts int
	// Base is the ceiling of the first wait; it doubles with every attempt, and
	// the wait is a random share of it. Default 100 ms.
	Base time.Duration
	// RateLimitedBase is Base after too many calls. Default 1 s.
	RateLimitedBase time.Duration
	// Cap is the longest wait. A Retry-After within it is honoured as it is;
	// beyond it the vendor is not asked again in this call. Default 5 s.
	Cap time.Duration
	// RepeatAmbiguous also repeats what was sent and not answered. It may have been
	// billed, and is billed again. Default false.
	RepeatAmbiguous bool
	// Random gives numbers in [0, 1), concurrently. Default math/rand/v2.
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

// Failover says when a [Client] asks the next vendor. By default it does after
// an outage, a used-up quota, a rate limit, a refused account, an answer that
// cannot be read, and a refusal of evidence that only this vendor makes; also
// when the vendor may have done and billed the work (Error.Ambiguous). It does
// not after a decision, after input that is wrong everywhere, after an answer that
// contradicts itself (Error.Contradiction), nor when the vendor refuses the person
// (CodePersonRestricted, CodeTooManyAttempts). After evidence
// that a vendor refused, or a gateway's page about the request (HTTP 4xx but 408),
// vendors with fewer kinds of checks are passed over: the end user's input must
// not choose a milder vendor. A failover that a vendor caused may go to any;
// [WithRequiredChecks] demands kinds of checks of every pass.
type Failover struct {
	// StopAfterAmbiguous ends the call when it may have been billed already.
	StopAfterAmbiguous bool
	// OnMissingPhoto asks the next vendor, which may hold a photo, after the
	// decision CodeReferencePhotoUnavailable. That decision stands when no
	// other vendor decides.
	OnMissingPhoto bool
}

// conduct is what a Client makes of an error's code.
type conduct struct {
	// failover: another vendor may do better.
	failover bool
	// fault: it is the vendor's, and counts against its circuit.
	fault bool
	// byInput: the end user's input caused it, and must not choose a vendor that
	// checks less.
	byInput bool
}

// conducts is data; a code that is not in it is neither.
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

	// The evidence is wrong for this vendor; the next may read another form,
	// or take more of this one.
	CodeUnsupportedEvidence: {failover: true, byInput: true},
	CodeUnreadableEvidence:  {failover: true, byInput: true},
	CodeUnsupportedFormat:   {failover: true, byInput: true},
	CodeTooLarge:            {failover: true, byInput: true},
	CodeEvidenceExpired:     {failover: true, byInput: true},
}

// speaksOfRequest reports whether an error is a gateway's page with a status of
// 4xx, 408 (time-out) apart: a firewall, for one, did not like the name.
func (e *Error) speaksOfRequest() bool {
	return e.Code == CodeBadResponse && e.HTTPStatus >= 400 && e.HTTPStatus < 500 && e.HTTPStatus != 408
}

// refusesPerson reports whether a vendor says with the code that it does not serve
// this person, for now or at all. Nothing in the request can change that, and no
// other vendor is to be asked for it.
func (c Code) refusesPerson() bool { return c == CodePersonRestricted || c == CodeTooManyAttempts }

// isContradiction reports whether an answer contradicts itself. Another vendor would
// be a second chance for whoever this one did not let pass.
func (e *Error) isContradiction() bool { return e.Code == CodeBadResponse && e.Contradiction }

// isVendorsFault reports whether an error counts against the vendor's circuit.
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

// Breaker is a circuit breaker: after Failures faults of the vendor in a row,
// the vendor is passed over for Open, and then tried with one call. What is
// not the vendor's fault does not count: a blurred photo, a wrong number, a
// used-up quota, a caller who left, and what a gateway in between says of the
// request (HTTP 4xx but 408). A deadline of the caller's counts once the
// vendor has been silent for a third of the attempt's Timeout.
type Breaker struct {
	// Failures opens the circuit. Default 5, at most 1,000.
	Failures int
	// OpenFor is how long the circuit stays open. Default 10 s.
	OpenFor time.Duration
	// Off never opens the circuit. Default false.
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
