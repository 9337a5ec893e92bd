package idverifytest

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// sheet is a ledger that works as a database without locks does: a method reads a
// snapshot of the row, decides, and writes if the row is still the one it read. wrong is
// what it does wrong, empty for a right ledger.
type sheet struct {
	wrong  string
	mu     sync.Mutex
	rows   map[string]sheetRow
	last   int // the last version of any row
	writes atomic.Int32
	freed  map[string]bool // by holder
	print  map[string]string
}

type sheetRow struct {
	version       int
	print, holder string
	begun         time.Time
	hold          time.Duration
	outcome       idverify.ClaimOutcome
	answer, old   []byte
}

func (s *sheet) is(wrong string) bool { return s.wrong == wrong }

func (s *sheet) id(text string) string {
	if s.is("cuts ids") {
		return text[:63]
	}
	return text
}

// same compares two texts, unless it looks at their beginning only.
func (s *sheet) same(one, other, wrong string) bool {
	if s.is(wrong) {
		return one[:len(one)-1] == other[:len(other)-1]
	}
	return one == other
}

// change applies f to a snapshot of a row until nobody was faster. f returns false for
// nothing to write; a row whose version is below 0 is removed.
func (s *sheet) change(id string, careless bool, f func(row *sheetRow, known bool) (write bool)) {
	for {
		s.mu.Lock()
		row, known := s.rows[id]
		s.mu.Unlock()
		read := row.version
		if !f(&row, known) {
			return
		}
		time.Sleep(time.Duration(1+s.writes.Add(1)%5) * time.Millisecond) // some are faster
		s.mu.Lock()
		if now, still := s.rows[id]; careless || still == known && now.version == read {
			s.write(id, row)
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
	}
}

func (s *sheet) write(id string, row sheetRow) {
	if row.version < 0 {
		delete(s.rows, id)
		return
	}
	s.last++
	row.version = s.last
	s.rows[id] = row
}

func (s *sheet) until(row *sheetRow) time.Time {
	hold := row.hold
	switch s.wrong {
	case "halves the hold":
		hold /= 2
	case "takes milliseconds for seconds":
		hold /= 1000
	case "holds for a minute at most":
		hold = min(hold, time.Minute)
	case "holds for a second at least":
		hold = max(hold, time.Second)
	}
	return row.begun.Add(hold)
}

func (s *sheet) Claim(ctx context.Context, c idverify.ClaimRequest) (claim idverify.Claim, err error) {
	if err := ctx.Err(); err != nil && !s.is("hangs when its caller has left") {
		return claim, err
	} else if err != nil {
		time.Sleep(5 * time.Second)
	}
	careless := s.is("repeats without a second look") && c.Repeat
	s.change(s.id(c.ID), careless, func(row *sheetRow, known bool) bool {
		now := time.Now()
		claim = s.look(c, row, known, now)
		if claim.State != idverify.ClaimMine || known && row.outcome == "" && s.same(row.holder, c.Holder, "cuts holders") && !s.is("starts the hold again") {
			return false
		}
		hold := c.Hold
		if known && s.is("keeps the old hold for a repetition") {
			hold = row.hold
		}
		*row = sheetRow{version: row.version, print: c.Print, holder: c.Holder, begun: now, hold: hold, old: row.answer}
		return true
	})
	return claim, nil
}

// look says what a row means to a claimer.
func (s *sheet) look(c idverify.ClaimRequest, row *sheetRow, known bool, now time.Time) idverify.Claim {
	gone := now.After(s.until(row))
	answer := bytes.Clone(row.answer)
	if s.is("returns its own slice") {
		answer = row.answer
	}
	if known && gone && row.outcome != "" && s.is("drops answers after the hold") {
		known = false
	}
	s.mu.Lock()
	before, kept := s.print[c.ID]
	s.mu.Unlock()
	if !known && kept && before != c.Print && s.is("keeps the print of a free row") {
		return idverify.Claim{State: idverify.ClaimConflict}
	}
	switch {
	case !known:
		return idverify.Claim{State: idverify.ClaimMine}
	case !s.same(row.print, c.Print, "cuts prints") && !s.overlooks(c, row, gone):
		if s.is("tells the answer with a conflict") {
			return idverify.Claim{State: idverify.ClaimConflict, Answer: answer}
		}
		return idverify.Claim{State: idverify.ClaimConflict}
	case row.outcome == "" && s.same(row.holder, c.Holder, "cuts holders") && !(gone && s.is("tells the holder that it is ambiguous")):
		return idverify.Claim{State: idverify.ClaimMine}
	case row.outcome == "" && !gone:
		left := s.until(row).Sub(now)
		if s.is("always returns the whole hold") {
			left = row.hold
		}
		return idverify.Claim{State: idverify.ClaimHeld, Left: left}
	case gone && row.outcome == idverify.OutcomeDecided && c.Repeat && s.is("repeats decisions after the hold"):
		return idverify.Claim{State: idverify.ClaimMine}
	case c.Repeat && row.outcome != idverify.OutcomeDecided:
		return idverify.Claim{State: idverify.ClaimMine}
	case row.outcome == "" && row.old != nil && s.is("returns the answer of the call before"):
		return idverify.Claim{State: idverify.ClaimKept, Answer: row.old}
	case row.outcome == "", gone && s.is("takes every old row for ambiguous"):
		return idverify.Claim{State: idverify.ClaimAmbiguous}
	}
	return idverify.Claim{State: idverify.ClaimKept, Answer: answer}
}

// overlooks reports whether a conflict is not noticed.
func (s *sheet) overlooks(c idverify.ClaimRequest, row *sheetRow, gone bool) bool {
	switch s.wrong {
	case "compares prints for repetitions only":
		return !c.Repeat
	case "compares prints for plain claims only":
		return c.Repeat
	case "compares no prints of decisions":
		return row.outcome == idverify.OutcomeDecided
	case "compares no prints of ambiguous rows":
		return row.outcome == idverify.OutcomeAmbiguous
	case "compares no prints after the hold":
		return gone && row.outcome == ""
	}
	return false
}

func (s *sheet) Settle(ctx context.Context, st idverify.Settlement) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	free := st.Outcome == idverify.OutcomeFree
	careless := free && s.is("frees without a second look") || !free && s.is("settles without a second look")
	s.change(s.id(st.ID), careless, func(row *sheetRow, known bool) bool {
		err = nil
		gone := time.Now().After(s.until(row))
		s.mu.Lock()
		freed := s.freed[st.Holder]
		s.mu.Unlock()
		his := known && s.same(row.holder, st.Holder, "cuts holders")
		switch {
		case !known && free:
			return false
		case known && !his && free && freed && s.is("frees again for a holder who freed before"):
		case !his:
			err = idverify.ErrClaimLost
			return false
		case row.outcome != "":
			if row.outcome == idverify.OutcomeFailed && s.is("settles a failure once only") || row.outcome == idverify.OutcomeAmbiguous && s.is("settles an ambiguous call once only") {
				err = idverify.ErrClaimLost
			}
			return false
		case gone && (free && s.is("refuses to free late") || !free && st.Outcome != idverify.OutcomeDecided && s.is("takes late decisions only")):
			err = idverify.ErrClaimLost
			return false
		}
		switch {
		case free && row.old != nil && s.is("restores the old answer when a repetition is free"):
			row.outcome, row.answer = idverify.OutcomeFailed, row.old
		case free:
			s.mu.Lock()
			s.freed[st.Holder], s.print[st.ID] = true, row.print
			s.mu.Unlock()
			row.version = -1
		default:
			row.outcome, row.answer = st.Outcome, bytes.Clone(st.Answer)
			if s.is("keeps the slice it was given") {
				row.answer = st.Answer
			}
		}
		return true
	})
	return err
}

