package idcard_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idcard"
)

func assertRefused(t *testing.T, err error, rule idcard.Rule, from, to int) {
	t.Helper()
	var refused *idcard.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, rule, refused.Rule)
	assert.Equal(t, [2]int{from, to}, [2]int{refused.From, refused.To})
}

func TestRefusals(t *testing.T) {
	born := func(date string) string { return withCheckDigit("110105" + date + "000") }

	for _, tt := range []struct {
		name     string
		s        string
		rule     idcard.Rule
		from, to int
	}{
		{"empty", "", idcard.RuleLength, 0, 0},
		{"white space only", " \u3000\t", idcard.RuleLength, 0, 0},
		{"17 characters", madeUpMale, idcard.RuleLength, 0, 0},
		{"19 characters", standardExample + "0", idcard.RuleLength, 0, 0},
		{"first generation", "110105000101999", idcard.RuleLength, 0, 0},
		{"space in the middle", "110105 19491231 002X", idcard.RuleLength, 0, 0},
		{"18 characters in 54 bytes and one more", strings.Repeat("１", 19), idcard.RuleLength, 0, 0},
		{"white space beyond bounds", strings.Repeat(" ", 256) + standardExample, idcard.RuleLength, 0, 0},
		{"one byte beyond bounds", strings.Repeat(" ", 256-17) + standardExample, idcard.RuleLength, 0, 0},
		{"a megabyte", strings.Repeat("1", 1<<20), idcard.RuleLength, 0, 0},

		{"letter at the start", "A1010519491231002X", idcard.RuleCharacter, 1, 1},
		{"X before the end", "1101051949123100X2", idcard.RuleCharacter, 17, 17},
		{"letter at the end", "11010519491231002Y", idcard.RuleCharacter, 18, 18},
		{"digit of another script", "1101051949123100\u0662X", idcard.RuleCharacter, 17, 17},
		{"position counts characters, not bytes", "１１０A0519491231002X", idcard.RuleCharacter, 4, 4},
		{"position is counted after trimming", "\u3000110A0519491231002X", idcard.RuleCharacter, 4, 4},
		{"zero-width space in the middle", "1101051949\u200B231002X", idcard.RuleCharacter, 11, 11},
		{"invalid UTF-8", strings.Repeat("\xff", 18), idcard.RuleCharacter, 1, 1},
		{"NUL", strings.Repeat("\x00", 18), idcard.RuleCharacter, 1, 1},

		{"no such province", withCheckDigit("10010519000101000"), idcard.RuleAddress, 1, 2},
		{"Hong Kong with a county", withCheckDigit("81000119000101000"), idcard.RuleAddress, 1, 6},
		{"Macao with a city", withCheckDigit("82010019000101000"), idcard.RuleAddress, 1, 6},
		{"Taiwan with a county", withCheckDigit("83000119000101000"), idcard.RuleAddress, 1, 6},

		{"month 0", born("19000001"), idcard.RuleBirthDate, 7, 14},
		{"month 13", born("19001301"), idcard.RuleBirthDate, 7, 14},
		{"day 0", born("19000100"), idcard.RuleBirthDate, 7, 14},
		{"day 32", born("19000132"), idcard.RuleBirthDate, 7, 14},
		{"31 April", born("19000431"), idcard.RuleBirthDate, 7, 14},
		{"29 February of a common year", born("19010229"), idcard.RuleBirthDate, 7, 14},
		{"29 February 1900", born("19000229"), idcard.RuleBirthDate, 7, 14},
		{"30 February", born("20000230"), idcard.RuleBirthDate, 7, 14},
		{"date of zeros", born("00000000"), idcard.RuleBirthDate, 7, 14},
		{"foreigner's month 13", withCheckDigit("93184019001301000"), idcard.RuleBirthDate, 7, 14},

		{"the last day too early", born("18991231"), idcard.RuleBirthTooEarly, 7, 14},
		{"year 0", born("00000101"), idcard.RuleBirthTooEarly, 7, 14},

		{"tomorrow", born("20250616"), idcard.RuleBirthInFuture, 7, 14},
		{"year 9999", born("99991231"), idcard.RuleBirthInFuture, 7, 14},

		{"check digit", "110105194912310020", idcard.RuleCheckDigit, 18, 18},
		{"two digits changed places", "11010519491213002X", idcard.RuleCheckDigit, 18, 18},
		{"foreigner's nationality mistyped", "931841" + withCheckDigit("93184019000101000")[6:], idcard.RuleCheckDigit, 18, 18},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, err := idcard.ParseAt(tt.s, clock)
			assertRefused(t, err, tt.rule, tt.from, tt.to)
			assert.Zero(t, n)
		})
	}
}

