package body

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
)

// Digest is the SHA-256 of the whole body, for a signature. Every reader that is
// opened afterwards is held to it: where other bytes come, the last piece is not
// given. It can block as the media can.
func (b *Body) Digest(ctx context.Context) (sum [sha256.Size]byte, err error) {
	r := b.Open()
	defer r.Close()
	hash, piece := sha256.New(), make([]byte, digestPiece)
	for {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		n, err := r.Read(piece)
		_, _ = hash.Write(piece[:n])
		if err == io.EOF {
			sum = [sha256.Size]byte(hash.Sum(nil))
			b.sum = &sum
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
	}
}

// digestPiece is how much is read between two looks at the context.
const digestPiece = 32 << 10

// digest compares what is read of a body.
type digest struct {
	hash hash.Hash
	want *[sha256.Size]byte
	left int64
}

// take reports whether the bytes may be given: the last ones only if all fit.
func (d *digest) take(p []byte) bool {
	_, _ = d.hash.Write(p)
	d.left -= int64(len(p))
	return d.left > 0 || [sha256.Size]byte(d.hash.Sum(nil)) == *d.want
}
