package photo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/photo"
)

// noisy is a picture that takes many bytes.
func noisy(width, height int) image.Image {
	m := pattern(width, height)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range m.Pix {
		if i%4 != 3 {
			m.Pix[i] = uint8(min(int(m.Pix[i])+rng.IntN(40), 255))
		}
	}
	return m
}

func TestEncode_HighestQualityThatFits(t *testing.T) {
	file := withSegments(asJPEG(t, noisy(200, 150)), exifSegment(binary.BigEndian, 3))
	turned := photo.Render(decoded(t, file), 3, 200, 150)
	size := func(quality int) int {
		var into bytes.Buffer
		require.NoError(t, jpeg.Encode(&into, turned, &jpeg.Options{Quality: quality}))
		return into.Len()
	}
	fitted, _ := fit(t, file, idverify.PhotoLimits{})
	assert.Len(t, fitted, size(95), "at most 95: more is invisible")
	for _, quality := range []int{94, 90, 81, 71, 70} {
		most := size(quality)
		require.Greater(t, size(quality+1), most)
		for _, over := range []int{0, 1, size(quality+1) - most - 1} {
			fitted, got := fit(t, file, idverify.PhotoLimits{MaxBytes: int64(most + over)})
			assert.Len(t, fitted, most, "quality %d", quality)
			assert.Equal(t, image.Pt(200, 150), got.Bounds().Size())
		}
	}
	fitted, got := fit(t, file, idverify.PhotoLimits{MaxBytes: int64(size(70) - 1)})
	assert.LessOrEqual(t, len(fitted), size(70)-1)
	assert.Less(t, got.Bounds().Dx(), 200, "below quality 70 a smaller picture is better")
	assert.Greater(t, got.Bounds().Dx(), 150)
	assert.Greater(t, len(fitted), size(70)*3/4)
}

func TestBase64Length(t *testing.T) {
	file := withSegments(asJPEG(t, noisy(400, 300)), exifSegment(binary.BigEndian, 3))
	for most := int64(20_000); most < 20_000+long.Or[int64](6, 2); most++ {
		fitted, _ := fit(t, file, idverify.PhotoLimits{MaxBase64: most})
		assert.LessOrEqual(t, int64(base64.StdEncoding.EncodedLen(len(fitted))), most)
		assert.Greater(t, int64(len(fitted)), most/2)
	}
	fitted, _ := fit(t, file, idverify.PhotoLimits{MaxBase64: 20_000, MaxBytes: 10_000})
	assert.LessOrEqual(t, len(fitted), 10_000, "the nearer of the two")
}

func TestFit_ImpossiblySmallLimits(t *testing.T) {
	e := refused(t, asPNG(t, noisy(40, 30)), idverify.PhotoLimits{MaxBytes: 100})
	assert.Equal(t, idverify.CodeTooLarge, e.Code)
	e = refused(t, asPNG(t, noisy(400, 300)), idverify.PhotoLimits{MaxBytes: 4000, MinShortSide: 200})
	assert.Equal(t, idverify.CodePoorPhoto, e.Code, "it would fit only below the minimum")
}

func TestSides(t *testing.T) {
	for _, c := range long.Some(3, []struct{ from, to image.Point }{
		{image.Pt(4032, 3024), image.Pt(1440, 1080)}, {image.Pt(3024, 4032), image.Pt(1080, 1440)}, {image.Pt(1920, 1080), image.Pt(1920, 1080)},
		{image.Pt(1080, 1920), image.Pt(1080, 1920)}, {image.Pt(1921, 1080), image.Pt(1920, 1079)}, {image.Pt(640, 480), image.Pt(640, 480)},
		{image.Pt(4000, 100), image.Pt(1920, 48)}, {image.Pt(1081, 1081), image.Pt(1080, 1080)},
	}) {
		_, got := fit(t, blank(0xc0, c.from.X, c.from.Y, 1), idverify.PhotoLimits{LongSide: 1920, ShortSide: 1080})
		assert.Equal(t, c.to, got.Bounds().Size(), "%v", c.from)
	}
}

