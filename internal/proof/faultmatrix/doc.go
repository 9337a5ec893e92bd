//go:build linux

// Package faultmatrix breaks one exchange with each vendor at every phase of its
// way, over real sockets and TLS, and notes what became of it: the error's code,
// what it says was sent and billed, whether the call was repeated or went
// elsewhere, and what stands on the bill of the stand-in.
//
// Between the SDK and the stand-in is a proxy that ends TLS, so that it can
// count the bytes of a request and strike at any of them. Sockets are kept small
// and a broken connection is held until the call is over, so that what is seen
// does not depend on who is faster. That takes knobs which only Linux has.
package faultmatrix

import "github.com/idverify/idverify"

// A Phase is how far an exchange has come when the fault strikes.
type Phase string

// The phases in order, and three sections beside them.
const (
	Resolve   Phase = "resolve"
	Connect   Phase = "connect"
	Handshake Phase = "handshake"
	Headers   Phase = "request-headers"
	HalfBody  Phase = "half-body"
	// WholeBody: the last byte has left, and the vendor was not reached.
	WholeBody Phase = "whole-body"
	// Unwritten and Written are the end of a connection at every size of a body:
	// before its last byte is there to be written, and when all of it has left.
	Unwritten Phase = "unwritten"
	Written   Phase = "written"
	// Worked: the vendor has the request and has worked on it.
	Worked     Phase = "worked"
	AnswerHead Phase = "answer-headers"
	HalfAnswer Phase = "half-answer"
	// Answer: an answer comes, and there is something about it.
	Answer Phase = "answer"
	// AfterAnswer: between a call and the next one on the same connection.
	AfterAnswer Phase = "after-answer"

	VendorSays Phase = "vendor-says"
	Media      Phase = "media"
	HTTP2      Phase = "http2"
)

// Phases lists them in the order of the document.
func Phases() []Phase {
	return []Phase{Resolve, Connect, Handshake, Headers, HalfBody, WholeBody, Unwritten, Written, Worked, AnswerHead, HalfAnswer, Answer, AfterAnswer, VendorSays, Media, HTTP2}
}

// Text is a name in both languages of the documents.
type Text struct{ EN, ZH string }

// Row is what one fault did to one vendor, in three ways to ask.
type Row struct {
	Phase  Phase
	Fault  Text
	Vendor string // or the endpoint of its access tokens
	Alone  Outcome
	// OneVendor is a Client with that vendor only; the fault strikes once.
	OneVendor Outcome
	// TwoVendors is a Client with a healthy vendor behind; the fault stays.
	TwoVendors Outcome
}

// Outcome is how one call ended.
type Outcome struct {
	Code       idverify.Code
	Sent       bool
	Ambiguous  bool
	Repeatable bool
	Billed     idverify.Billed // as the SDK says
	Detail     string
	Legs       []idverify.Attempt // of a Client

	Calls       int // to Verify: two in phase AfterAnswer
	Struck      int // how often the fault did
	Bill        int // of the vendor under fault, at the stand-in
	BillOther   int // of the one behind it
	Arrived     int // requests that reached the stand-in's vendor under fault
	ElsewhereIn int // connections that reached where a redirect points
	Said        []string
}
