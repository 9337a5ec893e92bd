package idverify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// Error says why there is no decision: what happened, at which vendor, whether it
// may have cost money, and what to do now. Its text, JSON and log forms contain
// nothing about the person and no credential.
//
// It marshals to JSON for storing and forwarding, with the names in the tags below
// and with "advice" added. VendorMessage, Reply and Err are left out, and a
// VendorCode or RequestID that does not look like one is "[hidden]".
type Error struct {
	// Code classifies the error. Code.IsDecision is false for it.
	Code Code `json:"code"`
	// Vendor is the provider's name, empty when no vendor was involved.
	Vendor string `json:"vendor,omitempty"`
	// Field names what is wrong: a field of Request or Config, or a parameter of
	// the vendor's. It never holds the value.
	Field string `json:"field,omitempty"`
	// Detail explains the code in words of this SDK or of the Provider's author. It
	// is printed, so it must contain nothing about the person.
	Detail string `json:"detail,omitempty"`
	// VendorCode and VendorReason are the vendor's own, as its code table lists
	// them. The code of an unlisted answer is kept here too, or "[hidden]" where it
	// does not look like a code.
	VendorCode   string `json:"vendor_code,omitempty"`
	VendorReason string `json:"vendor_reason,omitempty"`
	// VendorMessage is the vendor's free text, at most 4 KiB, with the request's
	// personal data and the credentials removed.
	VendorMessage Sensitive `json:"-"`
	// RequestID is the vendor's id of the call. Empty where there was none, and
	// "[hidden]" as in Result.
	RequestID string `json:"request_id,omitempty"`
	// HTTPStatus is the status of the answer, 0 when there was none.
	HTTPStatus int `json:"http_status,omitempty"`
	// Billed is whether the vendor charges for the call.
	Billed Billed `json:"billed"`
	// Delivery is how far the request got. It is about the verification request,
	// also in an error about the access token that the request needs; HTTPStatus is
	// then that of the token's answer. The methods Sent, Ambiguous and Repeatable
	// follow from it; JSON has all four.
	Delivery Delivery `json:"delivery"`
	// Contradiction is set with CodeBadResponse where two parts of one answer cannot
	// both be true, such as the vendor's yes and a score below the vendor's own
	// threshold. A [Client] then ends the call: it asks neither this vendor again nor
	// another one, and a human being should look at it.
	Contradiction bool `json:"contradiction,omitempty"`
	// RetryAfter is how long the vendor, or a limit of your own, asks to wait; 0
	// when it did not say. JSON gives it in milliseconds.
	RetryAfter time.Duration `json:"-"`
	// Attempts are the attempts of a [Client]'s call in order. The fields above are
	// those of the last vendor that was asked, except that Delivery and Billed are
	// the worst of all attempts. Empty when a provider was asked without a Client.
	Attempts []Attempt `json:"attempts,omitempty"`
	// At is when the call failed, by this machine's clock. Zero when a provider was
	// asked without a Client.
	At time.Time `json:"at,omitzero"`
	// Origin is where the error comes from, as in [Result]. Empty when a provider
	// was asked without a Client.
	Origin Origin `json:"origin,omitempty"`
	// Reply is the vendor's typed reply, where it sent one.
	Reply any `json:"-" xml:"-" yaml:"-"`
	// Err is the cause, for errors.Is and errors.As. Never printed.
	Err error `json:"-" xml:"-" yaml:"-"`

	advice Advice // the call's, where it differs from the code's
}

// Sent reports whether the whole request left this machine, as far as this side can
// tell: the vendor may have worked on it.
func (e Error) Sent() bool { return isSent(e.Delivery) }

// Ambiguous reports whether the request was sent and no readable answer came back
// from the vendor. It may have been billed.
func (e Error) Ambiguous() bool { return isAmbiguous(e.Delivery) }

// Repeatable reports whether the same call may go to the same vendor again
// without paying twice: the failure passes by itself (AdviceTryLater), and the
// request was not sent, was refused before anybody looked, or was answered and
// is documented as free. It is also true for an unreadable answer (bad_response)
// when nobody worked on the request.
func (e Error) Repeatable() bool { return isRepeatable(e.Code, e.Delivery, e.Billed) }

