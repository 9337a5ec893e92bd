package body

import (
	"encoding/binary"
	"io"
	"net/url"
	"sync"

	"github.com/segmentio/asm/base64"

	"github.com/idverify/idverify/internal/media"
)

// rawChunk is how many media bytes are encoded at once: a multiple of three, so that
// only the last chunk is padded. A chunk and its encoded form fit the L1 cache
// together.
const rawChunk = 6 << 10

// encoder turns media into standard base64 with padding. It encodes directly into the
// caller's buffer if a whole chunk fits.
type encoder struct {
	raw     [rawChunk]byte
	encoded [rawChunk / 3 * 4]byte // for a chunk that does not fit the caller's buffer
	left    []byte                 // the part of encoded not yet returned
	done    bool
}

// encoders are pooled: each is in use only while its media are being sent.
var encoders = sync.Pool{New: func() any { return new(encoder) }}

func newEncoder() *encoder { return encoders.Get().(*encoder) }

// release clears the encoder and returns it to the pool.
func (e *encoder) release() {
	clear(e.raw[:])
	clear(e.encoded[:])
	e.left, e.done = nil, false
	encoders.Put(e)
}

func (e *encoder) read(p []byte, raw *media.Reader) (int, error) {
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

// formEncoder turns media into base64 with +, / and = escaped, as a form requires.
type formEncoder struct {
	base64  encoder
	escaped [longestFormSign*rawChunk/3*4 + 1]byte
	left    []byte // the part of escaped not yet returned
}

var formEncoders = sync.Pool{New: func() any { return new(formEncoder) }}

// release clears the encoder and returns it to the pool.
func (e *formEncoder) release() {
	*e = formEncoder{}
	formEncoders.Put(e)
}

func (e *formEncoder) read(p []byte, raw *media.Reader) (int, error) {
	if len(e.left) == 0 {
		n, err := e.base64.read(e.base64.encoded[:], raw) // a whole chunk fits there
		if err != nil {
			return 0, err
		}
		e.left = e.escaped[:escapeBase64(e.escaped[:], e.base64.encoded[:n])]
	}
	n := copy(p, e.left)
	e.left = e.left[n:]
	return n, nil
}

// longestFormSign is the length of %2B. escapeBase64 writes four bytes for each
// character, and the next character overwrites the surplus: the buffer needs one more
// byte at its end.
const longestFormSign = len("%2B")

// formSigns has each base64 character in its form encoding: up to three bytes, and
// their number in the fourth byte.
var formSigns = func() (table [256]uint32) {
	for c := range table {
		table[c] = 1<<24 | uint32(c)
	}
	for _, c := range "+/=" {
		escape := url.QueryEscape(string(c))
		table[c] = 3<<24 | uint32(escape[2])<<16 | uint32(escape[1])<<8 | uint32(escape[0])
	}
	return table
}()

// escapeBase64 writes base64 in its form encoding, and returns the length. It has no
// branches: one character in 32 is escaped, which the CPU could not predict.
func escapeBase64(to, from []byte) int {
	n := 0
	for _, c := range from {
		sign := formSigns[c]
		binary.LittleEndian.PutUint32(to[n:], sign)
		n += int(sign >> 24)
	}
	return n
}

// fill reads until buf is full or the source ends.
func fill(buf []byte, raw *media.Reader) (n int, err error) {
	for n < len(buf) && err == nil {
		var k int
		k, err = raw.Read(buf[n:])
		n += k
	}
	return n, err
}
