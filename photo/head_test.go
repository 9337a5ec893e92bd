package photo_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/photo"
)

// A picture is refused by the size that its head tells: there is nothing behind it.
func TestFit_DecompressionBombsAreNotDecoded(t *testing.T) {
	var ofGIF, ofBMP bytes.Buffer
	require.NoError(t, gif.Encode(&ofGIF, image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.White}), nil))
	require.NoError(t, bmp.Encode(&ofBMP, pattern(1, 1)))
	for name, bomb := range map[string]func(width, height int) []byte{
		"JPEG": func(w, h int) []byte {
			size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(h)), uint16(w))
			return bytes.Replace(blank(0xc2, 16, 16, 3), []byte{8, 0, 16, 0, 16}, append([]byte{8}, size...), 1)
		},
		"PNG": func(w, h int) []byte {
			return bytes.Join([][]byte{pngHead(uint32(w), uint32(h)), chunk("IDAT", "x"), chunk("IEND", "")}, nil)
		},
		"GIF": func(w, h int) []byte {
			file := bytes.Clone(ofGIF.Bytes())
			binary.LittleEndian.PutUint16(file[6:], uint16(w))
			binary.LittleEndian.PutUint16(file[8:], uint16(h))
			return file
		},
		"BMP": func(w, h int) []byte {
			file := bytes.Clone(ofBMP.Bytes())
			binary.LittleEndian.PutUint32(file[18:], uint32(w))
			binary.LittleEndian.PutUint32(file[22:], uint32(h))
			return file
		},
		"WebP": func(w, h int) []byte {
			file := []byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00")
			return append(file, byte(w-1), byte((w-1)>>8), 0, byte(h-1), byte((h-1)>>8), 0)
		},
	} {
		for _, size := range []image.Point{{20_000, 20_000}, {10_000, 5_001}, {65_535, 65_535}} {
			if name == "WebP" && size.X > 1<<14 { // there is none
				size = image.Pt(1<<14, 1<<14)
			}
			file := bomb(size.X, size.Y)
			e := refused(t, file, idverify.PhotoLimits{LongSide: 100})
			assert.Equal(t, idverify.CodeTooLarge, e.Code, "%s %v: %v", name, size, e)
			assert.Contains(t, e.Detail, "at most 50000000 are decoded", "%s %v", name, size)
		}
	}
	long := bytes.Join([][]byte{pngHead(65_536, 1), chunk("IEND", "")}, nil)
	assert.Equal(t, idverify.CodeTooLarge, refused(t, long, idverify.PhotoLimits{}).Code, "no JPEG is so wide")
}

func TestFitter_MaxPixels(t *testing.T) {
	f, err := photo.New(photo.Config{MaxPixels: 48 * 32})
	require.NoError(t, err)
	_, err = f.Upright(t.Context(), idverify.Bytes(asJPEG(t, pattern(48, 32))))
	assert.NoError(t, err)
	_, err = f.Upright(t.Context(), idverify.Bytes(asJPEG(t, pattern(48, 33))))
	assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
}

func TestFit_SinglePixel(t *testing.T) {
	for _, file := range [][]byte{asJPEG(t, pattern(1, 1)), asPNG(t, pattern(1, 1)), blank(0xc0, 1, 1, 1), blank(0xc2, 1, 1, 3)} {
		_, got := fit(t, file, idverify.PhotoLimits{LongSide: 1, ShortSide: 1, Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}})
		assert.Equal(t, image.Pt(1, 1), got.Bounds().Size())
	}
	_, got := fit(t, blank(0xc0, 5000, 2, 3), idverify.PhotoLimits{LongSide: 100})
	assert.Equal(t, image.Pt(100, 1), got.Bounds().Size())
}

func TestFit_NamesUnsupportedFormat(t *testing.T) {
	for file, says := range map[string]string{
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic":    "HEIC (brand heic), and it is not read here: convert it on the phone",
		"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1miaf":    "AVIF (brand avif), and it is not read here: convert it on the phone",
		"\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00mif1heic":    "Most Compatible",
		"II*\x00\x08\x00\x00\x00 and so on and so on":         "TIFF",
		"data:image/jpeg;base64,/9j/4AAQSkZJRgABAQEAYABgAAD/": "it looks like a data: URL",
		"<!DOCTYPE html><html><body>403</body></html>":        "it looks like HTML",
		"%PDF-1.7 and so on and so on and so on":              "PDF",
		"just some text that is no picture at all, of course": "no picture format",
	} {
		e := refused(t, []byte(file), idverify.PhotoLimits{})
		assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code, file)
		assert.Contains(t, e.Detail, says)
		assert.Equal(t, idverify.AdviceFixInput, e.Advice())
	}
}
