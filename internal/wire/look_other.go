//go:build !unix

package wire

// peekAt sees nothing on systems where a socket cannot be looked at without reading.
// There, only reading notices an end.
func (l *Link) peekAt(uintptr) {}
