package idcard_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idcard"
)

func TestParse_Folds(t *testing.T) {
	fullWidth := strings.NewReplacer(
		"0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "9", "９", "X", "Ｘ",
	).Replace(standardExample)

	for name, s := range map[string]string{
		"as it is":              standardExample,
		"lower-case x":          "11010519491231002x",
		"full width":            fullWidth,
		"full-width x":          "11010519491231002ｘ",
		"white space":           " \t\r\n" + standardExample + "\n ",
		"ideographic space":     "\u3000" + standardExample + "\u3000",
		"no-break space":        "\u00A0" + standardExample + "\u00A0",
		"zero-width space":      "\uFEFF" + standardExample + "\u200B",
		"controls of direction": "\u202D" + standardExample + "\u202C\u200E",
		"fillers":               "\u3164\u2800" + standardExample + "\uFFA0\u2060\u00AD",
		"Roman ten":             "11010519491231002\u2169",
		"small Roman ten":       "11010519491231002\u2179",
		"white space to spare":  strings.Repeat("\u3000", 60) + fullWidth,
	} {
		t.Run(name, func(t *testing.T) {
			n, err := idcard.ParseAt(s, clock)
			require.NoError(t, err)
			assert.Equal(t, standardExample, n.Reveal())
			assert.True(t, n == mustParse(t, standardExample), "the same number compares equal")
		})
	}
}

func TestParse_UsesSystemClock(t *testing.T) {
	n, err := idcard.Parse(standardExample)
	require.NoError(t, err)
	assert.Equal(t, standardExample, n.Reveal())

	_, err = idcard.Parse(withCheckDigit("11010599990101999"))
	assertRefused(t, err, idcard.RuleBirthInFuture, 7, 14)
}

func TestKinds(t *testing.T) {
	for _, tt := range []struct {
		first17      string
		kind         idcard.Kind
		address      string
		province     string
		provinceName string
		nationality  string
		sex          idcard.Sex
	}{
		{"11010519000101999", idcard.KindResident, "110105", "11", "北京市", "", idcard.SexMale},
		{"32111919000101000", idcard.KindResident, "321119", "32", "江苏省", "", idcard.SexFemale}, // abolished county
		{"41272319000101000", idcard.KindResident, "412723", "41", "河南省", "", idcard.SexFemale}, // abolished county
		{"71000019000101999", idcard.KindResident, "710000", "71", "台湾省", "", idcard.SexMale},
		{"81000019000101999", idcard.KindHongKongPermit, "810000", "81", "香港特别行政区", "", idcard.SexMale},
		{"82000019000101000", idcard.KindMacaoPermit, "820000", "82", "澳门特别行政区", "", idcard.SexFemale},
		{"83000019000101999", idcard.KindTaiwanPermit, "830000", "83", "台湾省", "", idcard.SexMale},
		{"93184019000101999", idcard.KindForeignPermanentResident, "", "31", "上海市", "840", idcard.SexMale},
		{"93112419000101000", idcard.KindForeignPermanentResident, "", "31", "上海市", "124", idcard.SexFemale},
		{"11010519000101001", idcard.KindResident, "110105", "11", "北京市", "", idcard.SexMale},   // the 16th is even
		{"11010519000101990", idcard.KindResident, "110105", "11", "北京市", "", idcard.SexFemale}, // the 16th is odd
		{"90000019000101000", idcard.KindForeignPermanentResident, "", "00", "", "000", idcard.SexFemale},
	} {
		t.Run(tt.first17, func(t *testing.T) {
			n := mustParse(t, withCheckDigit(tt.first17))
			assert.Equal(t, tt.kind, n.Kind())
			assert.Equal(t, tt.address, n.AddressCode())
			assert.Equal(t, tt.province, n.Province())
			assert.Equal(t, tt.provinceName, n.ProvinceName())
			assert.Equal(t, tt.nationality, n.Nationality())
			assert.Equal(t, tt.sex, n.Sex())
			assert.Equal(t, "1900-01-01T00:00:00+08:00", n.BirthDate().Format(time.RFC3339))
		})
	}
}

// TestProvinces tries every two digits that a resident's number could begin with.
func TestProvinces(t *testing.T) {
	const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71"
	for code := range 90 {
		province := fmt.Sprintf("%02d", code)
		n, err := idcard.ParseAt(withCheckDigit(province+"010119000101000"), clock)
		switch {
		case strings.Contains(provinces, province):
			require.NoError(t, err, province)
			assert.NotEmpty(t, n.ProvinceName(), province)
		case code == 81 || code == 82 || code == 83:
			assertRefused(t, err, idcard.RuleAddress, 1, 6)
		default:
			assertRefused(t, err, idcard.RuleAddress, 1, 2)
		}
	}
}

// A spreadsheet keeps 15 digits of a number and puts zeros after them; the check digit of one in eleven still fits.
func TestMayBeRounded(t *testing.T) {
	rounded := 0
	for _, sequence := range []string{"000", "100", "010", "001"} {
		for day := 1; day <= 28; day++ {
			n := mustParse(t, withCheckDigit(fmt.Sprintf("110105190001%02d%s", day, sequence)))
			assert.Equal(t, n.Reveal()[15:] == "000", n.MayBeRounded())
			if n.MayBeRounded() {
				rounded++
			}
		}
	}
	assert.NotZero(t, rounded)
	assert.False(t, idcard.Number{}.MayBeRounded())
}

func TestAge(t *testing.T) {
	china := time.FixedZone("", 8*60*60)
	born := func(date string) idcard.Number { return mustParse(t, withCheckDigit("110105"+date+"000")) }

	for _, tt := range []struct {
		name string
		n    idcard.Number
		on   time.Time
		want int
	}{
		{"day of birth", born("19000115"), time.Date(1900, 1, 15, 0, 0, 0, 0, china), 0},
		{"day before birth", born("19000115"), time.Date(1900, 1, 14, 23, 59, 59, 0, china), -1},
		{"day before the birthday", born("19000115"), time.Date(1918, 1, 14, 23, 59, 59, 0, china), 17},
		{"birthday", born("19000115"), time.Date(1918, 1, 15, 0, 0, 0, 0, china), 18},
		{"later day of an earlier month", born("19000215"), time.Date(1918, 1, 31, 0, 0, 0, 0, china), 17},
		{"earlier day of a later month", born("19000115"), time.Date(1918, 2, 1, 0, 0, 0, 0, china), 18},
		{"birthday in UTC+8, the day before in UTC", born("19000115"), time.Date(1918, 1, 14, 16, 0, 0, 0, time.UTC), 18},
		{"29 February on 28 February", born("19040229"), time.Date(1922, 2, 28, 12, 0, 0, 0, china), 17},
		{"29 February on 1 March", born("19040229"), time.Date(1922, 3, 1, 0, 0, 0, 0, china), 18},
		{"29 February in a leap year", born("19040229"), time.Date(1924, 2, 29, 0, 0, 0, 0, china), 20},
		{"zero time", born("19000115"), time.Time{}, -1},
		{"zero number", idcard.Number{}, clock, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, tt.n.Age(tt.on))
		})
	}
}

func TestZeroNumber(t *testing.T) {
	var n idcard.Number
	assert.Empty(t, n.Reveal())
	assert.Empty(t, n.Kind())
	assert.Empty(t, n.AddressCode())
	assert.Empty(t, n.Province())
	assert.Empty(t, n.ProvinceName())
	assert.Empty(t, n.Nationality())
	assert.Empty(t, n.Sex())
	assert.True(t, n.BirthDate().IsZero())
	assert.Equal(t, strings.Repeat("*", 18), n.String())
}
