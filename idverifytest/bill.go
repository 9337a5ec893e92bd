package idverifytest

import (
	"encoding/hex"
	"maps"
	"slices"
)

// Bill is what the vendors would have charged.
//
// Where a vendor's documents say which answers are charged for, the stand-in
// follows them. Where they do not, it counts the answers for which the identity
// source was asked and decided, and no others. The constant that names the vendor
// says which answers those are.
//
// An answer that a fault destroys on the way back is charged for all the same: see
// [Fault].
//
// A server that runs for long does not list every call: see [Bill.Forgotten].
type Bill struct {
	Calls []BilledCall // the last 10,000, in the order of charging

	counts *billCounts // of a Server; nil to count Calls
}

// BilledCall is one call that was charged for.
type BilledCall struct {
	Vendor  string
	Seq     int    // sequence number of the [Exchange]
	Subject string // see [Server.Subject]
}

// billCounts covers all calls of a Server, also those that are not in Calls any
// more.
type billCounts struct {
	byVendor map[string]int
	twice    []string
	missed   int // calls whose subjects were not compared
}

// Bill returns what was charged for so far.
func (s *Server) Bill() Bill {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bill.bill()
}

// Subject is how an ID number appears on the bill: the same number gives the same
// subject, and the number cannot be recovered from it, because the key is random
// for each Server. It is empty for an empty number.
func (s *Server) Subject(idNumber string) string {
	if idNumber == "" {
		return ""
	}
	return hex.EncodeToString(s.mac("subject", idNumber)[:8])
}

// Total counts the calls that were charged for.
func (b Bill) Total() int {
	n := 0
	for _, calls := range b.ByVendor() {
		n += calls
	}
	return n
}

// For counts the calls that one vendor charged for.
func (b Bill) For(vendor string) int { return b.ByVendor()[vendor] }

// ByVendor counts the calls by vendor; a vendor without any is absent.
func (b Bill) ByVendor() map[string]int {
	if b.counts != nil {
		return maps.Clone(b.counts.byVendor)
	}
	n := map[string]int{}
	for _, c := range b.Calls {
		n[c.Vendor]++
	}
	return n
}

// Twice lists, sorted, the subjects that were charged for more than once, by one
// vendor or by several. A test that forbids double payment expects it to be empty.
// It covers all calls, also those that are not in Calls any more, as long as there
// were no more than 100,000 subjects: see [Bill.Uncompared].
//
// A subject is a person, not a row or a call. In a test whose rows or tries share a
// [Person], compare [Bill.Total] with the number of questions instead.
func (b Bill) Twice() []string {
	if b.counts != nil {
		return slices.Clone(b.counts.twice)
	}
	n := map[string]int{}
	for _, c := range b.Calls {
		n[c.Subject]++
	}
	var twice []string
	for subject, times := range n {
		if times > 1 && subject != "" {
			twice = append(twice, subject)
		}
	}
	slices.Sort(twice)
	return twice
}

// Forgotten counts the calls that are not in Calls any more: all but the last
// 10,000. The other methods count them too.
func (b Bill) Forgotten() int { return b.Total() - len(b.Calls) }

// Uncompared counts the calls that [Bill.Twice] does not cover: those about new
// subjects, after the first 100,000.
func (b Bill) Uncompared() int {
	if b.counts == nil {
		return 0
	}
	return b.counts.missed
}
