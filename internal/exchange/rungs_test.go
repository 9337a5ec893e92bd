package exchange

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// climbing is a rule that uses the answer's threshold for 1e-4.
var climbing = idverify.Rule{
	Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above,
	FAR: []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}, {Rate: 1e-5}}, Rate: 1e-4,
}

func rungsOf(t *testing.T, text string) Rungs {
	t.Helper()
	var answer struct {
		Thresholds Rungs `json:"thresholds"`
	}
	require.NoError(t, Fields([]byte(`{"thresholds":`+text+`}`), &answer), "a bad rung must not make the answer unreadable")
	return answer.Thresholds
}

func TestRungs_ReadByRate(t *testing.T) {
	for _, text := range []string{
		`{"1e-3":62,"1e-4":69.5,"1e-5":74}`,
		`{"1e-5":74,"1E-4":69.5,"0.001":62,"1e-6":79.9,"note":"x","1e-7":null}`,
		` { "1e-3" : 62.0 , "\u0031e-4" : 6.95e1 , "1e-5" : 74 } `,
	} {
		rule, err := rungsOf(t, text).Of(climbing)
		require.NoError(t, err, text)
		assert.Equal(t, 69.5, rule.Threshold, text)
	}
	assert.Equal(t, 69.5, *rungsOf(t, `{"1e-4":69.5}`).Pointer(1e-4))
	assert.Nil(t, rungsOf(t, `{"1e-4":"69.5"}`).Pointer(1e-4))
	assert.Nil(t, rungsOf(t, `{}`).Pointer(1e-4))
	same, err := Rungs{}.Of(similar)
	require.NoError(t, err)
	assert.Equal(t, similar, same, "a rule with our threshold needs no rungs")
}

func TestRungs_UnusableIsBadResponse(t *testing.T) {
	many := ""
	for i := range maxRungs + 1 {
		many += fmt.Sprintf(`"1e-%d":%d,`, i+3, i+50)
	}
	for name, text := range map[string]string{
		"missing":         `{}`,
		"null":            `null`,
		"a list":          `[62,69,74]`,
		"a text":          `"62"`,
		"one missing":     `{"1e-3":62,"1e-4":69}`,
		"one null":        `{"1e-3":62,"1e-4":null,"1e-5":74}`,
		"one is a string": `{"1e-3":62,"1e-4":"69","1e-5":74}`,
		"a word":          `{"1e-3":62,"1e-4":"high","1e-5":74}`,
		"NaN":             `{"1e-3":62,"1e-4":"NaN","1e-5":74}`,
		"infinite":        `{"1e-3":62,"1e-4":1e999,"1e-5":74}`,
		"an object":       `{"1e-3":62,"1e-4":{},"1e-5":74}`,
		"a boolean":       `{"1e-3":62,"1e-4":true,"1e-5":74}`,
		"falling":         `{"1e-3":62,"1e-4":75,"1e-5":74}`,
		"level":           `{"1e-3":62,"1e-4":74,"1e-5":74}`,
		"upside down":     `{"1e-3":74,"1e-4":69,"1e-5":62}`,
		"off the scale":   `{"1e-3":62,"1e-4":69,"1e-5":174}`,
		"rate twice":      `{"1e-3":62,"1e-4":69,"0.0001":10,"1e-5":74}`,
		"hexadecimal":     `{"1e-3":62,"0x1p-4":69,"1e-5":74}`,
		"too many":        `{` + many + `"x":0}`,
	} {
		_, err := rungsOf(t, text).Of(climbing)
		assert.Error(t, err, name)
	}
	var again Rungs
	require.NoError(t, json.Unmarshal([]byte(`{"1e-3":62,"1e-4":69,"1e-5":74}`), &again))
	require.NoError(t, again.UnmarshalJSON([]byte(`{"1e-3":62`)))
	_, err := again.Of(climbing)
	assert.Error(t, err, "earlier rungs are cleared")
}

func TestRungs_StepsKeepTheAnswersOrder(t *testing.T) {
	for text, want := range map[string][]idverify.FARStep{
		`{"1e-4":69.3,"1e-3":62.1}`:       {{Threshold: 69.3, Rate: 1e-4}, {Threshold: 62.1, Rate: 1e-3}},
		`{"1e-4":"69.3","1e-3":62.1}`:     {{Threshold: 62.1, Rate: 1e-3}},
		`{"1e-4":null,"a":1,"1e-3":62.1}`: {{Threshold: 62.1, Rate: 1e-3}},
		`{}`:                              nil,
		`[1]`:                             nil,
	} {
		var r Rungs
		require.NoError(t, r.UnmarshalJSON([]byte(text)))
		assert.Equal(t, want, r.Steps(), text)
	}
}
