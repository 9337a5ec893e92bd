package idverify_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/idverifytest"
)

const (
	aName   = "测试甲"
	aNumber = "11010519000101001X"
)

func photo() idverify.Evidence { return idverify.Photo(idverify.Bytes([]byte("photo"))) }

func TestSubject_IsFolded(t *testing.T) {
	req := &idverify.Request{Name: "\u3000阿迪力•买买提\t", IDNumber: " 11010519000101001x "}
	s, err := req.Subject()
	require.NoError(t, err)
	assert.Equal(t, "阿迪力·买买提", s.Name())
	assert.Equal(t, aNumber, s.IDNumber())
	assert.Empty(t, s.Warnings())
}

func TestSubject_PrivateUseCharactersAreKeptWithWarning(t *testing.T) {
	s, err := (&idverify.Request{Name: "测\ue863", IDNumber: aNumber}).Subject()
	require.NoError(t, err)
	assert.Equal(t, "测\ue863", s.Name())
	assert.Equal(t, []idverify.Warning{idverify.WarnPrivateUseName}, s.Warnings())
}

// What pasting and spreadsheets leave in a name or number is folded, refused or
// warned about, never silently paid for.
func TestSubject_PastedRemainsAreFoldedRefusedOrWarnedAbout(t *testing.T) {
	for name, want := range map[string]struct {
		sent     string
		warnings []idverify.Warning
	}{
		"测试\u200e":           {"测试", nil},
		"\u202d测试\u202c":     {"测试", nil},
		"测\u2060试":           {"测试", nil},
		"测\u3000试":           {"测试", nil},
		"阿迪力 · 买买提":          {"阿迪力·买买提", nil},
		"阿迪力 买买提":            {"阿迪力 买买提", []idverify.Warning{idverify.WarnBlankInName}},
		"\u2f42试":            {"文试", []idverify.Warning{idverify.WarnRadicalInName}},
		"\u2ea0试":            {"\u2ea0试", []idverify.Warning{idverify.WarnRadicalInName}},
		"\uf900试":            {"\uf900试", []idverify.Warning{idverify.WarnCompatibilityName}},
		"𠮷\ue863":            {"𠮷\ue863", []idverify.Warning{idverify.WarnPrivateUseName, idverify.WarnRareName}},
		"葛\U000e0101 A":      {"葛\U000e0101 A", nil},
		"Jean-Luc O'Example": {"Jean-Luc O'Example", nil},
	} {
		s, err := (&idverify.Request{Name: name, IDNumber: "\u202d" + aNumber[:17] + "ⅹ\u202c"}).Subject()
		require.NoError(t, err, "%+q", name)
		assert.Equal(t, want.sent, s.Name(), "%+q", name)
		assert.Equal(t, aNumber, s.IDNumber())
		assert.Equal(t, want.warnings, s.Warnings(), "%+q", name)
	}
}

// Holds P-DATA-11.
func TestSubject_InvalidNameWithPosition(t *testing.T) {
	for name, want := range map[string]string{
		"\u200e\u3164": "empty: the name is empty",
		"测*":           "mask: position 2 of the name is a star or another mask",
		"测试\ufffd":     "replaced: position 3 of the name is a placeholder for a lost character (U+FFFD or 〓)",
		"测试3":          "digit: position 3 of the name is a digit",
	} {
		err := (&idverify.Request{Name: name, IDNumber: aNumber}).Validate()
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.CodeInvalidName, e.Code)
		assert.Equal(t, want, e.Detail)
		assert.Equal(t, idverify.AdviceFixInput, e.Code.Advice())
		var reason *idcard.NameError
		assert.ErrorAs(t, err, &reason)
	}
}

