package idverifytest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// reading is a call whose body can be read.
func reading(contentType, body string) *call {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	c := &call{r: r, rec: &Exchange{}}
	c.body = &bodyReader{call: c, limit: maxBody}
	return c
}

// plainJSON converts a node to what encoding/json would return; numbers and
// booleans, whose values are not kept, become their kind.
func plainJSON(n *node) any {
	switch n.kind {
	case jsonNull:
		return nil
	case jsonString:
		return n.value.text()
	case jsonArray:
		list := []any{}
		for _, item := range n.items {
			list = append(list, plainJSON(item))
		}
		return list
	case jsonObject:
		object := map[string]any{}
		for name, member := range n.members {
			object[name] = plainJSON(member)
		}
		return object
	}
	return n.kind
}

// withoutValues replaces numbers and booleans by their kinds.
func withoutValues(v any) any {
	switch v := v.(type) {
	case bool:
		return jsonBool
	case float64:
		return jsonNumber
	case []any:
		for i := range v {
			v[i] = withoutValues(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = withoutValues(v[name])
		}
	}
	return v
}

// isModest reports whether a text is far below the stand-in's limits.
func isModest(text string) bool {
	return len(text) < maxFieldName && strings.Count(text, ",")+strings.Count(text, "[")+strings.Count(text, "{") < maxFields &&
		strings.Count(text, "[")+strings.Count(text, "{") < maxDepth && !numberIsLong(text)
}

func numberIsLong(text string) bool {
	return len(strings.TrimFunc(text, func(r rune) bool { return r < '0' || r > '9' })) > maxNumber
}

// The stand-in reads JSON as encoding/json does.
func FuzzReadJSON(f *testing.F) {
	for _, text := range []string{
		`{}`, `[]`, `null`, `true`, `false`, `0`, `-0`, `1.5e-7`, `"x"`, ` { "a" : [ 1 , "b" , { } ] } `, `{"a":1,"a":"x"}`,
		`"\u4e2d\ud83d\ude00\ud83d\n\/\"\\"`, `"\ud83dx"`, `"\ud83d\u0041"`, `"\udc00\ud800"`, `"\ud83d\`, `"\u12"`, `"\x"`, "\"\n\"", "\"\x7f\"", "\"\xff\"",
		`01`, `+1`, `1.`, `.5`, `1e`, `1e+`, `1e999`, `-`, `{"a"}`, `{"a":}`, `{,}`, `[1,]`, `{"a":1,}`, `[1 2]`, `nul`, `tru`, `{}x`, `{"a":1}}`, "\ufeff{}", ``, ` `, `"`, `{"`, `{1:2}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !isModest(text) {
			return
		}
		var want any
		ok := json.Unmarshal([]byte(text), &want) == nil && utf8.ValidString(text)
		c := reading("application/json", text)
		got := c.readJSON()
		require.Equal(t, noTrouble, c.refused)
		require.Equal(t, ok, got != nil, "%q", text)
		assert.EqualValues(t, len(text), c.rec.BodyBytes)
		if ok {
			assert.Equal(t, withoutValues(want), plainJSON(got), "%q", text)
		}
	})
}

func TestReadJSON_RepeatedMember(t *testing.T) {
	root := reading("", `{"a":1,"b":2,"a":"last"}`).readJSON()
	assert.Equal(t, "a", root.repeated)
	assert.Equal(t, "last", root.at("a").text())
	assert.Empty(t, reading("", `{"a":1,"b":{"a":2}}`).readJSON().repeated)
}

func TestReadJSON_Limits(t *testing.T) {
	members := func(n int) string {
		return "{" + strings.TrimSuffix(many(`"m%03d":0,`, n), ",") + "}"
	}
	for _, want := range []struct {
		name, text string
		ok         bool
		refused    trouble
	}{
		{"64 members", members(64), true, noTrouble},
		{"65 members", members(65), false, tooMany},
		{"64 items", "[" + strings.Repeat("0,", 63) + "0]", true, noTrouble},
		{"65 items", "[" + strings.Repeat("0,", 64) + "0]", false, tooMany},
		{"64 on two levels", `{"a":[` + strings.Repeat("0,", 62) + "0]}", true, noTrouble},
		{"65 on two levels", `{"a":[` + strings.Repeat("0,", 63) + "0]}", false, tooMany},
		{"a name of 128 bytes", `{"` + strings.Repeat("n", 128) + `":0}`, true, noTrouble},
		{"a name of 129 bytes", `{"` + strings.Repeat("n", 129) + `":0}`, false, tooMany},
		{"16 levels", strings.Repeat("[", 17) + strings.Repeat("]", 17), true, noTrouble},
		{"17 levels", strings.Repeat("[", 18) + strings.Repeat("]", 18), false, noTrouble},
		{"a number of 64 digits", strings.Repeat("1", 64), true, noTrouble},
		{"a number of 65 digits", strings.Repeat("1", 65), false, noTrouble},
	} {
		c := reading("", want.text)
		root := c.readJSON()
		assert.Equal(t, want.ok, root != nil, want.name)
		assert.Equal(t, want.refused, c.refused, want.name)
		assert.EqualValues(t, len(want.text), c.rec.BodyBytes, "%s: read to its end", want.name)
	}
}

// Of one text 8 KiB are kept, of all texts together 64 KiB. Of evidence 256 bytes
// are kept, and the rest is still examined.
func TestReadJSON_KeepsLittle(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	root := reading("", `{"name":"`+long+`","short":"`+long[:8<<10]+`"}`).readJSON()
	assert.Equal(t, long[:8<<10], root.at("name").text())
	assert.True(t, root.at("name").value.isCut())
	assert.EqualValues(t, 10_000, root.at("name").value.size)
	assert.False(t, root.at("short").value.isCut())

	object := many(`"m%d":"`+long[:8000]+`",`, 10)
	root = reading("", "{"+strings.TrimSuffix(object, ",")+"}").readJSON()
	kept := 0
	for _, member := range root.members {
		kept += len(member.value.head)
	}
	assert.Equal(t, maxTexts, kept)

	picture := "/9j/" + strings.Repeat("A", 100_000)
	root = reading("", `{"deep":[{"image":"`+picture+`"}]}`).readJSON("image")
	image := root.at("deep").items[0].at("image").value
	assert.Len(t, image.head, maxEvidence)
	assert.EqualValues(t, len(picture), image.size)
	assert.EqualValues(t, len(picture)/4*3, image.decoded)
	assert.Equal(t, "jpeg", image.image.format)
	assert.False(t, image.notBase64)
}

// many repeats a pattern with numbers.
func many(pattern string, n int) string {
	var b bytes.Buffer
	for i := range n {
		b.WriteString(strings.Replace(strings.Replace(pattern, "%03d", threeDigits(i), 1), "%d", threeDigits(i), 1))
	}
	return b.String()
}

func threeDigits(i int) string {
	return string([]byte{'0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)})
}
