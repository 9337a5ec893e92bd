package idverifytest

import (
	"context"
	"testing"
	"time"
)

// fetches requires that Load tells its caller to fetch, without waiting for anybody.
func (h TokenStoreHarness[T]) fetches(tb testing.TB, s TokenStore[T], key, when string) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	_, ok, err := s.Load(ctx, key)
	switch {
	case ctx.Err() != nil:
		tb.Errorf("Load waited to the end instead of telling its caller to fetch %s", when)
	case err != nil:
		tb.Errorf("Load: %T", err)
	case ok:
		tb.Errorf("Load gave a token %s", when)
	}
}

func (h TokenStoreHarness[T]) drop(tb testing.TB, s TokenStore[T], key, value string) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	if err := s.Drop(ctx, key, h.Token(value, time.Hour)); err != nil {
		tb.Errorf("Drop: %T", err)
	}
}

// ruleMeanwhile looks before another process changes something, and after it.
func (h TokenStoreHarness[T]) ruleMeanwhile(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key, old, now := digits(64), digits(40), digits(40)
	h.has(tb, second, key, "", 0)
	h.save(tb, first, key, old, 2*time.Hour)
	h.has(tb, second, key, old, 2*time.Hour)
	h.save(tb, first, key, now, time.Hour)
	h.has(tb, second, key, now, time.Hour) // neither the older value nor the longer life
	h.drop(tb, first, key, now)
	h.has(tb, second, key, "", 0)
}

func (h TokenStoreHarness[T]) ruleLife(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key, value := digits(64), digits(40)
	h.save(tb, first, key, value, h.ticks(12))
	for _, left := range []float64{9, 6} {
		h.wait(h.ticks(3))
		ctx, cancel := within(tb)
		token, ok, err := second.Load(ctx, key)
		cancel()
		if err != nil || !ok {
			tb.Errorf("a token that lives for another %s was not given (%T)", h.ticks(left), err)
			continue
		}
		if _, life := h.Read(token); (life - h.ticks(left)).Abs() > h.ticks(1) {
			tb.Errorf("a token that lives for another %s came back with %s", h.ticks(left), life)
		}
	}
}

// ruleWhole uses keys and tokens that differ in one digit.
func (h TokenStoreHarness[T]) ruleWhole(tb testing.TB) {
	s := h.New(tb)
	key, value := digits(64), digits(40)
	h.save(tb, s, key, value, time.Hour)
	for _, near := range []func(string) string{otherFirst, otherLast} {
		h.has(tb, s, near(key), "", 0)
		h.save(tb, s, near(key), near(value), time.Hour)
		h.has(tb, s, near(key), near(value), time.Hour)
		h.drop(tb, s, key, near(value)) // another token
		h.has(tb, s, key, value, time.Hour)
		h.drop(tb, s, near(key), near(value))
		h.has(tb, s, key, value, time.Hour)
	}
}

// ruleDropCrowd drops an old token from many processes while one saves the new one.
func (h TokenStoreHarness[T]) ruleDropCrowd(tb testing.TB) {
	stores := []TokenStore[T]{h.New(tb), h.New(tb)}
	for range 5 {
		key, old, now := digits(64), digits(40), digits(40)
		h.save(tb, stores[0], key, old, time.Hour)
		crowd(12, func(i int) {
			if i == 5 {
				h.save(tb, stores[1], key, now, time.Hour)
				return
			}
			h.drop(tb, stores[i%2], key, old)
		})
		ctx, cancel := within(tb)
		token, ok, err := stores[0].Load(ctx, key)
		cancel()
		if value, _ := h.Read(token); err != nil || !ok || value != now {
			tb.Errorf("the new token is gone after others dropped the old one (%T)", err)
		}
	}
}

func (h TokenStoreHarness[T]) ruleLeaseApart(tb testing.TB) {
	s := h.New(tb)
	key := digits(64)
	h.fetches(tb, s, key, "although there is none")
	h.fetches(tb, s, otherLast(key), "for one key while another key is being fetched")
}

// ruleLeaseSaved needs a token again right after one was saved, as when the vendor has
// revoked it.
func (h TokenStoreHarness[T]) ruleLeaseSaved(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key := digits(64)
	for _, s := range []TokenStore[T]{first, second} {
		value := digits(40)
		h.fetches(tb, s, key, "although there is none")
		h.save(tb, s, key, value, time.Hour)
		h.drop(tb, second, key, value)
	}
	h.fetches(tb, first, key, "after the token was saved and dropped")
}

func (h TokenStoreHarness[T]) ruleLeaseTime(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key := digits(64)
	h.fetches(tb, first, key, "although there is none")
	h.wait(h.LeaseTime + h.ticks(1))
	h.fetches(tb, second, key, "after the lease of another process has passed")
	ctx, cancel := context.WithTimeout(tb.Context(), h.ticks(1))
	defer cancel()
	if _, _, _ = first.Load(ctx, key); ctx.Err() == nil { // it should wait for the second
		tb.Error("two processes were told to fetch after a lease had passed")
	}
}
