//go:build !linux

package usage

// Load is not told here in the same way by every system.
func Load() float64 { return 0 }
