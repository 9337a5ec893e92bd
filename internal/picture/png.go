package picture

const (
	pngSignature = 8 // bytes
	pngCheckSum  = 4
)

// The chunk types (W3C PNG, 11) that matter here.
const (
	chunkIHDR = 'I'<<24 | 'H'<<16 | 'D'<<8 | 'R'
	chunkIDAT = 'I'<<24 | 'D'<<16 | 'A'<<8 | 'T'
	chunkIEND = 'I'<<24 | 'E'<<16 | 'N'<<8 | 'D'
	chunkEXIF = 'e'<<24 | 'X'<<16 | 'I'<<8 | 'f'
)

// pngHead reads the chunks before the data. The header chunk must be the first, but
// some phones write a chunk of their own before it.
func pngHead(h *head, info *Info) {
	if !h.skip(pngSignature) {
		return
	}
	framed := false
	for {
		length, _ := h.uint32()
		kind, ok := h.uint32()
		if !ok || kind == chunkIDAT && framed || kind == chunkIEND {
			return
		}
		rest := block{h: h, left: length}
		switch {
		case kind == chunkIHDR && !framed:
			framed = true
			wide, _ := h.uint32()
			high, ok := h.uint32()
			if !ok {
				return
			}
			info.Width, info.Height = int32(wide), int32(high)
			rest.left = max(0, rest.left-8)
		case kind == chunkEXIF && info.Orientation == 0:
			info.Orientation = tiffOrientation(&rest)
		}
		if !h.skip(rest.left) || !h.skip(pngCheckSum) {
			return
		}
	}
}
