//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package batch

import (
	"errors"
	"io/fs"
	"os"
)

// openExclusive opens the file beside a lock file, which a process that is
// killed leaves behind.
func openExclusive(path string) (file *os.File, free func(), err error) {
	lock, err := os.OpenFile(path+".lock", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil, errInUse
	}
	if err != nil {
		return nil, nil, err
	}
	unlock := func() {
		_ = lock.Close()
		_ = os.Remove(lock.Name())
	}
	file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		unlock()
		return nil, nil, err
	}
	return file, func() { _ = file.Close(); unlock() }, nil
}
