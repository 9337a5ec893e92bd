package exchange

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type sample struct {
	note    string
	Text    Text   `json:"text"`
	Pointer *Text  `json:"pointer"`
	Remark  Remark `json:"remark"`
	Score   Score  `json:"score"`
	Raw     Raw    `json:"raw"`
}

func TestFieldsAreReadByTheirTags(t *testing.T) {
	s := sample{note: "mine"}
	require.NoError(t, Fields([]byte(` {"TEXT":"a\u0062","pointer":7, "remark" : "r","score":0.5,"raw":{"x": [1]} ,"other":{"text":"no"},"note":"no","":1} `), &s))
	seven := Text("7")
	assert.Equal(t, sample{note: "mine", Text: "ab", Pointer: &seven, Remark: "r", Score: score(0.5), Raw: Raw(`{"x": [1]}`)}, s)

	var none sample
	require.NoError(t, Fields([]byte(`{"\u0074ext":null,"pointer":null,"raw":null}`), &none))
	assert.Equal(t, sample{Raw: Raw("null")}, none)

	for _, bad := range []string{``, `null`, `[]`, `{"text":[]}`, `{"pointer":{}}`, `{"text":"a","text":"b"}`, `{"text":"a"} {}`, `{"text":"a"`} {
		s := sample{note: "mine"}
		assert.Error(t, Fields([]byte(bad), &s), bad)
		assert.Zero(t, s, "nothing is left of a broken answer")
	}
}

func TestAFieldThatCannotBeReadIsAMistakeOfTheProgram(t *testing.T) {
	assert.Panics(t, func() {
		_ = Fields([]byte(`{}`), &struct {
			A string `json:"a"`
		}{})
	})
}
