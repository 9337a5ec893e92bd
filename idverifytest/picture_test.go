package idverifytest

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func asPicture(content []byte) picture {
	var r pictureReader
	r.write(content)
	return r.end()
}

// Two headers of 640 × 480: with the numbers of OS/2, and with those of Windows.
func TestPictureReader_BothHeadersOfBitmaps(t *testing.T) {
	const start = "BM\x00\x00\x00\x00\x00\x00\x00\x00\x1a\x00\x00\x00"
	for _, header := range []string{
		"\x0c\x00\x00\x00\x80\x02\xe0\x01\x01\x00\x18\x00", "\x28\x00\x00\x00\x80\x02\x00\x00\xe0\x01\x00\x00\x01\x00\x18\x00",
		"\x40\x00\x00\x00\x80\x02\x00\x00\x20\xfe\xff\xff\x01\x00\x18\x00",
	} {
		got := asPicture([]byte(start + header + strings.Repeat("\x00", 1000)))
		assert.Equal(t, picture{format: "bmp", width: 640, height: 480}, got, "%q", header)
	}
}

func TestPictureReader_CutAtEveryByte(t *testing.T) {
	var drawing bytes.Buffer
	require.NoError(t, png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 30, 20))))
	phone := bytes.Join([][]byte{drawing.Bytes()[:8], []byte("\x00\x00\x00\x04CgBIxxxx\x00\x00\x00\x00\x00\x00\x00\x08tEXtIEND\xae\x42\x60\x82\x00\x00\x00\x00"), drawing.Bytes()[8:]}, nil)
	photo := append([]byte(nil), "\xff\xd8\xff\xe1\x00\x08\xff\xd8\xff\xd9xx\xff\xff\xc2\x00\x0b\x08\x00\x14\x00\x1e\x01\x01\x11\x00"...)
	photo = append(photo, "\xff\xda\x00\x02a\xff\x00b\xff\xd0c\xff\xc4\x00\x04\xff\xd9\xff\xda\x00\x02d\xff\xff\xd9"...)
	for format, content := range map[string][]byte{"png": drawing.Bytes(), "PNG": phone, "jpeg": photo} {
		want := picture{format: strings.ToLower(format), width: 30, height: 20}
		for n := range len(content) {
			got := asPicture(content[:n])
			require.Equal(t, got.format != "", got.cut, "%s: %d bytes", format, n)
			var r pictureReader
			r.write(content[:n])
			r.write(content[n:])
			require.Equal(t, want, r.end(), "%s: in two pieces at %d", format, n)
		}
		assert.Equal(t, want, asPicture(append(bytes.Clone(content), "and more"...)))
	}
	assert.True(t, asPicture([]byte("\xff\xd8\xff")).cut, "three bytes are not a photo")
}

func TestIsNoCapture(t *testing.T) {
	text := base64.StdEncoding.EncodeToString(Photo())
	for content, want := range map[string]bool{
		string(Photo()): true, "GIF89a": true, "\x00\x00\x00\x18ftypheic": true, "<!DOCTYPE html><html>": true, "\n <html>": true, "<?xml version=\"1.0\"?>": true,
		"<Error><Code>": true, "{\"code\":1}": true, "[{}]": true, "[\"" + text: true, "\xef\xbb\xbf{}": true, "data:image/jpeg;base64," + text: true, "DATA:,": true,
		string(Capture()): false, "": false, "EXAMPLE": false, text: false, "%PDF-1.7": false, "{": false, "{x}": false, "<3": false, "data": false,
		"BM" + strings.Repeat("x", 77): false, "\n<" + strings.Repeat("a", 60) + "\x12\x01x": false, "\n{\"a\":1" + strings.Repeat(" ", 100) + "\x12": false,
	} {
		head := []byte(content)[:min(len(content), maxEvidence)]
		assert.Equal(t, want, isNoCapture(head, asPicture([]byte(content)).format), "%.40q", content)
	}
	bitmap := "BM\x00\x00\x00\x00\x00\x00\x00\x00\x1a\x00\x00\x00\x0c\x00\x00\x00" + strings.Repeat("\x00", 100)
	assert.True(t, isNoCapture([]byte(bitmap), "bmp"))
}
