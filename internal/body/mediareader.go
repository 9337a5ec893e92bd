package body

import (
	"fmt"
	"io"
)

// mediaReader gives exactly the announced bytes, or an error: a shorter or
// longer file must not be sent as if it were whole. The zero mediaReader is
// closed.
type mediaReader struct {
	source  guarded
	left    int64
	encoder *encoder // nil: bytes go out as they are
	lender  lender   // nil: bytes have to be read
}

// lender is a source of which parts can be had without a copy.
type lender interface{ Next(n int) []byte }

func (m *mediaReader) isOpen() bool { return m.source.source != nil }

func (m *mediaReader) open(s segment) error {
	source, size, err := openGuarded(s.media)
	if err != nil {
		return &MediaError{"media could not be opened again", err}
	}
	if size != s.size {
		_ = source.Close()
		return &MediaError{fmt.Sprintf("media was %d bytes and is now %d", s.size, size), errChanged}
	}
	m.source, m.left = source, size
	switch {
	case s.base64:
		m.encoder = newEncoder()
	case InMemory(s.media):
		m.lender, _ = source.source.(lender)
	}
	return nil
}

func (m *mediaReader) close() error {
	err := m.source.Close()
	if m.encoder != nil {
		m.encoder.release()
	}
	*m = mediaReader{}
	return err
}

func (m *mediaReader) borrow(max int) []byte {
	if m.lender == nil {
		return nil
	}
	next := m.lender.Next(int(min(int64(max), m.left)))
	m.left -= int64(len(next))
	return next
}

func (m *mediaReader) read(p []byte) (int, error) {
	if m.encoder != nil {
		return m.encoder.read(p, m.raw)
	}
	return m.raw(p)
}

// raw reads media bytes; io.EOF comes after exactly the announced number.
func (m *mediaReader) raw(p []byte) (int, error) {
	if m.left == 0 {
		return 0, m.end()
	}
	if int64(len(p)) > m.left {
		p = p[:m.left]
	}
	n, err := m.source.Read(p)
	m.left -= int64(n)
	switch {
	case err == nil, err == io.EOF && m.left == 0:
		return n, nil
	case err == io.EOF:
		return n, &MediaError{fmt.Sprintf("media ended %d bytes early", m.left), errChanged}
	}
	return n, &MediaError{"media could not be read", err}
}

// end makes sure that the source has no more than it announced.
func (m *mediaReader) end() error {
	var one [1]byte
	for {
		n, err := m.source.Read(one[:])
		switch {
		case n > 0:
			return &MediaError{"media is longer than it was", errChanged}
		case err == io.EOF:
			return io.EOF
		case err != nil:
			return &MediaError{"media could not be read", err}
		}
	}
}
