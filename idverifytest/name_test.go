package idverifytest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idverifytest"
)

// A well-formed name of another person is an identity mismatch, and a malformed one
// is refused for its form, at every vendor.
func TestNames(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	for _, want := range []struct {
		about, name string
		ok          bool
	}{
		{"two characters", "张三", true},
		{"one character", "张", true},
		{"128 characters", strings.Repeat("张", 128), true},
		{"interval dot", "买买提·吐尔逊", true},
		{"bullet", "买买提•吐尔逊", true},
		{"hyphenation point", "买买提‧吐尔逊", true},
		{"katakana middle dot", "买买提・吐尔逊", true},
		{"full stop", "J. Smith", true},
		{"apostrophe", "O'Brien", true},
		{"typographic apostrophe", "O’Brien", true},
		{"hyphen", "Jean-Luc Picard", true},
		{"zero that is a letter", "刘〇", true},
		{"Uyghur", "ئابدۇللا", true},
		{"Devanagari, with marks", "राम शर्मा", true},
		{"combining accent", "Jose\u0301", true},
		{"private use", "张\ue863", true},
		{"private use of plane 15", "张\U000f0001", true},
		{"extension B", "张\U00020bb7", true},
		{"extension I", "张\U0002ebf0", true},
		{"variation selector", "葛\U000e0101城", true},

		{"last of plane 3", "张\U0003fffd", true},

		{"no character of plane 3", "张\U0003fffe", false},
		{"plane 4", "张\U00040000", false},
		{"129 characters", strings.Repeat("张", 129), false},
		{"decimal digit", "张3", false},
		{"full-width digit", "张３", false},
		{"masked", "张*", false},
		{"masked, full width", "张＊", false},
		{"symbol", "张$三", false},
		{"circled number", "张①", false},
		{"comma", "张,三", false},
		{"emoji", "张😀", false},
		{"replacement character", "张\ufffd", false},
		{"line feed", "张\n三", false},
		{"NUL", "张\x00三", false},
		{"invisible space", "张\u200b三", false},
		{"ideographic space", "张\u3000三", false},
		{"space before", " 张三", false},
		{"space after", "张三 ", false},
		{"two spaces", "Jean  Picard", false},
		{"only a space", " ", false},
	} {
		t.Run(want.about, func(t *testing.T) {
			p := idverifytest.Match()
			p.Name = want.name
			atLinkface := linkface(t, srv, linkfaceFields(p)...)
			atBaidu := baidu(t, srv, token, baiduBody(p))
			atTencent := tencent(t, srv, tencentFields(p)...)
			if want.ok {
				assert.Equal(t, "PHOTO_SERVICE_ERROR", atLinkface.text("status"))
				assert.Equal(t, "<nil>", atBaidu.text("error_code"))
				assert.Equal(t, "-5803", atTencent.text("code"))
				return
			}
			assert.Equal(t, "Invalid name", atLinkface.text("reason"))
			assert.Equal(t, "222023", atBaidu.text("error_code"))
			assert.Equal(t, "21", atTencent.text("code"))
		})
	}
	p := idverifytest.Match()
	p.Name = ""
	assert.Equal(t, "Invalid name", linkface(t, srv, linkfaceFields(p)...).text("reason"))
	assert.Equal(t, "222001", baidu(t, srv, token, baiduBody(p)).text("error_code"))
	assert.Equal(t, "-5801", tencent(t, srv, tencentFields(p)...).text("code"))
}
