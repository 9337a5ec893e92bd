package idverify_test

import (
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

func TestSubjectIsFolded(t *testing.T) {
	req := &idverify.Request{Name: "\u3000阿迪力•买买提\t", IDNumber: " 11010519000101001x "}
	s, err := req.Subject()
	require.NoError(t, err)
	assert.Equal(t, "阿迪力·买买提", s.Name())
	assert.Equal(t, aNumber, s.IDNumber())
	assert.Empty(t, s.Warnings())
}

func TestPrivateUseCharactersAreReportedAndKept(t *testing.T) {
	s, err := (&idverify.Request{Name: "测\ue863", IDNumber: aNumber}).Subject()
	require.NoError(t, err)
	assert.Equal(t, "测\ue863", s.Name())
	assert.Equal(t, []idverify.Warning{idverify.WarnPrivateUseName}, s.Warnings())
}

func TestBadRequestsNameTheField(t *testing.T) {
	for name, test := range map[string]struct {
		req   *idverify.Request
		code  idverify.Code
		field string
	}{
		"nil":            {nil, idverify.CodeInvalidRequest, "Request"},
		"zero":           {&idverify.Request{}, idverify.CodeInvalidName, "Name"},
		"long name":      {&idverify.Request{Name: strings.Repeat("名", 129), IDNumber: aNumber}, idverify.CodeInvalidName, "Name"},
		"NUL in name":    {&idverify.Request{Name: "测\x00", IDNumber: aNumber}, idverify.CodeInvalidName, "Name"},
		"no number":      {&idverify.Request{Name: aName}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"check digit":    {&idverify.Request{Name: aName, IDNumber: "110105190001010010"}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"no evidence":    {&idverify.Request{Name: aName, IDNumber: aNumber}, idverify.CodeInvalidRequest, "Evidence"},
		"nil evidence":   {&idverify.Request{Name: aName, IDNumber: aNumber, Evidence: []idverify.Evidence{photo(), nil}}, idverify.CodeInvalidRequest, "Evidence"},
		"reference":      {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: "a\r\nb"}, idverify.CodeInvalidRequest, "Reference"},
		"long reference": {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: strings.Repeat("a", 65)}, idverify.CodeInvalidRequest, "Reference"},
		"number in reference": {&idverify.Request{Name: aName, IDNumber: aNumber, Reference: "order-11010519000101001x"},
			idverify.CodeInvalidRequest, "Reference"},
		"unchecked, empty":   {&idverify.Request{Name: aName, SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"unchecked, CR LF":   {&idverify.Request{Name: aName, IDNumber: "1\r\n2", SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"unchecked, endless": {&idverify.Request{Name: aName, IDNumber: strings.Repeat("1", 65), SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
		"unchecked, latin1":  {&idverify.Request{Name: aName, IDNumber: "1\xff", SkipIDNumberCheck: true}, idverify.CodeInvalidIDNumber, "IDNumber"},
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

func TestTheRuleOfTheNumberIsReachable(t *testing.T) {
	err := (&idverify.Request{Name: aName, IDNumber: "110105190001010010"}).Validate()
	var rule *idcard.Error
	require.ErrorAs(t, err, &rule)
	assert.Equal(t, idcard.RuleCheckDigit, rule.Rule)
}

func TestNumberCheckCanBeSwitchedOff(t *testing.T) {
	req := &idverify.Request{Name: aName, IDNumber: " 110105190001010010 ", SkipIDNumberCheck: true}
	s, err := req.Subject()
	require.NoError(t, err)
	assert.Equal(t, "110105190001010010", s.IDNumber())
}

func TestRequestAndItsPartsPrintNothingOfThePerson(t *testing.T) {
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
	assert.Equal(t, "request(photo, photo_url, photo)", req.String())
}
