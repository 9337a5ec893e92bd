package httpx

import (
	"errors"
	"fmt"
	"net/http"
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
	// Misconfigured: the operator's settings do not fit: an authority that is not
	// trusted, a clock, a proxy that refuses.
	Misconfigured
)

// Failure is an exchange without an answer that could be read. Its text is
// chosen from fixed words; the errors behind it hold no URL and no path.
type Failure struct {
	Kind Kind
	// Sent says that the whole request was handed to the connection.
	Sent bool
	// Status is the answer's, 0 when none came.
	Status int
	Detail string
	// Field is the setting to look at, for Misconfigured.
	Field string

	came   **came // nil where there is nothing
	causes []error
}

// came is what there was of an answer. It stands behind a second pointer,
// because fmt reads unexported fields without asking, and follows one pointer
// where it calls a verb bad.
type came struct {
	header  http.Header
	partial []byte
}

func (f *Failure) answer() came {
	if f.came == nil {
		return came{}
	}
	return **f.came
}

func (f *Failure) Error() string   { return f.Detail }
func (f *Failure) Unwrap() []error { return f.causes }

// RetryAfter is how long the answer asks to wait from now, 0 when it does not.
func (f *Failure) RetryAfter(now time.Time) time.Duration { return RetryAfter(f.answer().header, now) }

// Partial is what came of an answer that broke off or was too large.
func (f *Failure) Partial() []byte { return f.answer().partial }

// Format implements [fmt.Formatter]: headers and answers are not printed.
func (f Failure) Format(s fmt.State, verb rune) { redact.Format(s, verb, f.Detail) }

// MarshalText keeps them out of JSON and other encodings.
func (f Failure) MarshalText() ([]byte, error) { return []byte(f.Detail), nil }

var (
	errNoAnswer = errors.New("no answer")
	errRedirect = errors.New("redirected")
	errPacked   = errors.New("the answer is packed in a way that was not asked for")
	errTooLarge = errors.New("answer is larger than the limit")
)

func (a *attempt) failed(err error) *Failure {
	answer := &came{a.header, a.partial}
	f := &Failure{Status: a.status, came: &answer}
	f.Sent = a.finish()
	why := explain(a, err)
	f.Kind, f.Field, f.Detail, f.causes = why.kind, why.field, why.detail, why.causes
	return f
}
