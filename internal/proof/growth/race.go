//go:build race

package growth

// UnderRace says that the race detector is at work.
const UnderRace = true
