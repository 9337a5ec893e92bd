package body

import (
	"hash/maphash"

	"github.com/idverify/idverify/internal/media"
)

// segment is a part of a body: fixed text, or media that are copied or encoded.
type segment struct {
	text   string
	media  *media.Seen
	coding coding
	size   int64 // for text media: the length as JSON
}

// coding is how media are written.
type coding uint8

const (
	asTheyAre coding = iota
	asBase64
	asFormBase64 // the length depends on the bytes
	asJSONText
)

func (s segment) length() int64 {
	switch {
	case s.media == nil:
		return int64(len(s.text))
	case s.coding == asBase64:
		return (s.media.Size() + 2) / 3 * 4
	case s.coding == asJSONText:
		return s.size
	}
	return s.media.Size()
}

// mediaReader reads a segment of media. The zero mediaReader is closed.
type mediaReader struct {
	source media.Reader
	coder  coder // nil if the bytes are sent unchanged
}

// coder encodes the bytes of media for a body. After release it can be reused.
type coder interface {
	read(p []byte, raw *media.Reader) (int, error)
	release()
}

func (m *mediaReader) isOpen() bool { return m.source.IsOpen() }

// open starts to read a segment. mark, if it is not nil, also gets the media's bytes.
func (m *mediaReader) open(s segment, mark *maphash.Hash) error {
	if err := m.source.Start(s.media); err != nil {
		return err
	}
	m.source.Tee(mark)
	switch s.coding {
	case asBase64:
		m.coder = newEncoder()
	case asFormBase64:
		m.coder = formEncoders.Get().(*formEncoder)
	case asJSONText:
		m.coder = newEscaper()
	}
	return nil
}

func (m *mediaReader) close() error {
	err := m.source.Close()
	if m.coder != nil {
		m.coder.release()
	}
	*m = mediaReader{}
	return err
}

func (m *mediaReader) borrow(max int) []byte {
	if m.coder != nil {
		return nil
	}
	return m.source.Next(max)
}

func (m *mediaReader) read(p []byte) (int, error) {
	if m.coder != nil {
		return m.coder.read(p, &m.source)
	}
	return m.source.Read(p)
}
