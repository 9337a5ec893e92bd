package idverifytest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/internal/proof/long"
)

// The stand-in checks names with regular expressions, the library with tables: both
// must accept and refuse the same texts.
func TestNames_AgreeWithLibrary(t *testing.T) {
	agree := func(name string) {
		if checked, valid := idcard.CheckName(name), validName(name); (checked == nil) != valid {
			assert.Fail(t, "two readings", "%+q: %v, %v", name, checked, valid)
		}
	}
	both := func(text string) {
		agree(text)
		agree(idcard.FoldName(text))
	}
	var taken strings.Builder
	for r := range long.Runes() {
		switch name := "张" + string(r) + "三"; {
		case !utf8.ValidRune(r):
		case r < 0x3100 || 0xFB00 <= r && r < 0x10000 || r%977 == 0 || r&0xFFFF >= 0xFFF0 || 0xE0000 <= r && r < 0xE0200:
			both(name)
			if r < 0x300 || 0x2000 <= r && r < 0x2100 || r > 0xFE00 {
				for _, around := range []string{"a b", "阿迪力 买提", "مح م", "ᠠ ᠠ", " ", "അന് "} {
					both(strings.Replace(around, " ", string(r), 1))
				}
			}
		case idcard.CheckName(name) == nil:
			taken.WriteRune(r)
			if taken.Len() > 400 {
				agree(taken.String())
				taken.Reset()
			}
		}
	}
	agree("张" + taken.String())
	for _, name := range []string{
		"JOHN  SMITH", "A/L", "A/L/B", "a/", "/a", "A @ B", "A@B", "张/三", "阿迪力\u3000买买提", "阿迪力  买买提", "阿迪力 买买提\u00A0", "张\u3000三", "测试\u3000甲乙", "测试  甲乙",
		"·", "Ⅲ", "〇", "\uFE0F", "\u0301", "क्\u200d", "क्\u200dष", "क\u200d", "क \u200dष", "क'\u200dष", "Jo\u200dhn", "ᠬᠠ\u202F", "ᠬᠠ\u202Fᠠ", "a\u202Fb",
	} {
		both(name)
	}
}
