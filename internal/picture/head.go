package picture

import (
	"bytes"
	"io"
	"math"
	"sync"
)

// head reads the beginning of a picture through a pooled buffer.
type head struct {
	source io.Reader
	unread []byte // part of buffer
	buffer [4 << 10]byte
}

var heads = sync.Pool{New: func() any { return new(head) }}

func newHead(r io.Reader) *head {
	h := heads.Get().(*head)
	h.source, h.unread = r, h.buffer[:0]
	return h
}

// release returns the buffer to the pool without any bytes of the picture.
func (h *head) release() {
	h.source, h.unread = nil, nil
	clear(h.buffer[:])
	heads.Put(h)
}

// peek returns the first n bytes, or fewer if there are fewer. It works only at the
// start.
func (h *head) peek(n int) []byte {
	filled, _ := io.ReadAtLeast(h.source, h.buffer[:], n)
	h.unread = h.buffer[:filled]
	return h.unread[:min(n, filled)]
}

func (h *head) next() (c byte, ok bool) {
	if len(h.unread) == 0 && !h.fill() {
		return 0, false
	}
	c, h.unread = h.unread[0], h.unread[1:]
	return c, true
}

// skipPast skips all bytes up to and including the next c.
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

// fill replaces the unread bytes, all of which must have been used.
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

// uint32 is at most what an int holds on every machine: no picture is so large.
func (h *head) uint32() (int, bool) {
	high, _ := h.uint16()
	low, ok := h.uint16()
	return int(min(uint32(high)<<16|uint32(low), math.MaxInt32)), ok
}
