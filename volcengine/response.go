package volcengine

import (
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

	// Code is "10000" for a processed request, or the name of a gateway error, such as
	// "SignatureDoesNotMatch"; Message is its text. [Codes] lists codes and sub-codes.
	Code, Message string
	// CodeN is the number of a gateway error, "" without one.
	CodeN string
	// SubCode is the status_code, such as "210311", and SubMessage its text. Both are
	// "" when the answer has none.
	SubCode, SubMessage string
	// Result is the vendor's own verdict, nil when the answer has none.
	Result *bool
	// Score is the similarity, where higher is more similar; nil when the answer
	// has none.
	Score *float64
	// Thresholds are those of the answer that are well-formed, the highest rate first.
	Thresholds []idverify.FARStep
	// BytedToken is the vendor's id of this verification.
	BytedToken string
	// Billed is what req_measure_info says. BilledUnknown when the answer has none.
	Billed idverify.Billed
}

type replyMask = redact.Mask[Reply]

// decode decides by the sub-code, wherever it is, and by the code if there is none.
// A match needs code, sub-code, result and score to agree.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var a answer
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	call.SetRequestID(a.requestID())
	sub, agree := a.sub()
	said := exchange.Said{
		Code: listedAs(string(a.Code), codeDigits), Reasons: reasons(string(a.Code), string(a.Message)),
		Message: string(a.Message), Reply: a.reply(call, sub), Verdict: verdict(a.Data.Result),
	}
	isMeasured := a.Data.Compared.isMeasured()
	call.SetLooked(a.Code == codeOK || a.Status == codeOK || sub.Code != "" && sub.Code != subOK)
	if a.Metadata != nil && a.Metadata.Error != nil { // nothing else counts, but as a sign of work
		e := a.Metadata.Error
		call.SetWorked(isMeasured || a.billed() == idverify.BilledYes)
		return call.Coded(exchange.Said{Code: ofGateway(call, string(e.Code)), Message: string(e.Message), Reply: said.Reply, Verdict: said.Verdict})
	}
	call.SetWorked(isMeasured)
	call.SetBilled(a.billed())
	switch {
	case a.Code == "" && said.Verdict != exchange.NoVerdict:
		return nil, call.Bad("result came without a code")
	case a.Code == "":
		return nil, call.Foreign("code is missing")
	case !agree:
		return nil, call.Contradiction(said, "data.algorithm_base_resp", "the answer has two sub-codes")
	case a.Status != "" && a.Status != a.Code && (a.Status == codeOK || a.Code == codeOK):
		return nil, call.Contradiction(said, "status", "code and status differ")
	case sub.Code != "" && sub.Code != subOK:
		return c.decideBySub(call, &a, sub, said)
	case a.Code != codeOK:
		return call.Verdict(said)
	case sub.Code == "":
		return nil, call.Bad("the sub-code is missing")
	case !call.OK():
		return nil, call.Bad("code " + codeOK + " came with an HTTP status of failure")
	}
	return call.Judge(codeOK, said.Reply, c.measured(&a))
}

// decideBySub accepts a no about the person only with the codes that may carry one.
func (c *Client) decideBySub(call *exchange.Call, a *answer, sub subCode, said exchange.Said) (*idverify.Result, error) {
	said.Code, said.Reasons, said.Message = listedAs(string(sub.Code), subDigits), nil, string(sub.Message)
	row, _ := table.Find(said.Code)
	if row.Code.IsDecision() && a.Code != codeOK && a.Code != codeSeeSub {
		return nil, call.Contradiction(said, "code", "a sub-code about the person came with the code of a failure")
	}
	return call.Verdict(said, c.measured(a))
}

// measured checks the similarity; the vendor's result must agree with the score at the
// vendor's own threshold.
func (c *Client) measured(a *answer) exchange.Measured {
	return exchange.Measured{
		Field: "data.source_comp_details.score", Score: a.Data.Compared.Score, Rungs: a.Data.Compared.Thresholds,
		Rule: c.similarity, Line: similarity, Verdict: verdict(a.Data.Result),
	}
}

// verdict reads result, which is a boolean on the vendor's page and a text in one of
// its SDKs.
func verdict(result exchange.Remark) exchange.Verdict {
	return exchange.VerdictIn(string(result), "true", "false")
}

// reasons narrow the code for a missing permission, which the vendor also uses for a
// wrong signature and its time.
func reasons(code, message string) []string {
	if code != codeDenied {
		return nil
	}
	said := strings.ToLower(message)
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(said, word) {
				return true
			}
		}
		return false
	}
	switch {
	case has("timestamp", "x-date", "expire", " time ", "request time"):
		return []string{reasonTime}
	case has("signature", "sign "):
		return []string{reasonSignature}
	}
	return nil
}

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (a *answer) reply(call *exchange.Call, sub subCode) *Reply {
	r := &Reply{
		Code:       call.Identifier(string(a.Code)),
		Message:    call.Scrub(string(a.Message)),
		SubCode:    call.Identifier(string(sub.Code)),
		SubMessage: call.Scrub(string(sub.Message)),
		Score:      a.Data.Compared.Score.Pointer(),
		BytedToken: call.Identifier(string(a.Data.BytedToken)),
		Billed:     a.billed(),
	}
	if word := verdict(a.Data.Result); word != exchange.NoVerdict {
		yes := word == exchange.Yes
		r.Result = &yes
	}
	for _, step := range similarity.FAR {
		if threshold := a.Data.Compared.Thresholds.Pointer(step.Rate); threshold != nil {
			r.Thresholds = append(r.Thresholds, idverify.FARStep{Threshold: *threshold, Rate: step.Rate})
		}
	}
	if a.Metadata != nil && a.Metadata.Error != nil {
		e := a.Metadata.Error
		r.Code, r.Message = call.Identifier(string(e.Code)), call.Scrub(string(e.Message))
		r.CodeN = call.Identifier(string(e.Number))
	}
	return r
}
