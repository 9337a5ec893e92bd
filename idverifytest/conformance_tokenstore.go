package idverifytest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

// TokenStore is a provider's store of access tokens, which are of the type T.
type TokenStore[T any] interface {
	Load(ctx context.Context, key string) (token T, ok bool, err error)
	Save(ctx context.Context, key string, token T) error
	Drop(ctx context.Context, key string, token T) error
}

// TokenStoreHarness tells [TestTokenStore] how to make the store under test.
type TokenStoreHarness[T any] struct {
	StoreSetting
	// New makes a store as one process would. It may be called again, for another
	// process with the same backend.
	New func(tb testing.TB) TokenStore[T]
	// Token makes a token that expires after the given time; Read reads the token's
	// text and its remaining time.
	Token func(value string, life time.Duration) T
	Read  func(token T) (value string, life time.Duration)
	// Lease says that among many processes without a token Load tells one to fetch
	// it, and lets the others wait.
	Lease bool
	// LeaseTime is how long Load lets others wait for the process that it told to
	// fetch. After that time it tells another one, because the first may have died.
	// 0 skips the rule.
	LeaseTime time.Duration
	// Dump returns everything that the backend holds, as text. With it, the suite
	// checks that no token can be read there. It may be nil.
	Dump func(tb testing.TB) string
}

// TestTokenStore is the conformance suite for stores of access tokens.
func TestTokenStore[T any](t *testing.T, h TokenStoreHarness[T]) {
	t.Helper()
	if h.New == nil || h.Token == nil || h.Read == nil {
		t.Fatal("idverifytest: the harness needs New, Token and Read")
	}
	h.run(t, h.rules())
}

func (h TokenStoreHarness[T]) rules() []storeRule {
	rules := []storeRule{
		{"returns what was saved", h.ruleRoundTrip},
		{"keeps the last value saved", h.ruleLastSave},
		{"drops a token only if it is still the same", h.ruleDrop},
		{"returns no expired token", h.ruleExpired},
		{"returns when the context has ended", h.ruleEnded},
		{"serves concurrent callers", h.ruleConcurrent},
		{"returns what another process saved meanwhile", h.ruleMeanwhile},
		{"counts a token's life from when it was saved", h.ruleLife},
		{"compares keys and tokens to the last digit", h.ruleWhole},
		{"drops an old token and never the new one", h.ruleDropCrowd},
	}
	if h.Lease {
		rules = append(rules, storeRule{"tells one of many to fetch", h.ruleLease},
			storeRule{"lets a waiting process go when the context ends", h.ruleLoser},
			storeRule{"has a lease for each key", h.ruleLeaseApart},
			storeRule{"ends the lease when the token is saved", h.ruleLeaseSaved})
		if h.LeaseTime > 0 {
			rules = append(rules, storeRule{"ends the lease of a process that does not come back", h.ruleLeaseTime})
		}
	}
	if h.Dump != nil {
		rules = append(rules, storeRule{"stores no readable token", h.ruleDump})
	}
	return append(rules, h.outage(func(tb testing.TB) (map[string]func(context.Context) error, []string) {
		s, key, value := h.New(tb), digits(64), digits(40)
		h.save(tb, s, key, value, time.Hour)
		return map[string]func(context.Context) error{
			"Load": func(ctx context.Context) error { _, _, err := s.Load(ctx, key); return err },
			"Save": func(ctx context.Context) error { return s.Save(ctx, key, h.Token(value, time.Hour)) },
			"Drop": func(ctx context.Context) error { return s.Drop(ctx, key, h.Token(digits(40), time.Hour)) },
		}, []string{key, value}
	})...)
}

func (h TokenStoreHarness[T]) save(tb testing.TB, s TokenStore[T], key, value string, life time.Duration) {
	tb.Helper()
	ctx, cancel := within(tb)
	defer cancel()
	if err := s.Save(ctx, key, h.Token(value, life)); err != nil {
		tb.Fatalf("Save: %T", err)
	}
}

// has requires the token, or none where want is empty. Where there is no token, a
// store with a lease may wait.
func (h TokenStoreHarness[T]) has(tb testing.TB, s TokenStore[T], key, want string, life time.Duration) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), h.ticks(2))
	defer cancel()
	token, ok, err := s.Load(ctx, key)
	if want == "" {
		if ok {
			if _, left := h.Read(token); left > 0 {
				tb.Error("Load gave a token where there is none")
			}
		}
		if err != nil && ctx.Err() == nil {
			tb.Errorf("Load failed where there is no token: %T", err)
		}
		return
	}
	if err != nil || !ok {
		tb.Fatalf("Load gave no token (%T)", err)
	}
	value, left := h.Read(token)
	if value != want {
		tb.Error("Load gave another token than the one that was saved")
	}
	if left > life+time.Second || left < life-h.ticks(2)-2*time.Second {
		tb.Errorf("a token that lives for %s came back with %s", life, left)
	}
}

