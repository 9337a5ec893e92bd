package main

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/idverify/idverify/idverifytest"
)

const (
	// faultShare is the share of exchanges with a fault, including bursts. In a storm
	// it is stormShare.
	faultShare = 0.10
	stormShare = 1.0 / 3
	// A burst is an outage: every exchange with one vendor fails.
	burstChance = 1.0 / 4000
	burstLength = 40
	// revokeChance is the chance that an exchange revokes all tokens.
	revokeChance = 1.0 / 1500
)

// mischief decides which exchange gets which fault. It is safe for concurrent use;
// the same seed gives the same decisions in the same order.
type mischief struct {
	faults []idverifytest.Fault

	mu      sync.Mutex
	random  *rand.Rand
	bursts  map[string]int // remaining exchanges of a burst
	strikes float64        // chance outside bursts
}

// newMischief makes faults that exceed a client's time limit.
func newMischief(random *rand.Rand, limit time.Duration, share float64) *mischief {
	return &mischief{
		faults:  faults(limit),
		random:  random,
		bursts:  map[string]int{},
		strikes: share - burstChance*burstLength,
	}
}

// faults are all faults. The quick ones are listed twice, because the slow ones block
// a caller until its time limit.
func faults(limit time.Duration) []idverifytest.Fault {
	quick := []idverifytest.Fault{
		idverifytest.ResetBeforeBody(), idverifytest.ResetAfterBody(), idverifytest.Truncated(), idverifytest.MalformedJSON(),
		idverifytest.EmptyBody(), idverifytest.WrongContentType(), idverifytest.HTML502(), idverifytest.HTMLStatus(413), idverifytest.HTMLStatus(200),
		idverifytest.Redirect307("https://127.0.0.1:1/"), idverifytest.RateLimited(), idverifytest.QuotaExceeded(), idverifytest.Unavailable(),
		idverifytest.ExpiredToken(), idverifytest.RevokedToken(), idverifytest.Delay(limit / 50), idverifytest.SlowDrip(100 * time.Microsecond),
	}
	slow := []idverifytest.Fault{idverifytest.Hang(), idverifytest.Delay(2 * limit)}
	return append(append(quick, quick...), slow...)
}

// next is the fault for the next exchange with a vendor, if any.
func (m *mischief) next(vendor string) (idverifytest.Fault, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case vendor == "":
		return idverifytest.Fault{}, false
	case m.bursts[vendor] > 0:
		m.bursts[vendor]--
	case m.random.Float64() < burstChance:
		m.bursts[vendor] = burstLength
		return idverifytest.Fault{}, false
	case m.random.Float64() >= m.strikes:
		return idverifytest.Fault{}, false
	}
	return m.faults[m.random.IntN(len(m.faults))], true
}

func (m *mischief) revokes() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.random.Float64() < revokeChance
}
