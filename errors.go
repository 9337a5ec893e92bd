package idverify

import (
	"fmt"
	"log/slog"
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
	// NoRepeat comes from the vendor's [CodeRow]: a [Client] does not ask this vendor
	// again in the same call, but may ask another one. In a Client's error it is set if
	// it is set for any attempt.
	NoRepeat bool `json:"no_repeat,omitempty"`
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
// when nobody worked on the request. It is false with NoRepeat.
func (e Error) Repeatable() bool {
	return !e.NoRepeat && isRepeatable(e.Code, e.Delivery, e.Billed)
}

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
	return text + " (" + strings.Join(facts, ", ") + ")" + e.attemptsText()
}

// attemptsText describes every attempt if there was more than one.
func (e *Error) attemptsText() string {
	if len(e.Attempts) < 2 {
		return ""
	}
	texts := make([]string, len(e.Attempts))
	for i, a := range e.Attempts {
		texts[i] = a.String()
	}
	return "; attempts: " + strings.Join(texts, ", ")
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
	attrs := []slog.Attr{
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
	}
	return redact.Attrs(append(attrs, noRepeatAttrs(e.NoRepeat)...)...)
}
