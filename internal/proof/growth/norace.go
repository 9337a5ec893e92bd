//go:build !race

package growth

// UnderRace says whether the race detector is on.
const UnderRace = false
