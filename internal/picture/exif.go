package picture

import "bytes"

// OrientationIn is how a picture has to be turned before it is shown, in EXIF's
// numbers: 1 is not at all, 2 to 8 turn or mirror it, 0 means that EXIF does not say.
// exif is a TIFF file, as in a PNG; a JPEG has it after the name "Exif" (CIPA
// DC-008).
func OrientationIn(exif []byte) uint8 {
	h := newHead(bytes.NewReader(exif))
	defer h.release()
	return tiffOrientation(&block{h: h, left: len(exif)})
}

// block is a segment of a head. Reading stops at its end.
type block struct {
	h    *head
	left int
}

func (b *block) next() (byte, bool) {
	if b.left == 0 {
		return 0, false
	}
	b.left--
	return b.h.next()
}

func (b *block) skip(n int) bool {
	if n > b.left {
		return false
	}
	b.left -= n
	return b.h.skip(n)
}

// number reads an integer of the given number of bytes in either byte order.
func (b *block) number(bytes int, littleEndian bool) (n uint32, ok bool) {
	for i := range bytes {
		c, more := b.next()
		if !more {
			return 0, false
		}
		if littleEndian {
			n |= uint32(c) << (8 * i)
		} else {
			n = n<<8 | uint32(c)
		}
	}
	return n, true
}

func (b *block) begins(text string) bool {
	for i := range len(text) {
		if c, ok := b.next(); !ok || c != text[i] {
			return false
		}
	}
	return true
}

// exifOrientation reads an APP1 segment. A segment without EXIF gives 0.
func exifOrientation(b *block) uint8 {
	if !b.begins("Exif\x00") {
		return 0
	}
	_, _ = b.next() // padding
	return tiffOrientation(b)
}

// The TIFF directory entry of the orientation (TIFF 6.0, section 8), and its types.
const (
	tagOrientation = 0x0112
	typeByte       = 1
	typeShort      = 3
	typeLong       = 4
)

// tiffOrientation reads a TIFF header and its first directory.
func tiffOrientation(b *block) uint8 {
	first, _ := b.next()
	second, ok := b.next()
	little := first == 'I'
	if !ok || first != second || first != 'I' && first != 'M' {
		return 0
	}
	const header = 8 // bytes
	magic, _ := b.number(2, little)
	at, ok := b.number(4, little)
	if !ok || magic != 42 || at < header || at > 1<<30 || !b.skip(int(at)-header) {
		return 0
	}
	entries, _ := b.number(2, little)
	for range entries {
		tag, _ := b.number(2, little)
		kind, _ := b.number(2, little)
		_, ok := b.number(4, little) // number of values
		switch {
		case !ok:
			return 0
		case tag == tagOrientation:
			return orientationOf(b, kind, little)
		case !b.skip(4):
			return 0
		}
	}
	return 0
}

func orientationOf(b *block, kind uint32, littleEndian bool) uint8 {
	size := [...]int{typeByte: 1, typeShort: 2, typeLong: 4, 5: 0}[min(kind, 5)]
	if n, ok := b.number(size, littleEndian); ok && 1 <= n && n <= 8 {
		return uint8(n)
	}
	return 0
}
