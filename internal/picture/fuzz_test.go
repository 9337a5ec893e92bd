package picture_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/picture"
)

// For JPEG and PNG, Inspect agrees with image/jpeg and image/png wherever they can
// tell; for BMP, with the header. The result does not depend on how the bytes arrive.
func FuzzInspect(f *testing.F) {
	for _, content := range pictures(f) {
		f.Add(content)
		f.Add(content[:len(content)/2])
	}
	for _, start := range []string{
		"", "B", "\xff\xd8\xff", "\xff\xd8\xff\xe0\x00\x10JFIF", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "GIF87a..", "GIF89a..",
		"RIFF....WEBPVP8 ", "....ftypheic", "....ftypavif", "II*\x00", "MM\x00*", "%PDF-1.7",
	} {
		f.Add([]byte(start))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		info := picture.Inspect(bytes.NewReader(content))
		assert.True(t, info.Width >= 0 && info.Height >= 0, "%+v", info)
		assert.Equal(t, info, picture.Inspect(iotest.OneByteReader(bytes.NewReader(content))), "one byte at a time")
		assert.Equal(t, info, picture.Inspect(iotest.DataErrReader(bytes.NewReader(content))), "EOF together with the data")
		assert.Equal(t, info, picture.Inspect(io.MultiReader(bytes.NewReader(content), iotest.ErrReader(io.ErrClosedPipe))), "an error in place of the end")

		config, err := standard(info.Format, content)
		switch {
		case err == nil:
			assert.Equal(t, [2]int{config.Width, config.Height}, [2]int{int(info.Width), int(info.Height)}, "%s", info.Format)
		case info.Format == picture.BMP:
			checkBMP(t, content, info)
		case info.Format != picture.JPEG && info.Format != picture.PNG:
			assert.Zero(t, info.Width+info.Height, "the size of a format whose size is not read")
		}
	})
}

type counting struct {
	from io.Reader
	n    int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += n
	return n, err
}

// standard is the image.Config that the standard library reads from the same bytes.
func standard(format picture.Format, content []byte) (image.Config, error) {
	head := bytes.NewReader(content)
	switch format {
	case picture.JPEG:
		return jpeg.DecodeConfig(head)
	case picture.PNG:
		return png.DecodeConfig(head)
	}
	return image.Config{}, image.ErrFormat
}

// checkBMP reads the header field by field.
func checkBMP(t *testing.T, content []byte, info picture.Info) {
	t.Helper()
	if len(content) < 26 {
		assert.Zero(t, info.Width+info.Height)
		return
	}
	var core struct{ Width, Height uint16 }
	var long struct{ Width, Height int32 }
	var header uint32
	require.NoError(t, binary.Read(bytes.NewReader(content[14:]), binary.LittleEndian, &header))
	require.NoError(t, binary.Read(bytes.NewReader(content[18:]), binary.LittleEndian, &core))
	require.NoError(t, binary.Read(bytes.NewReader(content[18:]), binary.LittleEndian, &long))
	if header == 12 {
		assert.Equal(t, [2]int{int(core.Width), int(core.Height)}, [2]int{int(info.Width), int(info.Height)})
		return
	}
	assert.Equal(t, [2]int{distance(long.Width), distance(long.Height)}, [2]int{int(info.Width), int(info.Height)})
}

func distance(n int32) int { return min(max(int(n), -int(n)), math.MaxInt32) }

