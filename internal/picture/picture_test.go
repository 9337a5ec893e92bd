package picture_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"io"
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

// What stands between the beginning of a JPEG and its frame, and whether the
// frame is found behind it.
func TestSizeOfAJPEGIsThatOfItsFrame(t *testing.T) {
	photo := encoded(t, asJPEG, 65, 130)
	const fake = "\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01" // a frame of one pixel
	for between, found := range map[string]bool{
		"":                             true,
		"\x07\x10":                     true, // stray bytes
		"\xff\x00\xff\xff\xff":         true, // data, and fill bytes
		"\xff\x01":                     true, // markers without a length
		"\xff\xd0":                     true,
		"\xff\xd3":                     true,
		"\xff\xd7":                     true,
		"\xff\xd8":                     true,
		"\xff\xe1\x00\x02":             true, // an empty segment
		"\xff\xe1\x00\x0d" + fake:      true, // a thumbnail's frame is not the picture's
		"\xff\xdc\x00\x0d" + fake:      true,
		"\xff\xcf\x00\x02":             false, // a frame without a size
		"\xff\xc4\x00\x0d" + fake:      true,  // tables and extensions among the frames' markers
		"\xff\xc8\x00\x0d" + fake:      true,
		"\xff\xcc\x00\x0d" + fake:      true,
		"\xff\xe1\x00\x01":             false, // no length
		"\xff\xe1\x00\x00":             false,
		"\xff\xd9\x00\x02":             false, // the end
		"\xff\xda\x00\x02":             false, // the data
		"\xff\xe1\xff\xff\x00\x00\x00": false, // longer than what there is
	} {
		content := append(append([]byte("\xff\xd8\xff\xe0\x00\x02"), between...), photo[2:]...)
		info := picture.Inspect(bytes.NewReader(content))
		assert.Equal(t, picture.JPEG, info.Format)
		assert.Equal(t, found, info.Width == 65 && info.Height == 130, "%x: %+v", between, info)
	}
}

// A picture whose size is nowhere costs a megabyte of reading.
func TestNotMoreThanAMegabyteIsRead(t *testing.T) {
	for _, begin := range []string{"\xff\xd8\xff\xe0\x00\x02", "\x89PNG\r\n\x1a\n\x7f\xff\xff\xffCgBI"} {
		endless := &counting{from: io.MultiReader(strings.NewReader(begin), bytes.NewReader(make([]byte, 4<<20)))}
		info := picture.Inspect(endless)
		assert.Zero(t, info.Width)
		assert.Equal(t, headLimit, endless.n)
	}
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
		"jpeg":                    {photo, picture.Info{Format: picture.JPEG, Width: 65, Height: 130}},
		"jpeg behind profile":     {behind, picture.Info{Format: picture.JPEG, Width: 65, Height: 130}},
		"jpeg cut off":            {photo[:10], picture.Info{Format: picture.JPEG}},
		"png":                     {encoded(t, asPNG, 1921, 3), picture.Info{Format: picture.PNG, Width: 1921, Height: 3}},
		"bmp":                     {bmp(40, int32(640), int32(480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp from the top":        {bmp(40, int32(640), int32(-480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp with old header":     {bmp(12, uint16(640), uint16(480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp cut off":             {[]byte("BM12345"), picture.Info{Format: picture.BMP}},
		"gif":                     {[]byte("GIF89a......"), picture.Info{Format: picture.GIF}},
		"gif of 1987":             {[]byte("GIF87a......"), picture.Info{Format: picture.GIF}},
		"heix":                    {[]byte("\x00\x00\x00\x18ftypheix...."), picture.Info{Format: picture.HEIF}},
		"mif1":                    {[]byte("\x00\x00\x00\x18ftypmif1...."), picture.Info{Format: picture.HEIF}},
		"msf1":                    {[]byte("\x00\x00\x00\x18ftypmsf1...."), picture.Info{Format: picture.HEIF}},
		"avif":                    {[]byte("\x00\x00\x00\x18ftypavif...."), picture.Info{Format: picture.HEIF}},
		"tiff from the other end": {[]byte("MM\x00*...."), picture.Info{Format: picture.TIFF}},
		"webp":                    {[]byte("RIFF....WEBPVP8 "), picture.Info{Format: picture.WebP}},
		"heic":                    {[]byte("\x00\x00\x00\x18ftypheic...."), picture.Info{Format: picture.HEIF}},
		"tiff":                    {[]byte("II*\x00...."), picture.Info{Format: picture.TIFF}},
		"pdf":                     {[]byte("%PDF-1.7 ..."), picture.Info{Format: picture.PDF}},
		"something else":          {[]byte(strings.Repeat("x", 64)), picture.Info{}},
		"empty":                   {nil, picture.Info{}},
		"shorter than a magic":    {[]byte("B"), picture.Info{}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, picture.Inspect(bytes.NewReader(c.content)))
		})
	}
}
