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
