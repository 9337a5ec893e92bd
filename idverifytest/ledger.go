package idverifytest

import (
	"encoding/hex"
	"maps"
	"slices"
)

// ledger keeps the bill in bounded memory.
type ledger struct {
	last     []BilledCall
	byVendor map[string]int
	times    map[[8]byte]int32 // by subject, in binary
	missed   int
}

func newLedger() ledger {
	return ledger{byVendor: map[string]int{}, times: map[[8]byte]int32{}}
}

func (l *ledger) add(c BilledCall) {
	l.byVendor[c.Vendor]++
	l.last = append(l.last, c)
	if len(l.last) > maxBilled {
		l.last[0] = BilledCall{} // release its texts
		l.last = l.last[1:]
	}
	if c.Subject == "" {
		return
	}
	var subject [8]byte
	_, _ = hex.Decode(subject[:], []byte(c.Subject)) // made by [Server.Subject]
	if l.times[subject] == 0 && len(l.times) == maxSubjects {
		l.missed++
		return
	}
	l.times[subject]++
}

func (l *ledger) bill() Bill {
	counts := &billCounts{byVendor: maps.Clone(l.byVendor), missed: l.missed}
	for subject, times := range l.times {
		if times > 1 {
			counts.twice = append(counts.twice, hex.EncodeToString(subject[:]))
		}
	}
	slices.Sort(counts.twice)
	return Bill{Calls: slices.Clone(l.last), counts: counts}
}
