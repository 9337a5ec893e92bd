package providerkit

import (
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// Answer is the vendor's answer to a call, with any status; a redirect, or an answer
// larger than HTTP.MaxResponseBytes, has already become an error. Do not keep it; it
// prints as its type's name.
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

// Header is the answer's header.
func (a *Answer) Header() http.Header { return a.call.own().Answer().Header }

// Content is the whole body, for a vendor that does not answer in JSON. It may contain
// personal data; do not change or keep it.
func (a *Answer) Content() []byte { return a.call.own().Answer().Body }

// JSON reads the answer as exactly one object into the struct that reply points to, by
// the json tags of its fields, whose types are those of this package: [Text], [Remark],
// [Score], [Rungs], [Inner]. Other members are ignored. A duplicate member (in any case
// of its letters), or anything after the object, makes the answer invalid. A field of
// another type panics, because a plain number cannot distinguish a missing score from
// zero.
//
// Return its error unchanged: it derives the meaning of a gateway's page from the HTTP
// status.
func (a *Answer) JSON(reply any) error { return a.call.own().Decode(reply) }

// RequestID stores the vendor's id of the call for result and error.
func (a *Answer) RequestID(id string) { a.call.own().SetRequestID(id) }

// CheckTrace compares the trace that the vendor repeats with [Call.Trace]: an answer to
// another question is CodeBadResponse, and decides nothing.
func (a *Answer) CheckTrace(echoed string) error {
	if echoed != a.call.Trace() {
		return a.Bad("the answer names another call")
	}
	return nil
}

// Scrub removes the request's personal data and every key from a text of the vendor's,
// and cuts it at 4 KiB. Use it for the provider's own reply.
func (a *Answer) Scrub(text string) string { return a.call.own().Scrub(text) }

// Said is a vendor's code with its details. It prints as its type's name, except where
// fmt bypasses its methods, as with [Request].
type Said struct {
	saidMask

	// Code is looked up in [Config.Codes], and Reason selects a row for that reason.
	Code, Reason string
	// Message is free text. Personal data and keys are removed from it.
	Message string
	// Reply is the provider's own typed reply, for [idverify.ReplyAs].
	Reply any
	// Verdict is a yes or no that the vendor gives in addition to its code, for
	// [Answer.Verdict].
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

// Worked notes whether the answer shows that the vendor worked on the person, for example
// by a score or a price. Call it before Coded and Foreign: with the code or the HTTP status
// of a request that was turned away, and with a free fault, the answer is then
// CodeBadResponse, and the call is not repeated, because it may be billed.
func (a *Answer) Worked(worked bool) { a.call.own().SetWorked(worked) }

// Coded returns the decision or the error of a code's row. A code without a row is
// CodeUnknown. The row of CodeMatch decides nothing here; use [Answer.Judge] for it.
func (a *Answer) Coded(said Said) (*idverify.Result, error) { return a.call.own().Coded(said.own()) }

// Judge decides an answer with the code of success, by everything that was
// measured: a failed similarity is CodeFaceMismatch, another failed check
// CodeAttackSuspected. Missing or impossible values are CodeBadResponse.
func (a *Answer) Judge(success string, reply any, measured ...Measured) (*idverify.Result, error) {
	if !a.OK() {
		return nil, a.Bad("the code of success came with an HTTP status of failure")
	}
	return a.call.own().Judge(success, reply, owns(measured)...)
}

// Verdict decides for a vendor whose code is its verdict: the row of CodeMatch is its
// yes and the row of CodeFaceMismatch its no, whatever the score. Every other row is
// treated as by [Answer.Coded].
func (a *Answer) Verdict(said Said, measured ...Measured) (*idverify.Result, error) {
	return a.call.own().Verdict(said.own(), owns(measured)...)
}

// Bad makes the error for a vendor's answer that contradicts itself or its
// documents. Whether it was billed is unknown. detail is printed.
func (a *Answer) Bad(detail string) *idverify.Error { return a.call.own().Bad(detail) }

// Foreign makes the error for an answer that does not come from the vendor but, for
// example, from a gateway. Its HTTP status decides the meaning. detail is printed.
func (a *Answer) Foreign(detail string) *idverify.Error { return a.call.own().Foreign(detail) }
