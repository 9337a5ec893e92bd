package huaweiivs

import (
	"bytes"
	"errors"

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

	// ServiceName is "ivs-standard".
	ServiceName string
	// Code is the verification_code of a decision, or else the error code as the
	// vendor spells it. Message is its text.
	Code, Message string
	// Result is the verification_result: "valid", "invalid" or "nonexistent".
	Result string
	// Similarity is 0..100, with Config.Detail 0..1000. nil when the answer has none.
	Similarity *float64
}

type replyMask = redact.Mask[Reply]

// answer is the vendor's JSON. Errors have one of three forms: the service's, the
// gateway's, and the gateway's inside another object.
type answer struct {
	Meta      meta            `json:"meta"`
	Result    result          `json:"result"`
	ErrorCode exchange.Text   `json:"error_code"`
	ErrorMsg  exchange.Remark `json:"error_msg"`
	Code      exchange.Text   `json:"code"`
	Message   exchange.Remark `json:"message"`
	Error     nested          `json:"error"`
	RequestID exchange.Remark `json:"request_id"`
}

type meta struct {
	UUID exchange.Text `json:"uuid"`
}

// nested is an error inside another object.
type nested struct {
	present   bool
	ErrorCode exchange.Text   `json:"error_code"`
	ErrorMsg  exchange.Remark `json:"error_msg"`
	Code      exchange.Text   `json:"code"`
	Message   exchange.Remark `json:"message"`
}

type result struct {
	present     bool
	ServiceName exchange.Remark `json:"service_name"`
	Count       exchange.Text   `json:"count"`
	Data        verdicts        `json:"resp_data"`
}

// verdicts is the list with exactly one verdict.
type verdicts struct {
	Result     exchange.Text   `json:"verification_result"`
	Message    exchange.Remark `json:"verification_message"`
	Code       exchange.Text   `json:"verification_code"`
	Similarity exchange.Score  `json:"similarity"`
}

// inside reads an object into reply. null and an empty text count as none.
func inside(text []byte, reply any) (bool, error) {
	switch string(text) {
	case "null", `""`:
		return false, nil
	}
	return true, exchange.Fields(text, reply)
}

func (m *meta) UnmarshalJSON(text []byte) error {
	type fields meta
	_, err := inside(text, (*fields)(m))
	return err
}

func (n *nested) UnmarshalJSON(text []byte) error {
	type fields nested
	switch string(text) {
	case "null", `""`, "{}", "[]":
		return nil
	}
	if bytes.HasPrefix(text, []byte("{")) { // a text instead of an object is no code
		if err := exchange.Fields(text, (*fields)(n)); err != nil {
			return err
		}
	}
	n.present = true // with a result it must not be ignored
	return nil
}

func (r *result) UnmarshalJSON(text []byte) (err error) {
	type fields result
	r.present, err = inside(text, (*fields)(r))
	return err
}

// UnmarshalJSON takes a list of exactly one object.
func (v *verdicts) UnmarshalJSON(text []byte) error {
	type fields verdicts
	if string(text) == "null" {
		return nil
	}
	if !bytes.HasPrefix(text, []byte("[")) {
		return errNoList
	}
	one := bytes.Trim(text[1:len(text)-1], " \t\r\n")
	if len(one) == 0 {
		return nil
	}
	return exchange.Fields(one, (*fields)(v))
}

var errNoList = errors.New("resp_data is not a list")

// decode decides only by verification_code; verification_result and the call's uuid
// must match.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var a answer
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	call.SetRequestID(string(a.RequestID))
	failure, text, agree := a.failure()
	said := exchange.Said{Code: failure, Message: text}
	if failure == "" {
		said = exchange.Said{Code: string(a.Result.Data.Code), Message: string(a.Result.Data.Message)}
	}
	said.Reply = a.reply(call, said)
	switch named := string(a.Meta.UUID); {
	case named != "" && named != call.OwnID:
		return nil, call.Astray("meta.uuid")
	case failure != "" && a.Result.present:
		return nil, call.Contradiction(said, "error_code", "a result came with an error_code")
	case a.Error.present && a.Result.present:
		return nil, call.Contradiction(said, "error", "a result came with an error")
	case !agree:
		return nil, call.Contradiction(said, "error_code", "the answer has two error codes")
	case failure != "":
		return c.failed(call, said)
	case !a.Result.present:
		return nil, call.Foreign("neither a result nor an error_code")
	case !call.OK():
		return nil, call.Bad("a result came with an HTTP status of failure")
	}
	c.accepted()
	return c.decided(call, a.Result, said)
}

func (c *Client) decided(call *exchange.Call, r result, said exchange.Said) (*idverify.Result, error) {
	one := r.Data
	switch {
	case one.Code == "", r.Count != "" && r.Count != "1":
		return nil, call.Bad("not exactly one result with a verification_code")
	case !isWordOf(string(one.Code), string(one.Result)):
		return nil, call.Contradiction(said, "verification_result", "verification_result does not match verification_code")
	}
	return call.Verdict(said, exchange.Measured{Field: "similarity", Score: one.Similarity, Rule: c.similarity, ScoreRequired: true})
}

// failed makes the error of an answer. An undocumented code counts as the vendor's
// fault if the HTTP status says so.
func (c *Client) failed(call *exchange.Call, said exchange.Said) (*idverify.Result, error) {
	said.Code = oneSpelling(said.Code)
	if isOfService(said.Code) {
		c.accepted()
	}
	said.Reasons = c.reasons(call, said)
	if _, listed := table.Find(said.Code, said.Reasons...); !listed && isOfService(said.Code) && call.ServerFailed() {
		said.Code = anyOfService
	}
	return call.Coded(said)
}

// failure is the error code of whichever shape has one, with its text. agree is false when
// two shapes have different ones.
func (a *answer) failure() (code, text string, agree bool) {
	for _, pair := range []struct {
		code exchange.Text
		text exchange.Remark
	}{
		{a.ErrorCode, a.ErrorMsg}, {a.Code, a.Message},
		{a.Error.ErrorCode, a.Error.ErrorMsg}, {a.Error.Code, a.Error.Message},
	} {
		switch said := string(pair.code); {
		case said == "":
		case code == "":
			code, text = said, string(pair.text)
		case oneSpelling(said) != oneSpelling(code):
			return code, text, false
		}
	}
	return code, text, true
}

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (a *answer) reply(call *exchange.Call, said exchange.Said) *Reply {
	return &Reply{
		ServiceName: call.Scrub(string(a.Result.ServiceName)),
		Code:        call.Identifier(said.Code),
		Message:     call.Scrub(said.Message),
		Result:      call.Scrub(string(a.Result.Data.Result)),
		Similarity:  a.Result.Data.Similarity.Pointer(),
	}
}