func (h TokenStoreHarness[T]) ruleRoundTrip(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key, other, value := digits(64), digits(64), digits(40)
	h.has(tb, first, other, "", 0)
	h.save(tb, first, key, value, time.Hour)
	h.has(tb, first, key, value, time.Hour)
	h.has(tb, second, key, value, time.Hour)
	h.has(tb, second, other, "", 0)
}

func (h TokenStoreHarness[T]) ruleLastSave(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key, old, now := digits(64), digits(40), digits(40)
	h.save(tb, first, key, old, time.Hour)
	h.save(tb, second, key, now, 2*time.Hour)
	h.has(tb, first, key, now, 2*time.Hour)
}

func (h TokenStoreHarness[T]) ruleDrop(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key, old, now := digits(64), digits(40), digits(40)
	drop := func(value string) {
		tb.Helper()
		ctx, cancel := within(tb)
		defer cancel()
		if err := second.Drop(ctx, key, h.Token(value, 59*time.Minute)); err != nil {
			tb.Errorf("Drop: %T", err)
		}
	}
	drop(old) // there is nothing to drop
	h.save(tb, first, key, now, time.Hour)
	drop(old)
	h.has(tb, first, key, now, time.Hour)
	drop(now) // whatever its expiry
	h.has(tb, first, key, "", 0)
	drop(now)
}

func (h TokenStoreHarness[T]) ruleExpired(tb testing.TB) {
	s, key, value := h.New(tb), digits(64), digits(40)
	h.save(tb, s, key, value, h.ticks(2))
	h.wait(h.ticks(3))
	h.has(tb, s, key, "", 0)
}

func (h TokenStoreHarness[T]) ruleEnded(tb testing.TB) {
	s, key := h.New(tb), digits(64)
	ctx, cancel := context.WithCancel(tb.Context())
	cancel()
	began := time.Now()
	_, _, _ = s.Load(ctx, key)
	_ = s.Drop(ctx, key, h.Token(digits(40), time.Hour))
	if took := time.Since(began); took > time.Second {
		tb.Errorf("Load and Drop took %s after their context had ended", took)
	}
}

func (h TokenStoreHarness[T]) ruleConcurrent(tb testing.TB) {
	stores := []TokenStore[T]{h.New(tb), h.New(tb)}
	key, values := digits(64), []string{digits(40), digits(40)}
	h.save(tb, stores[0], key, values[0], time.Hour)
	ctx, cancel := within(tb)
	defer cancel()
	crowd(16, func(i int) {
		s := stores[i%2]
		if err := s.Save(ctx, key, h.Token(values[i/2%2], time.Hour)); err != nil {
			tb.Errorf("Save: %T", err)
		}
		token, ok, err := s.Load(ctx, key)
		if err != nil || !ok {
			tb.Errorf("Load gave no token (%T)", err)
			return
		}
		if value, _ := h.Read(token); value != values[0] && value != values[1] {
			tb.Error("Load gave a token that nobody saved")
		}
	})
}

func (h TokenStoreHarness[T]) ruleLease(tb testing.TB) {
	stores := []TokenStore[T]{h.New(tb), h.New(tb)}
	key, value := digits(64), digits(40)
	var fetches atomic.Int32
	crowd(8, func(i int) {
		ctx, cancel := within(tb)
		defer cancel()
		token, ok, err := stores[i%2].Load(ctx, key)
		switch {
		case err != nil:
			tb.Errorf("Load: %T", err)
		case !ok:
			fetches.Add(1)
			h.wait(h.ticks(1))
			h.save(tb, stores[i%2], key, value, time.Hour)
		default:
			if got, _ := h.Read(token); got != value {
				tb.Error("a loser was given another token than the new one")
			}
		}
	})
	if n := fetches.Load(); n != 1 {
		tb.Errorf("%d of 8 were told to fetch, want 1", n)
	}
}

func (h TokenStoreHarness[T]) ruleLoser(tb testing.TB) {
	first, second := h.New(tb), h.New(tb)
	key := digits(64)
	h.has(tb, first, key, "", 0) // now holds the lease
	ctx, cancel := context.WithTimeout(tb.Context(), h.ticks(1))
	defer cancel()
	began := time.Now()
	_, ok, _ := second.Load(ctx, key)
	took := time.Since(began)
	if ok {
		tb.Error("a loser was given a token that nobody saved")
	}
	if took < h.ticks(0.5) || took > h.ticks(1)+time.Second {
		tb.Errorf("a loser waited for %s, and its context ended after %s", took, h.ticks(1))
	}
}

func (h TokenStoreHarness[T]) ruleDump(tb testing.TB) {
	s, key, value := h.New(tb), digits(64), digits(40)
	h.save(tb, s, key, value, time.Hour)
	mustNotHold(tb, h.Dump(tb), value)
}
