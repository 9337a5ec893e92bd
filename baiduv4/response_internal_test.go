package baiduv4

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/growth"
)

// The rating and the tags of a device are read in whatever shape they come: what
// is kept is bounded.
// Holds P-WIRE-10.
func TestRisk_ReadingIsLinear(t *testing.T) {
	for name, value := range growth.JSON() {
		t.Run(name, func(t *testing.T) {
			growth.Case{From: 64 << 10, MaxAllocated: 4, MaxCost: 8, Work: func(size int) func() {
				raw := []byte(value(size))
				if !json.Valid(raw) { // which is not asked for
					raw = []byte("[]")
				}
				return func() {
					var tags texts
					var level ratedTexts
					_, _ = tags.UnmarshalJSON(raw), level.UnmarshalJSON(raw)
				}
			}}.Check(t)
		})
	}
}

// Holds P-WIRE-10.
func TestRiskTags_FirstOnesAreKept(t *testing.T) {
	tag := func(i int) string { return fmt.Sprintf("tag-%d", i) }
	var list []string
	for i := range 3 * maxRisks {
		list = append(list, "", tag(i))
	}
	array, err := json.Marshal(list)
	require.NoError(t, err)
	quoted, err := json.Marshal(string(array))
	require.NoError(t, err)
	for _, written := range [][]byte{array, quoted} {
		var tags texts
		require.NoError(t, tags.UnmarshalJSON(written))
		require.Len(t, tags, maxRisks)
		assert.Equal(t, tag(maxRisks-1), tags[maxRisks-1])
	}
	var tags texts
	require.NoError(t, tags.UnmarshalJSON([]byte(`["a",{"b":1},[],7]`)))
	assert.Equal(t, texts{"a", "7"}, tags, "what is no text is left out, and costs nothing beside it")
}

// Some write / and = with escapes, some break lines.
func TestDecImage_EveryEncoding(t *testing.T) {
	picture := make([]byte, 1000)
	for i := range picture {
		picture[i] = byte(i * i)
	}
	plain := base64.StdEncoding.EncodeToString(picture)
	for name, written := range map[string]string{
		"plain":   plain,
		"slashes": strings.ReplaceAll(plain, "/", `\/`),
		"codes":   strings.NewReplacer("/", `\u002f`, "=", `\u003D`, "A", `\u0041`).Replace(plain),
		"lines":   plain[:76] + `\r\n` + plain[76:152] + `\n` + plain[152:],
	} {
		var image DecImage
		require.NoError(t, json.Unmarshal([]byte(`"`+written+`"`), &image))
		got, err := image.Bytes()
		require.NoError(t, err, name)
		assert.Equal(t, picture, got, name)
	}
	for _, broken := range []string{`"QQ=\u00bd"`, `"Q\\Q="`, `"\ud83dQ=="`, `"Q\tQ="`, `"\"`, `"\u"`, `"\u12"`, `"QQ=\`, `"\u003`, `"Q"`} {
		var image DecImage
		require.NoError(t, image.UnmarshalJSON([]byte(broken)))
		_, err := image.Bytes()
		assert.ErrorContains(t, err, "not base64", broken)
	}
	var none DecImage
	for _, other := range []string{`[1,2]`, `{}`, `7`, `""`, `null`, `"`, ``} {
		require.NoError(t, none.UnmarshalJSON([]byte(other)))
		assert.True(t, none.IsZero(), other)
	}
}

// Holds P-WIRE-10.
func TestDecImage_ReadingIsLinear(t *testing.T) {
	for _, character := range []string{"A", `\/`, `\u002f`, `\n`, `\ud83d`} {
		growth.Case{From: 120 << 10, MaxAllocated: 2.5, MaxCost: 12, Work: func(size int) func() {
			var image DecImage
			_ = image.UnmarshalJSON([]byte(`"` + strings.Repeat(character, size/len(character)/4*4) + `"`))
			return func() { _, _ = image.Bytes() }
		}}.Check(t)
	}
}
