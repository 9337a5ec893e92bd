package baiduv4

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

	// LogID is the vendor's id of the call, with every digit.
	LogID string
	// ErrorCode is empty or "0" when the vendor reports no error.
	ErrorCode, ErrorMsg string
	// VerifyStatus is "0" when the face was compared, "1" when name and number
	// do not agree, "2" when there is no usable reference photo, and empty in
	// an answer with an error.
	VerifyStatus string
	// Score is 0 to 100, 100 the same person; LivenessScore 0 to 1, 1 alive;
	// SpoofingScore 0 to 1, 1 an edited picture. nil when the answer has none.
	Score, LivenessScore, SpoofingScore *float64
	// DecImage is the picture from inside a SealedCapture, as large as the vendor
	// made it within HTTP.MaxResponseBytes. An error's reply has none.
	DecImage DecImage
	// RiskLevel rates the device that recorded a capture: "1" dangerous, "2"
	// suspicious, "3" ordinary, "4" normal. Empty when the answer has none.
	RiskLevel string
	// RiskTags are the first 64 reasons for the rating, for example
	// "general_inject".
	RiskTags []string
}

type replyMask = redact.Mask[Reply]

// newReply reads everything except result. People read the Reply, so personal data
// that the vendor echoed is removed from it.
func newReply(call *exchange.Call, a *answer) *Reply {
	return &Reply{
		LogID:     call.Identifier(string(a.LogID)),
		ErrorCode: call.Identifier(textOf(a.ErrorCode)),
		ErrorMsg:  call.Scrub(string(a.ErrorMsg)),
		RiskLevel: call.Scrub(a.RiskLevel.first()),
		RiskTags:  a.RiskTag.scrubbed(call),
	}
}

func (r *Reply) read(call *exchange.Call, o *outcome) {
	r.VerifyStatus = call.Scrub(string(o.VerifyStatus))
	r.Score = o.Score.Pointer()
	r.LivenessScore = o.LivenessScore.Pointer()
	r.SpoofingScore = o.SpoofingScore.Pointer()
}

// answer is the vendor's JSON. result is read only when the answer is no error,
// because errors have null there.
type answer struct {
	LogID      exchange.Remark `json:"log_id"`
	ErrorCode  *exchange.Text  `json:"error_code"` // nil when absent or null
	ErrorMsg   exchange.Remark `json:"error_msg"`
	OtherError exchange.Raw    `json:"error"` // as the token endpoint says it
	Result     exchange.Raw    `json:"result"`
	DecImage   DecImage        `json:"dec_image"`
	RiskLevel  ratedTexts      `json:"risk_level"`
	RiskTag    texts           `json:"risk_tag"`
}

type outcome struct {
	VerifyStatus  exchange.Text  `json:"verify_status"`
	Score         exchange.Score `json:"score"`
	LivenessScore exchange.Score `json:"liveness_score"`
	SpoofingScore exchange.Score `json:"spoofing_score"`
}

// isFailure: the vendor's other interfaces send error_code 0 with success.
func isFailure(code *exchange.Text) bool { return code != nil && *code != codeOK }

func textOf(code *exchange.Text) string {
	if code == nil {
		return ""
	}
	return string(*code)
}

// isNothing reports whether a JSON value is empty.
func isNothing(text []byte) bool {
	switch string(text) {
	case "", "null", `""`, "[]", "{}":
		return true
	}
	return false
}

// decode checks error_code, then verify_status, and scores only if both say that
// the face was compared.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var a answer
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	call.SetRequestID(string(a.LogID))
	reply := newReply(call, &a)
	res, err := c.decide(call, &a, reply)
	if res != nil {
		reply.DecImage = a.DecImage // an error, which may be kept for long, has none
	}
	return res, err
}

func (c *Client) decide(call *exchange.Call, a *answer, reply *Reply) (*idverify.Result, error) {
	c.mind(call, a.RiskLevel.risk)
	switch {
	case isFailure(a.ErrorCode):
		compared, examined := a.signsOfWork()
		call.SetWorked(compared)
		call.SetLooked(examined)
		return call.Coded(exchange.Said{Code: textOf(a.ErrorCode), Message: string(a.ErrorMsg), Reply: reply})
	case len(a.Result) > 0 && !isNothing(a.OtherError):
		return nil, call.Contradiction(exchange.Said{Code: codeOK, Reply: reply}, "error", "result came with an error")
	case len(a.Result) == 0:
		return nil, call.Foreign("result is not what the vendor documents")
	case !call.OK():
		return nil, call.Bad("an answer without error_code came with an HTTP status of failure")
	}
	var o outcome
	if string(a.Result) != "null" && exchange.Fields(a.Result, &o) != nil {
		return nil, call.Bad("result is not what the vendor documents")
	}
	if o.VerifyStatus == "" {
		return nil, call.Bad("verify_status is missing")
	}
	reply.read(call, &o)
	if o.VerifyStatus != statusNormal {
		status := string(o.VerifyStatus)
		return call.Coded(exchange.Said{Code: statusCode, Reasons: []string{status}, Message: statusCode + " " + status, Reply: reply})
	}
	var room [3]exchange.Measured
	return call.Judge(codeOK, reply, c.measured(room[:0], &o)...)
}

// signsOfWork reports whether there is the outcome of a comparison, or of the checks of
// the picture, which an error has not. A result that cannot be read may be either.
func (a *answer) signsOfWork() (compared, examined bool) {
	var o outcome
	if isNothing(a.Result) {
		return false, false
	}
	if exchange.Fields(a.Result, &o) != nil {
		return true, true
	}
	return o.VerifyStatus != "" || o.Score.IsMeasured(), o.LivenessScore.IsMeasured() || o.SpoofingScore.IsMeasured()
}

// mind does what the rating of the device asks for.
func (c *Client) mind(call *exchange.Call, rating risk) {
	switch {
	case rating == riskDangerous && c.controls.risk == RiskReject:
		call.Suspect()
	case rating == "":
		return
	}
	call.Warn(idverify.WarnRiskyDevice)
}

// measured adds the checks that a pass needs: similarity, and each control that is
// on.
func (c *Client) measured(all []exchange.Measured, o *outcome) []exchange.Measured {
	all = append(all, exchange.Measured{Field: "score", Score: o.Score, Rule: c.similarity})
	if rule := livenessRules[c.controls.liveness]; isOn(rule) {
		all = append(all, exchange.Measured{Field: "liveness_score", Score: o.LivenessScore, Rule: rule})
	}
	if rule := syntheticRules[c.controls.synthetic]; isOn(rule) {
		all = append(all, exchange.Measured{Field: "spoofing_score", Score: o.SpoofingScore, Rule: rule})
	}
	return all
}
