//go:build linux || darwin

package terminal

import (
	"os"
	"syscall"
	"unsafe"
)

// widthOf asks the terminal for its number of columns, 0 if it does not say.
func widthOf(file *os.File) int {
	var size struct{ rows, columns, x, y uint16 }
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))) //nolint:gosec // that is how it is asked
	if failed != 0 {
		return 0
	}
	return int(size.columns)
}
