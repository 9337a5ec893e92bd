package baiduv4

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/redact"
)

// Reply is the vendor's answer, field by field; see [idverify.ReplyAs]. It is not
// printed, logged or marshalled, except where fmt asks no method; see
// [idverify.Request]. What the request said of the person is taken out of its texts,
// which end at 4 KiB.
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
	// RiskTags say what the rating rests on, for example "general_inject": the
	// first 64.
	RiskTags []string
}

type replyMask = redact.Mask[Reply]

// newReply takes what stands beside result. It is for people to read, so what
// the vendor echoed is taken out of it.
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
	quoted := d.quoted.Reveal()
	picture, err := base64.StdEncoding.DecodeString(unescaped(quoted[1 : len(quoted)-1]))
	if err != nil {
		return nil, errors.New("baiduv4: dec_image is not base64")
	}
	return picture, nil
}

// unescaped is the inside of a JSON string in which base64 is written: some write /
// as \/, or = as \u003d. It ends with what cannot be in base64.
func unescaped(inside string) string {
	if !strings.Contains(inside, `\`) {
		return inside
	}
	var plain strings.Builder
	plain.Grow(len(inside))
	for {
		before, escape, found := strings.Cut(inside, `\`)
		plain.WriteString(before)
		c, length := byte('\\'), 1
		switch {
		case !found:
			return plain.String()
		case strings.HasPrefix(escape, "/"):
			c = '/'
		case strings.HasPrefix(escape, "n"), strings.HasPrefix(escape, "r"):
			c = '\n'
		case strings.HasPrefix(escape, "u"):
			length = min(len("u0000"), len(escape))
			if code, err := strconv.ParseUint(escape[1:length], 16, 7); err == nil {
				c = byte(code)
			}
		}
		plain.WriteByte(c)
		if c == '\\' {
			return plain.String()
		}
		inside = escape[length:]
	}
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails: what is no picture
// takes nothing from the decision beside it.
func (d *DecImage) UnmarshalJSON(text []byte) error {
	*d = DecImage{}
	if len(text) > len(`""`) && text[0] == '"' {
		d.quoted = redact.NewSecret(string(text))
	}
	return nil
}

// maxRisks is how many texts are kept of a list. The vendor names a few.
const maxRisks = 64

// texts are strings or numbers as the vendor sends them: one alone, an array,
// or an array written into a string. Anything else is left out: it decides
// nothing, and must not cost the decision beside it. So is what is beyond the
// first maxRisks.
type texts []string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *texts) UnmarshalJSON(raw []byte) error {
	*t = nil
	var one exchange.Remark
	if _ = one.UnmarshalJSON(raw); one == "" {
		t.list(raw)
	} else if !t.list([]byte(one)) {
		*t = texts{string(one)}
	}
	return nil
}

// list takes the texts of an array, and leaves out elements that are empty or none.
func (t *texts) list(raw []byte) bool {
	var list texts
	err := exchange.Elements(raw, func(value []byte) {
		if len(list) == maxRisks {
			return // what is not kept need not be read
		}
		var item exchange.Remark
		if _ = item.UnmarshalJSON(value); item != "" {
			list = append(list, string(item))
		}
	})
	if err == nil {
		*t = list
	}
	return err == nil
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
