package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func scan(content []byte) (twice bool, err error) {
	s := scanner{rest: content}
	err = s.whole(s.value(1, nil))
	return s.twice, err
}

func hasDoubleKey(content []byte) bool {
	twice, _ := scan(content)
	return twice
}

// Holds P-PASS-6.
func TestScan_DuplicateKeysAtAnyDepth(t *testing.T) {
	for _, double := range []string{
		`{"code":-5803,"code":0}`,
		`{"code":-5803,"CODE":0}`,
		`{"code":1, "data":{"a":[{"x":1 , "X":2}]}}`,
		`[{"a":{}},{"b":{"score":1,"\u0073core":2}}]`,
		`{"status":"a","ſtatus":"b"}`,
		`{"risk_level":"1","ris\u212a_level":"4"}`, // the Kelvin sign
		`{"a":"}","b":{"c":1},"a":2}`,
		`{"a\"b":1,"A\"B":2}`,
		`{"a":[1],"b":2,"a":3}`,
		`{"x":"\"","a":1,"a":2}`,
		`{"x":"\\","a":1,"a":2}`,
		`{"a":[],"b":{"c":[[1],2]},"b":3}`,
	} {
		require.True(t, json.Valid([]byte(double)), double)
		assert.True(t, hasDoubleKey([]byte(double)), double)
	}
	for _, single := range []string{
		`{}`, `[]`, `{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}`, `{"a":"\"a\":","b":"{\"a\":1}"}`, `{"a":"\",\"a\":1"}`, ` { "a" : [ ] , "b" : null } `, `"a"`, `1`,
	} {
		require.True(t, json.Valid([]byte(single)), single)
		assert.False(t, hasDoubleKey([]byte(single)), single)
	}
}

// The scanner accepts exactly what encoding/json accepts.
func TestScan_MatchesEncodingJSON(t *testing.T) {
	for _, whole := range []string{
		`{}`, `[]`, ` {"a" : [ 1 , -0.5e+7 , "\u00e9\n\"" , true , false , null , {} ] } `, `""`, `"\ud800"`, "\"\xff\"", `0`, `-0`, `1E9`, `1e-9`, `10.01`, `[[],{"":[]}]`,
	} {
		require.True(t, json.Valid([]byte(whole)), whole)
		_, err := scan([]byte(whole))
		assert.NoError(t, err, whole)
		for i := range whole { // each byte removed, and each replaced by another
			for _, c := range []string{"", " ", "x", "0", "\\", "\"", "]", "}", ",", ":", "\x00", "\x1f", "u", "-", "."} {
				changed := whole[:i] + c + whole[i+1:]
				_, err := scan([]byte(changed))
				assert.Equal(t, json.Valid([]byte(changed)), err == nil, "%q", changed)
			}
			_, err := scan([]byte(whole[:i]))
			assert.Equal(t, json.Valid([]byte(whole[:i])), err == nil, "%q", whole[:i])
		}
	}
}

// Holds P-WIRE-10.
func TestScan_Limits(t *testing.T) {
	nested := func(depth int, begin, end string) string { // the outer object is the first level
		return `{"a":` + strings.Repeat(begin, depth-1) + `1` + strings.Repeat(end, depth-1) + `}`
	}
	keys := func(n int) string {
		members := make([]string, n)
		for i := range members {
			members[i] = fmt.Sprintf(`"k%d":0`, i)
		}
		return `{` + strings.Join(members, ",") + `}`
	}
	for name, answer := range map[string][2]string{
		"depth of arrays":  {nested(maxDepth, "[", "]"), nested(maxDepth+1, "[", "]")},
		"depth of objects": {nested(maxDepth, `{"a":`, "}"), nested(maxDepth+1, `{"a":`, "}")},
		"members":          {keys(maxValues), keys(maxValues + 1)},
		"elements":         {`{"a":[1` + strings.Repeat(`,1`, maxValues-2) + `]}`, `{"a":[1` + strings.Repeat(`,1`, maxValues-1) + `]}`},
		"length of a name": {`{"` + strings.Repeat("k", maxKey-2) + `":1}`, `{"` + strings.Repeat("k", maxKey-1) + `":1}`},
	} {
		ignore := func(_, _ []byte) error { return nil }
		assert.NoError(t, members([]byte(answer[0]), ignore), name)
		assert.Equal(t, errTooMuch, members([]byte(answer[1]), ignore), name)
	}
	for _, open := range []string{"[", `{"a":`} {
		_, err := scan([]byte(strings.Repeat(open, 1<<20)))
		assert.Equal(t, errTooMuch, err)
	}
}

func TestScan_Elements(t *testing.T) {
	var seen []string
	require.NoError(t, Elements([]byte(` [ 1 , "a,b" ,[2, 3],{"x":[4]} , null ] `), func(value []byte) { seen = append(seen, string(value)) }))
	assert.Equal(t, []string{`1`, `"a,b"`, `[2, 3]`, `{"x":[4]}`, `null`}, seen)
	for _, none := range []string{``, `{}`, `"[]"`, `[1] 2`, `[1,]`, `[1`, `null`} {
		assert.Error(t, Elements([]byte(none), func([]byte) {}), none)
	}
}

func TestScan_KeysMatchEncodingJSON(t *testing.T) {
	check := func(quoted string) {
		var want string
		require.NoError(t, json.Unmarshal([]byte(quoted), &want))
		if got := strings.ToValidUTF8(string(unescaped([]byte(quoted))), "\ufffd"); got != want {
			assert.Fail(t, "different", "%s: %q %q", quoted, got, want)
		}
	}
	for r := range 0x10000 {
		check(fmt.Sprintf(`"a\u%04xb"`, r))
		check(fmt.Sprintf(`"\u%04X\ude00"`, r))
		check(fmt.Sprintf(`"\ud83d\u%04x"`, r))
		check(fmt.Sprintf(`"\ud83d%s\ude00"`, strings.ToValidUTF8(string(rune(max(r, ']'))), "x")))
	}
	for _, quoted := range []string{`""`, `"\b\f\n\r\t\/\\\""`, `"\ud83d"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\ud83d\ude00"`, `"\\u0041"`} {
		check(quoted)
	}
}
