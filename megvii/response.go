package megvii

import (
	"net/http"
	"slices"
	"strings"
	"time"

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
	// TimeUsed is how long the vendor worked, 0 where the answer does not say.
	TimeUsed time.Duration
	// ErrorMessage is empty in an answer of success.
	ErrorMessage string
	// Confidence is 0 to 100, 100 the same person. nil when the answer has none.
	Confidence *float64
	// Thresholds are the thresholds of this answer, by false-accept rate and in the
	// answer's order. They are valid for this answer only.
	Thresholds []idverify.FARStep
	// IDAttacked: the number was used before in attacks on the vendor's liveness
	// checks; its owner may be innocent. See [idverify.WarnNumberUsedInAttacks].
	IDAttacked bool
	// IDPhotoMonochrome: the source's photo is black and white, which lowers scores.
	// See [idverify.WarnReferenceMonochrome].
	IDPhotoMonochrome bool
	// Faces are those in the picture, if Config.ReturnFaces asked for them.
	Faces []Face
}

type replyMask = redact.Mask[Reply]

// answer is the vendor's JSON.
type answer struct {
	RequestID    exchange.Remark `json:"request_id"`
	TimeUsed     exchange.Score  `json:"time_used"`
	ErrorMessage exchange.Text   `json:"error_message"`
	OtherError   exchange.Raw    `json:"error"` // as in other versions of the interface
	FaceID       faceID          `json:"result_faceid"`
	Exceptions   exceptions      `json:"id_exceptions"`
	Faces        faces           `json:"faces"`
}

// decode decides by the confidence alone, and only if nothing in the answer
// contradicts success.
func (c *Client) decode(call *exchange.Call) (*idverify.Result, error) {
	var a answer
	err := call.Decode(&a)
	switch {
	case err != nil && call.Status() == http.StatusRequestEntityTooLarge && !call.IsObject(): // the body is plain text
		return call.Coded(exchange.Said{Code: codeTooLarge, Reply: a.reply(call)})
	case err != nil:
		return nil, err
	}
	call.SetRequestID(string(a.RequestID))
	call.SetLooked(bool(a.Exceptions.Attacked || a.Exceptions.Monochrome) || len(a.Faces) > 0)
	reply := a.reply(call)
	success := exchange.Said{Code: codeOK, Reply: reply}
	message := strings.TrimSpace(string(a.ErrorMessage))
	switch {
	case a.ErrorMessage != "" && a.FaceID.present: // also a blank one
		return nil, call.Contradiction(success, "error_message", "error_message came with result_faceid")
	case message != "" && call.OK():
		return nil, call.Bad("error_message came with the HTTP status of success")
	case message != "":
		return failed(call, message, reply)
	case !a.FaceID.present:
		return nil, call.Foreign("result_faceid and error_message are missing")
	case !call.OK():
		return nil, call.Bad("result_faceid came with an HTTP status of failure")
	case !isNothing(a.OtherError):
		return nil, call.Contradiction(success, "error", "result_faceid came with an error")
	}
	if a.Exceptions.Attacked {
		call.Warn(idverify.WarnNumberUsedInAttacks)
	}
	if a.Exceptions.Monochrome {
		call.Warn(idverify.WarnReferenceMonochrome)
	}
	return call.Judge(codeOK, reply, exchange.Measured{
		Field: "result_faceid.confidence", Score: a.FaceID.Confidence, Rungs: a.FaceID.Thresholds, Rule: c.similarity,
	})
}

// failed handles an answer with an error_message, NAME or NAME:param. Some of them
// are decisions, which count only with the HTTP status documented for them.
func failed(call *exchange.Call, message string, reply *Reply) (*idverify.Result, error) {
	name, param, _ := strings.Cut(message, ":")
	name, param = strings.TrimSpace(name), strings.TrimSpace(param)
	said := exchange.Said{Code: name, Reasons: []string{reasonOf(param)}, Message: message, Reply: reply}
	if row, ok := table.Find(name, said.Reasons...); ok && row.Code.IsDecision() && call.Status() != row.HTTPStatus {
		return nil, call.Bad("a decision's code came with an unexpected HTTP status")
	}
	if name == "MISSING_ARGUMENTS" || name == "BAD_ARGUMENTS" {
		said.Field = partOf(param)
	}
	return call.Coded(said)
}

// partOf returns the form field that an error names, "" for anything else.
func partOf(param string) string {
	if slices.Contains(parts, param) {
		return param
	}
	return ""
}

// reply makes the Reply. People read it, so personal data that the vendor echoed is
// removed from it.
func (a *answer) reply(call *exchange.Call) *Reply {
	r := &Reply{
		RequestID:         call.Identifier(string(a.RequestID)),
		ErrorMessage:      call.Scrub(string(a.ErrorMessage)),
		Confidence:        a.FaceID.Confidence.Pointer(),
		Thresholds:        a.FaceID.Thresholds.Steps(),
		IDAttacked:        bool(a.Exceptions.Attacked),
		IDPhotoMonochrome: bool(a.Exceptions.Monochrome),
		Faces:             a.Faces,
	}
	if ms := a.TimeUsed.Pointer(); ms != nil && *ms >= 0 && *ms < float64(time.Hour/time.Millisecond) {
		r.TimeUsed = time.Duration(*ms * float64(time.Millisecond))
	}
	return r
}
