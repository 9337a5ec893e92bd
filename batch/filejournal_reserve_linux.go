package batch

import (
	"errors"
	"os"
	"syscall"
)

// reserver gives a file blocks on the disk up to a size, which it does not change.
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

// isFull reports whether the disk, or what of it this user may have, is full.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
