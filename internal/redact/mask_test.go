package redact_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/redact"
)

type account struct {
	accountMask

	Key string
}

type accountMask = redact.Mask[account]

type capture struct {
	captureMask

	Token string
}

type captureMask = redact.Mask[capture]

func (capture) EvidenceKind() string { return "sample.capture" }

func TestMask_SameTextForEveryVerb(t *testing.T) {
	for text, masked := range map[string]any{
		"redact_test.account": &account{Key: "EXAMPLE"},
		"sample.capture":      capture{Token: "EXAMPLE"},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
			assert.Equal(t, text, fmt.Sprintf(verb, masked), verb)
		}
		assert.Equal(t, `"`+text+`"`, fmt.Sprintf("%q", masked))
		assert.Equal(t, text, masked.(fmt.Stringer).String())
		assert.Equal(t, text, masked.(slog.LogValuer).LogValue().String())
		encoded, err := json.Marshal(masked)
		require.NoError(t, err)
		assert.JSONEq(t, `"`+text+`"`, string(encoded))
		encoded, err = xml.Marshal(masked)
		require.NoError(t, err)
		assert.Contains(t, string(encoded), ">"+text+"<")
		var out bytes.Buffer
		require.NoError(t, gob.NewEncoder(&out).Encode(masked))
		assert.NotContains(t, out.String(), "EXAMPLE")
	}
}

// With a Mask, keyed struct literals and comparisons work as without it.
func TestMask_HasNoSize(t *testing.T) {
	assert.Equal(t, reflect.TypeFor[string]().Size(), reflect.TypeFor[capture]().Size())
	assert.Equal(t, capture{Token: "a"}, capture{Token: "a"})
	field, _ := reflect.TypeFor[capture]().FieldByName("captureMask")
	assert.False(t, field.IsExported())
}
