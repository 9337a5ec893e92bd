package body

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Every character, and bytes that are none, are written as encoding/json does.
func TestStringsAreWrittenAsEncodingJSONDoes(t *testing.T) {
	check := func(s string) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(s))
		var got strings.Builder
		require.NoError(t, writeString(&got, s))
		if got.String()+"\n" != want.String() {
			require.Equal(t, want.String(), got.String()+"\n")
		}
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		check("a" + string(r) + "b")
	}
	for b := range 256 {
		check("a" + string([]byte{byte(b)}) + "b")
		check("张" + string([]byte{0xe5, byte(b)}))
	}
}
