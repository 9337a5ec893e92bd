package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/picture"
)

func encoded(t *testing.T, encode func(*bytes.Buffer, image.Image) error, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, encode(&b, image.NewGray(image.Rect(0, 0, w, h))))
	return b.Bytes()
}

func asJPEG(b *bytes.Buffer, m image.Image) error { return jpeg.Encode(b, m, nil) }
func asPNG(b *bytes.Buffer, m image.Image) error  { return png.Encode(b, m) }

func bmp(header uint32, fields ...any) []byte {
	var b bytes.Buffer
	b.WriteString("BM")
	b.Write(make([]byte, 12))
	_ = binary.Write(&b, binary.LittleEndian, header)
	for _, f := range fields {
		_ = binary.Write(&b, binary.LittleEndian, f)
	}
	b.Write(make([]byte, 8))
	return b.Bytes()
}

func TestInspect(t *testing.T) {
	photo := encoded(t, asJPEG, 65, 130)
	// A JPEG whose size stands behind 100 KB of application data.
	profile := append([]byte{0xff, 0xe2, 0xff, 0xff}, make([]byte, 0xffff-2)...)
	behind := append(append(append([]byte{}, photo[:2]...), append(profile, profile...)...), photo[2:]...)

	for name, c := range map[string]struct {
		content []byte
		want    picture.Info
	}{
		"jpeg":                 {photo, picture.Info{Format: picture.JPEG, Width: 65, Height: 130}},
		"jpeg behind profile":  {behind, picture.Info{Format: picture.JPEG, Width: 65, Height: 130}},
		"jpeg cut off":         {photo[:10], picture.Info{Format: picture.JPEG}},
		"png":                  {encoded(t, asPNG, 1921, 3), picture.Info{Format: picture.PNG, Width: 1921, Height: 3}},
		"bmp":                  {bmp(40, int32(640), int32(480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp from the top":     {bmp(40, int32(640), int32(-480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp with old header":  {bmp(12, uint16(640), uint16(480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp cut off":          {[]byte("BM12345"), picture.Info{Format: picture.BMP}},
		"gif":                  {[]byte("GIF89a......"), picture.Info{Format: picture.GIF}},
		"webp":                 {[]byte("RIFF....WEBPVP8 "), picture.Info{Format: picture.WebP}},
		"heic":                 {[]byte("\x00\x00\x00\x18ftypheic...."), picture.Info{Format: picture.HEIF}},
		"tiff":                 {[]byte("II*\x00...."), picture.Info{Format: picture.TIFF}},
		"pdf":                  {[]byte("%PDF-1.7 ..."), picture.Info{Format: picture.PDF}},
		"something else":       {[]byte(strings.Repeat("x", 64)), picture.Info{}},
		"empty":                {nil, picture.Info{}},
		"shorter than a magic": {[]byte("B"), picture.Info{}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, picture.Inspect(bytes.NewReader(c.content)))
		})
	}
}
