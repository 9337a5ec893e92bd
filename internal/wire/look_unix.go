//go:build unix

package wire

import (
	"io"
	"syscall"
)

// peekAt looks at the received bytes without consuming them: the reading goroutine
// may be waiting for them, and holds the read lock. The socket does not block.
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
