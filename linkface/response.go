package linkface

import (
	"bytes"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Reply is the vendor's answer, field by field; see [idverify.ReplyAs]. It is not
// printed, logged or marshalled, except where fmt bypasses its methods; see
// [idverify.Request]. The request's personal data is removed from its texts, which
// are cut at 4 KiB.
type Reply struct {
	replyMask

	RequestID string
	Status    string
	// Reason explains some errors; Image names the invalid input.
	Reason, Image string
	// Identity is the source's own answer, when the capture turned out
	// unusable after the source had been asked. nil otherwise.
	Identity *Identity
	// VerifyScore is 0 to 1, 1 the same person; HackScore 0 to 1, 1 an attack. nil
	// when the answer has none.
	VerifyScore, HackScore *float64
	// LivenessDataID can be passed to [CaptureID] in a later call, which then needs
	// no upload. Empty when the call itself used an id, or when the answer's id
	// contains something from the request.
	LivenessDataID string
}

type replyMask = redact.Mask[Reply]

// Identity is the source's answer about name and number. Validity true is not a
// pass, because no face was compared. It is not printed, logged or marshalled.
type Identity struct {
	identityMask

	Validity bool
	// PhotoID is empty when the source holds no photo.
	PhotoID string
	Reason  string
}

type identityMask = redact.Mask[Identity]

// answer is the vendor's JSON.
type answer struct {
	RequestID      exchange.Remark `json:"request_id"`
	Status         exchange.Text   `json:"status"`
	Reason         exchange.Text   `json:"reason"`
	Image          exchange.Remark `json:"image"`
	Identity       identity        `json:"identity"`
	VerifyScore    exchange.Score  `json:"verify_score"`
	HackScore      exchange.Score  `json:"hack_score"`
	LivenessDataID exchange.Remark `json:"liveness_data_id"`
}

type identity struct {
	present  bool
	denies   bool            // anything but nothing, or an object whose validity is true
	Validity exchange.Remark `json:"validity"`
	PhotoID  exchange.Remark `json:"photo_id"`
	Reason   exchange.Remark `json:"reason"`
}

// UnmarshalJSON treats anything but an object as no identity: it only explains an
// error, which must not be lost.
func (i *identity) UnmarshalJSON(text []byte) error {
	type fields identity
	i.present = bytes.HasPrefix(text, []byte("{")) && exchange.Fields(text, (*fields)(i)) == nil
	i.denies = !isNothing(text) && (!i.present || !i.holds())
	return nil
}

// holds reports whether name and number belong together.
func (i *identity) holds() bool { return strings.EqualFold(string(i.Validity), "true") }

// isNothing reports whether a JSON value is empty in one of the ways in which
// services of this kind write it.
func isNothing(text []byte) bool {
	switch string(text) {
	case "null", `""`, "[]", "{}":
		return true
	}
	return false
}

// decode decides by status first. Scores count only if both the HTTP status and the
// answer's own status are OK.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var a answer
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	call.SetRequestID(string(a.RequestID))
	reply := a.reply(call)
	call.SetWorked(a.VerifyScore.IsMeasured())
	call.SetLooked(a.HackScore.IsMeasured() || a.Identity.denies || a.Identity.holds())
	switch {
	case a.Status == "":
		return nil, call.Foreign("status is missing")
	case a.Status == statusOK && !call.OK():
		return nil, call.Bad("status OK came with an HTTP status of failure")
	case a.Status == statusOK && a.Identity.denies:
		return nil, call.Bad("status OK came with an identity that does not hold")
	case a.Status == statusOK && (table.HasReason(string(a.Reason)) || table.HasReason(string(a.Identity.Reason))):
		return nil, call.Bad("status OK came with the reason of a failure")
	case a.Status == statusOK:
		return call.Judge(statusOK, reply,
			exchange.Measured{Field: "verify_score", Score: a.VerifyScore, Rule: c.similarity},
			exchange.Measured{Field: "hack_score", Score: a.HackScore, Rule: liveness},
		)
	}
	said := exchange.Said{
		Code:    string(a.Status),
		Reasons: []string{string(a.Reason)},
		Message: strings.TrimSpace(string(a.Reason) + " " + string(a.Image)),
		Reply:   reply,
	}
	if a.Identity.present {
		said.Reasons = append(said.Reasons, string(a.Identity.Reason))
	}
	return call.Coded(said)
}

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (a *answer) reply(call *exchange.Call) *Reply {
	r := &Reply{
		RequestID:      call.Identifier(string(a.RequestID)),
		Status:         call.Identifier(string(a.Status)),
		Reason:         call.Scrub(string(a.Reason)),
		Image:          call.Scrub(string(a.Image)),
		VerifyScore:    a.VerifyScore.Pointer(),
		HackScore:      a.HackScore.Pointer(),
		LivenessDataID: unspoiled(call, string(a.LivenessDataID)),
	}
	if a.Identity.present {
		r.Identity = &Identity{
			Validity: a.Identity.holds(),
			PhotoID:  call.Scrub(string(a.Identity.PhotoID)),
			Reason:   call.Scrub(string(a.Identity.Reason)),
		}
	}
	return r
}

// unspoiled returns an id unchanged, or none: an id with something removed would
// not name the capture any more, and using it might be billed.
func unspoiled(call *exchange.Call, id string) string {
	if call.Identifier(id) != id {
		return ""
	}
	return id
}
