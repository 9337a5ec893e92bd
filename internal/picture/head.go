package picture

import (
	"bytes"
	"io"
	"math"
	"sync"
)

// head reads the beginning of a picture through a buffer that is used again.
type head struct {
	source io.Reader
	unread []byte // of buffer
	buffer [4 << 10]byte
}

var heads = sync.Pool{New: func() any { return new(head) }}

func newHead(r io.Reader) *head {
	h := heads.Get().(*head)
	h.source, h.unread = r, h.buffer[:0]
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

// skipPast skips to behind the next c.
func (h *head) skipPast(c byte) bool {
	for {
		if i := bytes.IndexByte(h.unread, c); i >= 0 {
			h.unread = h.unread[i+1:]
			return true
		}
		if !h.fill() {
			return false
		}
	}
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

// fill replaces what is left unread, which has to be used up.
func (h *head) fill() bool {
	n, _ := io.ReadAtLeast(h.source, h.buffer[:], 1)
	h.unread = h.buffer[:n]
	return n > 0
}

func (h *head) uint16() (int, bool) {
	high, _ := h.next()
	low, ok := h.next()
	return int(high)<<8 | int(low), ok
}

// uint32 is at most what an int holds everywhere: no picture is as large.
func (h *head) uint32() (int, bool) {
	high, _ := h.uint16()
	low, ok := h.uint16()
	return int(min(uint32(high)<<16|uint32(low), math.MaxInt32)), ok
}
