package photo_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/long"
)

// phones are files as cameras and phones build them, around one picture.
func phones(tb testing.TB, picture []byte) map[string][]byte {
	jfif := segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x00\x00")
	if bytes.HasPrefix(picture[2:], jfif[:2]) {
		tb.Fatal("the picture has a JFIF segment already")
	}
	little, big := exifSegment(binary.LittleEndian, 1), exifSegment(binary.BigEndian, 1)
	profile := segment(0xe2, "ICC_PROFILE\x00\x01\x01EXAMPLE-CAMERA"+strings.Repeat("p", 500))
	var depth [][]byte
	for range 40 {
		depth = append(depth, segment(0xe1, "http://ns.adobe.com/xmp/extension/\x00EXAMPLE-CAMERA"+strings.Repeat("d", 65000)))
	}
	mpf := segment(0xe2, "MPF\x00MM\x00*EXAMPLE-CAMERA")
	return map[string][]byte{
		"JFIF only":                         withSegments(picture, jfif),
		"EXIF only":                         withSegments(picture, big),
		"EXIF in little endian, then JFIF":  withSegments(picture, little, jfif),
		"JFIF, EXIF, XMP, a profile":        withSegments(picture, jfif, big, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>EXAMPLE-CAMERA"), profile),
		"a portrait after two megabytes":    withSegments(picture, append([][]byte{big}, depth...)...),
		"MPF and a second picture":          append(withSegments(picture, little, mpf), withSegments(picture, little)...),
		"a film after it":                   append(withSegments(picture, big), "\x00\x00\x00\x18ftypmp42EXAMPLE-CAMERA"...),
		"a JFIF thumbnail":                  withSegments(picture, segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x01\x01rgb")),
		"a comment and an editor's segment": withSegments(picture, segment(0xfe, "EXAMPLE-CAMERA"), segment(0xed, "Photoshop 3.0\x00EXAMPLE-CAMERA")),
		"fill bytes before a segment":       withSegments(picture, []byte{0xff, 0xff, 0xff}, big),
		"bytes between segments":            withSegments(picture, big, []byte("lost")),
	}
}

func TestJPEG_MetadataIsDropped(t *testing.T) {
	plain := asJPEG(t, pattern(48, 32))
	for name, file := range phones(t, plain) {
		fitted, got := fit(t, file, idverify.PhotoLimits{})
		average, _ := apart(t, pattern(48, 32), got)
		assert.Less(t, average, 6.0, name)
		for _, gone := range []string{"EXAMPLE-CAMERA", "Exif", "XMP", "ICC_PROFILE", "MPF", "ftyp", "rgb", "lost"} {
			assert.NotContains(t, string(fitted), gone, name)
		}
		if name != "bytes between segments" {
			kept := bytes.Replace(fitted, segment(0xe0, "JFIF\x00\x01\x01\x00\x00\x48\x00\x48\x00\x00"), nil, 1)
			assert.Equal(t, plain, bytes.ReplaceAll(kept, []byte{0xff, 0xff}, []byte{0xff}), "%s: the pixels are unchanged", name)
		}
	}
}

// Wherever a file stops, it is refused: the first picture has to be whole.
func TestJPEG_TruncatedIsRefused(t *testing.T) {
	for name, file := range phones(t, blank(0xc0, 64, 48, 3)) {
		end := bytes.LastIndex(file, []byte{0xff, 0xd9})
		if name == "MPF and a second picture" {
			end = bytes.Index(file, []byte{0xff, 0xd9})
		}
		step := max(1, end/long.Or(400, 100))
		for n := 3; n < end+2; n += step {
			e := refused(t, file[:n], idverify.PhotoLimits{})
			assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code, "%s, %d of %d", name, n, end)
			assert.Equal(t, "the JPEG stops before its end", e.Detail, "%s, %d of %d", name, n, end)
		}
		fit(t, file[:end+2], idverify.PhotoLimits{})
	}
}

func TestJPEG_UnsupportedKinds(t *testing.T) {
	for marker, kind := range map[byte]string{0xc3: "lossless", 0xc5: "hierarchical", 0xc9: "arithmetic coding", 0xca: "arithmetic coding", 0xcb: "lossless"} {
		e := refused(t, blank(marker, 64, 48, 3), idverify.PhotoLimits{})
		assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code)
		assert.Contains(t, e.Detail, kind)
	}
	assert.Contains(t, refused(t, sample(t, "arithmetic.jpg"), idverify.PhotoLimits{}).Detail, "arithmetic coding")
	deep := bytes.Replace(blank(0xc1, 64, 48, 3), []byte{8, 0, 48, 0, 64}, []byte{12, 0, 48, 0, 64}, 1)
	e := refused(t, deep, idverify.PhotoLimits{})
	assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code)
	assert.Contains(t, e.Detail, "12 bits")
}

