package idverifytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/idverify/idverify/batch"
)

// slateJournal is a run's journal that only appends: what is known of a row is the last
// line about it, and a line's number is its version. wrong is what it does wrong, empty
// for a right journal.
type slateJournal struct {
	*slateLines
	run int
}

type slateLines struct {
	wrong string
	mu    sync.Mutex
	lines []slateLine
	runs  int
	busy  bool
	count atomic.Int32
}

type slateLine struct {
	key  string
	run  int
	at   time.Time
	text string // of an outcome, empty for a beginning
}

func (j *slateJournal) is(wrong string) bool { return j.wrong == wrong }

// last must be called under the lock. It returns the number of the last line about a row,
// from 1, and 0 for none.
func (j *slateJournal) last(key string) (int, slateLine) {
	for i := len(j.lines); i > 0; i-- {
		if j.lines[i-1].key == key {
			return i, j.lines[i-1]
		}
	}
	return 0, slateLine{}
}

func (j *slateJournal) held() time.Duration {
	switch j.wrong {
	case "holds a row for half as long":
		return journalHold / 3
	case "holds a row twice as long":
		return 2 * journalHold
	}
	return journalHold
}

func (j *slateJournal) Load(_ context.Context, key string) (e batch.Entry, found bool, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n, line := j.last(key)
	if n == 0 {
		return e, false, nil
	}
	e.Version = fmt.Sprint(n)
	if j.is("has the outcome as its version") && line.text != "" {
		e.Version = line.text
	}
	if line.text == "" {
		e.Taken = time.Since(line.at) < j.held()
		e.InFlight = !e.Taken
		return e, true, nil
	}
	var kept [2]json.RawMessage
	if err := json.Unmarshal([]byte(line.text), &kept); err != nil {
		return e, false, err
	}
	return e, true, errors.Join(json.Unmarshal(kept[0], &e.Result), json.Unmarshal(kept[1], &e.Err))
}

func (j *slateJournal) Begin(ctx context.Context, key string) error {
	if j.is("begins a decided row by Begin") {
		if e, _, _ := j.Load(ctx, key); e.Result != nil {
			_, err := j.BeginIf(ctx, key, e)
			return err
		}
	}
	taken, err := j.BeginIf(ctx, key, batch.Entry{})
	if taken {
		return errors.New("taken")
	}
	return err
}

func (j *slateJournal) BeginIf(ctx context.Context, key string, loaded batch.Entry) (taken bool, err error) {
	e, _, err := j.Load(ctx, key)
	if err != nil || e.Version != loaded.Version || e.Taken {
		return err == nil, err
	}
	if j.is("begins without a second look") {
		time.Sleep(time.Duration(1+j.count.Add(1)%5) * time.Millisecond)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	n, line := j.last(key)
	now := fmt.Sprint(n)
	if line.text != "" && j.is("has the outcome as its version") {
		now = line.text
	}
	if n > 0 && now != loaded.Version && !j.is("begins without a second look") {
		return true, nil
	}
	j.lines = append(j.lines, slateLine{key: key, run: j.run, at: time.Now()})
	return false, nil
}

func (j *slateJournal) Finish(_ context.Context, key string, answer batch.Entry) error {
	text, err := json.Marshal([]any{answer.Result, answer.Err})
	j.mu.Lock()
	defer j.mu.Unlock()
	n, line := j.last(key)
	switch {
	case n == 0 && !j.is("finishes rows that nobody has begun"):
		return errors.New("not begun")
	case n > 0 && line.run != j.run && !(line.text != "" && j.is("finishes what another run has finished")) && !(time.Since(line.at) < j.held() && j.is("looks for a replaced run after the hold only")):
		return errors.New("not this run's")
	}
	j.lines = append(j.lines, slateLine{key: key, run: j.run, at: time.Now(), text: string(text)})
	return err
}

func (j *slateJournal) BeginRun(_ context.Context, binding string) (end func(), err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.busy {
		return nil, errors.New("another run is under way")
	}
	j.busy = true
	return func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.busy = j.is("does not notice that a run has ended")
	}, nil
}

func slate(wrong string) JournalHarness {
	lines := &slateLines{wrong: wrong}
	return JournalHarness{StoreSetting: bubble, Hold: journalHold, New: func(testing.TB) batch.Journal {
		lines.mu.Lock()
		defer lines.mu.Unlock()
		lines.runs++
		return &slateJournal{lines, lines.runs}
	}}
}

func TestTestJournal_AcceptsJournalThatOnlyAppends(t *testing.T) { TestJournal(t, slate("")) }

func subtlyWrongJournals(t *testing.T) []wrong {
	return wrongs(map[string][]string{
		"lets one of many begin a row":                           {"begins without a second look"},
		"begins a row that ended if it is still what was loaded": {"has the outcome as its version"},
		"begins only new rows by Begin":                          {"begins a decided row by Begin"},
		"reports a row as taken, and later as in flight":         {"holds a row for half as long", "holds a row twice as long"},
		"refuses the answer of a run that has not begun the row": {"finishes rows that nobody has begun", "finishes what another run has finished", "looks for a replaced run after the hold only"},
		"lets a run begin after another has ended":               {"does not notice that a run has ended"},
	}, func(wrong string) []storeRule { return slate(wrong).rules(t) })
}
