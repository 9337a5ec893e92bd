//go:build race

package wire_test

// The race detector itself allocates, and makes pools lose objects.
const underRace = true
