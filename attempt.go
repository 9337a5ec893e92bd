package idverify

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// Next says what a [Client] did after an attempt, and why.
type Next string

// What a Client can do next.
const (
	// NextSameVendor: the same vendor was asked again, which cannot be paid twice.
	NextSameVendor Next = "same_vendor"
	// NextSameVendorAmbiguous: the same vendor was asked again although the attempt
	// may have been billed, because the caller allowed it.
	NextSameVendorAmbiguous Next = "same_vendor_ambiguous"
	// NextAnotherVendor: the call went on to the next provider because of Code.
	NextAnotherVendor Next = "another_vendor"
)

// Attempt describes one exchange with a vendor within a [Client]'s call, or says
// why a provider was passed over.
type Attempt struct {
	Vendor string `json:"vendor"`
	// Code is how the attempt ended: a decision, or an error's code.
	Code Code `json:"code"`
	// VendorCode, VendorReason, RequestID and HTTPStatus are as the vendor gave
	// them.
	VendorCode   string `json:"vendor_code,omitempty"`
	VendorReason string `json:"vendor_reason,omitempty"`
	RequestID    string `json:"request_id,omitempty"`
	HTTPStatus   int    `json:"http_status,omitempty"`
	// At is when the attempt began, by this machine's clock.
	At time.Time `json:"at,omitzero"`
	// Wait is the backoff before the attempt, Queued the time spent waiting for the
	// limiter, and Duration the time of the exchange itself. In JSON they are
	// milliseconds.
	Wait     time.Duration `json:"-"`
	Queued   time.Duration `json:"-"`
	Duration time.Duration `json:"-"`
	Billed   Billed        `json:"billed"`
	// Delivery is how far the request got; for a decision it is DeliveryAnswered.
	// Sent, Ambiguous and Repeatable follow from it as in [Error]; JSON has all
	// four.
	Delivery Delivery `json:"delivery"`
	// NoRepeat is [Error.NoRepeat] of the attempt.
	NoRepeat bool `json:"no_repeat,omitempty"`
	// PassedOver says that the provider was not asked, and Reason why.
	PassedOver bool   `json:"passed_over,omitempty"`
	Reason     Reason `json:"reason,omitempty"`
	// Next is what was done after the attempt.
	Next Next `json:"next,omitempty"`
	// Err is the attempt's error, nil for a decision. errors.Is and errors.As on
	// the call's Error reach it.
	Err error `json:"-" xml:"-" yaml:"-"`
}

// attemptFields is Attempt without its methods.
type attemptFields Attempt

type attemptJSON struct {
	*attemptFields
	derived
	WaitMS     int64 `json:"wait_ms,omitempty"`
	QueuedMS   int64 `json:"queued_ms,omitempty"`
	DurationMS int64 `json:"duration_ms"`
}

// MarshalJSON implements [json.Marshaler].
func (a Attempt) MarshalJSON() ([]byte, error) {
	a.VendorCode, a.RequestID, a.Delivery = redact.Word(a.VendorCode), redact.Word(a.RequestID), a.Delivery.known()
	return json.Marshal(attemptJSON{
		attemptFields: (*attemptFields)(&a),
		derived:       derive(a.Sent(), a.Ambiguous(), a.Repeatable()),
		WaitMS:        a.Wait.Milliseconds(),
		QueuedMS:      a.Queued.Milliseconds(),
		DurationMS:    a.Duration.Milliseconds(),
	})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (a *Attempt) UnmarshalJSON(text []byte) error {
	own := *a
	own.Delivery = ""
	read := attemptJSON{attemptFields: (*attemptFields)(&own)}
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	own.Wait, own.Queued, own.Duration = milliseconds(read.WaitMS), milliseconds(read.QueuedMS), milliseconds(read.DurationMS)
	own.Delivery = read.delivery(own.Delivery, own.Billed)
	own.Billed = billedFor(own.Delivery, own.Billed)
	*a = own
	return nil
}

// milliseconds converts n to a Duration, and caps it at the longest one.
func milliseconds(n int64) time.Duration {
	const most = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(max(-most, min(n, most))) * time.Millisecond
}

// Sent is [Error.Sent] of the attempt.
func (a Attempt) Sent() bool { return isSent(a.Delivery) }

// Ambiguous is [Error.Ambiguous] of the attempt.
func (a Attempt) Ambiguous() bool { return isAmbiguous(a.Delivery) }

// Repeatable is [Error.Repeatable] of the attempt.
func (a Attempt) Repeatable() bool {
	return !a.NoRepeat && isRepeatable(a.Code, a.Delivery, a.Billed)
}

// String is, for example, "linkface timeout (unanswered, billed unknown)".
func (a Attempt) String() string {
	how := a.Delivery.words()
	if a.PassedOver {
		how = "passed over"
	}
	return redact.Word(a.Vendor) + " " + redact.Word(string(a.Code)) + " (" + how + ", billed " + a.Billed.String() + ")"
}

// Format implements [fmt.Formatter]: every verb prints String.
func (a Attempt) Format(s fmt.State, verb rune) { redact.Format(s, verb, a.String()) }

// LogValue implements [slog.LogValuer].
func (a Attempt) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("vendor", redact.Word(a.Vendor)),
		slog.String("code", redact.Word(string(a.Code))),
		slog.String("vendor_code", redact.Word(a.VendorCode)),
		slog.String("request_id", redact.Word(a.RequestID)),
		slog.Int("http_status", a.HTTPStatus),
		slog.Duration("wait", a.Wait),
		slog.Duration("queued", a.Queued),
		slog.Duration("duration", a.Duration),
		slog.String("billed", a.Billed.String()),
		slog.String("delivery", string(a.Delivery.known())),
		slog.Bool("passed_over", a.PassedOver),
		slog.String("reason", string(a.Reason)),
	}
	return redact.Attrs(append(attrs, noRepeatAttrs(a.NoRepeat)...)...)
}

// noRepeatAttrs is the attribute for NoRepeat. It is left out where that is false, as
// almost always.
func noRepeatAttrs(noRepeat bool) []slog.Attr {
	if !noRepeat {
		return nil
	}
	return []slog.Attr{slog.Bool("no_repeat", true)}
}

// attempted describes how a provider's call ended.
func attempted(vendor string, res *Result, e *Error) Attempt {
	if res != nil {
		return Attempt{
			Vendor: vendor, Code: res.Code, VendorCode: res.VendorCode, VendorReason: res.VendorReason,
			RequestID: res.RequestID, HTTPStatus: res.HTTPStatus, Billed: res.Billed, Delivery: DeliveryAnswered,
		}
	}
	return Attempt{
		Vendor: vendor, Code: e.Code, VendorCode: e.VendorCode, VendorReason: e.VendorReason,
		RequestID: e.RequestID, HTTPStatus: e.HTTPStatus, Billed: e.Billed, Delivery: e.Delivery.known(),
		NoRepeat: e.NoRepeat, Err: e,
	}
}
