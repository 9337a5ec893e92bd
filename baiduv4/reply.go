package baiduv4

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Reply is the vendor's answer, field by field. [idverify.Result.As] and
// errors.As find it. Printed, logged or marshalled it shows error code and log
// id only, except where fmt does not ask it; see [idverify.Request]. What the
// request said of the person is taken out of its texts.
type Reply struct {
	// LogID is the vendor's id of the call, with every digit.
	LogID string
	// ErrorCode is empty or "0" when the vendor reports no error.
	ErrorCode, ErrorMsg string
	// VerifyStatus is "0" when the face was compared, "1" when name and number
	// do not agree, "2" when there is no usable reference photo, and empty in
	// an answer with an error.
	VerifyStatus string
	// The scores are nil when the answer has none.
	Score, LivenessScore, SpoofingScore *float64
	// DecImage is the picture from inside a SealedCapture.
	DecImage DecImage
	// RiskLevel rates the device that recorded a capture: "1" dangerous, "2"
	// suspicious, "3" ordinary, "4" normal. Empty when the answer has none.
	RiskLevel string
	// RiskTags say what the rating rests on, for example "general_inject".
	RiskTags []string
}

// newReply takes what stands beside result. It is for people to read, so what
// the vendor echoed is taken out of it.
func newReply(call *exchange.Call, a *answer) *Reply {
	return &Reply{
		LogID:     call.Identifier(string(a.LogID)),
		ErrorCode: call.Identifier(textOf(a.ErrorCode)),
		ErrorMsg:  call.Scrub(string(a.ErrorMsg)),
		DecImage:  a.DecImage,
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

// Error makes a Reply findable by errors.As.
func (r *Reply) Error() string {
	return fmt.Sprintf("baiduv4 reply: error code %s, log id %s", redact.Word(cmp.Or(r.ErrorCode, codeOK)), redact.Word(r.LogID))
}

// Format implements [fmt.Formatter].
func (r Reply) Format(s fmt.State, verb rune) { redact.Format(s, verb, r.Error()) }

// LogValue implements [slog.LogValuer].
func (r Reply) LogValue() slog.Value { return slog.StringValue(r.Error()) }

// MarshalJSON gives error code and log id.
func (r Reply) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"error_code": redact.Word(r.ErrorCode), "log_id": redact.Word(r.LogID)})
}

// MarshalText is the text of Error, for XML, YAML and other encodings.
func (r Reply) MarshalText() ([]byte, error) { return []byte(r.Error()), nil }

// MarshalBinary is the text of Error, for gob, CBOR and other encodings.
func (r Reply) MarshalBinary() ([]byte, error) { return r.MarshalText() }

// DecImage is a picture as the vendor sent it. It may be megabytes, and is
// decoded only when asked for. It prints and marshals masked.
type DecImage struct {
	imageMask

	quoted redact.Secret // the JSON string, quotes and escapes included
}

type imageMask = redact.Mask[DecImage]

// IsZero reports whether the answer had no picture.
func (d DecImage) IsZero() bool { return d.quoted.Reveal() == "" }

// Bytes is the picture. It fails when there is none, or it is not base64.
func (d DecImage) Bytes() ([]byte, error) {
	if d.IsZero() {
		return nil, errors.New("baiduv4: the answer has no dec_image")
	}
	var picture []byte // encoding/json reads base64 into bytes
	if err := json.Unmarshal([]byte(d.quoted.Reveal()), &picture); err != nil {
		return nil, errors.New("baiduv4: dec_image is not base64")
	}
	return picture, nil
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails: a broken
// picture takes nothing from the decision beside it.
func (d *DecImage) UnmarshalJSON(text []byte) error {
	*d = DecImage{}
	if string(text) != "null" && string(text) != `""` {
		d.quoted = redact.NewSecret(string(text))
	}
	return nil
}

// texts are strings or numbers as the vendor sends them: one alone, an array,
// or an array written into a string. Anything else is left out: it decides
// nothing, and must not cost the decision beside it.
type texts []string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *texts) UnmarshalJSON(raw []byte) error {
	*t = nil
	var one exchange.Text
	if json.Unmarshal(raw, &one) == nil {
		if !t.list([]byte(one)) && one != "" {
			*t = texts{string(one)}
		}
		return nil
	}
	t.list(raw)
	return nil
}

func (t *texts) list(raw []byte) bool {
	var list []exchange.Text
	if json.Unmarshal(raw, &list) != nil {
		return false
	}
	for _, item := range list {
		if item != "" {
			*t = append(*t, string(item))
		}
	}
	return true
}

func (t texts) scrubbed(call *exchange.Call) []string {
	for i, text := range t {
		t[i] = call.Scrub(text)
	}
	return t
}

func (t texts) first() string {
	if len(t) == 0 {
		return ""
	}
	return t[0]
}
