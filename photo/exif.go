package photo

import (
	"bytes"

	"github.com/idverify/idverify/internal/picture"
)

// orientation is the EXIF orientation of the stored picture. 0 means 1: upright.
type orientation int

func (o orientation) isUpright() bool { return o < 2 || o > 8 }

// A picture is made upright by flipping its columns, then its rows, and then
// swapping rows and columns.
func (o orientation) flipsX() bool     { return o == 2 || o == 3 || o == 7 || o == 8 }
func (o orientation) flipsY() bool     { return o == 3 || o == 4 || o == 6 || o == 7 }
func (o orientation) transposed() bool { return 5 <= o && o <= 8 }

// upright returns the size of the upright picture.
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

// exifOrientation reads the orientation from EXIF, with or without its header, in
// the same way as the first check of a picture. It is 0 without one.
func exifOrientation(exif []byte) orientation {
	if bytes.HasPrefix(exif, []byte(exifHeader)) {
		exif = exif[min(len(exifHeader)+padding, len(exif)):]
	}
	return orientation(picture.OrientationIn(exif))
}
