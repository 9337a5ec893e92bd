//go:build !linux

package usage

import (
	"runtime"
	"runtime/debug"
)

// MemorySource says what Memory measures.
const MemorySource = "growth of runtime.MemStats.Sys; what the kernel holds is not in it"

// Memory starts to measure the memory that Go takes from the system, which never
// shrinks. The returned function stops, and returns the growth in bytes.
func Memory() func() (grown int64, err error) {
	debug.FreeOSMemory()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	return func() (int64, error) {
		var after runtime.MemStats
		runtime.ReadMemStats(&after)
		return int64(after.Sys - before.Sys), nil
	}
}
