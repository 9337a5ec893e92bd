package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"github.com/idverify/idverify"
)

// lookGIF reads the size of the whole, in which the first frame lies.
func lookGIF(file []byte) (head, *idverify.Error) {
	return headOf("GIF", file, gif.DecodeConfig)
}

// lookBMP says by name what golang.org/x/image/bmp cannot read.
func lookBMP(file []byte) (head, *idverify.Error) {
	if len(file) < 34 {
		return head{}, cutOff("BMP")
	}
	if size := binary.LittleEndian.Uint32(file[14:]); size == 12 || size == 16 || size == 64 {
		return head{}, refuse(idverify.CodeUnsupportedFormat, "an unsupported kind of BMP: of OS/2")
	}
	if method := binary.LittleEndian.Uint32(file[30:]); method == 1 || method == 2 {
		return head{}, refuse(idverify.CodeUnsupportedFormat, "an unsupported kind of BMP: run-length encoding (RLE)")
	}
	return headOf("BMP", file, bmp.DecodeConfig)
}

// The flags of a WebP's first chunk, where that is VP8X.
const webpAnimated = 1 << 1

// lookWebP reads the chunks (RFC 9649, 2).
func lookWebP(file []byte) (head, *idverify.Error) {
	if len(file) >= 21 && string(file[12:16]) == "VP8X" && file[20]&webpAnimated != 0 {
		return head{}, refuse(idverify.CodeUnsupportedFormat, "an unsupported kind of WebP: animated")
	}
	h, e := headOf("WebP", file, webp.DecodeConfig)
	for rest := file[min(12, len(file)):]; len(rest) >= 8; {
		length := int64(binary.LittleEndian.Uint32(rest[4:]))
		next := 8 + length + length&1
		if next > int64(len(rest)) {
			break
		}
		if string(rest[:4]) == "EXIF" {
			h.turn = exifOrientation(rest[8 : 8+length])
		}
		rest = rest[next:]
	}
	return h, e
}

func headOf(kind string, file []byte, config func(io.Reader) (image.Config, error)) (head, *idverify.Error) {
	c, err := config(bytes.NewReader(file))
	if err != nil {
		return head{}, failed(kind, err)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return head{}, unreadable("the "+kind+" does not state its size", nil)
	}
	return head{width: c.Width, height: c.Height}, nil
}

// failed is the error for what a decoder says.
func failed(kind string, err error) *idverify.Error {
	var ofJPEG jpeg.UnsupportedError
	var ofPNG png.UnsupportedError
	switch {
	case errors.As(err, &ofJPEG), errors.As(err, &ofPNG), errors.Is(err, bmp.ErrUnsupported):
		return refuse(idverify.CodeUnsupportedFormat, "a "+kind+" of a kind that is not read: "+err.Error())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return cutOff(kind)
	}
	return unreadable("the "+kind+" is damaged", nil)
}
