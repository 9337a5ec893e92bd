package batch

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
)

// stands checks the file and its path: the file must end where the journal ends,
// and the path must lead to it.
func stands(path string, file *os.File, opened fs.FileInfo, end int64) error {
	info, err := file.Stat() // a Stat by path may report an outdated size
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

// isOpenToOthers reports whether the mode lets users other than the owner access
// the file. It returns false where modes have no meaning.
func isOpenToOthers(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && runtime.GOOS != "plan9" && info.Mode().Perm()&0o077 != 0
}
