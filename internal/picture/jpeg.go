package picture

// The markers of a JPEG (ITU-T T.81, table B.1) that end or begin something
// here. All others have a length and are passed over.
const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerTEM  = 0x01
)

// isFrame says that the marker's segment holds the size: SOF0 to SOF15 without
// the three of that row that mean something else.
func isFrame(marker byte) bool {
	return 0xc0 <= marker && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// jpegSize walks the segments to the frame header. It is as patient with stray
// bytes between them as decoders are.
func jpegSize(h *head) (width, height int) {
	for {
		marker, ok := nextMarker(h)
		switch {
		case !ok, marker == markerEOI, marker == markerSOS:
			return 0, 0
		case marker == markerSOI, marker == markerTEM, markerRST0 <= marker && marker <= markerRST7:
			continue
		}
		length, ok := nextUint16(h)
		if !ok || length < 2 {
			return 0, 0
		}
		if isFrame(marker) {
			return frameSize(h)
		}
		if !h.skip(length - 2) {
			return 0, 0
		}
	}
}

func nextMarker(h *head) (byte, bool) {
	for {
		c, ok := h.next()
		for ok && c != 0xff {
			c, ok = h.next()
		}
		for ok && c == 0xff { // any number of them may stand before a marker
			c, ok = h.next()
		}
		if !ok || c != 0 { // 0xff 0x00 is data
			return c, ok
		}
	}
}

func frameSize(h *head) (width, height int) {
	_, _ = h.next() // bits of a sample
	height, _ = nextUint16(h)
	width, ok := nextUint16(h)
	if !ok {
		return 0, 0
	}
	return width, height
}

func nextUint16(h *head) (int, bool) {
	high, _ := h.next()
	low, ok := h.next()
	return int(high)<<8 | int(low), ok
}
