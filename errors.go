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

// Error says why there is no decision: what happened, at which vendor, whether
// it may have cost money, and what to do now. Its text, JSON and log forms say
// nothing of the person and hold no credential.
//
// It marshals to JSON for storing and forwarding, with the names given in the
// tags below and with "advice" added. VendorMessage, Reply and Err are left
// out, and a VendorCode or RequestID that does not look like one is "[hidden]".
type Error struct {
	// Code classifies the error. Code.IsDecision is false for it.
	Code Code `json:"code"`
	// Vendor is the provider's name, empty when no vendor was involved.
	Vendor string `json:"vendor,omitempty"`
	// Field names what is at fault: a field of Request or Config, or a
	// parameter of the vendor's. Never its value.
	Field string `json:"field,omitempty"`
	// Detail explains the code in words of this SDK or of the Provider's
	// author, and is printed: it must hold nothing of the person.
	Detail string `json:"detail,omitempty"`
	// VendorCode and VendorReason are the vendor's own, as its code table
	// lists them. The code of an unlisted answer is kept here too, "[hidden]"
	// where it does not look like one.
	VendorCode   string `json:"vendor_code,omitempty"`
	VendorReason string `json:"vendor_reason,omitempty"`
	// VendorMessage is the vendor's free text, from which what the request said
	// of the person and the credentials were taken out, at most 4 KiB. Its Reveal
	// gives it.
	VendorMessage Sensitive `json:"-"`
	// RequestID is the vendor's id of the call. Empty where there was none, and
	// "[hidden]" as in Result.
	RequestID string `json:"request_id,omitempty"`
	// HTTPStatus is the status of the answer, 0 when there was none.
	HTTPStatus int `json:"http_status,omitempty"`
	// Billed is whether the vendor charges for the call.
	Billed Billed `json:"billed"`
	// Delivery is how far the request came. It speaks of the verification, also
	// in an error about the access token that it needs, whose HTTPStatus is that
	// of the token's answer. The methods Sent, Ambiguous and Repeatable follow
	// from it; JSON has all four.
	Delivery Delivery `json:"delivery"`
	// Contradiction is set beside CodeBadResponse where two things in one answer cannot
	// both be true, such as the vendor's yes and a score below the vendor's own
	// line. A [Client] ends the call: it asks neither this vendor again nor another
	// one, and somebody should look.
	Contradiction bool `json:"contradiction,omitempty"`
	// RetryAfter is how long the vendor, or a limit of the caller's own, asks to
	// wait; 0 when it did not say.
	// JSON gives it in milliseconds.
	RetryAfter time.Duration `json:"-"`
	// Attempts are the attempts of a [Client]'s call in order. The fields above
	// are those of the last vendor that was asked, but Delivery and Billed are
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

	advice Advice // the call's, where it is not the code's
}

// Sent reports whether the whole request left this machine, as far as can be
// told from here: the vendor may have worked on it.
func (e Error) Sent() bool { return isSent(e.Delivery) }

// Ambiguous reports whether the request was sent and no answer of the vendor's
// came back that could be read. It may have been billed.
func (e Error) Ambiguous() bool { return isAmbiguous(e.Delivery) }

// Repeatable reports whether the same call may go to the same vendor again
// without paying twice: the failure passes by itself (AdviceTryLater), and the
// request was not sent, was refused before anybody looked, or was answered and
// is documented as free. It is also true for an unreadable answer (bad_response)
// when nobody worked on the request.
func (e Error) Repeatable() bool { return isRepeatable(e.Code, e.Delivery, e.Billed) }

// Advice says what to do now. A [Client]'s error is the call's last word: it does
// not send the caller to another vendor when there is none left to ask. One whose
// Code is a decision's decides nothing and is to be reviewed by hand.
func (e *Error) Advice() Advice {
	switch {
	case e == nil || e.Code.IsDecision() || e.isContradiction():
		return AdviceReview
	case e.advice != "":
		return e.advice
	}
	return e.Code.Advice()
}

// Error is one line: vendor, code, detail, and the facts in brackets.
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

// legs names every attempt, when there was more than one.
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

// Unwrap gives the cause and the error of every attempt, so that errors.Is and
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

// The constructors below make every error of this package, so that none says of
// a request that it was not sent and yet billed. An error is never changed after
// it was made: whoever needs another takes a copy and changes that.

// unsent is an error found before anything was sent.
func unsent(code Code, vendor, detail string, cause error) *Error {
	return &Error{Code: code, Vendor: vendor, Detail: detail, Delivery: DeliveryNotSent, Billed: BilledNo, Err: cause}
}

// refused is an error about the request, found before anything was sent.
func refused(code Code, field, detail string) *Error {
	return &Error{Code: code, Field: field, Detail: detail, Delivery: DeliveryNotSent, Billed: BilledNo}
}

