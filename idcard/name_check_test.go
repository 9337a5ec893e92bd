package idcard_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idcard"
)

// Shapes of names that people have. All are made up.
func TestCheckName_AcceptsRealNames(t *testing.T) {
	for _, name := range []string{
		"测", "测试", "测试甲", "测试甲乙", "欧阳测试", "测试甲乙丙丁", strings.Repeat("测", 128), strings.Repeat("𠀀", 128),
		"阿卜杜·测试", "阿迪力\u3000买买提", "测试·甲乙·丙丁·戊己庚辛", strings.Repeat("阿卜杜热合曼", 4) + "·" + strings.Repeat("买买提明", 4), "阿迪力 买买提",
		"刘〇", "佐々木", "〇〇", "㐂三", "䶮", "𠮷野", "\U0002A6DF", "\U0002CEA1", "\U0002EBF0", "\U00030000", "\U000323AF", "\U00033479",
		"张\uE863", "张\uF8FF", "\U000F0001三", "\U00100001三", "\uFA11", "\uF900", "\U0002F800", "\u2EA0三",
		"葛\U000E0101城", "辻\uFE00", "葛\U000E01EF", "ᠮ\u180Bᠤ",
		"JOHN SMITH", "Jean-Luc Picard", "O'Brien", "O’Brien", "O‘Brien", "D`Souza", "J. R. Smith", "Jose\u0301 Núñez", "Müller-Lüdenscheidt",
		"Åsa Þórsdóttir", "Nguyễn Văn Mẫu", "RAJ A/L KUMAR", "Muthu s/o Rajan", "TAN AH KOW @ TAN", "John Smith Ⅲ", "Gal·la", "Kaʻiulani", "ＪＯＨＮ",
		"Иван Иванович", "Γιώργος", "Հակոբ", "ქართული", "דוד בן־מאיר", "צ׳רלי", "김철수", "\u1112\u1161\u11ab", "やまだ たろう", "ヤマダ・タロウ", "ﾔﾏﾀﾞ", "ꆈꌠ",
		"ئابدۇللا تۇرسۇن", "علی\u200Cرضا", "محمّد", "ᠪᠠᠲᠤ", "ᠬᠠᠷ\u180Eᠠ", "ᠬᠠᠷ\u202Fᠠ", "བཀྲ་ཤིས་", "བཀྲ་ཤིས", "राम शर्मा", "डॉ॰ राम", "ක්\u200Dෂ", "അന്\u200D",
		"สมชาย", "ສົມ\u200Bໄຊ", "សុខ\u200Bសាន", "မောင်", "አበበ፡በቀለ", "ᐃᓄᒃ",
	} {
		assert.NoError(t, idcard.CheckName(name), "%+q", name)
		assert.Equal(t, name, idcard.FoldName(name), "%+q", name)
	}
}

// Holds P-DATA-11.
func TestCheckName_Refuses(t *testing.T) {
	for name, want := range map[string]idcard.NameError{
		"":                          {Fault: idcard.NameEmpty},
		"\uFE0F":                    {Fault: idcard.NameEmpty},
		strings.Repeat("测", 129):    {Fault: idcard.NameTooLong},
		strings.Repeat("\xff", 999): {Fault: idcard.NameTooLong},
		"·":                         {Fault: idcard.NameNoLetter},
		"\u0301":                    {Fault: idcard.NameNoLetter},
		"张*":                        {Fault: idcard.NameMask, Position: 2},
		"张＊三":                       {Fault: idcard.NameMask, Position: 2},
		"张○○":                       {Fault: idcard.NameMask, Position: 2},
		"张●":                        {Fault: idcard.NameMask, Position: 2},
		"张?":                        {Fault: idcard.NameQuestionMark, Position: 2},
		"？？":                        {Fault: idcard.NameQuestionMark, Position: 1},
		"张\uFFFD":                   {Fault: idcard.NameReplaced, Position: 2},
		"张〓":                        {Fault: idcard.NameReplaced, Position: 2},
		"张\xff三":                    {Fault: idcard.NameNotUTF8, Position: 2},
		"张三3":                       {Fault: idcard.NameDigit, Position: 3},
		"张３":                        {Fault: idcard.NameDigit, Position: 2},
		"राम १":                     {Fault: idcard.NameDigit, Position: 5},
		"张①":                        {Fault: idcard.NameDigit, Position: 2},
		"张三(李四)":                    {Fault: idcard.NameBracket, Position: 3},
		"张三（李四）":                    {Fault: idcard.NameBracket, Position: 3},
		"【张三】":                      {Fault: idcard.NameBracket, Position: 1},
		"张😀":                        {Fault: idcard.NameEmoji, Position: 2},
		"张❤":                        {Fault: idcard.NameEmoji, Position: 2},
		"张,三":                       {Fault: idcard.NamePunctuation, Position: 2},
		"张。三":                       {Fault: idcard.NamePunctuation, Position: 2},
		"张/三":                       {Fault: idcard.NamePunctuation, Position: 2},
		"a@b":                       {Fault: idcard.NamePunctuation, Position: 2},
		"张$":                        {Fault: idcard.NameSymbol, Position: 2},
		"TAN & LEE":                 {Fault: idcard.NamePunctuation, Position: 5},
		"TAN @LEE":                  {Fault: idcard.NamePunctuation, Position: 5},
		"TAN A/张":                   {Fault: idcard.NamePunctuation, Position: 6},
		"张\x00三":                    {Fault: idcard.NameControl, Position: 2},
		"张\n三":                      {Fault: idcard.NameControl, Position: 2},
		"张\u2028三":                  {Fault: idcard.NameControl, Position: 2},
		"张\u200B三":                  {Fault: idcard.NameInvisible, Position: 2},
		"Jo\u200Dhn":                {Fault: idcard.NameInvisible, Position: 3},
		"محم\u200D":                 {Fault: idcard.NameInvisible, Position: 4},
		"مح\u2066م":                 {Fault: idcard.NameInvisible, Position: 3},
		" 张三":                       {Fault: idcard.NameBlank, Position: 1},
		"张三 ":                       {Fault: idcard.NameBlank, Position: 3},
		"Jean  Luc":                 {Fault: idcard.NameBlank, Position: 6},
		"张\u3000三":                  {Fault: idcard.NameBlank, Position: 2},
		"张\U0002FFFE":               {Fault: idcard.NameUnassigned, Position: 2},
		"张\U00040000":               {Fault: idcard.NameUnassigned, Position: 2},
	} {
		var refused *idcard.NameError
		require.ErrorAs(t, idcard.CheckName(name), &refused, "%+q", name)
		assert.Equal(t, want, *refused, "%+q", name)
		for _, r := range name {
			if r > '~' && r != '〓' {
				assert.NotContains(t, refused.Error(), string(r))
			}
		}
	}
	assert.EqualError(t, idcard.CheckName("张三3"), "idcard: digit: position 3 of the name is a digit")
	assert.EqualError(t, idcard.CheckName(""), "idcard: empty: the name is empty")
	assert.EqualError(t, idcard.CheckName(strings.Repeat("a", 129)), "idcard: too_long: the name is longer than 128 characters")
	assert.EqualError(t, idcard.CheckName("--"), "idcard: no_letter: the name has no letter")
}
