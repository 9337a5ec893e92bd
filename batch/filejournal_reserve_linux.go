package batch

import (
	"errors"
	"os"
	"syscall"
)

// reserver allocates disk blocks for a file up to a size, without changing the
// file's size.
func reserver(file *os.File) func(size int64) error {
	const keepSize = 1 // FALLOC_FL_KEEP_SIZE
	return func(size int64) error {
		for {
			err := syscall.Fallocate(int(file.Fd()), keepSize, 0, size)
			if !errors.Is(err, syscall.EINTR) {
				return err
			}
		}
	}
}

// isFull reports whether the disk, or this user's quota, is full.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
