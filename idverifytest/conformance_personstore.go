package idverifytest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// PersonStoreHarness tells [TestPersonStore] how to make the store under test.
type PersonStoreHarness struct {
	StoreSetting
	// New makes a store as one process would. It may be called again, for another
	// process with the same backend.
	New func(tb testing.TB) idverify.PersonStore
}

// TestPersonStore is the conformance suite for every [idverify.PersonStore].
func TestPersonStore(t *testing.T, h PersonStoreHarness) {
	t.Helper()
	if h.New == nil {
		t.Fatal("idverifytest: the harness needs New")
	}
	h.run(t, h.rules())
}

func (h PersonStoreHarness) rules() []storeRule {
	return append([]storeRule{
		{"admits exactly the limit of concurrent tries", h.ruleCrowd},
		{"counts in a sliding window", h.ruleWindow},
		{"applies each try's own limit and window", h.ruleOwnLimit},
		{"counts a try once", h.ruleOnce},
		{"does not count a refused try", h.ruleRefused},
		{"frees the place of a returned try", h.ruleReturn},
		{"keeps two persons apart", h.ruleApart},
		{"refuses a try after the context has ended", h.ruleEnded},
		{"says how long a lower limit has to wait", h.ruleLowerLimit},
		{"counts in windows of months", h.ruleLongWindow},
		{"counts a try again after it was returned", h.ruleTakenAgain},
		{"compares persons and tries to the last digit", h.ruleWhole},
		{"counts the same try of many callers once", h.ruleOnceCrowd},
		{"frees one place for many returns", h.ruleReturnCrowd},
	}, h.outage(func(tb testing.TB) (map[string]func(context.Context) error, []string) {
		s, try := h.New(tb), h.try(digits(64), 5)
		return map[string]func(context.Context) error{
			"Take":   func(ctx context.Context) error { _, err := s.Take(ctx, try); return err },
			"Return": func(ctx context.Context) error { return s.Return(ctx, try) },
		}, []string{try.Person, try.ID}
	})...)
}

// try is a new try of a person within an hour.
func (h PersonStoreHarness) try(person string, limit int) idverify.Try {
	return idverify.Try{Person: person, ID: digits(32), Limit: limit, Window: time.Hour}
}

// take takes a try, and requires that it is allowed or refused.
func (h PersonStoreHarness) take(tb testing.TB, s idverify.PersonStore, try idverify.Try, want bool) idverify.Taken {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	taken, err := s.Take(ctx, try)
	if err != nil {
		tb.Fatalf("Take: %T", err)
	}
	if taken.OK != want {
		tb.Errorf("Take said OK == %v, want %v", taken.OK, want)
	}
	if !taken.OK && (taken.RetryAfter <= 0 || taken.RetryAfter > try.Window) {
		tb.Errorf("a refused try is to wait for %s of a window of %s", taken.RetryAfter, try.Window)
	}
	return taken
}

func (h PersonStoreHarness) giveBack(tb testing.TB, s idverify.PersonStore, try idverify.Try) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	if err := s.Return(ctx, try); err != nil {
		tb.Errorf("Return: %T", err)
	}
}

func (h PersonStoreHarness) ruleCrowd(tb testing.TB) {
	stores := []idverify.PersonStore{h.New(tb), h.New(tb)}
	const limit = 7
	person := digits(64)
	var passed atomic.Int32
	crowd(40, func(i int) {
		ctx, cancel := within(tb)
		defer cancel()
		taken, err := stores[i%2].Take(ctx, h.try(person, limit))
		if err != nil {
			tb.Errorf("Take: %T", err)
		}
		if taken.OK {
			passed.Add(1)
		}
	})
	if n := passed.Load(); n != limit {
		tb.Errorf("%d of 40 passed, and the limit is %d", n, limit)
	}
}

func (h PersonStoreHarness) ruleWindow(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	person := digits(64)
	try := func() idverify.Try {
		t := h.try(person, 2)
		t.Window = h.ticks(8)
		return t
	}
	h.take(tb, first, try(), true)
	h.wait(h.ticks(4))
	h.take(tb, second, try(), true)
	taken := h.take(tb, first, try(), false)
	if off := (taken.RetryAfter - h.ticks(4)).Abs(); off > h.ticks(1) {
		tb.Errorf("a place is free in %s, and the store said %s", h.ticks(4), taken.RetryAfter)
	}
	h.wait(taken.RetryAfter + h.ticks(0.5))
	h.take(tb, second, try(), true)
	h.take(tb, first, try(), false) // the second is still in the window
}

func (h PersonStoreHarness) ruleOwnLimit(tb testing.TB) {
	s, person := h.New(tb), digits(64)
	for range 3 {
		h.take(tb, s, h.try(person, 5), true)
	}
	h.take(tb, s, h.try(person, 3), false)
	h.wait(h.ticks(3))
	short := h.try(person, 1)
	short.Window = h.ticks(2)
	h.take(tb, s, short, true) // nothing was tried in it
	h.take(tb, s, h.try(person, 4), false)
	h.take(tb, s, h.try(person, 5), true)
	h.take(tb, s, h.try(person, 5), false)
}

func (h PersonStoreHarness) ruleOnce(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	person := digits(64)
	try := h.try(person, 2)
	for range 3 { // like a command that is repeated because its answer was lost
		h.take(tb, first, try, true)
		h.take(tb, second, try, true)
	}
	h.take(tb, first, h.try(person, 2), true)
	h.take(tb, first, h.try(person, 2), false)
	h.take(tb, second, try, true) // it is counted already
}

func (h PersonStoreHarness) ruleRefused(tb testing.TB) {
	s, person := h.New(tb), digits(64)
	try := func() idverify.Try {
		t := h.try(person, 1)
		t.Window = h.ticks(6)
		return t
	}
	h.take(tb, s, try(), true)
	for range 4 {
		h.wait(h.ticks(1))
		h.take(tb, s, try(), false)
	}
	h.wait(h.ticks(3))
	h.take(tb, s, try(), true)
}

func (h PersonStoreHarness) ruleReturn(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	person := digits(64)
	try := h.try(person, 2)
	h.giveBack(tb, first, try) // it is not counted
	h.take(tb, first, try, true)
	h.take(tb, first, h.try(person, 2), true)
	h.take(tb, first, h.try(person, 2), false)
	h.giveBack(tb, second, try)
	h.giveBack(tb, first, try) // a second time
	h.take(tb, first, h.try(person, 2), true)
	h.take(tb, first, h.try(person, 2), false)
}

func (h PersonStoreHarness) ruleApart(tb testing.TB) {
	s, one, other := h.New(tb), digits(64), digits(64)
	try := h.try(one, 1)
	h.take(tb, s, try, true)
	h.take(tb, s, h.try(one, 1), false)
	h.take(tb, s, h.try(other, 1), true)
	same := h.try(other, 1)
	same.ID = try.ID
	h.giveBack(tb, s, same) // a try of the other person, which this one does not have
	h.take(tb, s, h.try(one, 1), false)
}

func (h PersonStoreHarness) ruleEnded(tb testing.TB) {
	ctx, cancel := context.WithCancel(tb.Context())
	cancel()
	taken, err := h.New(tb).Take(ctx, h.try(digits(64), 1))
	if err == nil && taken.OK {
		tb.Error("a try passed although its context had ended")
	}
}
