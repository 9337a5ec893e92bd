package photo

import (
	"bytes"
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/picture"
)

// head is what a picture's header says before it is decoded.
type head struct {
	format        picture.Format
	width, height int // as stored
	turn          orientation
	channels      int  // of a JPEG
	deep          bool // a PNG of 16 bits
	// bare returns the file with the same pixels and without metadata. nil where
	// that is impossible.
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

// convertOnPhone says what to do about the default format of iPhones and newer
// cameras.
const convertOnPhone = "it is not read here: convert it on the phone. On an iPhone that is Settings, Camera, Formats, Most Compatible; " +
	"a web page gets a JPEG from an input that accepts image/jpeg only"

// look reads the header of a picture and checks the limit of pixels.
func look(file []byte, maxPixels int) (head, *idverify.Error) {
	info := picture.Inspect(bytes.NewReader(file))
	lookAt, known := looks[info.Format]
	switch {
	case known:
	case info.Format == picture.HEIC, info.Format == picture.AVIF, info.Format == picture.HEIF:
		return head{}, refuse(idverify.CodeUnsupportedFormat, "the picture is "+info.Name()+", and "+convertOnPhone)
	case info.Format != picture.Unknown:
		return head{}, refuse(idverify.CodeUnsupportedFormat, info.Name()+" is not read")
	case info.Name() != "":
		return head{}, refuse(idverify.CodeUnsupportedFormat, "the media is no picture: it looks like "+info.Name())
	default:
		return head{}, refuse(idverify.CodeUnsupportedFormat, "the bytes are of no picture format that is known")
	}
	h, e := lookAt(file)
	if e != nil {
		return head{}, e
	}
	h.format = info.Format
	if h.width > maxSide || h.height > maxSide || int64(h.width)*int64(h.height) > int64(maxPixels) {
		return head{}, refuse(idverify.CodeTooLarge, fmt.Sprintf("the picture has %d×%d pixels, and at most %d are decoded", h.width, h.height, maxPixels))
	}
	return h, nil
}
