package picture

// The JPEG markers (ITU-T T.81, table B.1) that matter here. All others have a length
// and are skipped.
const (
	markerRES  = 0xbf // the last reserved marker; no segment follows reserved markers
	markerRST0 = 0xd0 // no segment follows restart markers, SOI and EOI
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
)

// isFrame says that the marker's segment has the picture's size: SOF0 to SOF15,
// except the three codes of that range that mean something else.
func isFrame(marker byte) bool {
	return 0xc0 <= marker && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

// isBare says that no segment follows the marker. 0xff 0x00 is a byte of data.
func isBare(marker byte) bool {
	return marker <= markerRES || markerRST0 <= marker && marker <= markerEOI
}

// jpegHead reads the segments before the data: the first frame has the size, the
// first EXIF block the orientation. It skips stray bytes between segments, as
// decoders do.
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
	for ok && c == 0xff { // a marker may have any number of them before it
		c, ok = h.next()
	}
	return c, ok
}

const frameHead = 5 // bytes

func frameSize(h *head) (width, height int32) {
	_, _ = h.next() // bits per sample
	high, _ := h.uint16()
	wide, ok := h.uint16()
	if !ok {
		return 0, 0
	}
	return int32(wide), int32(high)
}
