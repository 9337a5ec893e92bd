package providerkit

import (
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// Answer is what came back for a call, whatever its status; a redirect, and what is
// larger than HTTP.MaxResponseBytes, has become an error before. It is not to be kept,
// and prints as its name.
type Answer struct {
	answerMask
	call   *Call
	hidden hidden[exchange.Call] // of the call, so that this is no single pointer
}

type answerMask = Mask[Answer]

// Status is the HTTP status.
func (a *Answer) Status() int { return a.call.own().Answer().Status }

// OK reports whether the status is 200.
func (a *Answer) OK() bool { return a.call.own().OK() }

// Header is the answer's.
func (a *Answer) Header() http.Header { return a.call.own().Answer().Header }

// Content is the whole body, for a vendor that does not answer in JSON. It may speak of
// the person, and is not to be changed or kept.
func (a *Answer) Content() []byte { return a.call.own().Answer().Body }

// JSON reads the answer as exactly one object into the struct that reply points to, by
// the json tags of its fields, whose types are those of this package: [Text], [Remark],
// [Score], [Rungs], [Inner]. Other members are passed over. A member that is said
// twice, whatever the case of its letters, and anything behind the object make it no
// answer of the vendor's. A field of another type panics: plain numbers cannot tell a
// score that is missing from zero.
//
// Return its error as it is: it tells by the HTTP status what the page of a gateway
// means.
func (a *Answer) JSON(reply any) error { return a.call.own().Decode(reply) }

// RequestID keeps the vendor's id of the call for result and error.
func (a *Answer) RequestID(id string) { a.call.own().SetRequestID(id) }

// CheckTrace holds what the vendor repeats of [Call.Trace] to it: the answer to another
// question is CodeBadResponse, and decides nothing.
func (a *Answer) CheckTrace(echoed string) error {
	if echoed != a.call.Trace() {
		return a.Bad("the answer names another call")
	}
	return nil
}

// Scrub takes what the request said of the person, and every key, out of a text of the
// vendor's, and ends it at 4 KiB. It is for the provider's own reply.
func (a *Answer) Scrub(text string) string { return a.call.own().Scrub(text) }

// Said is a vendor's code with what comes with it. It prints as its name, except where
// fmt asks for no method, as [Request] does.
type Said struct {
	saidMask

	// Code is looked up in [Config.Codes], and Reason narrows it to a row of its own.
	Code, Reason string
	// Message is free text. It is kept without the person and the keys.
	Message string
	// Reply is the provider's own typed reply, for [idverify.ReplyAs].
	Reply any
	// Verdict is a yes or no that the vendor gives beside its code, for [Answer.Verdict].
	Verdict Verdict
}

type saidMask = Mask[Said]

func (s Said) own() exchange.Said {
	said := exchange.Said{Code: s.Code, Message: s.Message, Reply: s.Reply, Verdict: exchange.Verdict(s.Verdict)}
	if s.Reason != "" {
		said.Reasons = []string{s.Reason}
	}
	return said
}

// Coded is the decision or the error that a code's row says. A code without a row is
// CodeUnknown; that of a match decides nothing here, which [Answer.Judge] is for.
func (a *Answer) Coded(said Said) (*idverify.Result, error) { return a.call.own().Coded(said.own()) }

// Judge decides after the vendor answered with its code of success, by all that was
// measured: a failed similarity is CodeFaceMismatch, another failed check
// CodeAttackSuspected. What is missing or cannot be is CodeBadResponse.
func (a *Answer) Judge(success string, reply any, measured ...Measured) (*idverify.Result, error) {
	if !a.OK() {
		return nil, a.Bad("the code of success came with an HTTP status of failure")
	}
	return a.call.own().Judge(success, reply, owns(measured)...)
}

// Verdict decides for a vendor whose code is its verdict: the row of CodeMatch is its
// yes and that of CodeFaceMismatch its no, whatever the score. Every other row is
// [Answer.Coded].
func (a *Answer) Verdict(said Said, measured ...Measured) (*idverify.Result, error) {
	return a.call.own().Verdict(said.own(), owns(measured)...)
}

// Bad is the error for an answer of the vendor's that contradicts itself or its
// documents. Nobody knows whether it was billed. detail is printed.
func (a *Answer) Bad(detail string) *idverify.Error { return a.call.own().Bad(detail) }

// Foreign is the error for an answer that is not the vendor's: something on the way
// gave it, and its HTTP status tells what that means. detail is printed.
func (a *Answer) Foreign(detail string) *idverify.Error { return a.call.own().Foreign(detail) }
