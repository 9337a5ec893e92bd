package idverifytest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// ticket is a token, and ticketTable a store in memory.
type ticket struct {
	value   string
	expires time.Time
}

type ticketTable struct {
	rowsMu sync.Mutex
	rows   map[string]ticket
}

func (t *ticketTable) get(key string) (ticket, bool) {
	t.rowsMu.Lock()
	defer t.rowsMu.Unlock()
	row, ok := t.rows[key]
	return row, ok
}

func (t *ticketTable) put(key string, row ticket) {
	t.rowsMu.Lock()
	defer t.rowsMu.Unlock()
	if t.rows == nil {
		t.rows = map[string]ticket{}
	}
	t.rows[key] = row
}

func (t *ticketTable) drop(key, value string) {
	t.rowsMu.Lock()
	defer t.rowsMu.Unlock()
	if t.rows[key].value == value {
		delete(t.rows, key)
	}
}

// bentTokens is a store with a lease, with one behaviour that can be changed.
type bentTokens struct {
	ticketTable
	mu     sync.Mutex
	leases map[string]time.Time

	noLease, deaf, dropsAll, keepsFirst bool
	slow                                time.Duration
	bend                                func(ticket) ticket // changes what is returned
	plain                               map[string]string   // what can be read in the backend, nil when it is sealed
	cut                                 *cable
}

func (b *bentTokens) Load(ctx context.Context, key string) (ticket, bool, error) {
	for {
		if b.cut != nil {
			if err := b.cut.err(ctx, key); err != nil {
				return ticket{}, false, err
			}
		}
		token, ok := b.get(key)
		if ok && time.Until(token.expires) > 0 || ok && b.bend != nil {
			if b.bend != nil {
				token = b.bend(token)
			}
			return token, true, nil
		}
		if b.noLease || b.leases == nil || b.lease(key) {
			if token, ok := b.get(key); ok && time.Until(token.expires) > 0 { // saved in between
				b.release(key)
				continue
			}
			time.Sleep(b.slow)
			return ticket{}, false, nil
		}
		select {
		case <-ctx.Done():
			if !b.deaf {
				return ticket{}, false, ctx.Err()
			}
			time.Sleep(20 * time.Millisecond)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (b *bentTokens) lease(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Now().Before(b.leases[key]) {
		return false
	}
	b.leases[key] = time.Now().Add(5 * time.Second)
	return true
}

func (b *bentTokens) release(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.leases, key)
}

func (b *bentTokens) Save(ctx context.Context, key string, token ticket) error {
	if b.cut != nil {
		if err := b.cut.err(ctx, key); err != nil {
			return err
		}
	}
	if _, ok := b.get(key); ok && b.keepsFirst {
		return nil
	}
	b.put(key, token)
	if b.plain != nil {
		b.mu.Lock()
		b.plain[key] = token.value
		b.mu.Unlock()
	}
	b.release(key)
	return nil
}

func (b *bentTokens) Drop(ctx context.Context, key string, token ticket) error {
	if b.cut != nil {
		if err := b.cut.err(ctx, key); err != nil {
			return err
		}
	}
	if held, ok := b.get(key); ok && b.dropsAll {
		token = held
	}
	b.drop(key, token.value)
	return nil
}

func tokenHarness(b *bentTokens) TokenStoreHarness[ticket] {
	if b.leases == nil {
		b.leases = map[string]time.Time{}
	}
	s := bubble
	if b.cut != nil {
		s = b.cut.setting()
	}
	return TokenStoreHarness[ticket]{
		StoreSetting: s,
		New:          func(testing.TB) TokenStore[ticket] { return b },
		Token: func(value string, life time.Duration) ticket {
			return ticket{value, time.Now().Add(life)}
		},
		Read: func(token ticket) (string, time.Duration) {
			return token.value, time.Until(token.expires)
		},
		Lease: true, LeaseTime: 5 * time.Second,
		Dump: func(testing.TB) string { return fmt.Sprint("sealed", b.plain) },
	}
}

func TestTestTokenStore_AcceptsStoreWithLease(t *testing.T) {
	TestTokenStore(t, tokenHarness(&bentTokens{cut: &cable{}}))
}

// Holds P-PAY-13.
func TestTestTokenStore_DetectsWrongStores(t *testing.T) {
	var all []wrong
	add := func(what, rule string, b *bentTokens) { all = append(all, wrong{what, tokenHarness(b).rules(), rule}) }
	with := func(life time.Duration, more string) func(ticket) ticket {
		return func(token ticket) ticket {
			return ticket{token.value + more, time.Now().Add(life)}
		}
	}
	add("forgets the life", "returns what was saved", &bentTokens{bend: with(24*time.Hour, "")})
	add("keeps the first", "keeps the last value saved", &bentTokens{keepsFirst: true})
	add("drops whatever is there", "drops a token only if it is still the same", &bentTokens{dropsAll: true})
	add("gives what has expired", "returns no expired token", &bentTokens{bend: with(time.Hour, "")})
	add("is slow and deaf", "returns when the context has ended", &bentTokens{slow: 5 * time.Second})
	add("mixes tokens up", "serves concurrent callers", &bentTokens{bend: with(time.Hour, "x")})
	add("has no lease", "tells one of many to fetch", &bentTokens{noLease: true})
	add("holds losers", "lets a waiting process go when the context ends", &bentTokens{deaf: true})
	add("holds no losers at all", "lets a waiting process go when the context ends", &bentTokens{noLease: true})
	add("shows tokens", "stores no readable token", &bentTokens{plain: map[string]string{}})
	add("tells the key", outageRule, &bentTokens{cut: &cable{tells: true}})
	all = append(all, subtlyWrongTokenStores()...)
	assertSeen(t, tokenHarness(&bentTokens{cut: &cable{}}).rules(), all)
	assert.Empty(t, broken(t, tokenHarness(&bentTokens{cut: &cable{}}).rules()))
}
