package idverifytest

import (
	"math"
	"strconv"
)

// Scores are the scores of a vendor's comparison. A score that the vendor does not
// have is not sent.
type Scores struct {
	Similarity float64 // 0 to 1 or 0 to 100, on the vendor's scale: see [DefaultScores]
	Liveness   float64 // 0 to 1, on the vendor's scale: 1 is the best at one, the worst at another
	Synthetic  float64 // 0 to 1, where 1 is the worst
}

// DefaultScores are the scores of [Match] at a vendor: a clear pass. Change what
// the test is about, and pass them to [Server.SetScores]. They are zero for an
// unknown vendor.
func DefaultScores(vendor string) Scores {
	v := registered().find(vendor)
	if v == nil {
		return Scores{}
	}
	return v.scores
}

// SetScores sets the scores of [Match] at a vendor from now on. Values outside the
// vendor's range are sent as they are. It panics for an unknown vendor, and for NaN
// and infinities, which JSON cannot represent: use [Server.Script] for those.
func (s *Server) SetScores(vendor string, scores Scores) {
	if s.known().find(vendor) == nil {
		panic("idverifytest: SetScores: unknown vendor " + strconv.Quote(vendor))
	}
	for _, score := range []struct {
		name  string
		value float64
	}{
		{"Similarity", scores.Similarity}, {"Liveness", scores.Liveness}, {"Synthetic", scores.Synthetic},
	} {
		if math.IsNaN(score.value) || math.IsInf(score.value, 0) {
			panic("idverifytest: SetScores: Scores." + score.name + ": JSON has no form for this number")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scores[vendor] = scores
}

// scoresOfMatch are the scores of Match at a vendor.
func (s *Server) scoresOfMatch(v *vendor) Scores {
	s.mu.Lock()
	defer s.mu.Unlock()
	if set, ok := s.scores[v.name]; ok {
		return set
	}
	return v.scores
}
