package body

import (
	"context"
	"crypto/sha256"
	"hash/maphash"
	"io"
	"sync"
)

// sum is a digest of a body, and a hash of its media that is far cheaper to compare
// with: they are what can change. Nobody can foresee its seed, which is new for each
// body. Media that are encoded are hashed in the encoder's own buffer, and are fewer
// bytes there.
type sum struct {
	digest [sha256.Size]byte
	seed   maphash.Seed
	mark   uint64
}

// Digest is the SHA-256 of the whole body, for a signature. It is made once; every
// reader that is opened afterwards is held to the same bytes: where others come, the
// last piece is not given. It can block as the media can.
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
			b.length = length // which nobody knew, of a form with media
			b.sum = &sum{digest: [sha256.Size]byte(hash.Sum(nil)), seed: d.mark.Seed(), mark: d.mark.Sum64()}
			return b.sum.digest, nil
		}
		if err != nil {
			return digest, err
		}
	}
}

// digester is what a body is digested with.
type digester struct {
	reader Reader
	mark   maphash.Hash // its zero value has a seed of its own
	piece  [digestPiece]byte
}

// digestPiece is how much is read between two looks at the context. It stays in the
// nearest caches while it is hashed.
const digestPiece = 32 << 10

// digesters are used again: one lives only while a body is being digested.
var digesters = sync.Pool{New: func() any { return new(digester) }}

// release gives the digester back without a trace of the body in it.
func (d *digester) release() {
	_ = d.reader.Close()
	*d = digester{}
	digesters.Put(d)
}

// check compares what is read of a body with what was digested.
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

// take reports whether n bytes may be given: the last ones only if all media fit.
// ended says that no more come.
func (c *check) take(n int, ended bool) bool {
	c.left -= int64(n)
	return c.left > 0 && !ended || c.left <= 0 && c.hash.Sum64() == c.want
}
