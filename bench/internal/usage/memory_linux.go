package usage

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// MemorySource says what Memory measures.
const MemorySource = "VmHWM − VmRSS of /proc/self/status"

// Memory begins a measurement of the most memory that this process holds. The
// function it returns ends it, and gives by how many bytes it grew.
func Memory() func() (grown int64, err error) {
	debug.FreeOSMemory()
	// Brings the peak down to what is held now; where it is not allowed the
	// peak so far stays, and the figure is higher than it should be.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	before, err := status("VmRSS")
	if err != nil {
		return func() (int64, error) { return 0, err }
	}
	return func() (int64, error) {
		peak, err := status("VmHWM")
		return peak - before, err
	}
}

func status(field string) (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 3 && words[0] == field+":" && words[2] == "kB" {
			size, err := strconv.ParseInt(words[1], 10, 64)
			return size << 10, err
		}
	}
	return 0, fmt.Errorf("usage: /proc/self/status has no %s", field)
}
