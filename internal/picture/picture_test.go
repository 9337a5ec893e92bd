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

// Each key is what a JPEG has between its beginning and its frame; the value says
// whether the frame is found after it.
func TestInspect_JPEGSizeIsInFrame(t *testing.T) {
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

// Portraits have their depth map before the frame: megabytes of it.
func TestInspect_JPEGSizeAfterManySegments(t *testing.T) {
	segment := append([]byte{0xff, 0xe1, 0xff, 0xff}, bytes.Repeat([]byte("A"), 0xffff-2)...)
	photo := encoded(t, asJPEG, 65, 130)
	for _, n := range []int{1, 32, 150} {
		counted := &counting{from: io.MultiReader(bytes.NewReader(photo[:2]), bytes.NewReader(bytes.Repeat(segment, n)),
			bytes.NewReader(photo[2:]), bytes.NewReader(make([]byte, 1<<20)))}
		assert.Equal(t, picture.Info{Format: picture.JPEG, Width: 65, Height: 130}, picture.Inspect(counted))
		assert.Less(t, counted.n, n*len(segment)+len(photo)+8<<10, "nothing more is read")
	}
	chunk := binary.BigEndian.AppendUint32(nil, 3<<20)
	chunk = append(append(chunk, "zTXt"...), make([]byte, 3<<20+4)...)
	drawing := encoded(t, asPNG, 65, 130)
	info := picture.Inspect(bytes.NewReader(append(append(bytes.Clone(drawing[:8]), chunk...), drawing[8:]...)))
	assert.Equal(t, picture.Info{Format: picture.PNG, Width: 65, Height: 130}, info)
}

func TestInspect(t *testing.T) {
	photo := encoded(t, asJPEG, 65, 130)
	// A JPEG whose size comes after 100 KB of application data.
	profile := append([]byte{0xff, 0xe2, 0xff, 0xff}, make([]byte, 0xffff-2)...)
	behind := append(append(append([]byte{}, photo[:2]...), append(profile, profile...)...), photo[2:]...)

	for name, c := range map[string]struct {
		content []byte
		want    picture.Info
	}{
		"jpeg":                    {photo, picture.Info{Format: picture.JPEG, Width: 65, Height: 130}},
		"jpeg after profile":      {behind, picture.Info{Format: picture.JPEG, Width: 65, Height: 130}},
		"jpeg cut off":            {photo[:10], picture.Info{Format: picture.JPEG}},
		"png":                     {encoded(t, asPNG, 1921, 3), picture.Info{Format: picture.PNG, Width: 1921, Height: 3}},
		"bmp":                     {bmp(40, int32(640), int32(480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp from the top":        {bmp(40, int32(640), int32(-480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp with old header":     {bmp(12, uint16(640), uint16(480)), picture.Info{Format: picture.BMP, Width: 640, Height: 480}},
		"bmp cut off":             {[]byte("BM12345"), picture.Info{Format: picture.BMP}},
		"gif":                     {[]byte("GIF89a......"), picture.Info{Format: picture.GIF}},
		"gif of 1987":             {[]byte("GIF87a......"), picture.Info{Format: picture.GIF}},
		"heix":                    {[]byte("\x00\x00\x00\x18ftypheix...."), picture.Info{Format: picture.HEIC, Brand: [4]byte([]byte("heix"))}},
		"mif1":                    {[]byte("\x00\x00\x00\x18ftypmif1...."), picture.Info{Format: picture.HEIF, Brand: [4]byte([]byte("mif1"))}},
		"msf1":                    {[]byte("\x00\x00\x00\x18ftypmsf1...."), picture.Info{Format: picture.HEIF, Brand: [4]byte([]byte("msf1"))}},
		"avif":                    {[]byte("\x00\x00\x00\x18ftypavif...."), picture.Info{Format: picture.AVIF, Brand: [4]byte([]byte("avif"))}},
		"tiff from the other end": {[]byte("MM\x00*...."), picture.Info{Format: picture.TIFF}},
		"webp":                    {[]byte("RIFF....WEBPVP8 "), picture.Info{Format: picture.WebP}},
		"heic":                    {[]byte("\x00\x00\x00\x18ftypheic...."), picture.Info{Format: picture.HEIC, Brand: [4]byte([]byte("heic"))}},
		"tiff":                    {[]byte("II*\x00...."), picture.Info{Format: picture.TIFF}},
		"jpeg xl":                 {[]byte("\xff\x0a\x00\x10"), picture.Info{Format: picture.JPEGXL}},
		"jpeg xl in a box":        {[]byte("\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl "), picture.Info{Format: picture.JPEGXL}},
		"jpeg 2000":               {[]byte("\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x14ftypjp2 "), picture.Info{Format: picture.JPEG2000}},
		"jpeg 2000 without a box": {[]byte("\xff\x4f\xff\x51\x00\x2f"), picture.Info{Format: picture.JPEG2000}},
		"pdf":                     {[]byte("%PDF-1.7 ..."), picture.Info{Other: picture.PDF}},
		"something else":          {[]byte(strings.Repeat("x", 64)), picture.Info{}},
		"empty":                   {nil, picture.Info{}},
		"shorter than a magic":    {[]byte("B"), picture.Info{}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, picture.Inspect(bytes.NewReader(c.content)))
		})
	}
}
