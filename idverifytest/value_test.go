package idverifytest

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inPieces writes a text in pieces of random lengths.
func inPieces(text []byte, random *rand.Rand, write func([]byte)) {
	for len(text) > 0 {
		n := 1 + random.IntN(min(len(text), 7))
		write(text[:n])
		text = text[n:]
	}
}

// In whatever pieces a value arrives, the outcome is what the standard library
// finds for the whole, except that base64 with line breaks is none.
func FuzzValueWriter(f *testing.F) {
	photo := Photo()
	for _, text := range [][]byte{
		nil, []byte("a"), []byte("中文"), []byte("中文")[:4], []byte("\xff"), []byte("\xe4\x41"), []byte("\xf0\x9f\x98\x80"), []byte("\xf0\x9f\x98"), []byte("\xed\xa0\x80"),
		[]byte("QUJD"), []byte("QQ=="), []byte("QQ="), []byte("QQ"), []byte("Q\nQ=\r\n=\n"), []byte("QQ==QQ=="), []byte("QQ==Q"), []byte("QQ==\n"), []byte("QUJD\r\r\r\rQUJD"), []byte("_-8="), []byte("QR=="), []byte("="),
		[]byte("QUJD" + strings.Repeat("QUJD", 600)), []byte(base64.StdEncoding.EncodeToString(photo)), []byte(strings.Repeat("QUJD", 256) + "QQ==" + "QUJD"), []byte(strings.Repeat("QUJD", 255) + "QQ==" + "QUJD"),
	} {
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		left := maxTexts
		w := newValue(asBase64, &left)
		inPieces(text, rand.New(rand.NewPCG(seed, 1)), func(p []byte) { _, _ = w.Write(p) })
		got := w.end()
		assert.EqualValues(t, len(text), got.size)
		assert.Equal(t, utf8.Valid(text), got.utf8.ok())
		plain, err := base64.StdEncoding.DecodeString(string(text))
		isBroken := err != nil || bytes.ContainsAny(text, "\r\n")
		require.Equal(t, isBroken, got.notBase64, "%q", text)
		if !isBroken {
			assert.EqualValues(t, len(plain), got.decoded)
			assert.Equal(t, formatOf(plain[:min(len(plain), 32)]), got.image.format)
		}
		assert.Equal(t, string(text[:min(len(text), maxEvidence)]), got.text())
	})
}

// Of evidence only the beginning is kept, in either form.
func TestValueWriter_KeepsOnlyBeginningOfEvidence(t *testing.T) {
	for _, l := range []look{asBytes, asBase64} {
		left := maxTexts
		w := newValue(l, &left)
		_, _ = w.Write(make([]byte, 100_000))
		assert.Len(t, w.end().head, maxEvidence)
		assert.Equal(t, maxTexts-maxEvidence, left)
	}
	left := maxTexts
	w := newValue(asNothing, &left)
	_, _ = w.Write(make([]byte, 100_000))
	assert.Empty(t, w.end().head)
	assert.EqualValues(t, 100_000, w.size)
}

// The size of a picture is found wherever it is, and agrees with package image.
func TestPictureReader_Sizes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{1, 1}, {480, 640}, {1921, 1080}, {300, 70}} {
		gray, colored := image.NewGray(image.Rect(0, 0, size.X, size.Y)), image.NewRGBA(image.Rect(0, 0, size.X, size.Y))
		colored.Set(0, 0, color.White)
		var asPNG, asJPEG, asGrayJPEG bytes.Buffer
		require.NoError(t, png.Encode(&asPNG, gray))
		require.NoError(t, jpeg.Encode(&asJPEG, colored, nil))
		require.NoError(t, jpeg.Encode(&asGrayJPEG, gray, nil))
		for _, text := range [][]byte{asPNG.Bytes(), asJPEG.Bytes(), asGrayJPEG.Bytes(), withSegments(asJPEG.Bytes())} {
			want, format, err := image.DecodeConfig(bytes.NewReader(text))
			require.NoError(t, err)
			var r pictureReader
			inPieces(text, random, r.write)
			assert.Equal(t, picture{format: format, width: want.Width, height: want.Height}, r.end())
		}
	}
}

// withSegments puts 200 KiB of camera data before a picture's size, and other
// segments that may be there.
func withSegments(photo []byte) []byte {
	out := bytes.Clone(photo[:2])
	for range 4 {
		out = append(out, 0xFF, 0xE1, 0xC3, 0x50)
		// These bytes look like a frame but are none.
		out = append(out, bytes.Repeat([]byte{0xFF, 0xC0, 0, 17, 8, 0, 1, 0, 1, 3}, 5000)[:0xC350-2]...)
	}
	out = append(out, 0xFF, 0xE2, 0, 2) // an empty segment
	out = append(out, 0xFF, 0xFF)       // fill bytes
	return append(out, photo[2:]...)
}

// Something that is no picture, or is cut off, has no size and does no harm.
func TestPictureReader_BrokenPictures(t *testing.T) {
	photo := Photo()
	for n := range 700 {
		var r pictureReader
		r.write(photo[:n])
		if got := r.end(); got.width != 0 {
			assert.Equal(t, picture{format: "jpeg", width: 480, height: 640, cut: true}, got)
		}
	}
	for _, text := range []string{"", "\xff\xd8\xff\xd9", "\xff\xd8\xff\xc0\x00\x00", "\xff\xd8\xff\xc0\x00\x03x", "\xff\xd8\xff\xda\xff\xc0\x00\x11\x08\x00\x01\x00\x01", "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIDAT\x00\x00\x00\x01\x00\x00\x00\x01", "BM"} {
		var r pictureReader
		r.write([]byte(text))
		got := r.end()
		assert.Zero(t, got.width, "%q", text)
		assert.Zero(t, got.height, "%q", text)
	}
	// Tables are no frames, and after the image data has begun there are none.
	for text, want := range map[string]picture{
		"\xff\xd8\xff\xc4\x00\x07\x08\x00\x09\x00\x09\xff\xc0\x00\x07\x08\x00\x02\x00\x03": {format: "jpeg", width: 3, height: 2, cut: true},
		"\xff\xd8\xff\xc8\x00\x07\x08\x00\x09\x00\x09\xff\xc1\x00\x07\x08\x00\x02\x00\x03": {format: "jpeg", width: 3, height: 2, cut: true},
		"\xff\xd8\xff\xcc\x00\x07\x08\x00\x09\x00\x09\xff\xcf\x00\x07\x08\x00\x02\x00\x03": {format: "jpeg", width: 3, height: 2, cut: true},
		"\xff\xd8\xff\xda\x00\x02\xff\xc0\x00\x07\x08\x00\x02\x00\x03":                     {format: "jpeg", cut: true},
	} {
		var r pictureReader
		r.write([]byte(text))
		assert.Equal(t, want, r.end(), "%q", text)
	}
	bmp := append([]byte("BM"), make([]byte, 30)...)
	bmp[18], bmp[22], bmp[23], bmp[24], bmp[25] = 200, 0x9c, 0xff, 0xff, 0xff // stored top-down: -100
	var r pictureReader
	r.write(bmp)
	assert.Equal(t, picture{format: "bmp", width: 200, height: 100}, r.end())
}