func TestBirthDate_Accepted(t *testing.T) {
	for _, date := range []string{"19000101", "19000131", "19040229", "20000229", "20250615"} {
		t.Run(date, func(t *testing.T) {
			n := mustParse(t, withCheckDigit("110105"+date+"000"))
			assert.Equal(t, date, n.BirthDate().Format("20060102"))
		})
	}
}

// TestToday_IsInUTC8 asks around midnight there, which is 16:00 UTC, with the clock given in several zones.
func TestToday_IsInUTC8(t *testing.T) {
	number := withCheckDigit("11010519000131000")
	midnight := time.Date(1900, 1, 30, 16, 0, 0, 0, time.UTC)

	for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 8*60*60), time.FixedZone("", -10*60*60)} {
		_, err := idcard.ParseAt(number, midnight.In(zone))
		require.NoError(t, err)

		_, err = idcard.ParseAt(number, midnight.Add(-time.Nanosecond).In(zone))
		assertRefused(t, err, idcard.RuleBirthInFuture, 7, 14)
	}

	_, err := idcard.ParseAt(number, time.Time{})
	assertRefused(t, err, idcard.RuleBirthInFuture, 7, 14)
}

// TestOrderOfRules mends a number that breaks every rule one rule at a time.
func TestOrderOfRules(t *testing.T) {
	for _, tt := range []struct {
		s        string
		rule     idcard.Rule
		from, to int
	}{
		{"0A010199991301000", idcard.RuleLength, 0, 0},
		{"0A0101999913010000", idcard.RuleCharacter, 2, 2},
		{"000101999913010000", idcard.RuleAddress, 1, 2},
		{"110101999913010000", idcard.RuleBirthDate, 7, 14},
		{"110101189912310000", idcard.RuleBirthTooEarly, 7, 14},
		{"110101999912310000", idcard.RuleBirthInFuture, 7, 14},
		{"110101190001010000", idcard.RuleCheckDigit, 18, 18},
	} {
		_, err := idcard.ParseAt(tt.s, clock)
		assertRefused(t, err, tt.rule, tt.from, tt.to)
	}
	mustParse(t, withCheckDigit("11010119000101000"))
}

func TestCheckDigit_EveryValueOccurs(t *testing.T) {
	seen := map[byte]bool{}
	for day := 1; day <= 31; day++ {
		s := withCheckDigit(fmt.Sprintf("110105190001%02d999", day))
		mustParse(t, s)
		seen[s[17]] = true
	}
	assert.Len(t, seen, 11)
}

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  idcard.Error
		want string
	}{
		{idcard.Error{Rule: idcard.RuleLength}, "idcard: length: the number does not have 18 characters"},
		{idcard.Error{Rule: idcard.RuleCharacter, From: 4, To: 4}, "idcard: character: position 4 is not a digit"},
		{idcard.Error{Rule: idcard.RuleCharacter, From: 18, To: 18}, "idcard: character: position 18 is neither a digit nor X"},
		{idcard.Error{Rule: idcard.RuleAddress, From: 1, To: 2}, "idcard: address: positions 1 to 2 are not a province"},
		{idcard.Error{Rule: idcard.RuleAddress, From: 1, To: 6}, "idcard: address: positions 1 to 6 are not the address code of a residence permit"},
		{idcard.Error{Rule: idcard.RuleBirthDate, From: 7, To: 14}, "idcard: birth_date: positions 7 to 14 are not a calendar date"},
		{idcard.Error{Rule: idcard.RuleBirthTooEarly, From: 7, To: 14}, "idcard: birth_too_early: positions 7 to 14 are too early a birth date"},
		{idcard.Error{Rule: idcard.RuleBirthInFuture, From: 7, To: 14}, "idcard: birth_in_future: positions 7 to 14 are a birth date in the future"},
		{idcard.Error{Rule: idcard.RuleCheckDigit, From: 18, To: 18}, "idcard: check_digit: position 18 is wrong"},
	} {
		assert.EqualError(t, &tt.err, tt.want)
	}
}

