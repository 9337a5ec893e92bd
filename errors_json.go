package idverify

import (
	"encoding/json"

	"github.com/idverify/idverify/internal/redact"
)

// errorFields is Error without its methods.
type errorFields Error

type errorJSON struct {
	*errorFields
	derived
	Advice       Advice `json:"advice"`
	RetryAfterMS int64  `json:"retry_after_ms,omitempty"`
}

// MarshalJSON implements [json.Marshaler].
func (e Error) MarshalJSON() ([]byte, error) {
	e.VendorCode, e.RequestID, e.Delivery = redact.Word(e.VendorCode), redact.Word(e.RequestID), e.Delivery.known()
	return json.Marshal(errorJSON{
		errorFields:  (*errorFields)(&e),
		derived:      derive(e.Sent(), e.Ambiguous(), e.Repeatable()),
		Advice:       e.Advice(),
		RetryAfterMS: e.RetryAfter.Milliseconds(),
	})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (e *Error) UnmarshalJSON(text []byte) error {
	own := *e
	own.Delivery = ""
	read := errorJSON{errorFields: (*errorFields)(&own)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	own.RetryAfter = milliseconds(read.RetryAfterMS)
	own.Delivery = read.delivery(own.Delivery, own.Billed)
	own.Billed = billedFor(own.Delivery, own.Billed)
	own.advice = ""
	if !own.Code.IsDecision() {
		own.advice = milder(own.Code.Advice(), read.Advice)
	}
	*e = own
	return nil
}

// milder returns the advice from JSON where it only says that no other vendor is
// left; any other advice is computed again from the code.
func milder(ofCode, read Advice) Advice {
	if ofCode == AdviceTryAnotherVendor && (read == AdviceReview || read == AdviceTryLater) {
		return read
	}
	return ""
}
