package idverifytest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A Fault is something that goes wrong with an exchange. One kind acts before the
// vendor: the request is read, but neither processed nor billed.
//
//	[ResetBeforeBody]  the connection is reset; not even the body is read
//	[Hang]             no answer, until the client leaves or the server closes
//	[HTML502]          a gateway's page; [HTMLStatus] for other statuses
//	[Redirect307]      a redirect
//	[RateLimited], [QuotaExceeded], [Unavailable], [ExpiredToken],
//	[RevokedToken]     the vendor's own error for it
//	[VendorError]      any other error of the vendor's, by its code
//
// The other kind acts on the answer: the request was processed, and billed if its
// answer is one that is billed.
//
//	[Delay]            the answer comes late
//	[SlowDrip]         it comes byte by byte
//	[ResetAfterBody]   there is none: paid for and not answered
//	[Truncated]        the connection ends half-way
//	[MalformedJSON], [EmptyBody], [WrongContentType]
//
// A Fault applies to one exchange; [Fault.Times] and [Fault.Always] change that.
type Fault struct {
	kind   faultKind
	wait   time.Duration
	status int
	to     string // the address of a redirect, or a code of the vendor's
	times  int    // 0 is once, -1 for ever
}

type faultKind int

// Faults before delay act before the vendor.
const (
	noFault faultKind = iota
	resetBeforeBody
	hang
	htmlStatus
	redirect
	rateLimit
	quota
	outage
	tokenExpired
	tokenRevoked
	vendorError

	delay
	slowDrip
	resetAfterBody
	truncated
	malformedJSON
	emptyBody
	wrongContentType
)

// String names the fault, as [Exchange] does.
func (f Fault) String() string {
	return [...]string{
		noFault: "", resetBeforeBody: "reset_before_body", hang: "hang", htmlStatus: "html_status", redirect: "redirect",
		rateLimit: "rate_limited", quota: "quota_exceeded", outage: "unavailable", tokenExpired: "expired_token", tokenRevoked: "revoked_token",
		vendorError: "vendor_error",
		delay:       "delay", slowDrip: "slow_drip", resetAfterBody: "reset_after_body", truncated: "truncated",
		malformedJSON: "malformed_json", emptyBody: "empty_body", wrongContentType: "wrong_content_type",
	}[f.kind]
}

// Times makes the fault apply to the next n exchanges. A value below 1 counts as 1.
func (f Fault) Times(n int) Fault {
	f.times = max(n, 1)
	return f
}

// Always makes the fault apply to every exchange until [Server.Clear].
func (f Fault) Always() Fault {
	f.times = -1
	return f
}

// ResetBeforeBody resets the connection when the request's head has arrived.
// A client may see the reset while it is still sending.
func ResetBeforeBody() Fault { return Fault{kind: resetBeforeBody} }

// Hang reads the request and never answers.
func Hang() Fault { return Fault{kind: hang} }

// HTML502 answers with a gateway's page and status 502.
func HTML502() Fault { return HTMLStatus(http.StatusBadGateway) }

// HTMLStatus answers with a gateway's page and the given HTTP status, from
// 200 to 599.
func HTMLStatus(status int) Fault { return Fault{kind: htmlStatus, status: status} }

// Redirect307 answers with status 307 and the given Location: a client that follows
// it sends the face again, to that address.
func Redirect307(to string) Fault { return Fault{kind: redirect, to: to} }

// RateLimited answers that there are too many calls at the moment, with the vendor's
// own error, such as RATE_LIMIT_EXCEEDED at Linkface, and 4 for Baidu's tokens.
func RateLimited() Fault { return Fault{kind: rateLimit} }

// QuotaExceeded answers that the calls bought are used up, such as OUT_OF_QUOTA at
// Linkface. A vendor without such an error uses the nearest one: see
// [Person.CodeAt] of the Person for quota_exceeded.
func QuotaExceeded() Fault { return Fault{kind: quota} }

// Unavailable answers that the vendor has an internal error, such as INTERNAL_ERROR
// at Linkface.
func Unavailable() Fault { return Fault{kind: outage} }

// ExpiredToken answers that the credentials of this call have expired, or the
// signature where keys do not expire: 111 at Baidu, and invalid_client for its
// tokens.
func ExpiredToken() Fault { return Fault{kind: tokenExpired} }

// RevokedToken answers that the credentials of this call are invalid: 110 at Baidu,
// where every token issued so far becomes invalid, and invalid_client for its
// tokens.
func RevokedToken() Fault { return Fault{kind: tokenRevoked} }