func sheetHarness(wrong string) LedgerHarness {
	s := &sheet{wrong: wrong, rows: map[string]sheetRow{}, freed: map[string]bool{}, print: map[string]string{}}
	return LedgerHarness{StoreSetting: bubble, New: func(testing.TB) idverify.Ledger { return s }}
}

func TestTestLedger_AcceptsLedgerOfSnapshots(t *testing.T) {
	TestLedger(t, sheetHarness(""))
}

func subtlyWrongLedgers() []wrong {
	return wrongs(map[string][]string{
		"lets the next one ask after a free call":                 {"keeps the print of a free row", "frees again for a holder who freed before"},
		"reports a question as ambiguous for ever after its hold": {"holds for a second at least"},
		"accepts the late answer of a claimer":                    {"refuses to free late", "takes late decisions only"},
		"detects another print under the same id":                 {"compares prints for repetitions only", "compares prints for plain claims only", "compares no prints of decisions", "compares no prints of ambiguous rows", "compares no prints after the hold", "tells the answer with a conflict"},
		"claims once for one holder":                              {"starts the hold again", "tells the holder that it is ambiguous"},
		"settles once":                                            {"settles a failure once only", "settles an ambiguous call once only"},
		"lets one of many repeat a question":                      {"repeats without a second look"},
		"keeps answers of its own":                                {"keeps the slice it was given", "returns its own slice"},
		"holds a question for as long as the claimer said":        {"halves the hold", "takes milliseconds for seconds", "holds for a minute at most", "always returns the whole hold", "keeps the old hold for a repetition"},
		"keeps an answer when the hold has passed":                {"drops answers after the hold", "takes every old row for ambiguous", "repeats decisions after the hold"},
		"keeps nothing of a question that is repeated":            {"restores the old answer when a repetition is free", "returns the answer of the call before"},
		"compares ids, prints and holders to the last digit":      {"cuts ids", "cuts prints", "cuts holders"},
		"gives a question to one when it is freed many times":     {"frees without a second look"},
		"accepts a late answer or a repetition":                   {"settles without a second look"},
		"returns when the context has ended":                      {"hangs when its caller has left"},
	}, func(wrong string) []storeRule { return sheetHarness(wrong).rules() })
}
