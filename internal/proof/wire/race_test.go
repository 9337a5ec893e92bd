//go:build race

package wire_test

// The race detector allocates on its own account, and makes pools forget.
const underRace = true