// A number that ends in 000 and still fits its check digit may be another person's.
func TestSubject_RoundedNumberWarning(t *testing.T) {
	const rounded = "110105190001041000"
	for _, skip := range []bool{false, true} {
		s, err := (&idverify.Request{Name: aName, IDNumber: rounded, SkipIDNumberCheck: skip}).Subject()
		require.NoError(t, err)
		assert.Equal(t, rounded, s.IDNumber())
		assert.Equal(t, []idverify.Warning{idverify.WarnRoundedNumber}, s.Warnings())
	}
	s, err := (&idverify.Request{Name: aName, IDNumber: "000", SkipIDNumberCheck: true}).Subject()
	require.NoError(t, err)
	assert.Empty(t, s.Warnings(), "no number that fits")
}

func TestSubject_InvisibleMarksInUncheckedNumber(t *testing.T) {
	s, err := (&idverify.Request{Name: aName, IDNumber: "\u200eH123 4567\u2060", SkipIDNumberCheck: true}).Subject()
	require.NoError(t, err)
	assert.Equal(t, "H123 4567", s.IDNumber())
	err = (&idverify.Request{Name: aName, IDNumber: "H123\u200b4567", SkipIDNumberCheck: true}).Validate()
	assert.ErrorContains(t, err, "position 5 of the number is an invisible character")
}

