package idverifytest

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// roll is a store that has one list of all tries of all persons. It works as a database
// without locks does, like sheet. wrong is what it does wrong, empty for a right store.
type roll struct {
	wrong   string
	mu      sync.Mutex
	entries []rollEntry
	version int
	changes atomic.Int32
	// the first window and limit of each person, and the returned tries
	windows  map[string]time.Duration
	limits   map[string]int
	returned map[string]bool
}

type rollEntry struct {
	person, id string
	at         time.Time
}

func (r *roll) is(wrong string) bool { return r.wrong == wrong }

// change applies f to a snapshot until nobody was faster.
func (r *roll) change(careless bool, f func(all []rollEntry) (now []rollEntry, write bool)) {
	for {
		r.mu.Lock()
		all, read := slices.Clone(r.entries), r.version
		r.mu.Unlock()
		now, write := f(all)
		if !write {
			return
		}
		time.Sleep(time.Duration(1+r.changes.Add(1)%5) * time.Microsecond) // some are faster
		r.mu.Lock()
		if careless {
			now, _ = f(slices.Clone(r.entries)) // what it decided before, on the rows as they are
		}
		if careless || r.version == read {
			r.entries, r.version = now, r.version+1
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
	}
}

// cut bends a try.
func (r *roll) cut(try idverify.Try) idverify.Try {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch r.wrong {
	case "cuts persons":
		try.Person = try.Person[:63]
	case "cuts tries":
		try.ID = try.ID[1:]
	case "keeps the first window of a person":
		if w, known := r.windows[try.Person]; known {
			try.Window = w
		}
	case "keeps the first limit of a person":
		if l, known := r.limits[try.Person]; known {
			try.Limit = l
		}
	case "has a window that is a tenth too long":
		try.Window += try.Window / 10
	case "has a window of a day at most":
		try.Window = min(try.Window, 24*time.Hour)
	case "counts milliseconds in 32 bits":
		try.Window = time.Duration(int32(try.Window.Milliseconds())) * time.Millisecond
	case "counts in whole seconds":
		try.Window = try.Window.Truncate(time.Second)
	}
	r.windows[try.Person], r.limits[try.Person] = try.Window, try.Limit
	return try
}

func (r *roll) Take(ctx context.Context, try idverify.Try) (taken idverify.Taken, err error) {
	if err := ctx.Err(); err != nil {
		return taken, err
	}
	try = r.cut(try)
	r.mu.Lock()
	before := r.returned[try.ID]
	r.mu.Unlock()
	if before && r.is("lets a returned try pass") {
		return idverify.Taken{OK: true}, nil
	}
	decided := false
	careless := r.is("counts without a second look")
	r.change(careless, func(all []rollEntry) ([]rollEntry, bool) {
		if decided && careless && taken.OK {
			return append(all, rollEntry{try.Person, try.ID, time.Now()}), true
		}
		decided = true
		taken = r.look(all, try)
		if !taken.OK && !r.is("counts refused tries") || taken.OK && taken.RetryAfter < 0 {
			taken.RetryAfter = max(0, taken.RetryAfter)
			return nil, false
		}
		return append(all, rollEntry{try.Person, try.ID, time.Now()}), true
	})
	return taken, nil
}

// look decides. RetryAfter is below 0 for a try that is counted already.
func (r *roll) look(all []rollEntry, try idverify.Try) idverify.Taken {
	now := time.Now()
	var times []time.Time
	for _, e := range all {
		if e.id == try.ID && (e.person == try.Person || r.is("has one id for all persons")) {
			return idverify.Taken{OK: true, RetryAfter: -1}
		}
		if e.person == try.Person && now.Sub(e.at) < try.Window {
			times = append(times, e.at)
		}
	}
	if len(times) < try.Limit {
		return idverify.Taken{OK: true}
	}
	leaves := times[len(times)-try.Limit]
	if r.is("waits for the oldest try") {
		leaves = times[0]
	}
	wait := leaves.Add(try.Window).Sub(now)
	if r.is("always says the whole window") {
		wait = try.Window
	}
	return idverify.Taken{RetryAfter: wait}
}

func (r *roll) Return(ctx context.Context, try idverify.Try) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	try = r.cut(try)
	r.mu.Lock()
	r.returned[try.ID] = true
	r.mu.Unlock()
	decided := false
	careless := r.is("returns without a second look")
	r.change(careless, func(all []rollEntry) ([]rollEntry, bool) {
		at := slices.IndexFunc(all, func(e rollEntry) bool {
			return e.id == try.ID && (e.person == try.Person || r.is("returns the try of another person"))
		})
		if at < 0 && (r.is("returns the latest for an unknown try") || decided && careless) {
			at = len(all) - 1
		}
		decided = true
		if at < 0 {
			return nil, false
		}
		return slices.Delete(all, at, at+1), true
	})
	return nil
}

func rollHarness(wrong string) PersonStoreHarness {
	r := &roll{wrong: wrong, windows: map[string]time.Duration{}, limits: map[string]int{}, returned: map[string]bool{}}
	return PersonStoreHarness{StoreSetting: bubble, New: func(testing.TB) idverify.PersonStore { return r }}
}

func TestTestPersonStore_AcceptsStoreOfSnapshots(t *testing.T) {
	TestPersonStore(t, rollHarness(""))
}

func subtlyWrongPersonStores() []wrong {
	return wrongs(map[string][]string{
		"admits exactly the limit of concurrent tries": {"counts without a second look"},
		"counts in a sliding window":                   {"counts in whole seconds", "always says the whole window"},
		"applies each try's own limit and window":      {"keeps the first window of a person", "keeps the first limit of a person"},
		"does not count a refused try":                 {"counts refused tries"},
		"frees the place of a returned try":            {"returns the latest for an unknown try"},
		"keeps two persons apart":                      {"returns the try of another person"},
		"says how long a lower limit has to wait":      {"waits for the oldest try"},
		"counts in windows of months":                  {"has a window that is a tenth too long", "has a window of a day at most", "counts milliseconds in 32 bits"},
		"counts a try again after it was returned":     {"lets a returned try pass"},
		"compares persons and tries to the last digit": {"cuts persons", "cuts tries", "has one id for all persons"},
		"counts the same try of many callers once":     {"counts without a second look"},
		"frees one place for many returns":             {"returns without a second look"},
	}, func(wrong string) []storeRule { return rollHarness(wrong).rules() })
}
