package batch

import (
	"errors"
	"os"
	"syscall"
)

const sharingViolation = syscall.Errno(32) // ERROR_SHARING_VIOLATION

// openExclusive opens the file so that nobody else can open it for writing.
func openExclusive(path string) (file *os.File, free func(), err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, nil, err
	}
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ,
		nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, nil, errInUse
	}
	if err != nil {
		return nil, nil, err
	}
	file = os.NewFile(uintptr(handle), path)
	return file, func() { _ = file.Close() }, nil
}
