package picture_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/internal/picture"
)

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// tiff is a directory of two entries at an offset after the header.
func tiff(order byteOrder, behind int, kind uint16, value uint32) []byte {
	mark := "II"
	if order.String() == binary.BigEndian.String() {
		mark = "MM"
	}
	b := order.AppendUint16([]byte(mark), 42)
	b = append(order.AppendUint32(b, uint32(8+behind)), make([]byte, behind)...)
	b = order.AppendUint16(b, 2)
	entry := func(tag, kind uint16, value []byte) {
		b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag), kind), 1)
		b = append(append(b, value...), make([]byte, 4-len(value))...)
	}
	entry(0x010f, 2, []byte("\x12\x01\x03\x00"))
	switch kind {
	case 1:
		entry(0x0112, kind, []byte{byte(value)})
	case 3:
		entry(0x0112, kind, order.AppendUint16(nil, uint16(value)))
	default:
		entry(0x0112, kind, order.AppendUint32(nil, value))
	}
	return b
}

func withEXIF(photo, tiff []byte) []byte {
	exif := []byte(segment(0xe1, "Exif\x00\x00"+string(tiff)))
	return bytes.Join([][]byte{photo[:2], exif, photo[2:]}, nil)
}

func TestOrientation(t *testing.T) {
	photo := encoded(t, asJPEG, 65, 130)
	of := func(content []byte) int {
		info := picture.Inspect(bytes.NewReader(content))
		assert.Equal(t, [2]int{65, 130}, [2]int{int(info.Width), int(info.Height)})
		return int(info.Orientation)
	}
	assert.Zero(t, of(photo), "nothing is said")
	for _, order := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		for value := range uint32(12) {
			want := 0
			if 1 <= value && value <= 8 {
				want = int(value)
			}
			for _, behind := range []int{0, 1, 500, 20_000} {
				assert.Equal(t, want, of(withEXIF(photo, tiff(order, behind, 3, value))), "%s, %d, %d", order, value, behind)
				assert.EqualValues(t, want, picture.OrientationIn(tiff(order, behind, 3, value)), "%s, %d, %d", order, value, behind)
			}
			for kind, want := range map[uint16]int{1: want, 4: want, 2: 0, 5: 0, 0: 0, 0xffff: 0} {
				assert.Equal(t, want, of(withEXIF(photo, tiff(order, 0, kind, value))), "%s, %d, type %d", order, value, kind)
			}
		}
		whole := tiff(order, 3, 3, 6)
		for n := range len(whole) - 2 { // the entry's last two bytes are padding
			assert.Zero(t, of(withEXIF(photo, whole[:n])), "%s: cut off at %d", order, n)
		}
	}
}

// Only the first EXIF block counts, anywhere before the data.
func TestOrientation_Position(t *testing.T) {
	photo, six, three := encoded(t, asJPEG, 65, 130), tiff(binary.BigEndian, 0, 3, 6), tiff(binary.LittleEndian, 0, 3, 3)
	scan := bytes.Index(photo, []byte("\xff\xda"))
	exif := []byte(segment(0xe1, "Exif\x00\x00"+string(six)))
	xmp := []byte(segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x/>"))
	for name, test := range map[string]struct {
		content []byte
		want    int
	}{
		"behind XMP":           {bytes.Join([][]byte{photo[:2], xmp, exif, photo[2:]}, nil), 6},
		"after the frame":      {bytes.Join([][]byte{photo[:scan], exif, photo[scan:]}, nil), 6},
		"two":                  {withEXIF(withEXIF(photo, three), six), 6},
		"after the picture":    {append(bytes.Clone(photo), withEXIF(photo, six)...), 0},
		"in a thumbnail":       {bytes.Join([][]byte{photo[:2], []byte(segment(0xe1, "XMP\x00"+string(withEXIF(photo, six)))), photo[2:]}, nil), 0},
		"a name in lower case": {bytes.Replace(withEXIF(photo, six), []byte("Exif"), []byte("exif"), 1), 0},
	} {
		assert.EqualValues(t, test.want, picture.Inspect(bytes.NewReader(test.content)).Orientation, name)
	}
}

func TestOrientation_PNG(t *testing.T) {
	drawing := encoded(t, asPNG, 65, 130)
	of := func(kind string, at int) int {
		data := tiff(binary.BigEndian, 0, 3, 8)
		chunk := append(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...), data...)
		content := bytes.Join([][]byte{drawing[:at], chunk, make([]byte, 4), drawing[at:]}, nil)
		info := picture.Inspect(bytes.NewReader(content))
		assert.Equal(t, [2]int{65, 130}, [2]int{int(info.Width), int(info.Height)})
		return int(info.Orientation)
	}
	assert.Equal(t, 8, of("eXIf", 33), "behind the header")
	assert.Equal(t, 8, of("eXIf", 8), "before it")
	assert.Zero(t, of("zXIf", 33))
	assert.Zero(t, of("eXIf", len(drawing)-12), "behind the data")
}
