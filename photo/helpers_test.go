package photo_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/photo"
)

// pattern is a picture that looks different however it is turned.
func pattern(width, height int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			blue := uint8(160)
			if (x < width/2) == (y < height/2) {
				blue = 90
			}
			m.SetRGBA(x, y, color.RGBA{uint8(40 + 4*48*x/width), uint8(60 + 5*32*y/height), blue, 255})
		}
	}
	return m
}

func asJPEG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var file bytes.Buffer
	require.NoError(tb, jpeg.Encode(&file, m, &jpeg.Options{Quality: 95}))
	return file.Bytes()
}

func asPNG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var file bytes.Buffer
	require.NoError(tb, png.Encode(&file, m))
	return file.Bytes()
}

// segment is one of a JPEG.
func segment(marker byte, content string) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(content)+2))
	return append(head, content...)
}

// withSegments puts segments behind the start of a JPEG.
func withSegments(file []byte, segments ...[]byte) []byte {
	return bytes.Join([][]byte{file[:2], bytes.Join(segments, nil), file[2:]}, nil)
}

// exif is the EXIF of a camera: its maker, the orientation, and where it was taken.
func exif(order binary.AppendByteOrder, orientation uint16) string {
	text := []byte("II*\x00")
	if order.String() == binary.BigEndian.String() {
		text = []byte("MM\x00*")
	}
	text = order.AppendUint32(text, 8)
	text = order.AppendUint16(text, 3)
	entry := func(tag, kind uint16, count, value uint32) {
		text = order.AppendUint16(text, tag)
		text = order.AppendUint16(text, kind)
		text = order.AppendUint32(text, count)
		text = order.AppendUint32(text, value)
	}
	entry(0x010f, 2, 14, 50) // the maker's text
	text = order.AppendUint16(order.AppendUint16(text, 0x0112), 3)
	text = order.AppendUint16(order.AppendUint32(text, 1), orientation)
	text = append(text, 0, 0)
	entry(0x8825, 4, 1, 50) // GPS
	return string(append(order.AppendUint32(text, 0), "EXAMPLE-CAMERA\x00"...))
}

func exifSegment(order binary.AppendByteOrder, orientation uint16) []byte {
	return segment(0xe1, "Exif\x00\x00"+exif(order, orientation))
}

// chunk is one of a PNG.
func chunk(kind, data string) []byte {
	text := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	text = append(append(text, kind...), data...)
	return binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(text[4:]))
}

// pngHead is the beginning of a PNG of a size.
func pngHead(width, height uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(size)+"\x08\x02\x00\x00\x00")...)
}

// blank is a JPEG of one, three (4:2:0) or four planes, all of one tone: its data are
// zeros only. It is baseline (0xc0) or progressive (0xc2).
func blank(frame byte, width, height, planes int) []byte {
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(height)), uint16(width))
	head, scan, blocks := append(size, byte(planes)), []byte{byte(planes)}, 6
	for i := range planes {
		sampling := byte(0x11)
		if i == 0 && planes == 3 {
			sampling = 0x22
		}
		head, scan = append(head, byte(i+1), sampling, 0), append(scan, byte(i+1), 0)
	}
	last, side := byte(63), 16
	if planes != 3 {
		blocks, side = planes, 8
	}
	bits := blocks * ((width + side - 1) / side) * ((height + side - 1) / side)
	if frame == 0xc2 {
		last = 0
	} else {
		bits *= 2 // the end of each block
	}
	table := "\x01" + string(make([]byte, 15)) + "\x00" // one code of one bit
	return bytes.Join([][]byte{
		{0xff, 0xd8}, segment(0xdb, "\x00"+string(bytes.Repeat([]byte{1}, 64))), segment(frame, string(head)),
		segment(0xc4, "\x00"+table), segment(0xc4, "\x10"+table), segment(0xda, string(append(scan, 0, last, 0))),
		make([]byte, (bits+7)/8), {0xff, 0xd9},
	}, nil)
}

func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	file, err := os.ReadFile("testdata/" + name)
	require.NoError(tb, err)
	return file
}

func content(tb testing.TB, m idverify.Media) []byte {
	tb.Helper()
	r, _, err := m.Open()
	require.NoError(tb, err)
	all, err := io.ReadAll(r)
	require.NoError(tb, err)
	require.NoError(tb, r.Close())
	return all
}

// fit makes a file fit, and decodes what was made.
func fit(tb testing.TB, file []byte, limits idverify.PhotoLimits) ([]byte, image.Image) {
	tb.Helper()
	m, err := photo.Fit(tb.Context(), idverify.Bytes(file), limits)
	require.NoError(tb, err)
	fitted := content(tb, m)
	picture, _, err := image.Decode(bytes.NewReader(fitted))
	require.NoError(tb, err)
	return fitted, picture
}

// refused is the error about a file.
func refused(tb testing.TB, file []byte, limits idverify.PhotoLimits) *idverify.Error {
	tb.Helper()
	m, err := photo.Fit(tb.Context(), idverify.Bytes(file), limits)
	require.Error(tb, err)
	var e *idverify.Error
	require.ErrorAs(tb, err, &e)
	assert.True(tb, m.IsZero())
	assert.Equal(tb, idverify.DeliveryNotSent, e.Delivery)
	assert.Equal(tb, idverify.BilledNo, e.Billed)
	return e
}

// apart is how many levels two pictures of one size are from each other on average,
// and at most.
func apart(tb testing.TB, a, b image.Image) (average, most float64) {
	tb.Helper()
	require.Equal(tb, a.Bounds().Size(), b.Bounds().Size())
	one, other := image.NewRGBA(a.Bounds()), image.NewRGBA(b.Bounds())
	draw.Draw(one, one.Rect, a, a.Bounds().Min, draw.Src)
	draw.Draw(other, other.Rect, b, b.Bounds().Min, draw.Src)
	for i := range one.Pix {
		d := float64(max(one.Pix[i], other.Pix[i]) - min(one.Pix[i], other.Pix[i]))
		average, most = average+d, max(most, d)
	}
	return average / float64(len(one.Pix)), most
}

func decoded(tb testing.TB, file []byte) image.Image {
	tb.Helper()
	m, _, err := image.Decode(bytes.NewReader(file))
	require.NoError(tb, err)
	return m
}
