package idverifytest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/baiduv4"
)

// bentTokens is a store with a lease, with something that goes another way.
type bentTokens struct {
	baiduv4.MemoryStore
	mu     sync.Mutex
	leases map[string]time.Time

	noLease, deaf, dropsAll, keepsFirst bool
	slow                                time.Duration
	bend                                func(baiduv4.Token) baiduv4.Token // of what is given back
	plain                               map[string]string                 // what can be read, nil when it is sealed
	cut                                 *cable
}

func (b *bentTokens) Load(ctx context.Context, key string) (baiduv4.Token, bool, error) {
	for {
		if b.cut != nil {
			if err := b.cut.err(ctx, key); err != nil {
				return baiduv4.Token{}, false, err
			}
		}
		token, ok, _ := b.MemoryStore.Load(ctx, key)
		if ok && time.Until(token.ExpiresAt()) > 0 || ok && b.bend != nil {
			if b.bend != nil {
				token = b.bend(token)
			}
			return token, true, nil
		}
		if b.noLease || b.leases == nil || b.lease(key) {
			time.Sleep(b.slow)
			return baiduv4.Token{}, false, nil
		}
		select {
		case <-ctx.Done():
			if !b.deaf {
				return baiduv4.Token{}, false, ctx.Err()
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

func (b *bentTokens) Save(ctx context.Context, key string, token baiduv4.Token) error {
	if b.cut != nil {
		if err := b.cut.err(ctx, key); err != nil {
			return err
		}
	}
	if _, ok, _ := b.MemoryStore.Load(ctx, key); ok && b.keepsFirst {
		return nil
	}
	b.mu.Lock()
	delete(b.leases, key)
	if b.plain != nil {
		b.plain[key] = token.Reveal()
	}
	b.mu.Unlock()
	return b.MemoryStore.Save(ctx, key, token)
}

func (b *bentTokens) Drop(ctx context.Context, key string, token baiduv4.Token) error {
	if b.cut != nil {
		if err := b.cut.err(ctx, key); err != nil {
			return err
		}
	}
	if held, ok, _ := b.MemoryStore.Load(ctx, key); ok && b.dropsAll {
		token = held
	}
	return b.MemoryStore.Drop(ctx, key, token)
}

func tokenHarness(b *bentTokens) TokenStoreHarness[baiduv4.Token] {
	if b.leases == nil {
		b.leases = map[string]time.Time{}
	}
	s := bubble
	if b.cut != nil {
		s = b.cut.setting()
	}
	return TokenStoreHarness[baiduv4.Token]{
		StoreSetting: s,
		New:          func(testing.TB) TokenStore[baiduv4.Token] { return b },
		Token: func(value string, life time.Duration) baiduv4.Token {
			return baiduv4.NewToken(value, time.Now().Add(life))
		},
		Read: func(token baiduv4.Token) (string, time.Duration) {
			return token.Reveal(), time.Until(token.ExpiresAt())
		},
		Lease: true,
		Dump:  func(testing.TB) string { return fmt.Sprint("sealed", b.plain) },
	}
}

func TestTestTokenStore_StoresConform(t *testing.T) {
	t.Run("with a lease", func(t *testing.T) { TestTokenStore(t, tokenHarness(&bentTokens{cut: &cable{}})) })
	memory := tokenHarness(&bentTokens{})
	store := baiduv4.NewMemoryStore()
	memory.New, memory.Lease, memory.Dump = func(testing.TB) TokenStore[baiduv4.Token] { return store }, false, nil
	t.Run("in memory", func(t *testing.T) { TestTokenStore(t, memory) })
}

func TestTestTokenStore_SeesStoresThatAreWrong(t *testing.T) {
	var all []wrong
	add := func(what, rule string, b *bentTokens) { all = append(all, wrong{what, tokenHarness(b).rules(), rule}) }
	with := func(life time.Duration, more string) func(baiduv4.Token) baiduv4.Token {
		return func(token baiduv4.Token) baiduv4.Token {
			return baiduv4.NewToken(token.Reveal()+more, time.Now().Add(life))
		}
	}
	add("forgets the life", "gives back what was saved", &bentTokens{bend: with(24*time.Hour, "")})
	add("keeps the first", "keeps the last that was saved", &bentTokens{keepsFirst: true})
	add("drops whatever is there", "drops a token only if it is still the same", &bentTokens{dropsAll: true})
	add("gives what has expired", "gives no token that has expired", &bentTokens{bend: with(time.Hour, "")})
	add("is slow and deaf", "returns when the context has ended", &bentTokens{slow: 5 * time.Second})
	add("mixes tokens up", "serves concurrent callers", &bentTokens{bend: with(time.Hour, "x")})
	add("has no lease", "tells one of many to fetch", &bentTokens{noLease: true})
	add("holds losers", "lets a loser go when the context ends", &bentTokens{deaf: true})
	add("holds no losers at all", "lets a loser go when the context ends", &bentTokens{noLease: true})
	add("shows tokens", "shows no token to who can read the backend", &bentTokens{plain: map[string]string{}})
	add("tells the key", outageRule, &bentTokens{cut: &cable{tells: true}})
	assertSeen(t, tokenHarness(&bentTokens{cut: &cable{}}).rules(), all)
	assert.Empty(t, broken(t, tokenHarness(&bentTokens{cut: &cable{}}).rules()))
}
