package idverify

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
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
	// of the person and the credentials were taken out. Its Reveal gives it.
	VendorMessage Sensitive `json:"-"`
	// RequestID is the vendor's id of the call. Empty where there was none, and
	// "[hidden]" as in Result.
	RequestID string `json:"request_id,omitempty"`
	// HTTPStatus is the status of the answer, 0 when there was none.
	HTTPStatus int `json:"http_status,omitempty"`
	// Billed is whether the vendor charges for the call.
	Billed Billed `json:"billed"`
	// Sent says that the whole request left this machine, as far as can be
	// told from here: the vendor may have worked on it. It speaks of the
	// verification, also in an error about the access token that it needs,
	// whose HTTPStatus is that of the token's answer.
	Sent bool `json:"sent"`
	// Ambiguous says that the request was sent and no answer of the vendor's
	// came back that could be read. It may have been billed.
	Ambiguous bool `json:"ambiguous"`
	// Repeatable says that the same call may go to the same vendor again
	// without risk of paying twice.
	Repeatable bool `json:"repeatable"`
	// RetryAfter is how long the vendor, or a limit of the caller's own, asks to
	// wait; 0 when it did not say.
	// JSON gives it in milliseconds.
	RetryAfter time.Duration `json:"-"`
	// Attempts are the legs of a [Client]'s call in order. The fields above are
	// those of the last vendor that was asked, but Sent, Ambiguous, Billed and
	// Repeatable speak of all legs together. Empty when a provider was asked
	// without a Client.
	Attempts []Attempt `json:"attempts,omitempty"`
	// Reply is the vendor's typed reply, where it sent one.
	Reply any `json:"-" xml:"-" yaml:"-"`
	// Err is the cause, for errors.Is and errors.As. Never printed.
	Err error `json:"-" xml:"-" yaml:"-"`
}

// Advice says what to do now.
func (e *Error) Advice() Advice { return e.Code.Advice() }

// Error is one line: vendor, code, detail, and the facts in brackets.
func (e *Error) Error() string {
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
	facts := []string{"not sent"}
	if e.Sent {
		facts[0] = "sent"
	}
	if e.Ambiguous {
		facts = append(facts, "unanswered")
	}
	facts = append(facts, "billed "+e.Billed.String())
	if e.RetryAfter > 0 {
		facts = append(facts, "retry after "+e.RetryAfter.String())
	}
	return append(facts, "advice "+string(e.Advice()))
}

// Unwrap gives the cause, the vendor's reply and the error of every attempt, so
// that errors.Is and errors.As reach them all.
func (e *Error) Unwrap() []error {
	var chain []error
	if e.Err != nil {
		chain = append(chain, e.Err)
	}
	if reply, ok := e.Reply.(error); ok {
		chain = append(chain, reply)
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
	if target == ErrAmbiguous {
		return e.Ambiguous
	}
	s, ok := target.(sentinel)
	return ok && Code(s) == e.Code
}

// errorFields is Error without its methods.
type errorFields Error

type errorJSON struct {
	*errorFields
	Advice       Advice `json:"advice"`
	RetryAfterMS int64  `json:"retry_after_ms,omitempty"`
}

// MarshalJSON implements [json.Marshaler].
func (e Error) MarshalJSON() ([]byte, error) {
	e.VendorCode, e.RequestID = redact.Word(e.VendorCode), redact.Word(e.RequestID)
	return json.Marshal(errorJSON{(*errorFields)(&e), e.Advice(), e.RetryAfter.Milliseconds()})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (e *Error) UnmarshalJSON(text []byte) error {
	read := errorJSON{errorFields: (*errorFields)(e)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	e.RetryAfter = milliseconds(read.RetryAfterMS)
	return nil
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
		slog.Bool("sent", e.Sent),
		slog.Bool("ambiguous", e.Ambiguous),
		slog.String("billed", e.Billed.String()),
		slog.String("advice", string(e.Advice())),
	)
}

// CodeOf finds the code of an error through any wrapping: "" for nil, and
// CodeUnknown for an error that is not this package's.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) && e != nil {
		return e.Code
	}
	return CodeUnknown
}

// sentinel is an error that stands for a code in errors.Is.
type sentinel Code

func (s sentinel) Error() string { return "idverify: " + string(s) }

// One sentinel for each code of an error, for [errors.Is].
var (
	ErrInvalidRequest      error = sentinel(CodeInvalidRequest)
	ErrInvalidName         error = sentinel(CodeInvalidName)
	ErrInvalidIDNumber     error = sentinel(CodeInvalidIDNumber)
	ErrUnsupportedEvidence error = sentinel(CodeUnsupportedEvidence)
	ErrUnreadableEvidence  error = sentinel(CodeUnreadableEvidence)
	ErrEvidenceUnreachable error = sentinel(CodeEvidenceUnreachable)
	ErrEvidenceExpired     error = sentinel(CodeEvidenceExpired)
	ErrUnsupportedFormat   error = sentinel(CodeUnsupportedFormat)
	ErrTooLarge            error = sentinel(CodeTooLarge)
	ErrNoFace              error = sentinel(CodeNoFace)
	ErrMultipleFaces       error = sentinel(CodeMultipleFaces)
	ErrPoorPhoto           error = sentinel(CodePoorPhoto)
	ErrPhotoRefused        error = sentinel(CodePhotoRefused)
	ErrBadCapture          error = sentinel(CodeBadCapture)
	ErrTooManyAttempts     error = sentinel(CodeTooManyAttempts)
	ErrInvalidConfig       error = sentinel(CodeInvalidConfig)
	ErrUnauthorized        error = sentinel(CodeUnauthorized)
	ErrSignatureExpired    error = sentinel(CodeSignatureExpired)
	ErrPermissionDenied    error = sentinel(CodePermissionDenied)
	ErrAccountSuspended    error = sentinel(CodeAccountSuspended)
	ErrQuotaExceeded       error = sentinel(CodeQuotaExceeded)
	ErrRateLimited         error = sentinel(CodeRateLimited)
	ErrStoreUnavailable    error = sentinel(CodeStoreUnavailable)
	ErrVendorUnavailable   error = sentinel(CodeVendorUnavailable)
	ErrSourceUnavailable   error = sentinel(CodeSourceUnavailable)
	ErrNetwork             error = sentinel(CodeNetwork)
	ErrTimeout             error = sentinel(CodeTimeout)
	ErrCanceled            error = sentinel(CodeCanceled)
	ErrBadResponse         error = sentinel(CodeBadResponse)
	ErrUnknown             error = sentinel(CodeUnknown)
	ErrCircuitOpen         error = sentinel(CodeCircuitOpen)
	// ErrAmbiguous matches every error with Ambiguous set, whatever its code:
	// sent, not answered, perhaps billed.
	ErrAmbiguous error = sentinel("ambiguous")
)