// Holds P-DATA-12.
func TestValidate_NamesTheField(t *testing.T) {
	for name, test := range map[string]struct {
		req   *idverify.Request
		code  idverify.Code
		field string
	}{
		"nil":            {nil, idverify.CodeInvalidRequest, "Request"},
		"zero":           {&idverify.Request{}, idverify.CodeInvalidName, "Name"},
		"long name":      {&idverify.Request{Name: strings.Repeat("名", 129), IDNumber: aNumber}, idverify.CodeInvalidName, "Name"},
		"name, latin1":   {&idverify.Request{Name: "测\xff", IDNumber: aNumber}, idverify.CodeInvalidName, "Name"},
		"endless name":   {&idverify.Request{Name: strings.Repeat("名", 100_000), IDNumber: aNumber}, idverify.CodeInvalidName, "Name"},
		"NUL in name":    {&idverify.Request{Name: "测\x00", IDNumber: aNumber}, idverify.CodeInvalidName, "Name"},
		"no number":      {&idverify.Request{Name: aName}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"check digit":    {&idverify.Request{Name: aName, IDNumber: "110105190001010010"}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"no evidence":    {&idverify.Request{Name: aName, IDNumber: aNumber}, idverify.CodeInvalidRequest, "Evidence"},
		"nil evidence":   {&idverify.Request{Name: aName, IDNumber: aNumber, Evidence: []idverify.Evidence{photo(), nil}}, idverify.CodeInvalidRequest, "Evidence"},
		"reference":      {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: "a\r\nb"}, idverify.CodeInvalidRequest, "Reference"},
		"long reference": {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: strings.Repeat("a", 65)}, idverify.CodeInvalidRequest, "Reference"},
		"number in reference": {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: "order-11010519000101001x"},
			idverify.CodeInvalidRequest, "Reference"},
		"unchecked number in reference": {&idverify.Request{Name: aName, IDNumber: "12345678x", SkipIDNumberCheck: true, Reference: "order-12345678x"},
			idverify.CodeInvalidRequest, "Reference"},
		"number in groups in reference": {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: "110105-19000101-001"}, idverify.CodeInvalidRequest, "Reference"},
		"part of number in key":         {&idverify.Request{Name: aName, IDNumber: aNumber, IdempotencyKey: "c-" + aNumber[5:17]}, idverify.CodeInvalidRequest, "IdempotencyKey"},
		"unchecked wide number in key": {&idverify.Request{Name: aName, IDNumber: "１１０１０５１９０００１０１００１ｘ", SkipIDNumberCheck: true, IdempotencyKey: aNumber},
			idverify.CodeInvalidRequest, "IdempotencyKey"},
		"number in base64 in key": {&idverify.Request{Name: aName, IDNumber: aNumber, IdempotencyKey: base64.RawURLEncoding.EncodeToString([]byte("k" + aNumber))},
			idverify.CodeInvalidRequest, "IdempotencyKey"},
		"number in hexadecimal in key": {&idverify.Request{Name: aName, IDNumber: aNumber, IdempotencyKey: hex.EncodeToString([]byte(aNumber))}, idverify.CodeInvalidRequest, "IdempotencyKey"},
		"slash in reference":           {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: "a/b"}, idverify.CodeInvalidRequest, "Reference"},
		"unchecked, empty":             {&idverify.Request{Name: aName, SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"unchecked, CR LF":             {&idverify.Request{Name: aName, IDNumber: "1\r\n2", SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"unchecked, endless":           {&idverify.Request{Name: aName, IDNumber: strings.Repeat("1", 65), SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"unchecked, in space":          {&idverify.Request{Name: aName, IDNumber: strings.Repeat(" ", 256) + "1", SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"unchecked, latin1":            {&idverify.Request{Name: aName, IDNumber: "1\xff", SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
	} {
		t.Run(name, func(t *testing.T) {
			var e *idverify.Error
			require.ErrorAs(t, test.req.Validate(), &e)
			assert.Equal(t, test.code, e.Code)
			assert.Equal(t, test.field, e.Field)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.NotContains(t, e.Error(), aNumber[:6])
		})
	}
}

// Holds P-WIRE-11.
func TestValidate_NamesTheLimit(t *testing.T) {
	for want, req := range map[string]*idverify.Request{
		"the name is longer than 128 characters": {Name: strings.Repeat("名", 129), IDNumber: aNumber},
		"the number is longer than 64 bytes":     {Name: aName, IDNumber: strings.Repeat("1", 65), SkipIDNumberCheck: true},
		"at most 64 letters, digits and . _ - :": {Name: aName, IDNumber: aNumber, Reference: strings.Repeat("a", 65)},
		"it has more than 1024 bytes":            {Name: strings.Repeat(" ", 1016) + aName, IDNumber: aNumber},
		"more than 16 forms of evidence":         {Name: aName, IDNumber: aNumber, Evidence: slices.Repeat([]idverify.Evidence{photo()}, 17)},
		"PhotoURL is longer than 4096 bytes":     askFor(idverify.PhotoURL("https://" + strings.Repeat("a", 4089))),
	} {
		assert.ErrorContains(t, req.Validate(), want)
	}
}

// An overlong text is refused by its length, without being copied or folded.
// Holds P-WIRE-11.
func TestValidate_RefusesOverlongTextsCheaply(t *testing.T) {
	const field, huge = 20 << 20, 64 << 10
	long := strings.Repeat("\u3000•", field/6)
	control := strings.Repeat("\x01", field)
	for what, req := range map[string]*idverify.Request{
		"Name":                {Name: long, IDNumber: aNumber},
		"Name, control":       {Name: control, IDNumber: aNumber},
		"IDNumber":            {Name: aName, IDNumber: long},
		"IDNumber, control":   {Name: aName, IDNumber: control},
		"IDNumber, unchecked": {Name: aName, IDNumber: long, SkipIDNumberCheck: true},
		"Reference":           {Name: aName, IDNumber: aNumber, Reference: long},
		"IdempotencyKey":      {Name: aName, IDNumber: aNumber, IdempotencyKey: control},
		"Evidence":            {Name: aName, IDNumber: aNumber, Evidence: slices.Repeat([]idverify.Evidence{photo()}, 1<<20)},
		"Evidence, URL":       askFor(idverify.PhotoURL(control)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := req.Validate()
		runtime.ReadMemStats(&after)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, what)
		name, _, _ := strings.Cut(what, ",")
		assert.Equal(t, name, e.Field)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(huge), what)
		assert.Less(t, len(e.Error()), 500, what)
	}
}

func TestValidate_WrapsIDCardError(t *testing.T) {
	err := (&idverify.Request{Name: aName, IDNumber: "110105190001010010"}).Validate()
	var rule *idcard.Error
	require.ErrorAs(t, err, &rule)
	assert.Equal(t, idcard.RuleCheckDigit, rule.Rule)
}

func TestValidate_SkipIDNumberCheck(t *testing.T) {
	req := &idverify.Request{Name: aName, IDNumber: " 110105190001010010 ", SkipIDNumberCheck: true}
	s, err := req.Subject()
	require.NoError(t, err)
	assert.Equal(t, "110105190001010010", s.IDNumber())
}

// Holds P-DATA-1.
func TestRequest_PrintsNoPersonalData(t *testing.T) {
	req := &idverify.Request{Name: aName, IDNumber: aNumber, Evidence: []idverify.Evidence{
		photo(), idverify.PhotoURL("https://media.example/MARK"), idverify.Photo(idverify.File("/home/MARK.jpg")),
	}}
	subject, err := req.Subject()
	require.NoError(t, err)
	values := []any{req, subject, idverify.File("/home/MARK.jpg")}
	for _, ev := range req.Evidence {
		values = append(values, ev)
	}
	for _, v := range values {
		for _, text := range idverifytest.Spoken(v) {
			for _, mark := range []string{aName, aNumber, "MARK", "[112 104"} {
				assert.NotContains(t, text, mark, "%T", v)
			}
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		assert.Equal(t, "request(photo, photo_url, photo)", fmt.Sprintf(verb, req), verb)
	}
	assert.Equal(t, "[evidence=photo,photo_url,photo]", req.LogValue().String())
	text, err := json.Marshal(req)
	require.NoError(t, err)
	assert.JSONEq(t, `{"evidence":["photo","photo_url","photo"]}`, string(text))
	for _, marshal := range []func() ([]byte, error){req.MarshalText, req.MarshalBinary} {
		text, err := marshal()
		require.NoError(t, err)
		assert.Equal(t, req.String(), string(text))
	}
	assert.Equal(t, "request(photo)", askFor(nil, photo()).String(), "nil evidence has no kind")
}

// Holds P-WIRE-11.
func TestValidate_LimitsAreInclusive(t *testing.T) {
	for _, req := range []*idverify.Request{
		{Name: strings.Repeat("名", 128), IDNumber: aNumber},
		{Name: strings.Repeat("𠀀", 128), IDNumber: aNumber}, // four bytes each
		{Name: strings.Repeat(" ", 512) + strings.Repeat("𠀀", 128), IDNumber: aNumber},
		{Name: aName, IDNumber: aNumber, Evidence: slices.Repeat([]idverify.Evidence{photo()}, 16)},
		{Name: aName, IDNumber: aNumber, Reference: strings.Repeat("a", 64)},
		{Name: aName, IDNumber: strings.Repeat(" ", 192) + strings.Repeat("1", 64), SkipIDNumberCheck: true},
		{Name: aName, IDNumber: strings.Repeat("1", 64), SkipIDNumberCheck: true},
		{Name: aName, IDNumber: aNumber, Reference: aNumber[:11], IdempotencyKey: "order-" + aNumber[7:]},
	} {
		_, err := req.Subject()
		assert.NoError(t, err)
	}
}

func TestEvidence_PrintsKindOnly(t *testing.T) {
	subject, err := askFor(photo()).Subject()
	require.NoError(t, err)
	for want, v := range map[string]any{
		"subject": subject, "media": idverify.File("/home/MARK.jpg"), "photo": photo(), "photo_url": idverify.PhotoURL("https://media.example/MARK"),
		"[hidden]": idverify.NewSensitive("MARK"),
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, v), verb)
		}
		assert.Equal(t, want, v.(slog.LogValuer).LogValue().String())
	}
	assert.Equal(t, "MARK", idverify.NewSensitive("MARK").Reveal())
	assert.Equal(t, idverify.Sensitive{}, idverify.NewSensitive(""))
	text, err := json.Marshal(idverify.NewSensitive("MARK"))
	require.NoError(t, err)
	assert.Equal(t, `"[hidden]"`, string(text))
}
