package tencent

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

	// Similarity is 0..100, nil when the answer has none.
	Similarity *float64
	// SessionID is the session_id of the answer. Empty when it has none; RequestID
	// is then the one that was sent.
	SessionID string
	// Code is "0" for a completed comparison; [Codes] lists the others.
	Code    string
	Message string
}

type replyMask = redact.Mask[Reply]

// answer is the vendor's JSON.
type answer struct {
	Data    data            `json:"data"`
	Code    exchange.Text   `json:"code"`
	Message exchange.Remark `json:"message"`
}

type data struct {
	Similarity exchange.Score  `json:"similarity"`
	SessionID  exchange.Remark `json:"session_id"`
}

// UnmarshalJSON treats anything but an object as no data: errors come with null,
// and services of this kind write an empty object as [] or "".
func (d *data) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil
	}
	type fields data
	return exchange.Fields(text, (*fields)(d))
}

// decode decides by code, never by message. A similarity counts only if both the
// HTTP status and the code mean success.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var a answer
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	if id := string(a.Data.SessionID); id != "" && id != call.OwnID {
		return nil, call.Astray("data.session_id")
	}
	reply := a.reply(call)
	call.SetWorked(a.Data.Similarity.IsMeasured())
	switch {
	case a.Code == "":
		return nil, call.Foreign("code is missing")
	case a.Code == codeOK && !call.OK():
		return nil, call.Bad("code 0 came with an HTTP status of failure")
	case a.Code == codeOK:
		return call.Judge(codeOK, reply,
			exchange.Measured{Field: "data.similarity", Score: a.Data.Similarity, Rule: c.similarity})
	}
	said := exchange.Said{Code: string(a.Code), Reasons: reasons(string(a.Message)), Message: string(a.Message), Reply: reply}
	return call.Coded(said)
}

// reasons narrows a code by the beginning of its message. After that comes a number
// of the vendor's, behind a half-width or full-width colon.
func reasons(message string) []string {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(message)), inArrears) {
		return []string{inArrears}
	}
	return nil
}

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (a *answer) reply(call *exchange.Call) *Reply {
	return &Reply{
		Similarity: a.Data.Similarity.Pointer(),
		SessionID:  call.Identifier(string(a.Data.SessionID)),
		Code:       call.Identifier(string(a.Code)),
		Message:    call.Scrub(string(a.Message)),
	}
}
