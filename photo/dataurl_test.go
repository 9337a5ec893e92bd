package photo_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/photo"
)

func TestFromDataURL(t *testing.T) {
	file := asJPEG(t, pattern(48, 32))
	text := base64.StdEncoding.EncodeToString(file)
	require.Contains(t, text, "+")
	for name, address := range map[string]string{
		"a browser's": "data:image/jpeg;base64," + text, "another type": "data:application/octet-stream;base64," + text,
		"no type": "data:;base64," + text, "a parameter": "data:image/jpeg;charset=utf-8;base64," + text,
		"upper case": "DATA:IMAGE/JPEG;BASE64," + text, "space around it": " \r\ndata:image/jpeg;base64," + text + "\n",
		"lines": "data:image/jpeg;base64," + text[:76] + "\r\n" + text[76:], "escaped": "data:image/jpeg;base64," + url.QueryEscape(text),
	} {
		m, err := photo.FromDataURL(address)
		require.NoError(t, err, name)
		assert.Equal(t, file, content(t, m), name)
		assert.True(t, m.InMemory())
	}
	for address, says := range map[string]string{
		"": "does not begin with data:", text: "does not begin with data:", "https://example.com/a.jpg": "does not begin with data:",
		"data:image/jpeg;base64": "no comma", "data:image/svg+xml,%3Csvg/%3E": "not in base64", "data:,": "not in base64",
		"data:image/jpeg;base64,": "is empty", "data:image/jpeg;base64,/9j/4": "broken base64", "data:image/jpeg;base64,%zz": "percent escape",
		"data:image/jpeg;base64," + strings.ReplaceAll(text, "+", " "): "blanks, which were +",
	} {
		m, err := photo.FromDataURL(address)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, says)
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
		assert.Contains(t, e.Detail, says)
		assert.True(t, m.IsZero())
		if address != "" {
			assert.NotContains(t, err.Error(), address)
		}
	}
	if !long.Asked() {
		return // without a third of a gigabyte
	}
	_, err := photo.FromDataURL("data:;base64," + strings.Repeat("AAAA", 64<<20/3+1))
	assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
	_, err = photo.FromDataURL("data:;base64," + strings.Repeat("%41", 86<<20))
	assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
}
