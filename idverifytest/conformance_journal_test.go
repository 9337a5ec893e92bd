package idverifytest

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/batch"
)

// rowTable is what journals share.
type rowTable struct {
	mu    sync.Mutex
	rows  map[string]tableRow
	next  int
	begun int // rows in flight
}

type tableRow struct {
	entry  batch.Entry
	holder *bentJournal
	until  time.Time
}

// bentJournal is one process's journal, with one behaviour that can be changed.
type bentJournal struct {
	*rowTable
	key                                                 func(string) string
	found, forgets, keepsOld, oneAtATime, dropsAttempts bool
	cut                                                 *cable
}

const journalHold = time.Second

func (j *bentJournal) of(key string) string {
	if j.key != nil {
		return j.key(key)
	}
	return key
}

func (j *bentJournal) Load(ctx context.Context, key string) (batch.Entry, bool, error) {
	if j.cut != nil {
		if err := j.cut.err(ctx, key); err != nil {
			return batch.Entry{}, false, err
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	row, found := j.rows[j.of(key)]
	return row.entry, found || j.found, nil
}

func (j *bentJournal) Begin(_ context.Context, key string) error {
	j.mu.Lock()
	j.begun++
	busy := j.begun > 1
	_, known := j.rows[j.of(key)]
	if !j.forgets && !(known && j.keepsOld) {
		j.put(key, batch.Entry{InFlight: true})
	}
	j.mu.Unlock()
	time.Sleep(time.Millisecond)
	if busy && j.oneAtATime {
		return errors.New("busy")
	}
	return nil
}

// put must be called under the lock.
func (j *bentJournal) put(key string, entry batch.Entry) {
	j.next++
	entry.Version = strconv.Itoa(j.next)
	j.rows[j.of(key)] = tableRow{entry, j, time.Now().Add(journalHold)}
}

func (j *bentJournal) Finish(ctx context.Context, key string, answer batch.Entry) error {
	if j.cut != nil {
		if err := j.cut.err(ctx, key); err != nil {
			return err
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begun--
	if j.dropsAttempts && answer.Err != nil {
		own := *answer.Err
		own.Attempts = nil
		answer.Err = &own
	}
	j.put(key, answer)
	return nil
}

// bentShared is one machine's shared journal.
type bentShared struct {
	bentJournal
	alwaysBegins, looksAtPresenceOnly, beginsAll, neverTaken, takenForEver, noLate, noFence bool
}

func (j *bentShared) Load(ctx context.Context, key string) (batch.Entry, bool, error) {
	entry, found, err := j.bentJournal.Load(ctx, key)
	j.mu.Lock()
	defer j.mu.Unlock()
	if entry.InFlight && !j.neverTaken && (j.takenForEver || time.Now().Before(j.rows[key].until)) {
		entry.InFlight, entry.Taken = false, true
	}
	return entry, found, err
}

func (j *bentShared) Begin(ctx context.Context, key string) error {
	if j.beginsAll {
		return j.bentJournal.Begin(ctx, key)
	}
	taken, err := j.BeginIf(ctx, key, batch.Entry{})
	if err == nil && taken {
		err = errors.New("taken")
	}
	return err
}

func (j *bentShared) BeginIf(_ context.Context, key string, loaded batch.Entry) (bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	row, known := j.rows[key]
	switch {
	case j.alwaysBegins:
	case j.looksAtPresenceOnly && known == (loaded.Version != ""):
	case row.entry.Version != loaded.Version:
		return true, nil
	}
	j.put(key, batch.Entry{InFlight: true})
	return false, nil
}

func (j *bentShared) Finish(ctx context.Context, key string, answer batch.Entry) error {
	j.mu.Lock()
	row := j.rows[key]
	j.mu.Unlock()
	if row.holder != &j.bentJournal && !j.noFence || j.noLate && time.Now().After(row.until) {
		return errors.New("not this run's")
	}
	return j.bentJournal.Finish(ctx, key, answer)
}

func plainJournals(b bentJournal) JournalHarness {
	s := bubble
	if b.cut != nil {
		s = b.cut.setting()
	}
	b.rowTable = &rowTable{rows: map[string]tableRow{}}
	return JournalHarness{StoreSetting: s, New: func(testing.TB) batch.Journal { own := b; return &own }}
}

func sharedJournals(b bentShared) JournalHarness {
	b.rowTable = &rowTable{rows: map[string]tableRow{}}
	return JournalHarness{StoreSetting: bubble, Hold: journalHold, New: func(testing.TB) batch.Journal { own := b; return &own }}
}

func TestTestJournal_AcceptsCorrectJournals(t *testing.T) {
	t.Run("plain", func(t *testing.T) { TestJournal(t, plainJournals(bentJournal{cut: &cable{}})) })
	t.Run("shared", func(t *testing.T) { TestJournal(t, sharedJournals(bentShared{})) })
	t.Run("file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		TestJournal(t, JournalHarness{
			New: func(tb testing.TB) batch.Journal {
				j, err := batch.OpenFileJournal(path)
				require.NoError(tb, err)
				return j
			},
			Close: func(tb testing.TB, j batch.Journal) { require.NoError(tb, j.(*batch.FileJournal).Close()) },
		})
	})
}

// Holds P-PAY-13.
func TestTestJournal_DetectsWrongJournals(t *testing.T) {
	var all []wrong
	plain := func(what, rule string, b bentJournal) {
		all = append(all, wrong{what, plainJournals(b).rules(t), rule})
	}
	shared := func(what, rule string, b bentShared) {
		all = append(all, wrong{what, sharedJournals(b).rules(t), rule})
	}
	plain("knows every row", "knows nothing of a new row", bentJournal{found: true})
	plain("forgets what was begun", "reports a begun row as in flight", bentJournal{forgets: true})
	plain("drops attempts", "returns how a row ended", bentJournal{dropsAttempts: true})
	plain("does not tell capital letters", "keeps rows apart", bentJournal{key: strings.ToLower})
	plain("cuts keys", "keeps rows apart", bentJournal{key: func(key string) string { return key[:min(len(key), 40)] }})
	plain("serves one at a time", "serves concurrent callers", bentJournal{oneAtATime: true})
	plain("keeps the old end", "begins a row again", bentJournal{keepsOld: true})
	plain("tells the key", outageRule, bentJournal{cut: &cable{tells: true}})
	shared("begins for all", "lets one of many begin a row", bentShared{alwaysBegins: true})
	shared("does not compare", "begins no row that has changed since it was loaded", bentShared{alwaysBegins: true})
	shared("compares nothing but presence", "begins a row that ended if it is still what was loaded", bentShared{looksAtPresenceOnly: true})
	shared("begins all by Begin", "begins only new rows by Begin", bentShared{beginsAll: true})
	shared("never says taken", "reports a row as taken, and later as in flight", bentShared{neverTaken: true})
	shared("says taken for ever", "reports a row as taken, and later as in flight", bentShared{takenForEver: true})
	shared("drops a late answer", "accepts the late answer of a run", bentShared{noLate: true})
	shared("has no fence", "refuses the answer of a replaced run", bentShared{noFence: true})
	all = append(all, subtlyWrongJournals(t)...)
	assertSeen(t, append(slate("").rules(t), append(plainJournals(bentJournal{cut: &cable{}}).rules(t), sharedJournals(bentShared{}).rules(t)...)...), all)
	assert.Empty(t, broken(t, plainJournals(bentJournal{cut: &cable{}}).rules(t)))
	assert.Empty(t, broken(t, sharedJournals(bentShared{}).rules(t)))
}
