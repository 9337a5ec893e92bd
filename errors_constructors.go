package idverify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// The constructors in this file make every error of this package, so that no error can say
// "not sent" and "billed" at once. An error is never changed after it was made; to
// change one, copy it first.

// unsent makes an error found before anything was sent.
func unsent(code Code, vendor, detail string, cause error) *Error {
	return &Error{Code: code, Vendor: vendor, Detail: detail, Delivery: DeliveryNotSent, Billed: BilledNo, Err: cause}
}

// refused makes an error about the request, found before anything was sent.
func refused(code Code, field, detail string) *Error {
	return &Error{Code: code, Field: field, Detail: detail, Delivery: DeliveryNotSent, Billed: BilledNo}
}

// badText makes the error for a name or an ID number that violates its format.
func badText(code Code, field string, cause error) *Error {
	return &Error{
		Code: code, Field: field, Detail: strings.TrimPrefix(cause.Error(), "idcard: "),
		Delivery: DeliveryNotSent, Billed: BilledNo, Err: cause,
	}
}

// misconfigured makes the error of a constructor about one of its fields.
func misconfigured(field, detail string) *Error { return refused(CodeInvalidConfig, field, detail) }

// left makes the error for a caller whose context ended before the vendor was
// asked. doing says what the call was waiting for, or is empty.
func left(ctx context.Context, vendor, doing string) *Error {
	vendor = redact.Word(vendor)
	if errors.Is(ctx.Err(), context.Canceled) {
		return unsent(CodeCanceled, vendor, "the caller's context was cancelled"+doing, ctx.Err())
	}
	return unsent(CodeTimeout, vendor, "the caller's deadline passed"+doing, ctx.Err())
}

// othersWait makes the error for a caller who leaves a call that goes on for
// others.
func othersWait(ctx context.Context) *Error {
	e := left(ctx, "", ", and the call goes on for others with the same key")
	return &Error{Code: e.Code, Detail: e.Detail, Delivery: DeliveryUnanswered, Err: e.Err}
}

// takenBack returns a copy of an attempt's error for the case that the caller whose
// evidence was being sent has left.
func takenBack(e *Error) *Error {
	own := *e
	own.Code, own.Field, own.Detail = CodeCanceled, "", "the caller whose evidence was being sent has left"
	return &own
}

// otherQuestion makes the error for a key that already belongs to another question.
func otherQuestion() *Error {
	return refused(CodeInvalidRequest, "IdempotencyKey", "the key was already used for another person or other evidence")
}

// othersAsk makes the error for a caller who leaves while another process asks the
// vendor.
func othersAsk(ctx context.Context) *Error {
	e := left(ctx, "", " while another process asked the same question")
	return &Error{Code: e.Code, Detail: e.Detail, Delivery: DeliveryUnanswered, Err: e.Err}
}

// undecided makes the error for a question that was asked before and whose answer
// is unknown. earlier is how that call ended, nil if that is unknown.
func undecided(earlier *Error) *Error {
	own := *unanswered(CodeUnknown, "", "", nil)
	if earlier != nil {
		own = *earlier.clone()
	}
	own.Code, own.Field, own.advice, own.RetryAfter = CodeUnknown, "", "", 0
	own.Detail = "an earlier call with this key was sent and has no answer; it may have been billed, so it is not repeated"
	own.Delivery = DeliveryUnanswered
	return &own
}

// otherRules makes the error for a kept decision that today's rules would decide
// differently.
func otherRules() *Error {
	return refused(CodeInvalidRequest, "IdempotencyKey", "the question was decided under other rules or settings; use a new key to ask again")
}

// noClaim makes the error for a question that was not asked because the ledger
// could not be reached.
func noClaim(cause error) *Error {
	return unsent(CodeStoreUnavailable, "", "the ledger failed, so no vendor was asked", cause)
}

// from returns a copy of an error with its origin, unless no vendor was asked or
// the error came from a ledger.
func (e *Error) from(origin Origin) *Error {
	own := *e
	if own.Origin != OriginRefused && own.Origin != OriginLedger {
		own.Origin = origin
	}
	if own.At.IsZero() {
		own.At = time.Now().UTC().Round(0)
	}
	return &own
}

// circuitOpen makes the error for a vendor that is not asked because its circuit
// breaker is open.
func circuitOpen(vendor string) *Error {
	return unsent(CodeCircuitOpen, vendor, "circuit breaker open after repeated vendor failures", nil)
}

// overOwnLimit makes the error for a call that this program's own limiter did not
// admit.
func overOwnLimit(vendor, detail string, wait time.Duration, cause error) *Error {
	return unsent(CodeRateLimited, vendor, detail, cause).after(wait)
}

// triedTooOften makes the error for a person above the limit per person.
func triedTooOften(limit int, window, wait time.Duration) *Error {
	return unsent(CodeTooManyAttempts, "", fmt.Sprintf("this person was tried %d times in %s", limit, window), nil).after(wait)
}

// after returns a copy of an error with a RetryAfter.
func (e *Error) after(wait time.Duration) *Error {
	own := *e
	own.RetryAfter = max(wait, 0)
	return &own
}

// unanswered makes the error for a call that may have been sent and billed and
// whose outcome is unknown.
func unanswered(code Code, vendor, detail string, cause error) *Error {
	return &Error{Code: code, Vendor: vendor, Detail: detail, Delivery: DeliveryUnanswered, Err: cause}
}

// broken makes the error for a provider that violates its contract.
func broken(vendor, how string) *Error { return unanswered(CodeBadResponse, vendor, how, nil) }

// endedBy returns a copy of an error with the way ctx ended as its cause.
func (e *Error) endedBy(ctx context.Context) *Error {
	own, end := *e, left(ctx, e.Vendor, "")
	own.Code, own.Detail, own.Err = end.Code, end.Detail, end.Err
	return &own
}

// within returns a provider's error as the Client passes it on. It copies the error
// where it has to change something: add the vendor's name, replace an invalid
// delivery, remove a bill for what was not sent, and remove a RetryAfter where the
// vendor refuses the person.
func (e *Error) within(vendor string) *Error {
	own := *e
	if own.Vendor == "" {
		own.Vendor = vendor
	}
	own.Delivery = e.Delivery.known()
	own.Billed = billedFor(own.Delivery, e.Billed)
	if own.Code.refusesPerson() {
		own.RetryAfter = 0
	}
	if own.Vendor == e.Vendor && own.Delivery == e.Delivery && own.Billed == e.Billed && own.RetryAfter == e.RetryAfter {
		return e
	}
	return &own
}

// summed returns a copy of the last vendor's error with the Delivery, Billed and
// NoRepeat of the whole call.
//
// more says that some vendors were not asked, so that the advice may be to try
// another vendor.
func (e *Error) summed(attempts []Attempt, more bool) *Error {
	own := *e
	own.Attempts = attempts
	for _, a := range attempts {
		own.Delivery = worst(own.Delivery, a.Delivery)
		own.NoRepeat = own.NoRepeat || a.NoRepeat
		switch {
		case a.Billed == BilledYes:
			own.Billed = BilledYes
		case a.Billed == BilledUnknown && own.Billed == BilledNo:
			own.Billed = BilledUnknown
		}
	}
	own.Origin, own.At = OriginRefused, time.Now().UTC().Round(0)
	if slices.ContainsFunc(attempts, func(a Attempt) bool { return !a.PassedOver }) {
		own.Origin = OriginVendor
	}
	if !more && own.Code.Advice() == AdviceTryAnotherVendor {
		own.advice = AdviceReview
		if own.Repeatable() {
			own.advice = AdviceTryLater
		}
	}
	return &own
}
