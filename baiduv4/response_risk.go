package baiduv4

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/idverify/idverify/internal/exchange"
)

// The values of risk_level that mean something: 3 is ordinary, 4 normal.
const (
	riskDangerous  risk = "1"
	riskSuspicious risk = "2"
)

// risk is the worst rating that the vendor sent, read from any form in which it may
// come.
type risk string

// UnmarshalJSON implements [json.Unmarshaler]. It never fails. A value too long to
// be a rating, or nested too deeply, counts as suspicious.
func (r *risk) UnmarshalJSON(text []byte) error {
	*r = ""
	var value any
	if len(text) > longestRisk || json.Unmarshal(text, &value) != nil {
		*r = riskSuspicious
		return nil
	}
	r.read(value, deepestRisk)
	return nil
}

const (
	longestRisk = 4 << 10
	deepestRisk = 4
)

// read keeps the worst rating in a value: a text or number alone, in a list or an
// object, or in JSON that was written into a text.
func (r *risk) read(value any, deep int) {
	if deep == 0 {
		r.note(riskSuspicious)
		return
	}
	switch v := value.(type) {
	case float64:
		r.rate(v)
	case string:
		text := strings.TrimSpace(v)
		var inner any
		if rating, err := strconv.ParseFloat(text, 64); err == nil {
			r.rate(rating)
		} else if json.Unmarshal([]byte(text), &inner) == nil {
			r.read(inner, deep-1)
		}
	case []any:
		for _, item := range v {
			r.read(item, deep-1)
		}
	case map[string]any:
		for _, item := range v {
			r.read(item, deep-1)
		}
	}
}

func (r *risk) rate(rating float64) {
	switch rating {
	case 1:
		r.note(riskDangerous)
	case 2:
		r.note(riskSuspicious)
	}
}

func (r *risk) note(rating risk) {
	if *r == "" || rating == riskDangerous {
		*r = rating
	}
}

// ratedTexts are texts, with the worst rating found in them.
type ratedTexts struct {
	texts
	risk risk
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (t *ratedTexts) UnmarshalJSON(text []byte) error {
	_ = t.risk.UnmarshalJSON(text)
	return t.texts.UnmarshalJSON(text)
}

// maxRisks is how many texts are kept of a list. The vendor names a few.
const maxRisks = 64

// texts are strings or numbers as the vendor sends them: a single one, an array, or
// an array inside a string. Anything else is left out, because it decides nothing
// and must not cost the decision. So are all after the first maxRisks.
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
