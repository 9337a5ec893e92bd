//go:build !linux

package batch

import "os"

// reserver is nil: only on Linux is a way known to reserve room without changing
// the size.
func reserver(*os.File) func(size int64) error { return nil }

func isFull(error) bool { return false }
