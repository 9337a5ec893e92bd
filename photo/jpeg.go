package photo

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/idverify/idverify"
)

// The markers of a JPEG (ITU-T T.81, table B.1) that mean something here.
const (
	markerSOF0  = 0xc0
	markerSOF15 = 0xcf
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP14 = 0xee
	markerAPP15 = 0xef
	markerTEM   = 0x01
	markerCOM   = 0xfe
)

// maxScans is more than any encoder makes. Each takes the time of a whole picture to
// read, and may be a few bytes long.
const maxScans = 100

// unreadFrames are the kinds of JPEG that image/jpeg cannot read.
var unreadFrames = map[byte]string{
	0xc3: "lossless", 0xc5: "hierarchical", 0xc6: "hierarchical", 0xc7: "hierarchical",
	0xc9: "arithmetic coding", 0xca: "arithmetic coding", 0xcb: "arithmetic coding, lossless",
	0xcd: "arithmetic coding, hierarchical", 0xce: "arithmetic coding, hierarchical", 0xcf: "arithmetic coding, hierarchical",
}

// jpegWalk reads the segments of a JPEG and keeps those that are needed.
type jpegWalk struct {
	file  []byte
	at    int
	kept  [][]byte // the parts that make the same picture without metadata
	odd   bool     // it has bytes where none belong, so kept is no valid picture
	scans int
	ended bool
	h     head
}

// lookJPEG reads the segments up to the end of the picture. What follows, such as
// further pictures (CIPA DC-007), is ignored.
func lookJPEG(file []byte) (head, *idverify.Error) {
	w := &jpegWalk{file: file, at: 2, kept: [][]byte{file[:2]}}
	for !w.ended {
		if e := w.segment(); e != nil {
			return head{}, e
		}
	}
	if w.h.width == 0 || w.h.height == 0 {
		return head{}, unreadable("the JPEG does not state its size", nil)
	}
	if !w.odd && w.h.channels != 4 {
		w.h.bare = func() []byte { return bytes.Join(w.kept, nil) }
	}
	return w.h, nil
}

func (w *jpegWalk) segment() *idverify.Error {
	begin := w.at
	if w.at < len(w.file) && w.file[w.at] != 0xff {
		w.odd = true
	}
	marker, found := w.marker()
	switch {
	case !found:
		return cutOff("JPEG")
	case marker == markerEOI:
		w.kept = append(w.kept, []byte{0xff, markerEOI})
		w.ended = true
		return nil
	case marker == markerSOI, marker == markerTEM, markerRST0 <= marker && marker <= markerRST7:
		w.odd = true
		return nil
	}
	if len(w.file)-w.at < 2 {
		return cutOff("JPEG")
	}
	length := int(binary.BigEndian.Uint16(w.file[w.at:]))
	switch {
	case length < 2:
		return unreadable("the JPEG is damaged: a segment is shorter than its own length", nil)
	case length > len(w.file)-w.at:
		return cutOff("JPEG")
	}
	content := w.file[w.at+2 : w.at+length]
	w.at += length
	if e := w.read(marker, content); e != nil {
		return e
	}
	if stays(marker, content) {
		w.kept = append(w.kept, w.file[begin:w.at])
	}
	return nil
}

// marker goes behind the next one.
func (w *jpegWalk) marker() (byte, bool) {
	for {
		next := bytes.IndexByte(w.file[w.at:], 0xff)
		if next < 0 {
			return 0, false
		}
		w.at += next
		for w.at < len(w.file) && w.file[w.at] == 0xff { // any number of them may stand before a marker
			w.at++
		}
		if w.at == len(w.file) {
			return 0, false
		}
		w.at++
		if marker := w.file[w.at-1]; marker != 0 {
			return marker, true
		}
	}
}

// stays reports whether a segment is needed: all but comments and application
// segments, except two of the latter that define the colours.
func stays(marker byte, content []byte) bool {
	switch {
	case marker == markerAPP0:
		return bytes.HasPrefix(content, []byte("JFIF\x00")) && len(content) == 14 // without a thumbnail
	case marker == markerAPP14:
		return bytes.HasPrefix(content, []byte("Adobe")) && len(content) == 12
	}
	return (marker < markerAPP0 || marker > markerAPP15) && marker != markerCOM
}

func (w *jpegWalk) read(marker byte, content []byte) *idverify.Error {
	switch {
	case marker == markerSOS:
		return w.scan()
	case marker == markerAPP1 && w.h.turn == 0 && bytes.HasPrefix(content, []byte(exifHeader)):
		w.h.turn = exifOrientation(content)
	case markerSOF0 <= marker && marker <= markerSOF15 && marker != markerDHT && marker != markerJPG && marker != markerDAC:
		return w.frame(marker, content)
	}
	return nil
}

func (w *jpegWalk) frame(marker byte, content []byte) *idverify.Error {
	switch kind, unread := unreadFrames[marker]; {
	case unread:
		return refuse(idverify.CodeUnsupportedFormat, "an unsupported kind of JPEG: "+kind)
	case len(content) < 6:
		return unreadable("the JPEG is damaged: its frame is too short", nil)
	case content[0] != 8:
		return refuse(idverify.CodeUnsupportedFormat, fmt.Sprintf("an unsupported kind of JPEG: %d bits", content[0]))
	}
	w.h.height, w.h.width = int(binary.BigEndian.Uint16(content[1:])), int(binary.BigEndian.Uint16(content[3:]))
	w.h.channels = int(content[5])
	return nil
}

// scan skips a scan's data, in which each 0xff is followed by 0, except in restart
// markers.
func (w *jpegWalk) scan() *idverify.Error {
	if w.scans++; w.scans > maxScans {
		return refuse(idverify.CodeUnsupportedFormat, fmt.Sprintf("a JPEG of more than %d scans", maxScans))
	}
	for {
		next := bytes.IndexByte(w.file[w.at:], 0xff)
		if next < 0 || w.at+next+1 == len(w.file) {
			return cutOff("JPEG")
		}
		w.at += next
		behind := w.file[w.at+1]
		switch {
		case behind == 0, markerRST0 <= behind && behind <= markerRST7:
			w.at += 2
			continue
		case behind == 0xff:
			w.at++
			continue
		}
		return nil
	}
}

func cutOff(kind string) *idverify.Error {
	return unreadable("the "+kind+" stops before its end", nil)
}
