package body

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/long"
)

// Encoders are pooled, and must not keep a picture in the pool.
func TestEncoder_IsClearedBeforeReuse(t *testing.T) {
	picture := bytes.Repeat([]byte("p"), 3*rawChunk)
	b, err := JSON([]Member{{Name: "image", Media: Sized(held(picture), int64(len(picture)))}})
	require.NoError(t, err)
	r := b.Open()
	_, err = io.ReadFull(r, make([]byte, rawChunk))
	require.NoError(t, err)
	e := r.media.coder.(*encoder)
	require.Contains(t, string(e.raw[:]), "p")
	require.NotEmpty(t, e.left)
	require.NoError(t, r.Close())
	require.Zero(t, *e)
}

func TestFormEncoder_IsClearedBeforeReuse(t *testing.T) {
	picture := bytes.Repeat([]byte("p"), 3*rawChunk)
	b, err := MediaForm(t.Context(), []Member{{Name: "image", Media: Sized(held(picture), int64(len(picture)))}})
	require.NoError(t, err)
	r := b.Open()
	_, err = io.ReadFull(r, make([]byte, rawChunk))
	require.NoError(t, err)
	e := r.media.coder.(*formEncoder)
	require.Contains(t, string(e.base64.raw[:]), "p")
	require.NotEmpty(t, e.left)
	require.NoError(t, r.Close())
	require.Zero(t, *e)
}

type held []byte

func (h held) Open() (io.ReadCloser, int64, error) {
	return io.NopCloser(bytes.NewReader(h)), int64(len(h)), nil
}

// Every character, and every invalid byte, is written as encoding/json writes it.
func TestJSON_StringsMatchEncodingJSON(t *testing.T) {
	check := func(s string) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(s))
		var got strings.Builder
		require.NoError(t, writeString(&got, s))
		if got.String()+"\n" != want.String() {
			require.Equal(t, want.String(), got.String()+"\n")
		}
	}
	for r := range long.Runes() {
		check("a" + string(r) + "b")
	}
	for b := range 256 {
		check("a" + string([]byte{byte(b)}) + "b")
		check("张" + string([]byte{0xe5, byte(b)}))
	}
}

// +, / and = are escaped at every position of a group, and nothing else is.
func TestFormEncoder_EscapesBase64(t *testing.T) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for first := range alphabet {
		for second := range alphabet {
			for place := range 9 {
				text := []byte("AAAAAAAAAAAAAA==")
				text[place], text[place+1] = alphabet[first], alphabet[second]
				escaped := make([]byte, longestFormSign*len(text)+1)
				n := escapeBase64(escaped, text)
				if want := url.QueryEscape(string(text)); want != string(escaped[:n]) {
					require.Equal(t, want, string(escaped[:n]))
				}
			}
		}
	}
}