// Advice says what to do now. The advice of a [Client]'s error is about the whole
// call: it does not suggest another vendor when none is left to ask. An error whose
// Code is a decision's decides nothing and must be reviewed by hand.
func (e *Error) Advice() Advice {
	switch {
	case e == nil || e.Code.IsDecision() || e.isContradiction():
		return AdviceReview
	case e.advice != "":
		return e.advice
	}
	return e.Code.Advice()
}

// Error returns one line: vendor, code, detail, and the facts in brackets.
func (e *Error) Error() string {
	if e == nil {
		return "idverify: no error"
	}
	who := e.Vendor
	if who == "" {
		who = "idverify"
	}
	text := redact.Word(who) + ": " + redact.Word(string(e.Code))
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	facts := vendorFacts(e.VendorCode, e.VendorReason, e.HTTPStatus, e.RequestID)
	if e.Field != "" {
		facts = append([]string{"field " + redact.Word(e.Field)}, facts...)
	}
	facts = append(facts, e.deliveryFacts()...)
	return text + " (" + strings.Join(facts, ", ") + ")" + e.legs()
}

// legs describes every attempt, when there was more than one.
func (e *Error) legs() string {
	if len(e.Attempts) < 2 {
		return ""
	}
	legs := make([]string, len(e.Attempts))
	for i, a := range e.Attempts {
		legs[i] = a.String()
	}
	return "; attempts: " + strings.Join(legs, ", ")
}

func vendorFacts(code, reason string, status int, requestID string) []string {
	var facts []string
	if code != "" {
		fact := "vendor code " + redact.Word(code)
		if reason != "" {
			fact += " · " + reason
		}
		facts = append(facts, fact)
	}
	if status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP %d", status))
	}
	if requestID != "" {
		facts = append(facts, "request id "+redact.Word(requestID))
	}
	return facts
}

func (e *Error) deliveryFacts() []string {
	facts := []string{e.Delivery.words(), "billed " + e.Billed.String()}
	if e.RetryAfter > 0 {
		facts = append(facts, "retry after "+e.RetryAfter.String())
	}
	return append(facts, "advice "+string(e.Advice()))
}

// Unwrap returns the cause and the error of every attempt, so that errors.Is and
// errors.As reach them all.
func (e *Error) Unwrap() []error {
	var chain []error
	if e == nil {
		return nil
	}
	if e.Err != nil {
		chain = append(chain, e.Err)
	}
	for _, a := range e.Attempts {
		if a.Err != nil {
			chain = append(chain, a.Err)
		}
	}
	return chain
}

// Is matches the package's sentinels.
func (e *Error) Is(target error) bool {
	if e == nil {
		return false
	}
	if target == ErrAmbiguous {
		return e.Ambiguous()
	}
	s, ok := target.(sentinel)
	return ok && Code(s) == e.Code
}

// Format implements [fmt.Formatter]: every verb prints Error.
func (e Error) Format(s fmt.State, verb rune) { redact.Format(s, verb, e.Error()) }

// LogValue implements [slog.LogValuer].
func (e Error) LogValue() slog.Value {
	return redact.Attrs(
		slog.String("code", redact.Word(string(e.Code))),
		slog.String("vendor", redact.Word(e.Vendor)),
		slog.String("field", redact.Word(e.Field)),
		slog.String("detail", e.Detail),
		slog.String("vendor_code", redact.Word(e.VendorCode)),
		slog.String("request_id", redact.Word(e.RequestID)),
		slog.Int("http_status", e.HTTPStatus),
		slog.String("delivery", string(e.Delivery.known())),
		slog.String("billed", e.Billed.String()),
		slog.String("advice", string(e.Advice())),
	)
}

// The constructors below make every error of this package, so that no error can say
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

// summed returns a copy of the last vendor's error with the Delivery and Billed of
// the whole call.
//
// more says that some vendors were not asked, so that the advice may be to try
// another vendor.
func (e *Error) summed(attempts []Attempt, more bool) *Error {
	own := *e
	own.Attempts = attempts
	for _, a := range attempts {
		own.Delivery = worst(own.Delivery, a.Delivery)
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
