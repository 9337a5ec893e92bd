package aliyun

import (
	"bytes"
	"encoding/json"
	"strconv"

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

	// Code is "200" for a processed request, and SubCode then has the outcome.
	// [Codes] lists both.
	Code, SubCode string
	Message       string
	// Passed is "T" or "F", the vendor's decision. Empty in an error.
	Passed string
	// RequestID is the vendor's id of the exchange, and CertifyID that of the
	// verification, which its statistics count.
	RequestID, CertifyID string
	// Material is what the vendor says about the picture, nil when it says nothing.
	// It has no influence on the decision.
	Material *Material
}

type replyMask = redact.Mask[Reply]

// Material is what the vendor says about the picture, without the address under which
// the vendor may keep it. It is not printed, logged or marshalled. A number is nil,
// and a text empty, where the answer has none.
type Material struct {
	materialMask

	// VerifyScore is the similarity of the faces. The vendor publishes neither its
	// scale nor a threshold, and warns that it can be missing or wrong.
	VerifyScore *float64
	// QualityScore is how good the picture is, about 0..100.
	QualityScore *float64
	// FaceAttack is "T" or "F" for a spoof, and FaceAttackScore its score. The
	// vendor's samples contradict each other here.
	FaceAttack      string
	FaceAttackScore *float64
	// FaceOcclusion is "T" or "F" for a face that is covered.
	FaceOcclusion string
	// OSSBucketName and OSSObjectName are where the picture is kept, if the scene
	// keeps pictures.
	OSSBucketName, OSSObjectName string
}

type materialMask = redact.Mask[Material]

// answer is the JSON as it comes, the service's or its gateway's.
type answer struct {
	Code      exchange.Text   `json:"Code"`
	Message   exchange.Remark `json:"Message"`
	RequestID exchange.Remark `json:"RequestId"`
	Result    result          `json:"ResultObject"`
}

type result struct {
	Passed    exchange.Text   `json:"Passed"`
	SubCode   exchange.Text   `json:"SubCode"`
	CertifyID exchange.Remark `json:"CertifyId"`
	Material  material        `json:"MaterialInfo"`
}

// UnmarshalJSON treats anything but an object as no result: errors have none.
func (r *result) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil
	}
	type fields result
	return exchange.Fields(text, (*fields)(r))
}

type material struct {
	isThere         bool
	Front           front           `json:"facialPictureFront"`
	FaceAttack      exchange.Remark `json:"faceAttack"`
	FaceAttackScore exchange.Score  `json:"faceAttackScore"`
	FaceOcclusion   exchange.Remark `json:"faceOcclusion"`
	OSSBucketName   exchange.Remark `json:"ossBucketName"`
	OSSObjectName   exchange.Remark `json:"ossObjectName"`
}

// maxMaterial is more than the vendor says about a picture, in bytes.
const maxMaterial = 16 << 10

type front struct {
	VerifyScore     exchange.Score  `json:"verifyScore"`
	QualityScore    exchange.Score  `json:"qualityScore"`
	FaceAttackScore exchange.Score  `json:"faceAttackScore"`
	OSSBucketName   exchange.Remark `json:"ossBucketName"`
	OSSObjectName   exchange.Remark `json:"ossObjectName"`
}

// UnmarshalJSON reads JSON inside a string. Anything else counts as absent: it
// decides nothing, and must not cost the decision.
func (m *material) UnmarshalJSON(text []byte) error {
	if len(text) > maxMaterial {
		return nil
	}
	if inner := ""; json.Unmarshal(text, &inner) == nil {
		text = []byte(inner)
	}
	type fields material
	m.isThere = exchange.Fields(text, (*fields)(m)) == nil
	return nil
}

// UnmarshalJSON treats anything but an object as absent.
func (f *front) UnmarshalJSON(text []byte) error {
	type fields front
	_ = exchange.Fields(text, (*fields)(f))
	return nil
}

// decode decides by Code, SubCode and Passed together, never by a score. A pass
// needs all three and the HTTP status of success.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var a answer
	if err := call.Decode(&a); err != nil {
		return nil, err
	}
	call.SetRequestID(string(a.RequestID))
	if isAboutSignature(string(a.Code)) {
		a.Message = "" // it may repeat every parameter of the request
	}
	verdict := exchange.VerdictIn(string(a.Result.Passed), "T", "F")
	call.SetWorked(a.isCounted())
	said := exchange.Said{Code: string(a.Code), Message: string(a.Message), Reply: a.reply(call), Verdict: verdict}
	switch {
	case a.Code == "" && verdict != exchange.NoVerdict:
		return nil, call.Bad("Passed came without a Code")
	case a.Code == "":
		return nil, call.Foreign("Code is missing")
	case a.RequestID == "" && !call.OK() && string(a.Code) == strconv.Itoa(call.Status()):
		return nil, call.Foreign("JSON that only repeats its HTTP status, without a RequestId")
	case a.Code != codeOK:
		return failure(call, said)
	case !call.OK():
		return nil, call.Bad("Code 200 came with an HTTP status of failure")
	}
	said.Reasons = []string{string(a.Result.SubCode)}
	switch {
	case a.Result.SubCode == "":
		return nil, call.Bad("Code 200 came without a SubCode")
	case verdict == exchange.NoVerdict && a.Result.SubCode == subCodeOK:
		return nil, call.Incomplete(said, fieldPassed)
	case verdict == exchange.NoVerdict:
		return nil, call.Bad("Code 200 came without a Passed of T or F")
	}
	return call.Verdict(said, exchange.Measured{Field: fieldPassed, Rule: similarity})
}

// isCounted reports whether an answer has a field that only a verification fills. Beside a
// listed code of the service such a field proves nothing: the code says how the request
// ended.
func (a *answer) isCounted() bool {
	if _, listed := table.Find(string(a.Code)); listed && isNumber(string(a.Code)) {
		return false
	}
	return a.Result.SubCode != "" || a.Result.CertifyID != "" || a.Result.Material.Front.VerifyScore.IsMeasured()
}

const fieldPassed = "ResultObject.Passed"

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (a *answer) reply(call *exchange.Call) *Reply {
	return &Reply{
		Code:      a.code(call),
		SubCode:   call.Identifier(string(a.Result.SubCode)),
		Message:   call.Scrub(string(a.Message)),
		Passed:    call.Identifier(string(a.Result.Passed)),
		RequestID: call.Identifier(string(a.RequestID)),
		CertifyID: call.Identifier(string(a.Result.CertifyID)),
		Material:  a.Result.Material.reply(call),
	}
}

// code keeps a code of the table unchanged, although some look like signed content.
func (a *answer) code(call *exchange.Call) string {
	if row, listed := table.Find(string(a.Code), string(a.Result.SubCode)); listed {
		return row.VendorCode
	}
	return call.Identifier(string(a.Code))
}

func (m *material) reply(call *exchange.Call) *Material {
	if !m.isThere {
		return nil
	}
	score := m.FaceAttackScore.Pointer()
	if score == nil {
		score = m.Front.FaceAttackScore.Pointer()
	}
	return &Material{
		VerifyScore:     m.Front.VerifyScore.Pointer(),
		QualityScore:    m.Front.QualityScore.Pointer(),
		FaceAttack:      call.Identifier(string(m.FaceAttack)),
		FaceAttackScore: score,
		FaceOcclusion:   call.Identifier(string(m.FaceOcclusion)),
		OSSBucketName:   call.Identifier(string(m.OSSBucketName + m.Front.OSSBucketName)),
		OSSObjectName:   call.Identifier(string(m.OSSObjectName + m.Front.OSSObjectName)),
	}
}
