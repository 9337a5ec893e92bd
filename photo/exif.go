package photo

import (
	"bytes"

	"github.com/idverify/idverify/internal/picture"
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
	exifHeader = "Exif\x00"
	padding    = 1 // bytes behind it
)

// exifOrientation reads the number from EXIF, with its header or without, as the
// first look at a picture does. 0 where there is none.
func exifOrientation(exif []byte) orientation {
	if bytes.HasPrefix(exif, []byte(exifHeader)) {
		exif = exif[min(len(exifHeader)+padding, len(exif)):]
	}
	return orientation(picture.OrientationIn(exif))
}