// badText is refused for a name or an ID number that breaks a rule of its format.
func badText(code Code, field string, cause error) *Error {
	return &Error{
		Code: code, Field: field, Detail: strings.TrimPrefix(cause.Error(), "idcard: "),
		Delivery: DeliveryNotSent, Billed: BilledNo, Err: cause,
	}
}

// misconfigured is the error of a constructor about one of its fields.
func misconfigured(field, detail string) *Error { return refused(CodeInvalidConfig, field, detail) }

// left is the error for a caller whose context ended before the vendor was
// asked. doing says what was waited for, or nothing.
func left(ctx context.Context, vendor, doing string) *Error {
	vendor = redact.Word(vendor)
	if errors.Is(ctx.Err(), context.Canceled) {
		return unsent(CodeCanceled, vendor, "the caller's context was cancelled"+doing, ctx.Err())
	}
	return unsent(CodeTimeout, vendor, "the caller's deadline passed"+doing, ctx.Err())
}

// othersWait is the error for a caller who leaves a call that goes on for others.
func othersWait(ctx context.Context) *Error {
	e := left(ctx, "", ", and the call goes on for others with the same key")
	return &Error{Code: e.Code, Detail: e.Detail, Delivery: DeliveryUnanswered, Err: e.Err}
}

// takenBack is a copy of the error of an attempt that could not go on with the
// evidence of a caller who has left.
func takenBack(e *Error) *Error {
	own := *e
	own.Code, own.Field, own.Detail = CodeCanceled, "", "the caller whose evidence was being sent has left"
	return &own
}

// otherQuestion is the error for a key that already names another question.
func otherQuestion() *Error {
	return refused(CodeInvalidRequest, "IdempotencyKey", "the key already stands for another person or other evidence")
}

// othersAsk is the error for a caller who leaves while another process asks.
func othersAsk(ctx context.Context) *Error {
	e := left(ctx, "", " while another process asked the same question")
	return &Error{Code: e.Code, Detail: e.Detail, Delivery: DeliveryUnanswered, Err: e.Err}
}

// undecided is the error of a question that was asked before, and of whose answer
// nothing is known. earlier is how that call ended, nil where nobody knows.
func undecided(earlier *Error) *Error {
	own := *unanswered(CodeUnknown, "", "", nil)
	if earlier != nil {
		own = *earlier.clone()
	}
	own.Code, own.Field, own.advice, own.RetryAfter = CodeUnknown, "", "", 0
	own.Detail = "an earlier call with this key was sent and has no answer; it may have been billed, and is not made again"
	own.Delivery = DeliveryUnanswered
	return &own
}

// otherRules is the error for a question that was decided as it would not be today.
func otherRules() *Error {
	return refused(CodeInvalidRequest, "IdempotencyKey", "the question was decided under other rules or settings: a new key asks anew")
}

// noClaim is the error of a question that nobody asks because it could not be
// claimed.
func noClaim(cause error) *Error {
	return unsent(CodeStoreUnavailable, "", "the ledger failed, so nobody was asked", cause)
}

// from is a copy of an error with its origin, unless nobody was asked or a ledger
// gave it.
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

// circuitOpen is the error for a vendor that is not asked because it failed.
func circuitOpen(vendor string) *Error {
	return unsent(CodeCircuitOpen, vendor, "circuit breaker open after repeated vendor failures", nil)
}

// overOwnLimit is the error of a limiter of this program.
func overOwnLimit(vendor, detail string, wait time.Duration, cause error) *Error {
	return unsent(CodeRateLimited, vendor, detail, cause).after(wait)
}

// triedTooOften is the error for a person above the limit per person.
func triedTooOften(limit int, window, wait time.Duration) *Error {
	return unsent(CodeTooManyAttempts, "", fmt.Sprintf("this person was tried %d times in %s", limit, window), nil).after(wait)
}

// after is a copy of an error with a RetryAfter.
func (e *Error) after(wait time.Duration) *Error {
	own := *e
	own.RetryAfter = max(wait, 0)
	return &own
}

// unanswered is the error for a call that may have been sent and billed, and of
// which nothing is known.
func unanswered(code Code, vendor, detail string, cause error) *Error {
	return &Error{Code: code, Vendor: vendor, Detail: detail, Delivery: DeliveryUnanswered, Err: cause}
}

// broken is the error for a provider that does not keep its contract.
func broken(vendor, how string) *Error { return unanswered(CodeBadResponse, vendor, how, nil) }

// endedBy is a copy of an error about a call, with how ctx ended as its cause.
func (e *Error) endedBy(ctx context.Context) *Error {
	own, end := *e, left(ctx, e.Vendor, "")
	own.Code, own.Detail, own.Err = end.Code, end.Detail, end.Err
	return &own
}

// within is a provider's error as the Client hands it on, a copy where something
// is missing: with the vendor's name, one of the four deliveries, no bill for
// what was not sent, and no wait that a program could sit out where the vendor
// refuses the person.
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

// summed is a copy of the last vendor's error that speaks of all attempts of a
// call: of how far they came, and of their bill.
//
// more says that vendors were left unasked, to whom the caller may still be sent.
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
