package idverifytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Bill is what the vendors would have charged for.
//
// Where a vendor says which answers are charged for, the stand-in does as it
// says. Where it does not, the stand-in counts the answers for which the
// identity source was asked and decided, whichever way, and no others:
//
//	linkface  OK; no reference photo; name and number do not agree; poor picture (all documented)
//	baiduv4   verify_status 0, 1 and 2; error 222354
//	tencent   code 0, -5803, -5804 from the source, -5809
//
// What a fault destroys on the way back was charged for all the same: see
// [Fault].
type Bill struct {
	Calls []BilledCall // in the order in which they were charged for
}

// BilledCall is one call that was charged for.
type BilledCall struct {
	Vendor  string
	Seq     int    // the [Exchange] it was
	Subject string // see [Server.Subject]
}

// Bill returns what was charged for so far.
func (s *Server) Bill() Bill {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Bill{Calls: slices.Clone(s.billed)}
}

// Subject is what stands on the bill for an ID number: the same number gives
// the same subject, and nothing leads back from it, because the key is random
// for each Server. It is empty for an empty number.
func (s *Server) Subject(idNumber string) string {
	if idNumber == "" {
		return ""
	}
	return hex.EncodeToString(s.mac("subject", idNumber)[:8])
}

// mac binds text to this server and to one purpose.
func (s *Server) mac(purpose, text string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(purpose + "\x00" + text))
	return h.Sum(nil)
}

// Total counts the calls that were charged for.
func (b Bill) Total() int { return len(b.Calls) }

// For counts the calls that one vendor charged for.
func (b Bill) For(vendor string) int { return b.ByVendor()[vendor] }

// ByVendor counts the calls by vendor; a vendor without any is absent.
func (b Bill) ByVendor() map[string]int {
	n := map[string]int{}
	for _, c := range b.Calls {
		n[c.Vendor]++
	}
	return n
}

// Twice lists the subjects that were charged for more than once, by one
// vendor or by several, sorted. A test that wants nothing paid twice wants it
// empty.
func (b Bill) Twice() []string {
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
