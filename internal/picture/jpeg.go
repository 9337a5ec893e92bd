package picture

// The markers of a JPEG (ITU-T T.81, table B.1) that mean something here. All
// others have a length and are passed over.
const (
	markerRES  = 0xbf // the last that is reserved; no segment follows them
	markerRST0 = 0xd0 // restart markers, SOI and EOI have none, either
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// isFrame says that the marker's segment holds the size: SOF0 to SOF15 without
// the three of that row that mean something else.
func isFrame(marker byte) bool {
	return 0xc0 <= marker && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// isBare says that no segment follows the marker. 0xff 0x00 is a byte of data.
func isBare(marker byte) bool {
	return marker <= markerRES || markerRST0 <= marker && marker <= markerEOI
}

// jpegHead walks the segments to the data: the first frame has the size, the
// first EXIF block the orientation. It is as patient with stray bytes between
// them as decoders are.
func jpegHead(h *head, info *Info) {
	framed := false
	for {
		marker, ok := nextMarker(h)
		switch {
		case !ok, marker == markerEOI, marker == markerSOS:
			return
		case isBare(marker):
			continue
		}
		length, ok := h.uint16()
		if !ok || length < 2 {
			return
		}
		rest := block{h: h, left: length - 2}
		switch {
		case isFrame(marker) && !framed:
			framed = true
			info.Width, info.Height = frameSize(h)
			rest.left = max(0, rest.left-frameHead)
		case marker == markerAPP1 && info.Orientation == 0:
			info.Orientation = exifOrientation(&rest)
		}
		if !h.skip(rest.left) {
			return
		}
	}
}

func nextMarker(h *head) (byte, bool) {
	if !h.skipPast(0xff) {
		return 0, false
	}
	c, ok := h.next()
	for ok && c == 0xff { // any number of them may stand before a marker
		c, ok = h.next()
	}
	return c, ok
}

const frameHead = 5 // bytes

func frameSize(h *head) (width, height int32) {
	_, _ = h.next() // bits of a sample
	high, _ := h.uint16()
	wide, ok := h.uint16()
	if !ok {
		return 0, 0
	}
	return int32(wide), int32(high)
}
