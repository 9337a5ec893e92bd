package body

import (
	"io"
	"sync"

	"github.com/segmentio/asm/base64"
)

// rawChunk is how many media bytes are encoded at once: a multiple of three,
// so that only the last chunk is padded. It fits the first cache of a core,
// beside what it becomes.
const rawChunk = 6 << 10

// encoder turns media into standard base64 with padding. It encodes straight
// into the caller's buffer when a whole chunk fits there.
type encoder struct {
	raw     [rawChunk]byte
	encoded [rawChunk / 3 * 4]byte // for what does not fit the caller's buffer
	left    []byte                 // of encoded, not yet given out
	done    bool
}

// encoders are used again: one lives only while its media is being sent.
var encoders = sync.Pool{New: func() any { return new(encoder) }}

func newEncoder() *encoder { return encoders.Get().(*encoder) }

// release gives the encoder back without a trace of the media in it.
func (e *encoder) release() {
	clear(e.raw[:])
	clear(e.encoded[:])
	e.left, e.done = nil, false
	encoders.Put(e)
}

func (e *encoder) read(p []byte, raw func([]byte) (int, error)) (int, error) {
	if len(e.left) > 0 {
		n := copy(p, e.left)
		e.left = e.left[n:]
		return n, nil
	}
	if e.done {
		return 0, io.EOF
	}
	n, err := fill(e.raw[:], raw)
	if err == io.EOF {
		e.done, err = true, nil
	}
	if err != nil {
		return 0, err
	}
	size := base64.StdEncoding.EncodedLen(n)
	if size <= len(p) {
		base64.StdEncoding.Encode(p[:size], e.raw[:n])
		return size, nil
	}
	base64.StdEncoding.Encode(e.encoded[:size], e.raw[:n])
	e.left = e.encoded[:size]
	return e.read(p, raw)
}

// fill reads until buf is full or the source ends.
func fill(buf []byte, read func([]byte) (int, error)) (n int, err error) {
	for n < len(buf) && err == nil {
		var k int
		k, err = read(buf[n:])
		n += k
	}
	return n, err
}
