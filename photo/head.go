package photo

import (
	"bytes"
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/picture"
)

// head is what a picture says of itself before it is decoded.
type head struct {
	format        picture.Format
	width, height int // as it is stored
	turn          orientation
	channels      int  // of a JPEG
	deep          bool // a PNG of 16 bits
	// bare gives the file without metadata and with the same pixels. nil where that
	// cannot be.
	bare func() []byte
}

// maxSide is the longest side of a JPEG.
const maxSide = 65535

var looks = map[picture.Format]func([]byte) (head, *idverify.Error){
	picture.JPEG: lookJPEG,
	picture.PNG:  lookPNG,
	picture.GIF:  lookGIF,
	picture.WebP: lookWebP,
	picture.BMP:  lookBMP,
}

// convertOnPhone is what to do about the format of iPhones and newer cameras.
const convertOnPhone = "it is not read here: convert it on the phone. On an iPhone that is Settings, Camera, Formats, Most Compatible; " +
	"a web page gets a JPEG from an input that accepts image/jpeg only"

// look reads the head of a picture and holds it to the bound of pixels.
func look(file []byte, maxPixels int) (head, *idverify.Error) {
	format := picture.Inspect(bytes.NewReader(file)).Format
	lookAt, known := looks[format]
	switch {
	case known:
	case format == picture.HEIF:
		return head{}, refuse(idverify.CodeUnsupportedFormat, "the picture is "+brandName(file)+", and "+convertOnPhone)
	case format == picture.Unknown:
		return head{}, refuse(idverify.CodeUnsupportedFormat, "the bytes are of no picture format that is known")
	default:
		return head{}, refuse(idverify.CodeUnsupportedFormat, fmt.Sprintf("%s is not read", format))
	}
	h, e := lookAt(file)
	if e != nil {
		return head{}, e
	}
	h.format = format
	if h.width > maxSide || h.height > maxSide || int64(h.width)*int64(h.height) > int64(maxPixels) {
		return head{}, refuse(idverify.CodeTooLarge, fmt.Sprintf("the picture has %d×%d pixels, and at most %d are decoded", h.width, h.height, maxPixels))
	}
	return h, nil
}

// brandName tells AVIF from HEIC by the file's main brand.
func brandName(file []byte) string {
	if len(file) >= 12 && bytes.HasPrefix(file[8:], []byte("avi")) {
		return "AVIF"
	}
	return "HEIC"
}
