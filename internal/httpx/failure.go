package httpx

import (
	"errors"
	"fmt"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// Kind says what went wrong in an exchange.
type Kind int

// The kinds of Failure.
const (
	// Network: not connected, or the connection broke.
	Network Kind = iota
	// Timeout: the time limit of the exchange, or the caller's deadline.
	Timeout
	// Canceled: by the caller.
	Canceled
	// Media: the request's own media could not be read.
	Media
	// BadAnswer: too large, redirected, or broken off after its headers.
	BadAnswer
	// Misconfigured: the operator has to fix a setting, such as an untrusted
	// certificate authority, the clock, or a proxy that refuses.
	Misconfigured
	// Unsigned: the request's Sign failed. SigningError has its error.
	Unsigned
)

// Failure is an exchange without a readable answer. Its text is fixed, and the errors
// that it wraps contain no URL and no path. It keeps only the status and Retry-After
// of an answer, because errors may be stored.
type Failure struct {
	Kind Kind
	// Sent says that the whole request was written to the connection.
	Sent bool
	// Status is the HTTP status of the answer, 0 if none came.
	Status int
	Detail string
	// Field is the setting to check, for Misconfigured.
	Field string

	retry   retryAfter
	causes  []error
	signing error
}

func (f *Failure) Error() string   { return f.Detail }
func (f *Failure) Unwrap() []error { return f.causes }

// SigningError is the error that Sign returned, for Unsigned. It may contain secrets,
// so Unwrap does not return it.
func (f *Failure) SigningError() error { return f.signing }

// RetryAfter is how long the answer asks to wait from now, 0 if it does not ask.
func (f *Failure) RetryAfter(now time.Time) time.Duration { return f.retry.from(now) }

// Format implements [fmt.Formatter]. It prints the text and nothing else.
func (f Failure) Format(s fmt.State, verb rune) { redact.Format(s, verb, f.Detail) }

// MarshalText is the text, for JSON and other encodings.
func (f Failure) MarshalText() ([]byte, error) { return []byte(f.Detail), nil }

var (
	errNoAnswer = errors.New("no answer")
	errRedirect = errors.New("redirected")
	errPacked   = errors.New("the answer is compressed in an unrequested way")
	errTooLarge = errors.New("answer is larger than the limit")
)

func (a *attempt) failed(err error) *Failure {
	f := &Failure{Status: a.status, retry: a.retry}
	f.Sent = a.finish()
	why := explain(a, err)
	f.Kind, f.Field, f.Detail, f.causes, f.signing = why.kind, why.field, why.detail, why.causes, why.signing
	return f
}
