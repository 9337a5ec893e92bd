package idverifytest

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// ruleLowerLimit asks with a lower limit than the one that the tries were counted with.
func (h PersonStoreHarness) ruleLowerLimit(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	person := digits(64)
	try := func(limit int) idverify.Try {
		t := h.try(person, limit)
		t.Window = h.ticks(10)
		return t
	}
	for range 3 {
		h.take(tb, first, try(5), true)
		h.wait(h.ticks(2))
	}
	taken := h.take(tb, second, try(2), false) // until the second of the three has left
	if off := (taken.RetryAfter - h.ticks(6)).Abs(); off > h.ticks(1) {
		tb.Errorf("a place below a limit of 2 is free in %s, and the store said %s", h.ticks(6), taken.RetryAfter)
	}
	h.wait(h.ticks(6.5))
	h.take(tb, second, try(2), true)
	h.take(tb, first, try(2), false)
}

func (h PersonStoreHarness) ruleLongWindow(tb testing.TB) {
	s := h.New(tb)
	for _, window := range []time.Duration{30 * 24 * time.Hour, 366 * 24 * time.Hour} {
		person := digits(64)
		try := func() idverify.Try {
			t := h.try(person, 1)
			t.Window = window
			return t
		}
		h.take(tb, s, try(), true)
		taken := h.take(tb, s, try(), false)
		if off := (taken.RetryAfter - window).Abs(); off > h.ticks(1) {
			tb.Errorf("a place is free in %s, and the store said %s", window, taken.RetryAfter)
		}
	}
}

func (h PersonStoreHarness) ruleTakenAgain(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	person := digits(64)
	try := h.try(person, 1)
	for range 2 {
		h.take(tb, first, try, true)
		h.take(tb, second, h.try(person, 1), false)
		h.giveBack(tb, first, try)
	}
	other := h.try(person, 1)
	h.take(tb, second, other, true)
	h.take(tb, first, try, false) // it is not counted any more
	h.giveBack(tb, first, try)    // nor does it free the place of the other
	h.take(tb, first, h.try(person, 1), false)
}

// ruleWhole uses persons and tries that differ in one digit, and one id for two persons.
func (h PersonStoreHarness) ruleWhole(tb testing.TB) {
	s, person := h.New(tb), digits(64)
	try := h.try(person, 3)
	h.take(tb, s, try, true)
	for _, near := range []func(string) string{otherFirst, otherLast} {
		id, other := try, try
		id.ID, other.Person = near(try.ID), near(person)
		h.take(tb, s, id, true) // another try
		for range 2 {
			h.take(tb, s, other, true) // the same id, and another person
			other.Limit = 1
		}
		h.take(tb, s, h.try(other.Person, 1), false)
		h.giveBack(tb, s, other)
		h.take(tb, s, h.try(other.Person, 1), true)
	}
	h.take(tb, s, h.try(person, 3), false)
}

func (h PersonStoreHarness) ruleOnceCrowd(tb testing.TB) {
	stores := []idverify.PersonStore{h.New(tb), h.New(tb)}
	person := digits(64)
	try := h.try(person, 3)
	crowd(20, func(i int) {
		ctx, cancel := within(tb)
		defer cancel()
		if taken, err := stores[i%2].Take(ctx, try); err != nil || !taken.OK {
			tb.Errorf("a try that is counted was refused (%T)", err)
		}
	})
	h.take(tb, stores[0], h.try(person, 3), true)
	h.take(tb, stores[1], h.try(person, 3), true)
	h.take(tb, stores[0], h.try(person, 3), false)
}

func (h PersonStoreHarness) ruleReturnCrowd(tb testing.TB) {
	stores := []idverify.PersonStore{h.New(tb), h.New(tb)}
	person := digits(64)
	try := h.try(person, 4)
	h.take(tb, stores[0], try, true)
	for range 3 {
		h.take(tb, stores[1], h.try(person, 4), true)
	}
	var passed atomic.Int32
	crowd(20, func(i int) {
		ctx, cancel := within(tb)
		defer cancel()
		if err := stores[i%2].Return(ctx, try); err != nil {
			tb.Errorf("Return: %T", err)
		}
		if taken, err := stores[i%2].Take(ctx, h.try(person, 4)); err == nil && taken.OK {
			passed.Add(1)
		}
	})
	if n := passed.Load(); n != 1 {
		tb.Errorf("%d of 20 passed after one try was returned by many", n)
	}
}