// VendorError answers with an error of the vendor's own, in its shape and with its
// HTTP status: "NO_PERMISSION" or "PHOTO_SERVICE_ERROR: Network error" at Linkface,
// "216100" at Baidu, "-5803" at Tencent. "APIG.0103" at Huawei is free, and must not be
// repeated all the same. [Server.Inject] panics for a code that the
// vendor cannot have.
func VendorError(code string) Fault { return Fault{kind: vendorError, to: code} }

// Delay holds the answer back for d.
func Delay(d time.Duration) Fault { return Fault{kind: delay, wait: d} }

// SlowDrip sends the answer's body byte by byte, with d between bytes.
func SlowDrip(d time.Duration) Fault { return Fault{kind: slowDrip, wait: d} }

// ResetAfterBody processes and bills the request, and then resets the connection
// instead of answering.
func ResetAfterBody() Fault { return Fault{kind: resetAfterBody} }

// Truncated announces the full length of the answer's body, sends half of it and
// closes the connection.
func Truncated() Fault { return Fault{kind: truncated} }

// MalformedJSON removes the last bytes of the answer's body and announces the
// remaining length: it looks complete, but cannot be parsed.
func MalformedJSON() Fault { return Fault{kind: malformedJSON} }

// EmptyBody keeps the answer's status and removes its body.
func EmptyBody() Fault { return Fault{kind: emptyBody} }

// WrongContentType sends the answer's body as text/html. The body is complete.
func WrongContentType() Fault { return Fault{kind: wrongContentType} }

// Inject makes faults apply to the next calls to a vendor's verification endpoint, or to
// [BaiduToken], in order: one call each, unless the fault says otherwise. Faults that
// are already waiting come first. It panics for an unknown vendor, for a [VendorError]
// that the vendor cannot have, and for an [HTMLStatus] out of range.
//
//	srv.Inject(idverifytest.Linkface, idverifytest.HTML502(), idverifytest.Truncated())
//	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited().Times(3))
//	srv.Inject(idverifytest.BaiduToken, idverifytest.Hang().Always())
func (s *Server) Inject(vendor string, faults ...Fault) {
	e := s.known().mustKnow(vendor)
	for _, f := range faults {
		if f.kind == htmlStatus && !isStatus(f.status) {
			panic("idverifytest: Inject: HTMLStatus: must be 200 to 599")
		}
		if f.kind != vendorError {
			continue
		}
		if _, ok := e.fails(s, f.to); !ok {
			panic("idverifytest: Inject: " + vendor + " has no error " + strconv.Quote(f.to))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[vendor] = append(s.faults[vendor], faults...)
}

// Clear removes the waiting faults and scripted answers of a vendor, or of
// [BaiduToken]. An exchange that is being held up stays held up. It panics for an
// unknown vendor.
func (s *Server) Clear(vendor string) {
	s.known().mustKnow(vendor)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.faults, vendor)
	delete(s.scripts, vendor)
}

// takeFault must be called with the lock held.
func (s *Server) takeFault(name string) Fault {
	queue := s.faults[name]
	if len(queue) == 0 {
		return Fault{}
	}
	first := queue[0]
	switch {
	case first.times < 0:
	case first.times > 1:
		queue[0].times--
	default:
		s.faults[name] = queue[1:]
	}
	return first
}

// inFront reports whether the fault prevents the request from being processed.
func (f Fault) inFront() bool { return f.kind != noFault && f.kind < delay }

// instead returns the answer of a fault that acts before the vendor.
func (f Fault) instead(s *Server, e *endpoint) reply {
	switch f.kind {
	case htmlStatus:
		return htmlReply(f.status)
	case redirect:
		return reply{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {f.to}}}
	case rateLimit:
		return e.says(s, rateLimited)
	case quota:
		return e.says(s, quotaExceeded)
	case outage:
		return e.says(s, unavailable)
	case tokenExpired:
		return e.says(s, expired)
	case tokenRevoked:
		return e.says(s, revoked)
	case vendorError:
		rep, _ := e.fails(s, f.to)
		return rep
	}
	return reply{} // hang: nothing is said
}

// htmlReply is the page of a gateway.
func htmlReply(status int) reply {
	text := strconv.Itoa(status) + " " + http.StatusText(status)
	return reply{
		status: status,
		header: http.Header{"Content-Type": {"text/html"}},
		body:   fmt.Appendf(nil, "<html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n", text, text),
	}
}
