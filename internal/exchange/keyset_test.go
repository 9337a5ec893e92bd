package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/long"
)

// Two keys that fold to the same text are found at every position: both among the
// first few, one after them, or both after them; whatever character differs.
func TestKeySet_FindsDuplicatesAmongFewAndMany(t *testing.T) {
	answer := func(first, second string, before, between int) []byte {
		var keys []string
		add := func(n int) {
			for range n {
				keys = append(keys, fmt.Sprintf("k%d", len(keys)))
			}
		}
		add(before)
		keys = append(keys, first)
		add(between)
		keys = append(keys, second)
		members := make([]string, len(keys))
		for i, k := range keys {
			quoted, err := json.Marshal(k)
			require.NoError(t, err)
			members[i] = string(quoted) + ":1"
		}
		return []byte("{" + strings.Join(members, ",") + "}")
	}
	places := [][2]int{{0, 0}, {0, 11}, {0, 12}, {11, 0}, {12, 0}, {20, 20}}
	for r := range long.Runes() {
		folded := unicode.SimpleFold(r)
		if folded == r {
			continue
		}
		for _, p := range places {
			if !hasDoubleKey(answer("x"+string(r), "x"+string(folded), p[0], p[1])) {
				assert.Fail(t, "missed", "%U %U at %v", r, folded, p)
			}
		}
	}
	for _, p := range places {
		assert.False(t, hasDoubleKey(answer("x", "y", p[0], p[1])))
	}
}

func TestFold_EveryCharacter(t *testing.T) {
	for r := range long.Runes() {
		if !utf8.ValidRune(r) {
			continue
		}
		first := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			first = min(first, next)
		}
		if got := foldKey([]byte(string(r))); got != string(first) {
			assert.Fail(t, "folded wrongly", "%U to %q", r, got)
		}
	}
	assert.Equal(t, "A\ufffdS", foldKey([]byte("a\xffſ")), "encoding/json treats invalid UTF-8 this way")
}
