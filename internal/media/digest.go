package media

import (
	"context"
	"crypto/sha256"
	"io"
)

// digestPiece is how much is read between two looks at the context.
const digestPiece = 32 << 10

// Digest reads all of the media, at most [Max] bytes, and gives them as they were
// then: with their SHA-256, to which every reader is held. Nothing is kept of
// them but one piece. It can block as the media can.
func Digest(ctx context.Context, o Opener) (*Seen, error) {
	s, err := look(o, Max, nil, false)
	if err != nil {
		return nil, err
	}
	var r Reader
	if err := r.Start(s); err != nil {
		return nil, err
	}
	defer r.Close()
	hash, piece := sha256.New(), make([]byte, min(digestPiece, s.size))
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := r.Read(piece)
		_, _ = hash.Write(piece[:n])
		if err == io.EOF {
			s.sum = (*[sha256.Size]byte)(hash.Sum(nil))
			return s, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