// The text says what is there, and nothing of the number.
// Holds P-DATA-11.
func TestError_TextSaysWhatWasFound(t *testing.T) {
	for s, want := range map[string]string{
		"":                               "the number has nothing that can be seen instead of 18 characters",
		"\u200e":                         "the number has nothing that can be seen instead of 18 characters",
		"11010519000101999":              "the number has 17 instead of 18 characters",
		"110105000101999":                "the number has the 15 digits of the first generation, which are no longer valid, instead of 18 characters",
		"110105 19491231 002X":           "the number has 20 characters, with a blank at position 7, instead of 18 characters",
		"\u202d11010519491231\u2060002X": "the number has 19 characters, with an invisible character at position 15, instead of 18 characters",
		"1.10105E+17":                    "the number has the scientific notation of a spreadsheet instead of 18 characters",
		"1.10105194912310e+17":           "the number has the scientific notation of a spreadsheet instead of 18 characters",
		"1.1010519491":                   "the number has 12 characters, with a mark or symbol at position 2, instead of 18 characters",
		"11010500010199A":                "the number has 15 instead of 18 characters",
		"'" + standardExample:            "the number has 19 characters, with a mark or symbol at position 1, instead of 18 characters",
		strings.Repeat("1", 100):         "the number has more than 99 instead of 18 characters",
		strings.Repeat("1", 257):         "the number has more than 99 instead of 18 characters",
		"110105194912310\u200b2X":        "position 16 is not a digit: an invisible character",
		"11010519491231\n02X":            "position 15 is not a digit: a line feed",
		"110105194912310 2X":             "position 16 is not a digit: a blank",
		"110105********002X":             "position 7 is not a digit: a star or another mask",
		"110105????????002X":             "position 7 is not a digit: a question mark",
		"1101051949123I002X":             "position 14 is not a digit: a letter",
		"11010519491231X02X":             "position 15 is not a digit: an X before the end",
		"11010519491231\u066202X":        "position 15 is not a digit: a digit of another script",
		"11010519491231\xff02X":          "position 15 is not a digit: a byte that is not UTF-8",
		"11010519491231.02X":             "position 15 is not a digit: a mark or symbol",
		"11010519491231002\u0425":        "position 18 is neither a digit nor X: a letter", // Cyrillic
		"110105194912310000":             "position 18 is wrong: what a spreadsheet makes of a number: the last three digits are zeros",
		"110105194912310020":             "position 18 is wrong",
	} {
		_, err := idcard.ParseAt(s, clock)
		require.Error(t, err)
		assert.Truef(t, strings.HasSuffix(err.Error(), ": "+want), "%+q: %v", s, err)
		assert.NotRegexp(t, threeDigits, err.Error())
	}
}

func TestError_FoundThroughWrapping(t *testing.T) {
	_, err := idcard.ParseAt("110105194912310020", clock)
	var refused *idcard.Error
	require.True(t, errors.As(fmt.Errorf("row 7: %w", err), &refused))
	assert.Equal(t, idcard.RuleCheckDigit, refused.Rule)
}

func TestParse_TrimsWhiteSpaceUpToTheLimit(t *testing.T) {
	n, err := idcard.Parse(strings.Repeat(" ", 256-18) + standardExample)
	require.NoError(t, err)
	assert.Equal(t, standardExample, n.Reveal())
}
