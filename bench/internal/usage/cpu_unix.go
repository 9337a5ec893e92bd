//go:build unix

// Package usage tells what this process has used, as far as the system says.
package usage

import (
	"syscall"
	"time"
)

// CPU is the CPU time of this process, in user mode and in the kernel. ok is false if
// the system does not report it precisely enough.
func CPU() (spent time.Duration, ok bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
