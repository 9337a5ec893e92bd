package photo_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

func TestPNG_KeepsPixelsWithoutMetadata(t *testing.T) {
	plain := asPNG(t, pattern(48, 32))
	noted := bytes.Join([][]byte{plain[:33], chunk("tEXt", "Author\x00EXAMPLE-CAMERA"), chunk("eXIf", exif(binary.LittleEndian, 1)),
		chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"), plain[33:], []byte("EXAMPLE-CAMERA behind it")}, nil)
	fitted, _ := fit(t, noted, idverify.PhotoLimits{})
	assert.Equal(t, plain, fitted)
	fitted, got := fit(t, noted, idverify.PhotoLimits{Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}})
	assert.Equal(t, "\xff\xd8\xff", string(fitted[:3]), "it is not read there")
	average, _ := apart(t, pattern(48, 32), got)
	assert.Less(t, average, 6.0)
}

func TestPNG_TruncatedIsRefused(t *testing.T) {
	file := asPNG(t, pattern(48, 32))
	for n := 8; n < len(file); n++ {
		e := refused(t, file[:n], idverify.PhotoLimits{})
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code, n)
		assert.Equal(t, "the PNG stops before its end", e.Detail, n)
	}
}

// Each form of pixels that a PNG can have becomes the same JPEG.
func TestPNG_Pixels(t *testing.T) {
	source := pattern(48, 32)
	deep, clear, faint, paletted := image.NewNRGBA64(source.Rect), image.NewNRGBA(source.Rect), image.NewNRGBA(source.Rect), image.NewPaletted(source.Rect, nil)
	gray16 := image.NewGray16(source.Rect)
	known := map[color.Color]uint8{}
	small := pattern(12, 8)
	for y := range 32 {
		for x := range 48 {
			deep.Set(x, y, source.At(x, y))
			clear.Set(x, y, source.At(x, y))
			gray16.Set(x, y, source.At(x, y))
			c := source.RGBAAt(x, y)
			faint.SetNRGBA(x, y, color.NRGBA{c.R, c.G, c.B, 0})
			block := small.At(x/4, y/4)
			if _, ok := known[block]; !ok {
				known[block] = uint8(len(paletted.Palette))
				paletted.Palette = append(paletted.Palette, block)
			}
			paletted.SetColorIndex(x, y, known[block])
		}
	}
	clear.SetNRGBA(0, 0, color.NRGBA{0, 0, 0, 254}) // or it is written without transparency
	asked := idverify.PhotoLimits{Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}}
	for name, c := range map[string]struct{ m, want image.Image }{
		"16 bits":           {deep, source},
		"with transparency": {clear, source},
		"with a palette":    {paletted, source},
		"16 bits of gray":   {gray16, inGray(source)},
		"transparent":       {faint, image.White},
	} {
		_, got := fit(t, asPNG(t, c.m), asked)
		want := c.want
		if want == image.White {
			all := image.NewGray(source.Rect)
			for i := range all.Pix {
				all.Pix[i] = 255
			}
			want = all
		}
		average, _ := apart(t, want, got)
		assert.Less(t, average, 8.0, name)
	}
}

func TestPNG_RefusesAppleVariant(t *testing.T) {
	file := asPNG(t, pattern(4, 4))
	e := refused(t, bytes.Join([][]byte{file[:8], chunk("CgBI", "\x50\x00\x20\x02"), file[8:]}, nil), idverify.PhotoLimits{})
	assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code)
	assert.Contains(t, e.Detail, "CgBI")
}
