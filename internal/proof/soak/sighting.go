package main

import (
	"io"
	"sync"

	"github.com/idverify/idverify/idverifytest"
)

// headBytes is how much of a body is searched for the tag: the fields before the
// picture are much shorter.
const headBytes = 4 << 10

// sighting is the desk's view of a request while the stand-in reads it.
type sighting struct {
	vendor string

	mu    sync.Mutex
	body  io.ReadCloser
	left  int64  // of the announced length
	head  []byte // until the tag is found
	tag   tag
	known bool
	ended bool
}

// Read implements [io.Reader].
func (s *sighting) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.look(p[:n])
	s.left -= int64(n)
	s.ended = s.ended || err == io.EOF
	return n, err
}

func (s *sighting) look(piece []byte) {
	if s.known || len(s.head) == headBytes {
		return
	}
	s.head = append(s.head, piece[:min(len(piece), headBytes-len(s.head))]...)
	if s.tag, s.known = findTag(s.head); s.known {
		s.head = nil
	}
}

// Close implements [io.Closer].
func (s *sighting) Close() error { return s.body.Close() }

// exchange combines the desk's view with the stand-in's record.
func (s *sighting) exchange(record idverifytest.Exchange) exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return exchange{
		tag: s.tag, known: s.known, vendor: record.Vendor,
		whole: s.ended && s.left == 0, billed: record.Billed, fault: record.Fault,
	}
}