func TestFloors(t *testing.T) {
	limits := idverify.PhotoLimits{LongSide: 1920, ShortSide: 1080, MinLongSide: 640, MinShortSide: 480}
	for _, size := range []image.Point{{640, 479}, {639, 480}, {479, 640}, {4000, 900}, {1, 1}} {
		e := refused(t, blank(0xc0, size.X, size.Y, 1), limits)
		assert.Equal(t, idverify.CodePoorPhoto, e.Code, size)
		assert.Equal(t, idverify.AdviceRetakePhoto, e.Advice())
	}
	fit(t, blank(0xc0, 480, 640, 1), limits)

	flat := image.NewGray(image.Rect(0, 0, 500, 500))
	for i := range flat.Pix {
		flat.Pix[i] = uint8(i / 500 / 4)
	}
	file := asJPEG(t, flat)
	fitted, _ := fit(t, file, idverify.PhotoLimits{MinBytes: int64(len(file)) + 500})
	assert.Greater(t, len(fitted), len(file)+499, "at the best quality, because of the minimum")
	e := refused(t, file, idverify.PhotoLimits{MinBase64: 100_000})
	assert.Equal(t, idverify.CodePoorPhoto, e.Code)
	for least, fits := range map[int64]bool{int64(len(file)): true, int64(len(file)) - 1: true} {
		kept, _ := fit(t, file, idverify.PhotoLimits{MinBytes: least})
		assert.Equal(t, fits, len(kept) == len(file))
	}
}

// The least length of base64 is as exact as the most.
func TestFit_MinimumBase64(t *testing.T) {
	for length := 1000; length < 1006; length++ {
		file := asJPEG(t, image.NewGray(image.Rect(0, 0, 64, 64)))
		table := segment(0xdb, "\x03"+string(bytes.Repeat([]byte{1}, 64))) // one more, which nobody uses
		file = withSegments(file, table, bytes.Repeat([]byte{0xff}, length-len(file)-len(table)))
		require.Len(t, file, length)
		text := int64(base64.StdEncoding.EncodedLen(length))
		kept, _ := fit(t, file, idverify.PhotoLimits{MinBase64: text})
		assert.Equal(t, file, kept)
		e := refused(t, file, idverify.PhotoLimits{MinBase64: text + 1})
		assert.Equal(t, idverify.CodePoorPhoto, e.Code)
	}
}

// What no decoder would read is not passed on because it has the right length.
func TestFit_DamagedHeaderOfFittingPicture(t *testing.T) {
	file := blank(0xc0, 64, 48, 3)
	longer := bytes.Replace(file, []byte{0xff, 0xc0, 0, 17}, []byte{0xff, 0xc0, 0, 18}, 1)
	at := bytes.Index(longer, []byte{0xff, 0xc0}) + 19
	longer = append(append(bytes.Clone(longer[:at]), 0), longer[at:]...)
	refused(t, longer, idverify.PhotoLimits{})
}

func TestFit_FittingPictureKeepsItsPixels(t *testing.T) {
	file := asJPEG(t, noisy(400, 300))
	for name, limits := range map[string]idverify.PhotoLimits{
		"none": {}, "its length": {MaxBytes: int64(len(file))}, "its sides": {LongSide: 400, ShortSide: 300},
		"its base64": {MaxBase64: int64(base64.StdEncoding.EncodedLen(len(file)))}, "its format": {Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}},
	} {
		fitted, _ := fit(t, file, limits)
		assert.Equal(t, file, fitted, name)
	}
	png := asPNG(t, color16())
	e := refused(t, png, idverify.PhotoLimits{LongSide: 5, Formats: []idverify.PhotoFormat{idverify.PhotoPNG}})
	assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code, "without JPEG only fitting pictures are accepted")
}

func color16() image.Image {
	m := image.NewRGBA64(image.Rect(0, 0, 9, 9))
	m.SetRGBA64(1, 1, color.RGBA64{1, 2, 3, 0xffff})
	return m
}