// pictures are small pictures of every form that the decoders distinguish.
func pictures(f *testing.F) [][]byte {
	var all [][]byte
	for _, m := range []image.Image{
		image.NewGray(image.Rect(0, 0, 65, 130)), image.NewRGBA(image.Rect(0, 0, 3, 2)), image.NewNRGBA64(image.Rect(0, 0, 2, 5)),
		image.NewPaletted(image.Rect(0, 0, 7, 1), color.Palette{color.Black, color.Transparent}), image.NewGray16(image.Rect(0, 0, 1, 1)),
	} {
		var asJPEG, asPNG bytes.Buffer
		require.NoError(f, jpeg.Encode(&asJPEG, m, nil))
		require.NoError(f, png.Encode(&asPNG, m))
		all = append(all, asJPEG.Bytes(), asPNG.Bytes())
	}
	frame := func(marker byte, components ...byte) string {
		head := []byte{0xff, marker, 0, byte(8 + 3*len(components)), 8, 0x04, 0x38, 0x07, 0x80, byte(len(components))}
		for _, id := range components {
			head = append(head, id, 0x11, 0)
		}
		return string(head)
	}
	const start, end = "\xff\xd8", "\xff\xd9"
	comment := "\xff\xfe\x00\x06\xff\xc0\x00\x11"
	for _, jpg := range []string{
		start + frame(0xc0, 1, 2, 3) + end,                                                       // baseline
		start + frame(0xc1, 1) + end,                                                             // extended
		start + frame(0xc2, 1, 2, 3) + end,                                                       // progressive
		start + frame(0xc3, 1) + end,                                                             // lossless, which image/jpeg refuses
		start + frame(0xc0, 1, 2, 3, 4) + end,                                                    // CMYK
		start + frame(0xc0, 'R', 'G', 'B') + end,                                                 // RGB
		start + frame(0xc0, 1, 1, 1) + end,                                                       // one component three times
		start + comment + frame(0xc0, 1) + end,                                                   // a frame in a comment
		start + "\xff\xff\xff" + frame(0xc0, 1) + end,                                            // fill bytes
		start + "\xff\xe1\x00\x02" + frame(0xc0, 1) + end,                                        // an empty segment
		start + "\xff\xe1\x00\x01" + frame(0xc0, 1) + end,                                        // a segment shorter than its length
		start + "\xff\x00" + frame(0xc0, 1) + end,                                                // a stuffed byte between segments
		start + "\xff\xd0\xff\xd7" + frame(0xc0, 1) + end,                                        // restart markers
		start + "\xff\x01" + frame(0xc0, 1) + end,                                                // a marker without a segment
		start + "\xff\xe0\x00\x02garbage" + frame(0xc0, 1) + end,                                 // garbage between segments
		start + "\xff\xdd\x00\x04\x00\x08" + frame(0xc0, 1) + end,                                // a restart interval
		start + "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x01" + frame(0xc0, 1, 2, 3) + end, // Adobe's colours
		start + "\xff\xd8" + frame(0xc0, 1) + end,                                                // two beginnings
		start + "\xff\xd9" + frame(0xc0, 1),                                                      // an end before the frame
		start + "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + frame(0xc0, 1) + end,                // a scan before the frame
		start + "\xff\xc4\x00\x02" + frame(0xc0, 1) + end,                                        // an empty Huffman table
		start + "\xff\xdb\x00\x02" + frame(0xc0, 1) + end,                                        // an empty quantisation table
	} {
		all = append(all, []byte(jpg))
	}
	chunk := func(kind, data string) string {
		text := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		text = append(append(text, kind...), data...)
		return string(binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(text[4:])))
	}
	const signature = "\x89PNG\r\n\x1a\n"
	header := func(rest string) string { return chunk("IHDR", "\x00\x00\x07\x80\x00\x00\x04\x38"+rest) }
	for _, text := range []string{
		signature + header("\x08\x02\x00\x00\x00"),                                                         // RGB
		signature + header("\x08\x06\x00\x00\x01"),                                                         // interlaced
		signature + header("\x08\x03\x00\x00\x00"),                                                         // a palette that never comes
		signature + header("\x08\x03\x00\x00\x00") + chunk("PLTE", "\x00\x00\x00") + chunk("tRNS", "\x00"), // a palette
		signature + chunk("CgBI", "\x50\x00\x20\x02") + header("\x08\x02\x00\x00\x00"),                     // Apple's own chunk first
		signature + header("\x07\x02\x00\x00\x00"),                                                         // a depth that there is not
		signature + chunk("IHDR", "\x80\x00\x00\x00\x00\x00\x00\x01\x08\x02\x00\x00\x00"),                  // a negative width
		signature + chunk("IHDR", "\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x02\x00\x00\x00"),                  // the largest
		signature + chunk("IHDR", "\x00\x00\x00\x00\x00\x00\x00\x01\x08\x02\x00\x00\x00"),                  // no width
		signature + header("\x08\x02\x00\x00\x00")[:25],                                                    // a checksum cut off
		signature + header("\x08\x02\x00\x00\x00")[:21] + "\x00\x00\x00\x00",                               // a wrong checksum
	} {
		all = append(all, []byte(text))
	}
	return append(all, bmp(40, int32(640), int32(480)), bmp(40, int32(-1<<31), int32(-1<<31)), bmp(12, uint16(640), uint16(480)),
		bmp(124, int32(0), int32(-1)))
}

// Ending agrees with a second reader that has the whole file, however the bytes
// arrive, and accepts every picture that image/jpeg and image/png decode.
func FuzzEnding(f *testing.F) {
	for _, content := range cameras(f) {
		f.Add([]byte(content), uint16(1))
		f.Add([]byte(content[:len(content)-1]), uint16(100))
		f.Add([]byte(content[:2]+content), uint16(7))
	}
	for _, content := range pictures(f) {
		f.Add(content, uint16(3))
	}
	f.Fuzz(func(t *testing.T, content []byte, piece uint16) {
		info := picture.Inspect(bytes.NewReader(content))
		var cuts []int
		for cut := int(piece); piece > 0 && cut < len(content); cut += int(piece) {
			cuts = append(cuts, cut)
		}
		whole := isWhole(info.Format, content, cuts...)
		switch info.Format {
		case picture.JPEG:
			assert.Equal(t, endOfJPEG(content) > 0, whole)
		case picture.PNG:
			assert.Equal(t, endOfPNG(content) > 0, whole)
		default:
			assert.True(t, whole)
		}
		if int64(info.Width)*int64(info.Height) > 1<<20 {
			return
		}
		if _, _, err := image.Decode(bytes.NewReader(content)); err == nil {
			assert.True(t, whole, "it was decoded")
		}
	})
}

// endOfJPEG is the index where the picture ends, 0 if it has no end. It reads the
// whole file at once.
func endOfJPEG(content []byte) int {
	rest := content[2:]
	for {
		i := bytes.IndexByte(rest, 0xff)
		if i < 0 {
			return 0
		}
		code := rest[i:]
		for len(code) > 0 && code[0] == 0xff {
			code = code[1:]
		}
		switch {
		case len(code) == 0:
			return 0
		case code[0] <= 0xbf || 0xd0 <= code[0] && code[0] <= 0xd8:
			rest = code[1:]
		case code[0] == 0xd9:
			return len(content) - len(code) + 1
		case len(code) < 3:
			return 0
		default:
			length := max(2, int(binary.BigEndian.Uint16(code[1:])))
			rest = code[1:][min(length, len(code)-1):]
		}
	}
}

// endOfPNG is the same for a PNG.
func endOfPNG(content []byte) int {
	for at := 8; at+12 <= len(content); {
		length := int(binary.BigEndian.Uint32(content[at:]))
		kind := string(content[at+4 : at+8])
		if at += 12 + length; kind == "IEND" && at <= len(content) {
			return at
		}
	}
	return 0
}
