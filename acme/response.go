//go:build acme

package acme

import (
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

	// RequestID is the vendor's id of the call, and Trace is ours, as the vendor
	// repeated it.
	RequestID, Trace string
	// Code is "OK" for a completed comparison; [Codes] lists the others.
	Code    string
	Message string
	// Verdict is "same" or "other". Empty when nothing was compared.
	Verdict string
	// Similarity is 0..100, nil when the answer has none. It decides nothing.
	Similarity *float64
}

type replyMask = redact.Mask[Reply]

// answer is the vendor's JSON.
type answer struct {
	Response response `json:"Response"`
}

type response struct {
	RequestID  exchange.Remark `json:"RequestId"`
	Trace      exchange.Remark `json:"Trace"`
	Code       exchange.Text   `json:"Code"`
	Message    exchange.Remark `json:"Message"`
	Verdict    exchange.Remark `json:"Verdict"`
	Similarity exchange.Score  `json:"Similarity"`
}

// UnmarshalJSON reads an object and refuses duplicate members.
func (r *response) UnmarshalJSON(text []byte) error {
	type fields response
	return exchange.Fields(text, (*fields)(r))
}

// decode decides by the code, and for success by the verdict.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var all answer
	if err := call.Decode(&all); err != nil {
		return nil, err
	}
	a := all.Response
	call.SetRequestID(string(a.RequestID))
	reply := a.reply(call)
	verdict := exchange.VerdictIn(string(a.Verdict), "same", "other")
	call.SetWorked(a.Similarity.IsMeasured() || verdict != exchange.NoVerdict)
	switch {
	case a.Code == "":
		return nil, call.Foreign("Code is missing")
	case a.Trace != "" && string(a.Trace) != call.OwnID:
		return nil, call.Astray("Response.Trace")
	case a.Code == codeOK && !call.OK():
		return nil, call.Bad("Code OK came with an HTTP status of failure")
	case a.Code == codeOK:
		return call.Judge(codeOK, reply, exchange.Measured{
			Field: "Similarity", Score: a.Similarity, Rule: c.similarity,
			Verdict: verdict,
		})
	}
	return call.Coded(exchange.Said{Code: string(a.Code), Message: string(a.Message), Reply: reply})
}

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (r *response) reply(call *exchange.Call) *Reply {
	return &Reply{
		RequestID:  call.Identifier(string(r.RequestID)),
		Trace:      call.Identifier(string(r.Trace)),
		Code:       call.Identifier(string(r.Code)),
		Message:    call.Scrub(string(r.Message)),
		Verdict:    call.Identifier(string(r.Verdict)),
		Similarity: r.Similarity.Pointer(),
	}
}
