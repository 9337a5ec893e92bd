package body

import (
	"context"
	"crypto/sha256"
	"hash/maphash"
	"io"
	"sync"
)

// sum is the digest of a body, and a hash of its media, the only part that can change.
// The hash is far cheaper to compare than the digest. Its seed is random and new for
// each body. Media are hashed before they are encoded, because they are shorter then.
type sum struct {
	digest [sha256.Size]byte
	seed   maphash.Seed
	mark   uint64
}

// Digest returns the SHA-256 of the whole body, for a signature. It is computed once.
// Every reader opened afterwards checks that it reads the same bytes; otherwise it
// returns an error instead of the last piece. Digest blocks as long as the media
// block.
func (b *Body) Digest(ctx context.Context) (digest [sha256.Size]byte, err error) {
	if b.sum != nil {
		return b.sum.digest, nil
	}
	d := digesters.Get().(*digester)
	defer d.release()
	d.reader.rest, d.reader.mark = b.segments, &d.mark
	hash := sha256.New()
	for length := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return digest, err
		}
		n, err := d.reader.Read(d.piece[:])
		_, _ = hash.Write(d.piece[:n])
		length += int64(n)
		if err == io.EOF {
			b.length = length // a form with media learns its length here
			b.sum = &sum{digest: [sha256.Size]byte(hash.Sum(nil)), seed: d.mark.Seed(), mark: d.mark.Sum64()}
			return b.sum.digest, nil
		}
		if err != nil {
			return digest, err
		}
	}
}

// digester has what is needed to compute a digest.
type digester struct {
	reader Reader
	mark   maphash.Hash // the zero value takes a random seed
	piece  [digestPiece]byte
}

// digestPiece is how many bytes are read between two checks of the context. They fit
// the CPU's cache while they are hashed.
const digestPiece = 32 << 10

// digesters are pooled: each is in use only while a digest is computed.
var digesters = sync.Pool{New: func() any { return new(digester) }}

// release clears the digester and returns it to the pool.
func (d *digester) release() {
	_ = d.reader.Close()
	*d = digester{}
	digesters.Put(d)
}

// check compares what is read of a body with its digest.
type check struct {
	hash maphash.Hash
	want uint64
	left int64
}

func (s *sum) check(length int64) *check {
	c := &check{want: s.mark, left: length}
	c.hash.SetSeed(s.seed)
	return c
}

// take reports whether n bytes may be returned: the last ones only if all media are
// unchanged. ended says that there are no more bytes.
func (c *check) take(n int, ended bool) bool {
	c.left -= int64(n)
	return c.left > 0 && !ended || c.left <= 0 && c.hash.Sum64() == c.want
}
