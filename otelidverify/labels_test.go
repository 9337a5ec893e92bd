package otelidverify

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/otel/metric"

	"github.com/idverify/idverify"
)

// Names that differ in every call do not fill the memory, but are still reported.
func TestLabels_AreBounded(t *testing.T) {
	var l labels[vendorLabel]
	for i := range 2 * maxLabels {
		config := metric.NewRecordConfig(l.of(vendorLabel(fmt.Sprint("v", i))).record)
		set := config.Attributes()
		value, _ := set.Value(vendorKey)
		assert.Equal(t, fmt.Sprint("v", i), value.AsString())
	}
	assert.Len(t, l.made, maxLabels)
}

func TestWord(t *testing.T) {
	for given, want := range map[string]string{
		"linkface": "linkface", "own_limit": "own_limit", "A-1.b": "A-1.b", "": "",
		"张三": other, "a b": other, "a/b": other, strings.Repeat("a", longestWord): strings.Repeat("a", longestWord), strings.Repeat("a", longestWord+1): other,
	} {
		assert.Equal(t, want, word(given), given)
	}
}

func TestCodeOf_EveryCode(t *testing.T) {
	for _, code := range idverify.Codes() {
		assert.Equal(t, string(code), codeOf(code))
	}
	assert.Equal(t, other, codeOf("no_code"))
	assert.Equal(t, other, codeOf(""))
}
