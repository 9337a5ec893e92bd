package media

import (
	"context"
	"crypto/sha256"
	"io"
)

// digestPiece is how many bytes are read between two checks of the context.
const digestPiece = 32 << 10

// Digest reads all of the media, at most [Max] bytes, and returns them with their
// SHA-256. Every later reader must read the same bytes. Only one piece is in memory
// at a time. Digest blocks as long as the media block.
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
