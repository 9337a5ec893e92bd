package usage

import (
	"fmt"
	"os"
)

// Load is how many threads wanted a core lately, on the whole machine; 0 if unknown.
func Load() float64 {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	var load float64
	_, _ = fmt.Sscan(string(text), &load) // 0 where it is no number
	return load
}
