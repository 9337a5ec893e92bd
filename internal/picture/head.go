package picture

import (
	"io"
	"sync"
)

// headLimit bounds how far is read in search of a JPEG's size: behind
// thumbnails and profiles.
const headLimit = 1 << 20

// head reads the beginning of a picture through a buffer that is used again.
type head struct {
	source io.Reader
	left   int    // that may be read still
	unread []byte // of buffer
	buffer [4 << 10]byte
}

var heads = sync.Pool{New: func() any { return new(head) }}

func newHead(r io.Reader) *head {
	h := heads.Get().(*head)
	h.source, h.left, h.unread = r, headLimit, h.buffer[:0]
	return h
}

// release gives the buffer back without a trace of the picture.
func (h *head) release() {
	h.source, h.unread = nil, nil
	clear(h.buffer[:])
	heads.Put(h)
}

// peek is the first n bytes, or as many as there are. It is for the start.
func (h *head) peek(n int) []byte {
	filled, _ := io.ReadAtLeast(h.source, h.buffer[:], n)
	h.left -= filled
	h.unread = h.buffer[:filled]
	return h.unread[:min(n, filled)]
}

// next is the next byte.
func (h *head) next() (c byte, ok bool) {
	if len(h.unread) == 0 && !h.fill() {
		return 0, false
	}
	c, h.unread = h.unread[0], h.unread[1:]
	return c, true
}

func (h *head) skip(n int) bool {
	for n > len(h.unread) {
		n -= len(h.unread)
		if !h.fill() {
			return false
		}
	}
	h.unread = h.unread[n:]
	return true
}

func (h *head) fill() bool {
	room := h.buffer[:min(len(h.buffer), h.left)]
	if len(room) == 0 {
		return false
	}
	n, _ := io.ReadAtLeast(h.source, room, 1)
	h.left -= n
	h.unread = h.buffer[:n]
	return n > 0
}
