package picture

import "math"

const pngSignature = 8 // bytes

// pngSize reads the header chunk (W3C PNG, 11.2.2). It must be the first, but
// some phones write one of their own before it.
func pngSize(h *head) (width, height int) {
	if !h.skip(pngSignature) {
		return 0, 0
	}
	for {
		length, _ := nextUint32(h)
		kind, ok := nextUint32(h)
		switch {
		case !ok:
			return 0, 0
		case kind == 'I'<<24|'H'<<16|'D'<<8|'R':
			width, _ = nextUint32(h)
			height, ok = nextUint32(h)
			if !ok {
				return 0, 0
			}
			return width, height
		case !h.skip(length) || !h.skip(4): // its check sum
			return 0, 0
		}
	}
}

// nextUint32 is at most what an int holds everywhere: no picture is as large.
func nextUint32(h *head) (int, bool) {
	high, _ := nextUint16(h)
	low, ok := nextUint16(h)
	return int(min(uint32(high)<<16|uint32(low), math.MaxInt32)), ok
}
