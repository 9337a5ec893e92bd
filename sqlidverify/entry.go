package sqlidverify

import (
	"encoding/json"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// keptEntry is how a row of a batch ended: one of the two.
type keptEntry struct {
	Result *idverify.Result `json:"result,omitempty"`
	Error  *idverify.Error  `json:"error,omitempty"`
}

func (e keptEntry) isValid() bool {
	switch {
	case (e.Result == nil) == (e.Error == nil):
		return false
	case e.Result != nil:
		return e.Result.Code.IsDecision()
	}
	return e.Error.Code != "" && !e.Error.Code.IsDecision()
}

// written is an entry as the table holds it. A batch keeps what cost nothing as well:
// at Load the library says what may be sent again.
func written(entry batch.Entry) (state, []byte, error) {
	kept := keptEntry{entry.Result, entry.Err}
	if !kept.isValid() {
		return 0, nil, errNoEntry
	}
	text, err := json.Marshal(kept)
	if err != nil { // a score that is no number, which no decision has
		return 0, nil, errNoEntry
	}
	switch e := entry.Err; {
	case e == nil:
		return decided, text, nil
	case !e.MayHaveCost():
		return failedFor, text, nil
	case e.Ambiguous():
		return ambiguous, text, nil
	}
	return failed, text, nil
}

// entry is what a row means to a run.
func (r claimRow) entry() (batch.Entry, error) {
	e := batch.Entry{Version: r.version()}
	if r.state == inFlight {
		e.Taken = r.isAlive()
		e.InFlight = !e.Taken
		return e, nil
	}
	var kept keptEntry
	if json.Unmarshal(r.answer, &kept) != nil || !kept.isValid() {
		return batch.Entry{}, final{errAnswer}
	}
	e.Result, e.Err = kept.Result, kept.Error
	return e, nil
}
