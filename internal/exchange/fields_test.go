package exchange

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/growth"
)

type sample struct {
	note    string
	Text    Text   `json:"text"`
	Pointer *Text  `json:"pointer"`
	Remark  Remark `json:"remark"`
	Score   Score  `json:"score"`
	Raw     Raw    `json:"raw"`
}

func TestFields_ReadByTags(t *testing.T) {
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
		assert.Zero(t, s, "a broken answer sets no field")
	}
}

func TestFields_UnsupportedTypePanics(t *testing.T) {
	assert.Panics(t, func() {
		_ = Fields([]byte(`{}`), &struct {
			A string `json:"a"`
		}{})
	})
}

// timesRead counts how often it is decoded.
type timesRead int

func (n *timesRead) UnmarshalJSON([]byte) error { *n++; readings++; return nil }

var readings int

// A duplicate key makes the answer invalid, so its ten thousand values are not
// decoded.
func TestFields_DuplicateIsNotDecoded(t *testing.T) {
	var s struct {
		Text timesRead `json:"text"`
	}
	readings = 0
	content := `{"text":1` + strings.Repeat(`,"TEXT":2`, 100) + `}`
	assert.ErrorIs(t, Fields([]byte(content), &s), errTwice)
	assert.Equal(t, 1, readings)
	assert.Equal(t, "1", findText([]byte(`{"a":1,"a":2,"id":1,"id":2}`), "id"))
}

// Every answer is read in linear time, and with almost no allocation.
// Holds P-WIRE-10.
func TestFields_ReadingIsLinear(t *testing.T) {
	for name, value := range growth.JSON() {
		t.Run(name, func(t *testing.T) {
			for _, field := range []string{"remark", "x"} {
				growth.Case{From: 64 << 10, MaxAllocated: 4, MaxCost: 10, Work: func(size int) func() {
					answer := []byte(`{"` + field + `":` + value(size) + `,"score":1}`)
					return func() {
						_ = Fields(answer, new(sample))
						findText(answer, "id")
					}
				}}.Check(t)
			}
		})
	}
	growth.Case{From: 256 << 10, MaxAllocated: .1, MaxCost: 8, Work: func(size int) func() {
		list := []byte(growth.Filled(`[1`, `,"`+strings.Repeat("a", 1<<10)+`"`, `]`)(size))
		return func() { _ = Elements(list, func([]byte) {}) }
	}}.Check(t)
	growth.Case{From: 256 << 10, MaxAllocated: .1, MaxCost: 8, Work: func(size int) func() {
		marked := []byte(growth.Filled(``, "\ufeff \n", `{}`)(size))
		return func() { unmarked(marked) }
	}}.Check(t)
}
