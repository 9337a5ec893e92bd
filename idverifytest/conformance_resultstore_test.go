package idverifytest

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

// bentResults is a memory store, with one behaviour that can be changed.
type bentResults struct {
	mu   sync.Mutex
	rows map[string]idverify.Stored

	id    func(string) string
	bend  func(*idverify.Stored)
	first bool // the first save wins
	has   bool // every id is found
	slow  time.Duration
	cut   *cable
}

func (b *bentResults) key(id string) string {
	if b.id != nil {
		return b.id(id)
	}
	return id
}

func (b *bentResults) Load(ctx context.Context, id string) (idverify.Stored, bool, error) {
	if b.cut != nil {
		if err := b.cut.err(ctx, id); err != nil {
			return idverify.Stored{}, false, err
		}
	}
	time.Sleep(b.slow)
	b.mu.Lock()
	defer b.mu.Unlock()
	stored, ok := b.rows[b.key(id)]
	return stored, ok || b.has, nil
}

func (b *bentResults) Save(ctx context.Context, id string, stored idverify.Stored) error {
	if b.cut != nil {
		if err := b.cut.err(ctx, id); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rows == nil {
		b.rows = map[string]idverify.Stored{}
	}
	if _, known := b.rows[b.key(id)]; known && b.first {
		return nil
	}
	if b.bend != nil {
		b.bend(&stored)
	}
	b.rows[b.key(id)] = stored
	return nil
}

func resultHarness(b *bentResults) ResultStoreHarness {
	s := bubble
	if b.cut != nil {
		s = b.cut.setting()
	}
	return ResultStoreHarness{StoreSetting: s, New: func(testing.TB) idverify.ResultStore { return b }}
}

func TestTestResultStore_AcceptsMemoryStore(t *testing.T) {
	TestResultStore(t, resultHarness(&bentResults{cut: &cable{}}))
}

// Holds P-PAY-13.
func TestTestResultStore_DetectsWrongStores(t *testing.T) {
	var all []wrong
	add := func(what, rule string, b *bentResults) {
		all = append(all, wrong{what, resultHarness(b).rules(), rule})
	}
	add("has everything", "returns nothing that was not saved", &bentResults{has: true})
	add("drops attempts", "returns the whole decision", &bentResults{bend: func(s *idverify.Stored) { s.Result.Attempts = nil }})
	add("drops settings", "returns the whole decision", &bentResults{bend: func(s *idverify.Stored) { s.Settings = "" }})
	add("keeps seconds only", "returns the whole decision", &bentResults{bend: func(s *idverify.Stored) { s.Result.At = s.Result.At.Truncate(time.Second) }})
	add("keeps the first", "keeps the last value saved", &bentResults{first: true})
	add("is slow and deaf", "returns when the context has ended", &bentResults{slow: 5 * time.Second})
	add("has one id", "serves concurrent callers", &bentResults{id: func(string) string { return "" }})
	add("tells the id", outageRule, &bentResults{cut: &cable{tells: true}})
	all = append(all, subtlyWrongResultStores()...)
	assertSeen(t, resultHarness(&bentResults{cut: &cable{}}).rules(), all)
	assert.Empty(t, broken(t, resultHarness(&bentResults{cut: &cable{}}).rules()))
}

// columns is a store that keeps a decision's fields one by one, as columns of a table,
// and the rest as JSON. wrong is what it does wrong, empty for a right store.
type columns struct {
	*columnTable
	seen sync.Map // what this process has loaded before
}

type columnTable struct {
	wrong string
	mu    sync.Mutex
	rows  map[string]map[string]string
	saves atomic.Int32
}

func (c *columns) Load(_ context.Context, id string) (out idverify.Stored, ok bool, err error) {
	if known, ok := c.seen.Load(id); ok && (c.wrong == "remembers what it has loaded" || known == nil && c.wrong == "remembers what was absent") {
		if known == nil {
			return out, false, nil
		}
		return known.(idverify.Stored), true, nil
	}
	if c.wrong == "cuts ids" {
		id = id[1:]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	row, ok := c.rows[id]
	if !ok {
		c.seen.Store(id, nil)
		return out, false, nil
	}
	err = json.Unmarshal([]byte(row["json"]), &out.Result)
	out.Print, out.Settings = row["print"], row["settings"]
	c.seen.Store(id, out)
	return out, true, err
}

func (c *columns) Save(_ context.Context, id string, stored idverify.Stored) error {
	text, err := json.Marshal(stored.Result)
	if c.wrong == "cuts ids" {
		id = id[1:]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows[id] == nil {
		c.rows[id] = map[string]string{}
	}
	c.rows[id]["json"], c.rows[id]["settings"] = string(text), stored.Settings
	if c.wrong == "writes a row in two steps" {
		c.mu.Unlock()
		time.Sleep(time.Duration(c.saves.Add(3)%7) * time.Millisecond)
		c.mu.Lock()
	}
	c.rows[id]["print"] = stored.Print
	return err
}

func columnHarness(wrong string) ResultStoreHarness {
	table := &columnTable{wrong: wrong, rows: map[string]map[string]string{}}
	return ResultStoreHarness{StoreSetting: bubble, New: func(testing.TB) idverify.ResultStore { return &columns{columnTable: table} }}
}

func TestTestResultStore_AcceptsStoreOfColumns(t *testing.T) {
	TestResultStore(t, columnHarness(""))
}

func subtlyWrongResultStores() []wrong {
	return wrongs(map[string][]string{
		"returns what another process saved meanwhile":        {"remembers what it has loaded", "remembers what was absent"},
		"compares ids to the last digit":                      {"cuts ids"},
		"keeps one of two decisions saved at the same moment": {"writes a row in two steps"},
	}, func(wrong string) []storeRule { return columnHarness(wrong).rules() })
}
