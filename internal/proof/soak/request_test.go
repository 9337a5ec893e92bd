package main

import (
	"bytes"
	"encoding/base64"
	"image/jpeg"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func contentOf(t *testing.T, m idverify.Media) []byte {
	t.Helper()
	r, size, err := m.Open()
	require.NoError(t, err)
	defer r.Close()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.EqualValues(t, size, len(content))
	return content
}

func TestTag_FoundInRequest(t *testing.T) {
	const asked tag = 123_456_789
	photo, capture := contentOf(t, taggedPhoto(asked)), contentOf(t, taggedCapture(asked))
	for name, body := range map[string][]byte{
		"a photo as it is":  photo,
		"a photo in base64": []byte(`{"image":"` + base64.StdEncoding.EncodeToString(photo) + `"}`),
		"a capture":         capture,
	} {
		found, ok := findTag(body[:min(len(body), headBytes)])
		assert.True(t, ok, name)
		assert.Equal(t, asked, found, name)
	}
	for _, none := range []string{"", "no tag", tagMark, tagMark + "123", tagMark + "12345678901234x", tagMarkBase64 + "====================", tagMarkBase64} {
		_, ok := findTag([]byte(none))
		assert.False(t, ok, none)
	}
}

func TestTag_PhotoIsAPicture(t *testing.T) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(contentOf(t, taggedPhoto(1))))
	require.NoError(t, err)
	want, err := jpeg.DecodeConfig(bytes.NewReader(idverifytest.Photo()))
	require.NoError(t, err)
	assert.Equal(t, want, config)
}
