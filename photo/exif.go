package photo

import (
	"bytes"
	"encoding/binary"
)

// orientation says how a picture that was stored lies, by the numbers of EXIF. 0
// is 1: upright.
type orientation int

func (o orientation) isUpright() bool { return o < 2 || o > 8 }

// A picture is made upright by flipping its columns, then its rows, and then
// exchanging the two.
func (o orientation) flipsX() bool     { return o == 2 || o == 3 || o == 7 || o == 8 }
func (o orientation) flipsY() bool     { return o == 3 || o == 4 || o == 6 || o == 7 }
func (o orientation) transposed() bool { return 5 <= o && o <= 8 }

// upright is the size of the picture when it is upright.
func (o orientation) upright(width, height int) (int, int) {
	if o.transposed() {
		return height, width
	}
	return width, height
}

const (
	exifHeader     = "Exif\x00\x00"
	tagOrientation = 0x0112
	typeShort      = 3
	typeLong       = 4
)

// exifOrientation reads the number from EXIF: a TIFF file of which the first
// directory is looked at (CIPA DC-008). 0 where there is none.
func exifOrientation(exif []byte) orientation {
	var order binary.ByteOrder
	switch {
	case len(exif) < 8:
		return 0
	case bytes.HasPrefix(exif, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(exif, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 0
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return 0
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == tagOrientation {
			return orientationIn(order, entries[:12])
		}
		entries = entries[12:]
	}
	return 0
}

func orientationIn(order binary.ByteOrder, entry []byte) orientation {
	var n uint32
	switch order.Uint16(entry[2:]) {
	case typeShort:
		n = uint32(order.Uint16(entry[8:]))
	case typeLong:
		n = order.Uint32(entry[8:])
	}
	if n > 8 {
		return 0
	}
	return orientation(n)
}
