package exchange

import (
	"context"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// signature is what a signer added to a request. The signer may still run after the
// call has returned.
type signature struct {
	mu   sync.Mutex
	said []string
}

type signer = func(ctx context.Context, r *http.Request, digest [sha256.Size]byte) error

// of wraps a signer and keeps the words that it adds.
func (s *signature) of(sign signer) signer {
	return func(ctx context.Context, r *http.Request, digest [sha256.Size]byte) error {
		var room [16]had
		before := room[:0]
		for name, values := range r.Header {
			before = append(before, had{name, strings.Join(values, ",")})
		}
		err := sign(ctx, r, digest)
		for name, values := range r.Header {
			if !slices.Contains(before, had{name, strings.Join(values, ",")}) {
				s.keep(values)
			}
		}
		return err
	}
}

// had is a header as it was before the signer ran.
type had struct{ name, values string }

// secretText is the length in bytes from which a word of a signature is hidden: keys,
// tokens, nonces and signatures are longer than dates.
const secretText = 24

// keep notes texts that a vendor's message may repeat: whole values, and their words.
func (s *signature) keep(values []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.said == nil {
		s.said = make([]string, 0, 8)
	}
	for _, value := range values {
		for word := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(" ,=/", r) }) {
			s.add(word)
		}
		s.add(value)
	}
}

func (s *signature) add(word string) {
	if len(word) >= secretText && !slices.Contains(s.said, word) {
		s.said = append(s.said, word)
	}
}

// texts are the texts to hide from the vendor's messages.
func (s *signature) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said
}
