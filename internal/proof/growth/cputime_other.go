//go:build !unix

package growth

import "time"

// cpuTime is the elapsed time, because there is no better clock.
func cpuTime() time.Duration { return time.Since(start) }

var start = time.Now()
