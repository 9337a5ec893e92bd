package batch

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// stands looks at the file and at its path: the file must end where the journal
// does, and be the one at the path.
func stands(path string, file *os.File, opened fs.FileInfo, end int64) error {
	info, err := file.Stat() // the path's may be late to know the size
	switch {
	case err != nil:
		return unreadable(err)
	case info.Size() < end:
		return errShrunk
	case info.Size() > end:
		return errGrown
	}
	there, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errMoved
	case err != nil:
		return unreadable(err)
	case !os.SameFile(there, opened):
		return errReplaced
	}
	return nil
}

// isOpenToOthers reports whether the mode lets other users than the owner at
// the file. Where modes say nothing, it does not.
func isOpenToOthers(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && runtime.GOOS != "plan9" && info.Mode().Perm()&0o077 != 0
}
