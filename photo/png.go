package photo

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/idverify/idverify"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngPicture are the chunks without which it is another picture (W3C PNG, 11). Those
// of an animation are not among them: its first frame, or its cover, is left.
var pngPicture = []string{"IHDR", "PLTE", "tRNS", "IDAT", "IEND"}

// lookPNG reads the chunks up to the end of the picture.
func lookPNG(file []byte) (head, *idverify.Error) {
	var h head
	kept := [][]byte{[]byte(pngSignature)}
	for at := len(pngSignature); ; {
		rest := file[at:]
		if len(rest) < 12 {
			return head{}, cutOff("PNG")
		}
		length := int64(binary.BigEndian.Uint32(rest))
		if length > int64(len(rest)-12) {
			return head{}, cutOff("PNG")
		}
		chunk, kind := rest[:12+length], string(rest[4:8])
		content := chunk[8 : 8+length]
		at += len(chunk)
		switch {
		case kind == "IHDR" && length == 13:
			h.width, h.height = size32(content), size32(content[4:])
			h.deep = content[8] == 16
		case kind == "eXIf":
			h.turn = exifOrientation(content)
		case kind == "CgBI":
			return head{}, refuse(idverify.CodeUnsupportedFormat, "a PNG of Apple's own kind (CgBI), which only its devices read")
		}
		if slices.Contains(pngPicture, kind) {
			kept = append(kept, chunk)
		}
		if kind == "IEND" {
			break
		}
	}
	if h.width == 0 || h.height == 0 {
		return head{}, unreadable("the PNG does not state its size", nil)
	}
	h.bare = func() []byte { return bytes.Join(kept, nil) }
	return h, nil
}

// size32 is at most what an int holds everywhere: no picture is as large.
func size32(b []byte) int { return int(min(binary.BigEndian.Uint32(b), 1<<31-1)) }