func TestJPEG_Damaged(t *testing.T) {
	whole := blank(0xc0, 64, 48, 3)
	scan := bytes.Index(whole, []byte{0xff, 0xda})
	for name, file := range map[string][]byte{
		"a segment shorter than its length": withSegments(whole, []byte{0xff, 0xe1, 0, 1}),
		"no frame":                          append(append([]byte{}, whole[:2]...), whole[scan:]...),
		"a frame of five bytes":             withSegments(whole, segment(0xc0, "\x08\x00\x40\x00\x40")),
		"no height":                         bytes.Replace(whole, []byte{8, 0, 48, 0, 64}, []byte{8, 0, 0, 0, 64}, 1),
		"its data are missing":              append(append([]byte{}, whole[:scan+14]...), 0xff, 0xd9),
	} {
		limits := idverify.PhotoLimits{LongSide: 32, ShortSide: 32} // so that it is decoded
		e := refused(t, file, limits)
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code, "%s: %v", name, e)
	}
}

// A scan of a few bytes costs as much as a picture: there may not be any number.
func TestJPEG_TooManyScansAreRefused(t *testing.T) {
	whole := blank(0xc2, 64, 48, 3)
	scan := bytes.Index(whole, []byte{0xff, 0xda})
	many := func(n int) []byte {
		again := bytes.Repeat(whole[scan:len(whole)-2], n)
		return append(append(append([]byte{}, whole[:scan]...), again...), 0xff, 0xd9)
	}
	fit(t, many(100), idverify.PhotoLimits{})
	e := refused(t, many(101), idverify.PhotoLimits{})
	assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code)
	assert.Contains(t, e.Detail, "100 scans")
}

func TestJPEG_ProgressiveGrayAndCMYK(t *testing.T) {
	_, got := fit(t, sample(t, "progressive.jpg"), idverify.PhotoLimits{LongSide: 24})
	average, _ := apart(t, pattern(24, 16), got)
	assert.Less(t, average, 6.0)

	gray := inGray(pattern(48, 32))
	fitted, got := fit(t, withSegments(asJPEG(t, gray), exifSegment(binary.BigEndian, 8)), idverify.PhotoLimits{})
	assert.IsType(t, &image.Gray{}, got, "gray stays gray")
	assert.Equal(t, image.Pt(32, 48), got.Bounds().Size())
	assert.NotEmpty(t, fitted)

	for _, adobe := range []string{"\x00", "\x02"} { // CMYK and YCCK, inverted as Adobe has it
		file := withSegments(blank(0xc0, 64, 48, 4), segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00"+adobe))
		_, got := fit(t, file, idverify.PhotoLimits{})
		assert.IsType(t, &image.YCbCr{}, got, "vendors may misread CMYK, so none is sent")
		r, g, b, _ := got.At(10, 10).RGBA()
		assert.InDeltaSlice(t, []int{64, 64, 64}, []int{int(r >> 8), int(g >> 8), int(b >> 8)}, 3, "half the light of half the ink")
	}
	e := refused(t, blank(0xc0, 64, 48, 4), idverify.PhotoLimits{})
	assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code, "four components of unknown colours")
	assert.Contains(t, fmt.Sprint(e), "Adobe")
}
