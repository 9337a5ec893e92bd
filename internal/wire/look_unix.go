//go:build unix

package wire

import (
	"io"
	"syscall"
)

// peekAt looks at what has come without taking it: whoever reads may be waiting
// for it, and holds the lock for reading. The socket does not block.
func (l *Link) peekAt(fd uintptr) {
	var first [5]byte
	n, _, err := syscall.Recvfrom(int(fd), first[:], syscall.MSG_PEEK)
	switch err {
	case nil:
		l.seen, l.reason = sightOf(first[:n]), io.ErrUnexpectedEOF
	case syscall.EAGAIN, syscall.EINTR:
		l.seen = nothing
	default:
		l.seen, l.reason = broken, err
	}
}
