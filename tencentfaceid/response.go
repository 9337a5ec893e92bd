package tencentfaceid

import (
	"bytes"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Reply is the vendor's answer, field by field except Extra, which is ours; see
// [idverify.ReplyAs]. It is not printed, logged or marshalled, except where fmt
// bypasses its methods; see [idverify.Request]. The request's personal data is
// removed from its texts, which are cut at 4 KiB.
type Reply struct {
	replyMask

	// Sim is the similarity, 0 to 100. nil when the answer has none. It counts only
	// with Success and CompareLowSimilarity.
	Sim *float64
	// Result is the code of a comparison, Description its text.
	Result, Description string
	// ErrorCode and ErrorMessage are those of an answer without a Result.
	ErrorCode, ErrorMessage string
	RequestID               string
}

type replyMask = redact.Mask[Reply]

// answer is the vendor's JSON.
type answer struct {
	Response response `json:"Response"`
}

type response struct {
	isObject    bool
	Sim         exchange.Score  `json:"Sim"`
	Result      exchange.Text   `json:"Result"`
	Description exchange.Remark `json:"Description"`
	Extra       exchange.Text   `json:"Extra"`
	RequestID   exchange.Remark `json:"RequestId"`
	Error       failure         `json:"Error"`
}

// UnmarshalJSON implements [json.Unmarshaler] for [exchange.Fields].
func (r *response) UnmarshalJSON(text []byte) error {
	type fields response
	r.isObject = bytes.HasPrefix(text, []byte("{"))
	if !r.isObject {
		return nil
	}
	return exchange.Fields(text, (*fields)(r))
}

type failure struct {
	present bool            // and not null
	Code    exchange.Text   `json:"Code"`
	Message exchange.Remark `json:"Message"`
}

// UnmarshalJSON treats anything but an object as an error without a code: with a
// success it must not be ignored.
func (f *failure) UnmarshalJSON(text []byte) error {
	type fields failure
	if string(text) == "null" {
		return nil
	}
	if bytes.HasPrefix(text, []byte("{")) {
		if err := exchange.Fields(text, (*fields)(f)); err != nil {
			return err
		}
	}
	f.present = true
	return nil
}

// decode decides by the code in Result or Error, never by texts. A success counts only
// with HTTP 200 and a similarity at or above the vendor's own threshold.
func (c *Client) decode(call *exchange.Call, extra string) (*idverify.Result, error) {
	var whole answer
	if err := call.Decode(&whole); err != nil {
		return nil, err
	}
	a := &whole.Response
	call.SetRequestID(string(a.RequestID))
	reply := a.reply(call)
	call.SetWorked(a.Sim.IsMeasured())
	result := exchange.Said{Code: string(a.Result), Message: string(a.Description), Reply: reply}
	failed := exchange.Said{Code: string(a.Error.Code), Message: string(a.Error.Message), Reply: reply}
	switch {
	case !a.isObject:
		return nil, call.Foreign("Response is missing")
	case a.Extra != "" && string(a.Extra) != extra:
		return nil, call.Astray("Response.Extra")
	case a.Error.present && a.Result != "" && a.Result != a.Error.Code:
		return nil, call.Contradiction(result, "", "Result and Error came together")
	case a.Error.present && a.Error.Code == "":
		return nil, call.Foreign("Error.Code is missing")
	case a.Error.present && a.Error.Code == success:
		return nil, call.Contradiction(failed, "", "the code of success came as an error")
	case a.Error.present:
		return call.Coded(failed)
	case a.Result == "":
		return nil, call.Foreign("Result is missing")
	}
	return call.Verdict(result, exchange.Measured{Field: "Response.Sim", Score: a.Sim, Rule: c.similarity, Line: similarity})
}

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (a *response) reply(call *exchange.Call) *Reply {
	return &Reply{
		Sim:          a.Sim.Pointer(),
		Result:       call.Identifier(string(a.Result)),
		Description:  call.Scrub(string(a.Description)),
		ErrorCode:    call.Identifier(string(a.Error.Code)),
		ErrorMessage: call.Scrub(string(a.Error.Message)),
		RequestID:    call.Identifier(string(a.RequestID)),
	}
}
