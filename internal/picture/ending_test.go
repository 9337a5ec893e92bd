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

// isWhole writes the content in pieces, cut at the given places.
func isWhole(f picture.Format, content []byte, cuts ...int) bool {
	e := picture.EndingOf(f)
	from := 0
	for _, cut := range append(cuts, len(content)) {
		e.Write(content[from:cut])
		from = cut
	}
	return !e.IsMissing()
}

// noisy is a picture whose data contain every byte value.
func noisy(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	state := uint32(1)
	for i := range m.Pix {
		state = state*1664525 + 1013904223
		m.Pix[i] = byte(state >> 24)
	}
	return m
}

func segment(marker byte, data string) string {
	return string(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2))) + data
}

// cameras are the file structures that cameras write, each up to its end.
func cameras(t testing.TB) map[string]string {
	var small, photo, drawing bytes.Buffer
	require.NoError(t, jpeg.Encode(&small, noisy(16, 16), nil))
	require.NoError(t, jpeg.Encode(&photo, noisy(40, 24), nil))
	require.NoError(t, png.Encode(&drawing, noisy(9, 5)))
	body := photo.String()[2:]
	const start = "\xff\xd8"
	scan := func(data string) string { return segment(0xda, "\x01\x01\x00\x00\x3f\x00") + data }
	frame := func(marker byte) string { return segment(marker, "\x08\x00\x10\x00\x10\x01\x01\x11\x00") }
	return map[string]string{
		"JPEG":            photo.String(),
		"JPEG, thumbnail": start + segment(0xe1, "Exif\x00\x00"+small.String()) + body,
		"JPEG, depth and profile": start + strings.Repeat(segment(0xe1, strings.Repeat("\xff\xd9", 500)), 3) +
			segment(0xe2, "MPF\x00\xff\xd9") + "\xff\xff" + body,
		"JPEG, progressive": start + frame(0xc2) + scan("\x12\xff\x00\x34") + segment(0xc4, "\x00\xff\xd9\xff") + scan("\xff\x00\xff\x00") +
			segment(0xfe, "\xff\xd9") + scan("") + "\xff\xd9",
		"JPEG, restarts":   start + frame(0xc0) + segment(0xdd, "\x00\x01") + scan("a\xff\xd0b\xff\xd1\xff\xff\xd2") + "\xff\xd9",
		"JPEG, DNL":        start + frame(0xc0) + scan("abc") + segment(0xdc, "\x00\x10") + "\xff\xd9",
		"JPEG, fill bytes": start + frame(0xc0) + scan("abc\xff\x00") + "\xff\xff\xff\xd9",
		"JPEG, lossless":   start + segment(0xf7, "\x08\x00\x10\x00\x10\x01\x01\x11\x00") + scan("\xff\x7f\xff\x01") + "\xff\xd9",
		"PNG":              drawing.String(),
		"PNG of a phone":   drawing.String()[:8] + "\x00\x00\x00\x04CgBI\x50\x00\x20\x02\x2b\xd5\xb3\x7f" + drawing.String()[8:],
		"PNG, text":        drawing.String()[:33] + "\x00\x00\x00\x0ctEXtIEND\xae\x42\x60\x82IEND\x00\x00\x00\x00" + drawing.String()[33:],
	}
}

func formatIn(name string) picture.Format {
	f, _, _ := strings.Cut(name, " ")
	return picture.Format(strings.TrimSuffix(f, ","))
}

func TestEnding_MissingAtEveryOffset(t *testing.T) {
	for name, content := range cameras(t) {
		f := formatIn(name)
		assert.Equal(t, f, picture.Inspect(strings.NewReader(content)).Format, name)
		for n := range len(content) {
			require.False(t, isWhole(f, []byte(content[:n])), "%s: %d of %d bytes", name, n, len(content))
		}
		assert.True(t, isWhole(f, []byte(content)), name)
		for _, behind := range []string{"\x00", "\xff\xd8\xff", content, strings.Repeat("\x00", 100)} {
			assert.True(t, isWhole(f, []byte(content+behind)), "%s: bytes after the end", name)
		}
	}
}

func TestEnding_PiecesOfAnySize(t *testing.T) {
	for name, content := range cameras(t) {
		f := formatIn(name)
		for cut := range len(content) {
			require.True(t, isWhole(f, []byte(content), cut), "%s: cut at %d", name, cut)
			require.False(t, isWhole(f, []byte(content[:len(content)-1]), min(cut, len(content)-1)), "%s: cut at %d", name, cut)
		}
		var every []int
		for cut := range len(content) {
			every = append(every, cut)
		}
		assert.True(t, isWhole(f, []byte(content), every...), name)
	}
}

// Other kinds of damage, and formats whose end is not checked, are left to the
// vendor.
func TestEnding_IgnoresOtherDamage(t *testing.T) {
	for _, f := range []picture.Format{picture.Unknown, picture.BMP, picture.GIF, picture.HEIC} {
		assert.True(t, isWhole(f, nil), "%s", f)
		assert.True(t, isWhole(f, []byte("x")), "%s", f)
	}
	var zero picture.Ending
	assert.False(t, zero.IsMissing())
	assert.True(t, isWhole(picture.JPEG, []byte("\xff\xd8\xff\xe1\x00\x00\xff\xe1\x00\x01\xff\xd9")), "impossible lengths")
	assert.True(t, isWhole(picture.JPEG, []byte("\xff\xd8\xff\x20\xff\xff\xff\xd9")), "a reserved marker")
	assert.False(t, isWhole(picture.PNG, []byte("\x89PNG\r\n\x1a\n\xff\xff\xff\xffIEND\x00\x00\x00\x00")))
	assert.False(t, isWhole(picture.JPEG, []byte("\xff\xd8\xff")))
}

// A marker is found at every position, whatever bytes are around it.
func TestEnding_FindsMarkerAnywhere(t *testing.T) {
	for _, around := range []string{"\x00", "\x01", "\x7f", "\x80", "\xfe", "\xff\x00", "a\xff\x00"} {
		for n := range 100 {
			before, behind := strings.Repeat(around, 100)[:n], strings.Repeat(around, 50)[:40]
			if strings.HasSuffix(before, "\xff") {
				continue
			}
			content := "\xff\xd8" + before + "\xff\xd9" + behind
			assert.True(t, isWhole(picture.JPEG, []byte(content)), "%q, %d", around, n)
			assert.False(t, isWhole(picture.JPEG, []byte("\xff\xd8"+before+"\xff\x00\xd9"+behind)), "%q, %d", around, n)
		}
	}
}

func TestEnding_AllocatesNothing(t *testing.T) {
	content := []byte(cameras(t)["JPEG"])
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		e := picture.EndingOf(picture.JPEG)
		e.Write(content)
	}))
}

func BenchmarkEnding(b *testing.B) {
	var photo bytes.Buffer
	require.NoError(b, jpeg.Encode(&photo, noisy(2000, 1500), &jpeg.Options{Quality: 90}))
	b.SetBytes(int64(photo.Len()))
	for b.Loop() {
		e := picture.EndingOf(picture.JPEG)
		for piece := photo.Bytes(); len(piece) > 0; piece = piece[min(6<<10, len(piece)):] {
			e.Write(piece[:min(6<<10, len(piece))])
		}
		if e.IsMissing() {
			b.Fatal("no end")
		}
	}
}
