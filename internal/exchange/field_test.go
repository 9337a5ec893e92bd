package exchange

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// A text is refused by its length before its content is read.
// Holds P-WIRE-11.
func TestText_HasALimit(t *testing.T) {
	const prefix = "https://media.example/"
	for name, check := range map[string]func(c *Call, size int) error{
		"URL":     func(c *Call, size int) error { return c.URL(prefix+strings.Repeat("a", size-len(prefix)), "PhotoURL") },
		"ID":      func(c *Call, size int) error { return c.ID(strings.Repeat("a", size), "PhotoURL") },
		"TooLong": func(c *Call, size int) error { return c.TooLong("Evidence", "PhotoURL", strings.Repeat("a", size)) },
	} {
		require.NoError(t, check(answered(0), MaxText), name)
		e := asError(t, nil, check(answered(0), MaxText+1))
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code, name)
		assert.Equal(t, "Evidence", e.Field, name)
		assert.Equal(t, "PhotoURL is longer than 4096 bytes", e.Detail, name)
	}
	huge := strings.Repeat("%zz\x00", 4<<20)
	for _, check := range []func(c *Call) error{
		func(c *Call) error { return c.URL(huge, "CaptureURL") }, func(c *Call) error { return c.ID(huge, "CaptureID") },
	} {
		c := answered(0)
		hidden := len(c.secrets)
		assert.LessOrEqual(t, testing.AllocsPerRun(3, func() { assert.Error(t, check(c)) }), 20.0)
		assert.Len(t, c.secrets, hidden, "nothing of it is kept")
	}
}

// Holds P-DATA-11.
func TestText_RefusesInvisibleCharacters(t *testing.T) {
	for text, problem := range map[string]string{
		"EXAMPLE\n": "it ends with a line feed", "EXAMPLE\u00a0": "it ends with a blank", "EXAMPLE\u2060": "it ends with an invisible character",
		"\ufeffEXAMPLE": "position 1 is a byte order mark", "": "is required", "EXAMPLE\xff": "is not UTF-8",
	} {
		e := asError(t, nil, answered(0).Token("FaceToken", "FaceToken", text))
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
		assert.Equal(t, "FaceToken", e.Field)
		assert.Contains(t, e.Detail, problem)
		if text != "" {
			e = asError(t, nil, answered(0).URL("https://media.example/"+text, "PhotoURL"))
			assert.Equal(t, "Evidence", e.Field)
			assert.NotContains(t, e.Error(), "EXAMPLE")
		}
	}
	assert.NoError(t, answered(0).URL("https://media.example/照片.jpg", "PhotoURL"))
}

// Holds P-WIRE-11.
func TestCredentials_HaveALimit(t *testing.T) {
	base := "https://vendor.example/"
	settings := func(key, path string) Settings {
		return Settings{Name: "v", DefaultBaseURL: base + path, Credentials: []Credential{{"Key", key}}, Table: NewTable(nil)}
	}
	_, err := NewVendor(settings(strings.Repeat("k", MaxText), strings.Repeat("p", MaxText-len(base))))
	require.NoError(t, err)
	for field, s := range map[string]Settings{
		"Key":          settings(strings.Repeat("k", MaxText+1), ""),
		"HTTP.BaseURL": settings("k", strings.Repeat("p", MaxText-len(base)+1)),
	} {
		_, err := NewVendor(s)
		e := asError(t, nil, err)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, field, e.Field)
		assert.Contains(t, e.Detail, "longer than 4096 bytes")
		assert.NotContains(t, e.Error(), "kkk")
	}
	_, err = NewVendor(Settings{Name: "v", DefaultBaseURL: base, Credentials: []Credential{{"Key", strings.Repeat("\xff", 64<<20)}}})
	assert.ErrorContains(t, err, "longer than 4096 bytes", "the length is looked at first")
}
