package body

import (
	"errors"
	"io"
)

// OpenMedia opens media that a user may have written: what comes back never
// panics and never spins, because it is read on a goroutine of net/http, where
// nobody could recover.
func OpenMedia(m Opener) (io.ReadCloser, int64, error) {
	source, size, err := openGuarded(m)
	if err != nil {
		return nil, 0, err
	}
	return &source, size, nil
}

func openGuarded(m Opener) (g guarded, size int64, err error) {
	defer func() {
		if recover() != nil {
			g, size, err = guarded{}, 0, errPanicked
		}
	}()
	source, size, err := m.Open()
	switch {
	case err != nil:
		return guarded{}, 0, err
	case source == nil:
		return guarded{}, 0, errors.New("media has no reader")
	}
	return guarded{source: source}, size, nil
}

var errPanicked = errors.New("media panicked")

// maxEmptyReads is how often a reader may give nothing in a row.
const maxEmptyReads = 100

type guarded struct {
	source io.ReadCloser
	empty  int // reads in a row that gave nothing
}

func (g *guarded) Read(p []byte) (n int, err error) {
	defer func() {
		if recover() != nil {
			n, err = 0, errPanicked
		}
	}()
	n, err = g.source.Read(p)
	switch {
	case n < 0 || n > len(p):
		return 0, errors.New("media gave an impossible number of bytes")
	case n > 0 || err != nil || len(p) == 0:
		g.empty = 0
		return n, err
	}
	if g.empty++; g.empty == maxEmptyReads {
		return 0, io.ErrNoProgress
	}
	return 0, nil
}

func (g *guarded) Close() (err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return g.source.Close()
}
