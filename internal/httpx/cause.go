package httpx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/timelimit"
	"github.com/idverify/idverify/internal/wire"
)

// why says what ended an exchange, in fixed texts. net/http's errors quote URLs,
// proxies and headers, so their text is never used.
type why struct {
	kind   Kind
	field  string // for Misconfigured
	detail string
	causes []error

	signing error // for Unsigned
}

// explain checks the most certain causes first: a cancelled or expired context, then
// our own media, then the answer, then the network.
func explain(a *attempt, err error) why {
	var (
		media   *body.MediaError
		signing *unsigned
	)
	late := []error{context.DeadlineExceeded}
	switch {
	case errors.Is(a.caller.Err(), context.Canceled):
		return why{kind: Canceled, detail: timelimit.Ended(a.caller), causes: []error{context.Canceled}}
	case a.Err() != nil && a.waitsForMedia() && !timelimit.IsCallers(a.caller):
		return why{kind: Media, detail: "the media could not be read: " + a.lateFor(err), causes: late}
	case a.caller.Err() != nil:
		return why{kind: Timeout, detail: timelimit.Ended(a.caller), causes: late}
	case errors.As(err, &signing) && a.Err() != nil:
		return why{kind: Timeout, detail: a.lateFor(err), causes: late}
	case signing != nil:
		return why{kind: Unsigned, detail: notSigned, signing: signing.cause}
	case errors.As(err, &media):
		return why{kind: Media, detail: media.Problem, causes: sources(media)}
	case isTimeout(err):
		return why{kind: Timeout, detail: a.lateFor(err), causes: late}
	case err == errNoAnswer:
		return why{kind: BadAnswer, detail: "another protocol instead of an answer"}
	case err == errRedirect:
		return why{kind: BadAnswer, detail: "a redirect instead of an answer"}
	case err == errPacked, err == errTooLarge:
		return why{kind: BadAnswer, detail: err.Error()}
	}
	w := a.broken(err)
	switch {
	case a.status != 0:
		return why{kind: BadAnswer, detail: "the answer broke off: " + w.detail, causes: w.causes}
	case w.kind == Misconfigured && a.low.callers:
		w.field = "Client" // its Transport has the proxy and the authorities
	case a.wasIdle() && isClosed(err):
		w.detail = "an idle connection was closed as it was used again: " + w.detail
	}
	return w
}

func isTimeout(err error) bool {
	var outer *url.Error // its Timeout checks only the error that it wraps directly
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// lateFor names the time limit that has passed.
func (a *attempt) lateFor(err error) string {
	var op *net.OpError
	switch {
	case a.caller.Err() != nil:
		return timelimit.Ended(a.caller)
	case a.Err() != nil:
		return a.low.limit + " passed"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the transport's time limit for connecting to the proxy passed"
	case op != nil && op.Op == "dial":
		return "the transport's time limit for connecting passed"
	case errors.Is(err, wire.ErrHandshakeLate), hasText(err, "net/http: TLS handshake timeout"):
		return "the transport's time limit for the TLS handshake passed"
	}
	return "a time limit of the transport passed"
}

// sources are the well-known errors behind a media error. Errors that contain a path
// are left out.
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

// broken names a failure that is not a time limit, such as a broken connection.
func (a *attempt) broken(err error) why {
	var (
		dns    *net.DNSError
		record tls.RecordHeaderError
		op     *net.OpError
		errno  syscall.Errno
	)
	if w, ok := a.refusedByProxy(err); ok {
		return w
	}
	if w, ok := distrusted(err); ok {
		return w
	}
	network := func(detail string, causes ...error) why { return why{kind: Network, detail: detail, causes: causes} }
	switch {
	case errors.Is(err, errRefused):
		return network("the request was refused again and again while it was being sent")
	case errors.Is(err, errForeign):
		return network("the round tripper of HTTP.Wrap is shared by several Configs: make one for each")
	case errors.Is(err, errRepeated):
		return network("the round tripper of HTTP.Wrap sent the request again, which is for a Client to decide")
	case errors.As(err, &dns):
		return network("the host name could not be resolved")
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return network("the other side does not speak TLS")
	case errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error"): // how crypto/tls reports an alert
		return network("the TLS handshake was refused")
	case errors.As(err, &errno):
		return network(errno.Error(), errno)
	case isClosed(err):
		return network("the connection was closed", io.ErrUnexpectedEOF)
	}
	return network("the exchange failed")
}

// isClosed reports whether the other side closed the connection. If net/http notices
// that first, it closes our side while we write.
func isClosed(err error) bool {
	for _, closed := range []error{io.ErrUnexpectedEOF, io.EOF, syscall.ECONNRESET, syscall.EPIPE, net.ErrClosed} {
		if errors.Is(err, closed) {
			return true
		}
	}
	return hasText(err, "http: server closed idle connection")
}

// hasText reports whether an error in the chain has this text: some errors of
// net/http are not exported.
func hasText(err error, text string) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == text {
			return true
		}
	}
	return false
}

// distrusted names what is wrong with a certificate. If the operator has to fix it
// (the authorities or the clock), the kind is Misconfigured.
func distrusted(err error) (why, bool) {
	var (
		unknown  x509.UnknownAuthorityError
		noRoots  x509.SystemRootsError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
	)
	operators := func(detail string, causes ...error) (why, bool) {
		return why{kind: Misconfigured, field: "TLSConfig", detail: detail, causes: causes}, true
	}
	network := func(detail string) (why, bool) { return why{kind: Network, detail: detail}, true }
	switch {
	case errors.As(err, &unknown):
		return operators("the certificate is signed by an unknown authority", x509.UnknownAuthorityError{})
	case errors.As(err, &noRoots):
		return operators("the authorities of this system could not be loaded")
	case errors.As(err, &hostname):
		return network("the certificate is for another host")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && isNotYet(invalid):
		return operators("the certificate is not valid yet: check this machine's clock")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return network("the certificate has expired")
	case errors.As(err, &invalid):
		return network("the certificate is not valid")
	case errors.As(err, &verify):
		return network("the certificate could not be verified")
	}
	return why{}, false
}

// isNotYet reports whether the certificate is not valid yet, in contrast to expired.
func isNotYet(e x509.CertificateInvalidError) bool {
	return e.Cert != nil && time.Now().Before(e.Cert.NotBefore)
}
