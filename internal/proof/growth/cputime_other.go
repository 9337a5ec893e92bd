//go:build !unix

package growth

import "time"

// cpuTime is the time that has passed, for want of a better clock.
func cpuTime() time.Duration { return time.Since(start) }

var start = time.Now()
