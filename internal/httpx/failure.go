package httpx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/idverify/idverify/internal/body"
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
	f.Kind, f.Detail, f.causes = explain(a, err)
	return f
}

// explain orders the questions from the most to the least certain cause: who
// left or ran out of time first, then our own media, then the answer, then the
// network.
func explain(a *attempt, err error) (Kind, string, []error) {
	var media *body.MediaError
	switch {
	case errors.Is(a.caller.Err(), context.Canceled):
		return Canceled, "the caller's context was cancelled", []error{context.Canceled}
	case a.caller.Err() != nil:
		return Timeout, "the caller's deadline passed", []error{context.DeadlineExceeded}
	case errors.As(err, &media):
		return Media, media.Problem, sources(media)
	case isTimeout(err):
		return Timeout, "no complete answer within the time limit", []error{context.DeadlineExceeded}
	case err == errNoAnswer:
		return BadAnswer, "another protocol instead of an answer", nil
	case err == errRedirect:
		return BadAnswer, "a redirect instead of an answer", nil
	case err == errPacked:
		return BadAnswer, errPacked.Error(), nil
	case err == errTooLarge:
		return BadAnswer, errTooLarge.Error(), nil
	}
	detail, cause := networkCause(err)
	if a.status != 0 {
		return BadAnswer, "the answer broke off: " + detail, cause
	}
	return Network, detail, cause
}

func isTimeout(err error) bool {
	var outer *url.Error // it asks the error right behind it, and none further
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// sources are the well-known errors behind a media error; what carries a path
// is left out.
func sources(media *body.MediaError) []error { return known(media, os.ErrNotExist, os.ErrPermission) }

func known(err error, candidates ...error) []error {
	var found []error
	for _, c := range candidates {
		if errors.Is(err, c) {
			found = append(found, c)
		}
	}
	return found
}

// networkCause names what broke. The errors of net/http quote URLs, proxies
// and headers, so none of their text is used.
func networkCause(err error) (string, []error) {
	var (
		dns      *net.DNSError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		op       *net.OpError
		errno    syscall.Errno
	)
	switch {
	case errors.Is(err, errRefused):
		return "the request was refused again and again while it was being sent", nil
	case errors.Is(err, errForeign):
		return "the round tripper of HTTP.Wrap was given by one Config and used for another: make one for each", nil
	case errors.Is(err, errRepeated):
		return "the round tripper of HTTP.Wrap sent the request again, which is for a Client to decide", nil
	case errors.As(err, &dns):
		return "the host name could not be resolved", nil
	case errors.As(err, &unknown):
		return "the certificate is signed by an unknown authority", []error{x509.UnknownAuthorityError{}}
	case errors.As(err, &hostname):
		return "the certificate is for another host", nil
	case errors.As(err, &invalid):
		return "the certificate is not valid", nil
	case errors.As(err, &verify):
		return "the certificate could not be verified", nil
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "the other side does not speak TLS", nil
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"): // how crypto/tls reports an alert
		return "the TLS handshake was refused", nil
	case errors.As(err, &errno):
		return errno.Error(), []error{errno}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the connection was closed", []error{io.ErrUnexpectedEOF}
	}
	return "the exchange failed", nil
}
