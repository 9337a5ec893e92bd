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
)

func TestWebP(t *testing.T) {
	for _, name := range []string{"lossy.webp", "lossless.webp"} {
		_, got := fit(t, sample(t, name), idverify.PhotoLimits{})
		average, _ := apart(t, pattern(48, 32), got)
		assert.Less(t, average, 2.5, name) // 4 if its range is taken for a JPEG's
	}
	_, got := fit(t, sample(t, "alpha.webp"), idverify.PhotoLimits{})
	for x, want := range map[int]color.RGBA{10: {255, 255, 255, 255}, 40: pattern(48, 32).RGBAAt(40, 16)} {
		c := color.RGBAModel.Convert(got.At(x, 16)).(color.RGBA)
		assert.InDelta(t, want.R, c.R, 12, x)
		assert.InDelta(t, want.G, c.G, 12, x)
	}
	e := refused(t, sample(t, "animated.webp"), idverify.PhotoLimits{})
	assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code)
	assert.Contains(t, e.Detail, "animated")
}

// A WebP with EXIF has a chunk of it behind the picture.
func TestWebP_IsRotatedUpright(t *testing.T) {
	for _, header := range []string{"", "Exif\x00\x00"} {
		body := header + exif(binary.BigEndian, 6)
		file := append([]byte("RIFF....WEBPVP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x2f\x00\x00\x1f\x00\x00"), sample(t, "lossy.webp")[12:]...)
		file = append(append(file, "EXIF"...), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
		file = append(file, body...)
		if len(body)%2 == 1 {
			file = append(file, 0)
		}
		binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
		_, got := fit(t, file, idverify.PhotoLimits{})
		assert.Equal(t, image.Pt(32, 48), got.Bounds().Size())
	}
}

func TestGIF_FirstFrame(t *testing.T) {
	frame := func(r image.Rectangle, c color.Color) *image.Paletted {
		m := image.NewPaletted(r, color.Palette{c, color.Transparent})
		return m
	}
	var file bytes.Buffer
	require.NoError(t, gif.EncodeAll(&file, &gif.GIF{
		Image: []*image.Paletted{frame(image.Rect(0, 0, 40, 30), color.RGBA{200, 60, 60, 255}), frame(image.Rect(0, 0, 40, 30), color.Black)},
		Delay: []int{10, 10},
	}))
	_, got := fit(t, file.Bytes(), idverify.PhotoLimits{})
	assert.Equal(t, image.Pt(40, 30), got.Bounds().Size())
	c := color.RGBAModel.Convert(got.At(20, 15)).(color.RGBA)
	assert.InDelta(t, 200, c.R, 4)
	assert.InDelta(t, 60, c.G, 4)

	file.Reset()
	require.NoError(t, gif.EncodeAll(&file, &gif.GIF{Image: []*image.Paletted{frame(image.Rect(10, 10, 20, 15), color.White)}, Delay: []int{0}, Config: image.Config{Width: 400, Height: 300}}))
	_, got = fit(t, file.Bytes(), idverify.PhotoLimits{LongSide: 100, ShortSide: 100})
	assert.Equal(t, image.Pt(10, 5), got.Bounds().Size(), "a frame inside a larger canvas is not enlarged")
	for n := 6; n < file.Len()-1; n += 3 {
		assert.Equal(t, idverify.CodeUnreadableEvidence, refused(t, file.Bytes()[:n], idverify.PhotoLimits{}).Code, n)
	}
}

func TestBMP(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, bmp.Encode(&file, pattern(48, 32)))
	_, got := fit(t, file.Bytes(), idverify.PhotoLimits{})
	average, _ := apart(t, pattern(48, 32), got)
	assert.Less(t, average, 6.0)
	changed := func(at int, value uint32) []byte {
		own := bytes.Clone(file.Bytes())
		binary.LittleEndian.PutUint32(own[at:], value)
		return own
	}
	for name, file := range map[string][]byte{
		"OS/2": changed(14, 12), "of OS/2": changed(14, 64), "RLE": changed(30, 1), "run-length": changed(30, 2), "not read": changed(14, 52),
	} {
		e := refused(t, file, idverify.PhotoLimits{})
		assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code, name)
		assert.Contains(t, e.Detail, name)
	}
	for _, n := range []int{2, 33, 40, 54, 100} {
		e := refused(t, file.Bytes()[:n], idverify.PhotoLimits{})
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code, n)
	}
}
