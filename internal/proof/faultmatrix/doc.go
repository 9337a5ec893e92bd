//go:build linux

// Package faultmatrix breaks one exchange with each vendor at every phase, over real
// sockets and TLS, and records the result: the error's code, what it says about
// delivery and billing, whether the call was repeated or failed over, and what the
// stand-in billed.
//
// A proxy between the SDK and the stand-in terminates TLS, so that it can count the
// bytes of a request and strike at any of them. Socket buffers are small, and a
// broken connection is kept open until the call is over, so that the result does not
// depend on timing. The socket options for that exist only on Linux.
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
	// WholeBody: the last byte was sent, but did not reach the vendor.
	WholeBody Phase = "whole-body"
	// Unwritten and Written end the connection at several sizes of the body: before
	// its last byte can be written, and after all of it was written.
	Unwritten Phase = "unwritten"
	Written   Phase = "written"
	// Worked: the vendor has processed the request.
	Worked     Phase = "worked"
	AnswerHead Phase = "answer-headers"
	HalfAnswer Phase = "half-answer"
	// Answer: an answer arrives, but it is unusual.
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

// Row is the result of one fault at one vendor, in three ways to call.
type Row struct {
	Phase  Phase
	Fault  Text
	Vendor string // or the endpoint of its access tokens
	Alone  Outcome
	// OneVendor is a Client with that vendor only; the fault strikes once.
	OneVendor Outcome
	// TwoVendors is a Client with a healthy second vendor; the fault stays.
	TwoVendors Outcome
}

// Outcome is how one call ended.
type Outcome struct {
	Code       idverify.Code
	Sent       bool
	Ambiguous  bool
	Repeatable bool
	Billed     idverify.Billed // according to the SDK
	Detail     string
	Legs       []idverify.Attempt // the attempts of a Client

	Calls       int // to Verify: two in phase AfterAnswer
	Struck      int // how often the fault struck
	Bill        int // of the vendor under fault, from the stand-in
	BillOther   int // of the second vendor
	Arrived     int // requests that reached the vendor under fault at the stand-in
	ElsewhereIn int // connections to the target of a redirect
	Said        []string
}
