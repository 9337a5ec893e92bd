package idcard_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idcard"
)

const (
	maskedExample = "1****************X"
	allStars      = "******************"
)

// assertNoLeak looks for the birth date of the standard's example: as it is, in hexadecimal, and as a list of bytes. A
// shorter part would be found by chance in the addresses that %p and reflection print.
func assertNoLeak(t *testing.T, text string) {
	t.Helper()
	birth := []byte(standardExample[6:14])
	for _, form := range []string{"%s", "%x", "% x", "%d"} {
		assert.NotContains(t, text, strings.Trim(fmt.Sprintf(form, birth), "[]"))
	}
}

func TestMask(t *testing.T) {
	male := withCheckDigit(madeUpMale)

	for _, tt := range []struct{ s, want string }{
		{standardExample, maskedExample},
		{" 11010519491231002ｘ\n", maskedExample},
		{male, "1****************" + male[17:]},
		{"110105194912310020", allStars}, // one character off a person's number
		{"110105491231002", allStars},
		{standardExample + standardExample, allStars},
		{strings.Repeat("1", 1<<20), allStars},
		{"张三", allStars},
		{"\xff", allStars},
		{"", allStars},
	} {
		assert.Equal(t, tt.want, idcard.Mask(tt.s))
	}
}

func TestFormat_MasksEveryVerb(t *testing.T) {
	n := mustParse(t, standardExample)
	for _, format := range []string{
		"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "% x", "%c", "%U", "%b", "%o", "%e", "%g", "%t", "%z", "%40s", "%.3s",
	} {
		assert.Equal(t, maskedExample, fmt.Sprintf(format, n), format)
		assert.Equal(t, maskedExample, fmt.Sprintf(format, &n), format)
	}
	assert.Equal(t, maskedExample, fmt.Sprint(n))
	assert.Equal(t, maskedExample, n.String())
}

// TestNumber_ReflectionFindsNothing covers what fmt prints by reflection, without asking Format: %p, a misplaced %w, and
// unexported fields.
// Holds P-DATA-1.
func TestNumber_ReflectionFindsNothing(t *testing.T) {
	type exported struct{ ID idcard.Number }
	type unexported struct{ id idcard.Number }
	n := mustParse(t, standardExample)

	values := []any{
		n, &n,
		exported{n}, &exported{n}, []idcard.Number{n}, map[string]idcard.Number{"id": n}, map[idcard.Number]bool{n: true},
		unexported{n}, &unexported{n}, []unexported{{n}}, map[string]unexported{"id": {n}}, map[unexported]bool{{n}: true},
		reflect.ValueOf(n), reflect.ValueOf(unexported{n}).Field(0), reflect.ValueOf(&unexported{n}).Elem(),
	}
	for _, verb := range "vsqdxXcUbotpwTz" {
		for _, flags := range []string{"", "+", "#", " "} {
			for _, value := range values {
				assertNoLeak(t, fmt.Sprintf("%"+flags+string(verb), value))
			}
		}
	}
	assertNoLeak(t, fmt.Errorf("refused: %v %w", unexported{n}, errors.New("no")).Error())
}

func TestSlog_Masks(t *testing.T) {
	n := mustParse(t, standardExample)
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		out.Reset()
		slog.New(handler).Info("seen", "value", n, "pointer", &n,
			"struct", struct{ ID idcard.Number }{n}, "hidden", struct{ id idcard.Number }{n})
		assert.Equal(t, 3, strings.Count(out.String(), maskedExample), out.String())
		assertNoLeak(t, out.String())
	}
}

func TestEncoding_Masks(t *testing.T) {
	type person struct {
		ID *idcard.Number
		By map[idcard.Number]string `xml:"-"`
	}
	n := mustParse(t, standardExample)

	asJSON, err := json.Marshal(person{ID: &n, By: map[idcard.Number]string{n: "key"}})
	require.NoError(t, err)
	assert.JSONEq(t, `{"ID":"`+maskedExample+`","By":{"`+maskedExample+`":"key"}}`, string(asJSON))

	asXML, err := xml.Marshal(person{ID: &n})
	require.NoError(t, err)
	assert.Equal(t, "<person><ID>"+maskedExample+"</ID></person>", string(asXML))

	zero, err := json.Marshal(idcard.Number{})
	require.NoError(t, err)
	assert.Equal(t, `"`+allStars+`"`, string(zero))
}
