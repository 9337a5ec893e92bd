//go:build !unix

// Package usage tells what this process has used, as far as the system says.
package usage

import "time"

// CPU is not reported here: Windows counts it in steps of 15 ms, which is longer than
// a call.
func CPU() (spent time.Duration, ok bool) { return 0, false }
