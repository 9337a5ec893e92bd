package idverifytest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// A Fault is something that goes wrong with an exchange. One kind stands in
// front of the vendor: the request is read, but neither processed nor billed.
//
//	[ResetBeforeBody]  the connection is reset; not even the body is read
//	[Hang]             no answer, until the client leaves or the server closes
//	[HTML502]          a gateway's page; [HTMLStatus] for other statuses
//	[Redirect307]      a redirect
//	[RateLimited], [QuotaExceeded], [Unavailable], [ExpiredToken],
//	[RevokedToken]     the vendor's own words for it
//	[VendorError]      any other error of the vendor's, by its code
//
// The other kind strikes the answer: the request was processed, and billed if
// its answer is one that is billed.
//
//	[Delay]            the answer comes late
//	[SlowDrip]         it comes byte by byte
//	[ResetAfterBody]   it does not come: paid for and not answered
//	[Truncated]        the connection ends half-way
//	[MalformedJSON], [EmptyBody], [WrongContentType]
//
// A Fault strikes one exchange; [Fault.Times] and [Fault.Always] say otherwise.
type Fault struct {
	kind   faultKind
	wait   time.Duration
	status int
	to     string // the address of a redirect, or a code of the vendor's
	times  int    // 0 is once, -1 for ever
}

type faultKind int

// Faults that stand in front of the vendor come before delay.
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

// Times makes the fault strike the next n exchanges. Less than 1 is 1.
func (f Fault) Times(n int) Fault {
	f.times = max(n, 1)
	return f
}

// Always makes the fault strike every exchange until [Server.Clear].
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

// Redirect307 answers with status 307 and the given Location: a client that
// follows it sends the face once more, to wherever that is.
func Redirect307(to string) Fault { return Fault{kind: redirect, to: to} }

// RateLimited answers that there are too many calls for the moment, in the
// vendor's words, such as RATE_LIMIT_EXCEEDED at Linkface, and 4 for Baidu's tokens.
func RateLimited() Fault { return Fault{kind: rateLimit} }

// QuotaExceeded answers that the calls bought are used up, such as OUT_OF_QUOTA at
// Linkface. A vendor that has no word for it says what is nearest: see
// [Person.CodeAt] of the Person for quota_exceeded.
func QuotaExceeded() Fault { return Fault{kind: quota} }

// Unavailable answers that the vendor has a fault of its own, such as INTERNAL_ERROR
// at Linkface.
func Unavailable() Fault { return Fault{kind: outage} }

// ExpiredToken answers that the credentials of this call have expired, or the
// signature where keys do not: 111 at Baidu, and invalid_client for its tokens.
func ExpiredToken() Fault { return Fault{kind: tokenExpired} }

// RevokedToken answers that the credentials of this call do not hold: 110 at Baidu,
// where every token given out until then becomes invalid, and invalid_client for its
// tokens.
func RevokedToken() Fault { return Fault{kind: tokenRevoked} }

// VendorError answers with an error of the vendor's own, in its shape and with
// its HTTP status: "NO_PERMISSION" or "PHOTO_SERVICE_ERROR: Network error" at
// Linkface, "216100" at Baidu, "-5803" at Tencent. [Server.Inject] panics for
// what cannot be such a code there.
func VendorError(code string) Fault { return Fault{kind: vendorError, to: code} }

// Delay holds the answer back for d.
func Delay(d time.Duration) Fault { return Fault{kind: delay, wait: d} }

// SlowDrip sends the answer's body byte by byte, with d between two.
func SlowDrip(d time.Duration) Fault { return Fault{kind: slowDrip, wait: d} }

// ResetAfterBody processes and bills the request, and resets the connection
// instead of answering.
func ResetAfterBody() Fault { return Fault{kind: resetAfterBody} }

// Truncated announces the whole length of the answer's body, sends half of it
// and closes the connection.
func Truncated() Fault { return Fault{kind: truncated} }

// MalformedJSON cuts the last bytes off the answer's body and announces the
// length that is left: it looks complete, and cannot be parsed.
func MalformedJSON() Fault { return Fault{kind: malformedJSON} }

// EmptyBody leaves the answer its status and takes its body.
func EmptyBody() Fault { return Fault{kind: emptyBody} }

// WrongContentType calls the answer's body text/html. It is whole.
func WrongContentType() Fault { return Fault{kind: wrongContentType} }

// Inject lets faults strike the next calls to a vendor's verification
// endpoint, or to [BaiduToken], in order: one call each, unless the fault says
// otherwise. Faults that are waiting already come first. It panics for an
// unknown vendor, for a [VendorError] that the vendor cannot have, and for an
// [HTMLStatus] out of range.
//
//	srv.Inject(idverifytest.Linkface, idverifytest.HTML502(), idverifytest.Truncated())
//	srv.Inject(idverifytest.Tencent, idverifytest.RateLimited().Times(3))
//	srv.Inject(idverifytest.BaiduToken, idverifytest.Hang().Always())
func (s *Server) Inject(vendor string, faults ...Fault) {
	e := s.vendors().mustKnow(vendor)
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

// Clear removes the faults and scripted answers that wait for a vendor, or
// for [BaiduToken]. An exchange that is being held up stays so. It panics for
// an unknown vendor.
func (s *Server) Clear(vendor string) {
	s.vendors().mustKnow(vendor)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.faults, vendor)
	delete(s.scripts, vendor)
}

// takeFault is called with the lock held.
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

// inFront reports whether the fault keeps the request from being processed.
func (f Fault) inFront() bool { return f.kind != noFault && f.kind < delay }

// instead is the answer of a fault that stands in front of the vendor.
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
