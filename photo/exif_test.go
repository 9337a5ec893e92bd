package photo_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/picture"
	"github.com/idverify/idverify/photo"
)

// The eight orientations as EXIF words them: where row 0 and column 0 of what is
// stored lie in the picture. stored gives the pixel that is stored at x, y of one of
// w times h.
var orientations = map[uint16]struct {
	turned bool
	stored func(x, y, w, h int) (int, int)
}{
	1: {false, func(x, y, w, h int) (int, int) { return x, y }},                 // top, left
	2: {false, func(x, y, w, h int) (int, int) { return w - 1 - x, y }},         // top, right
	3: {false, func(x, y, w, h int) (int, int) { return w - 1 - x, h - 1 - y }}, // bottom, right
	4: {false, func(x, y, w, h int) (int, int) { return x, h - 1 - y }},         // bottom, left
	5: {true, func(x, y, w, h int) (int, int) { return y, x }},                  // left, top
	6: {true, func(x, y, w, h int) (int, int) { return w - 1 - y, x }},          // right, top
	7: {true, func(x, y, w, h int) (int, int) { return w - 1 - y, h - 1 - x }},  // right, bottom
	8: {true, func(x, y, w, h int) (int, int) { return y, h - 1 - x }},          // left, bottom
}

// lying is how a camera stores a picture under an orientation.
func lying(m image.Image, orientation uint16) image.Image {
	o, size := orientations[orientation], m.Bounds().Size()
	across, down := size.X, size.Y
	if o.turned {
		across, down = down, across
	}
	stored := image.NewRGBA(image.Rect(0, 0, across, down))
	for y := range down {
		for x := range across {
			stored.Set(x, y, m.At(o.stored(x, y, size.X, size.Y)))
		}
	}
	return stored
}

// planes is a picture with fewer samples of colour, each the mean of its pixels.
func planes(m image.Image, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	p := image.NewYCbCr(m.Bounds(), ratio)
	sums := make([][3]int, len(p.Cb))
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			c := color.YCbCrModel.Convert(m.At(x, y)).(color.YCbCr)
			p.Y[p.YOffset(x, y)] = c.Y
			s := &sums[p.COffset(x, y)]
			s[0], s[1], s[2] = s[0]+1, s[1]+int(c.Cb), s[2]+int(c.Cr)
		}
	}
	for i, s := range sums {
		p.Cb[i], p.Cr[i] = uint8(s[1]/max(s[0], 1)), uint8(s[2]/max(s[0], 1))
	}
	return p
}

func inGray(m image.Image) image.Image {
	g := image.NewGray(m.Bounds())
	draw.Draw(g, g.Rect, m, m.Bounds().Min, draw.Src)
	return g
}

func TestFit_EveryOrientation(t *testing.T) {
	for _, size := range []image.Point{{48, 32}, {47, 33}, {1, 9}, {17, 2}} {
		upright := pattern(size.X, size.Y)
		compared := func(m image.Image) image.Image { return m }
		if min(size.X, size.Y) < 8 { // its colours have no room
			compared = inGray
		}
		for orientation := range orientations {
			for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
				t.Run(fmt.Sprint(size, orientation, order), func(t *testing.T) {
					file := withSegments(asJPEG(t, lying(upright, orientation)), exifSegment(order, orientation))
					fitted, got := fit(t, file, idverify.PhotoLimits{})
					average, _ := apart(t, compared(upright), compared(got))
					assert.Less(t, average, 6.0)
					assert.NotContains(t, string(fitted), "Exif")
					assert.NotContains(t, string(fitted), "EXAMPLE-CAMERA")

					file = bytes.Join([][]byte{asPNG(t, lying(upright, orientation))[:33], chunk("eXIf", exif(order, orientation)), asPNG(t, lying(upright, orientation))[33:]}, nil)
					fitted, got = fit(t, file, idverify.PhotoLimits{})
					average, _ = apart(t, compared(upright), compared(got))
					assert.Less(t, average, 6.0)
					assert.NotContains(t, string(fitted), "eXIf")
				})
			}
		}
	}
}

// Turned and scaled at the same time, with each sampling of colour that cameras use.
func TestFit_RotatedPictureIsScaled(t *testing.T) {
	upright := pattern(240, 160)
	small := pattern(48, 32)
	for orientation := range orientations {
		for _, ratio := range []image.YCbCrSubsampleRatio{
			image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
			image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
		} {
			m := photo.Render(planes(lying(upright, orientation), ratio), int(orientation), 48, 32)
			average, _ := apart(t, small, m)
			assert.Less(t, average, 5.0, "%d %v", orientation, ratio)
		}
	}
}

func TestExif_WithoutOrientation(t *testing.T) {
	plain := exif(binary.BigEndian, 6)
	for name, text := range map[string]string{
		"none": "", "cut off in the head": plain[:7], "cut off in the directory": plain[:30],
		"a directory beyond the end": plain[:4] + "\xff\xff\xff\xff" + plain[8:],
		"no byte order":              "XX" + plain[2:],
		"0":                          exif(binary.BigEndian, 0), "9": exif(binary.LittleEndian, 9),
		"as a text": string(bytes.Replace([]byte(plain), []byte("\x01\x12\x00\x03"), []byte("\x01\x12\x00\x02"), 1)),
	} {
		file := withSegments(asJPEG(t, pattern(48, 32)), segment(0xe1, "Exif\x00\x00"+text))
		_, got := fit(t, file, idverify.PhotoLimits{})
		assert.Equal(t, image.Pt(48, 32), got.Bounds().Size(), name)
	}
	long := bytes.Replace([]byte(plain), []byte("\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"), []byte("\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06"), 1)
	require.NotEqual(t, plain, string(long))
	_, got := fit(t, withSegments(asJPEG(t, pattern(48, 32)), segment(0xe1, "Exif\x00\x00"+string(long))), idverify.PhotoLimits{})
	assert.Equal(t, image.Pt(32, 48), got.Bounds().Size(), "as a long number")
}

// What a request's warning reads, and would be lost with the metadata, is turned.
func TestExif_AgreesWithFirstCheck(t *testing.T) {
	plain := exif(binary.BigEndian, 6)
	for name, text := range map[string]string{
		"as a byte":          "Exif\x00\x00" + strings.Replace(plain, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06", "\x01\x12\x00\x01\x00\x00\x00\x01\x06\x00", 1),
		"with other padding": "Exif\x00\xff" + plain,
	} {
		file := withSegments(asJPEG(t, pattern(48, 32)), segment(0xe1, text))
		require.EqualValues(t, 6, picture.Inspect(bytes.NewReader(file)).Orientation, name)
		_, got := fit(t, file, idverify.PhotoLimits{})
		assert.Equal(t, image.Pt(32, 48), got.Bounds().Size(), name)
	}
}
