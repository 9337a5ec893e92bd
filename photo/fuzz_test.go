package photo_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/photo"
)

// FuzzFit: whatever the bytes are, what comes out is a picture that the standard
// library reads, within the limits and without metadata, or an error of the vocabulary
// of which nothing was sent.
func FuzzFit(f *testing.F) {
	little := asJPEG(f, pattern(48, 32))
	for orientation := range uint16(9) {
		f.Add(withSegments(little, exifSegment(binary.BigEndian, orientation)))
	}
	for _, file := range phones(f, blank(0xc0, 64, 48, 3)) {
		if len(file) < 1<<16 {
			f.Add(file)
		}
	}
	for _, name := range []string{"progressive.jpg", "arithmetic.jpg", "lossy.webp", "lossless.webp", "alpha.webp", "animated.webp"} {
		f.Add(sample(f, name))
	}
	f.Add(blank(0xc2, 64, 48, 3))
	f.Add(withSegments(blank(0xc0, 64, 48, 4), segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00\x02")))
	f.Add(asPNG(f, pattern(48, 32)))
	f.Add(asPNG(f, color16()))
	fitter, err := photo.New(photo.Config{MaxPixels: 1 << 18})
	require.NoError(f, err)
	limits := []idverify.PhotoLimits{
		{}, {LongSide: 20, ShortSide: 12}, {MaxBase64: 1500, MinLongSide: 8}, {MinBytes: 400, Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}},
	}
	codes := []idverify.Code{idverify.CodeUnsupportedFormat, idverify.CodeUnreadableEvidence, idverify.CodeTooLarge, idverify.CodePoorPhoto}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, l := range limits {
			m, err := fitter.Fit(t.Context(), idverify.Bytes(file), l)
			if err != nil {
				var e *idverify.Error
				require.ErrorAs(t, err, &e)
				assert.True(t, slices.Contains(codes, e.Code) && !e.Sent() && e.Billed == idverify.BilledNo, "%v", e)
				continue
			}
			holdTo(t, content(t, m), l)
		}
	})
}

func holdTo(t *testing.T, fitted []byte, l idverify.PhotoLimits) {
	size, format, err := image.DecodeConfig(bytes.NewReader(fitted))
	require.NoError(t, err)
	long, short := max(size.Width, size.Height), min(size.Width, size.Height)
	assert.True(t, l.LongSide == 0 || long <= l.LongSide && short <= l.ShortSide, "%v", size)
	assert.GreaterOrEqual(t, long, l.MinLongSide)
	assert.GreaterOrEqual(t, int64(len(fitted)), l.MinBytes)
	assert.True(t, l.MaxBase64 == 0 || int64(len(fitted)+2)/3*4 <= l.MaxBase64)
	assert.True(t, format == "jpeg" || format == "png" && len(l.Formats) == 0, format)
	if format == "png" {
		assert.False(t, bytes.Contains(fitted, []byte("eXIf")) && plainPNG(fitted))
		return
	}
	assert.NotContains(t, segments(fitted), byte(0xe1))
	assert.NotContains(t, segments(fitted), byte(0xfe))
}

// plainPNG reports whether the standard library can read all of it.
func plainPNG(file []byte) bool {
	_, err := png.Decode(bytes.NewReader(file))
	return err == nil
}

// segments are the markers of a JPEG up to its first scan, read by their lengths.
func segments(file []byte) (markers []byte) {
	for at := 2; at+4 <= len(file) && file[at] == 0xff && file[at+1] != 0xda; {
		if file[at+1] == 0xff {
			at++
			continue
		}
		markers = append(markers, file[at+1])
		at += 2 + int(binary.BigEndian.Uint16(file[at+2:]))
	}
	return markers
}
