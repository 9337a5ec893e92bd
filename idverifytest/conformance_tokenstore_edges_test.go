package idverifytest

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// desk is one process's store of tokens. Who waits for a token is woken by a channel,
// and nobody polls. wrong is what it does wrong, empty for a right store.
type desk struct {
	*deskBackend
	seen sync.Map // what this process has loaded before
}

type deskBackend struct {
	wrong string
	mu    sync.Mutex
	cards map[string]*deskCard
	drops atomic.Int32
}

type deskCard struct {
	value    string
	saved    time.Time
	life     time.Duration
	fetching time.Time     // when somebody was told to fetch
	changed  chan struct{} // closed when the token or the lease has changed
	leased   bool
}

func (d *desk) is(wrong string) bool { return d.wrong == wrong }

func (d *desk) key(key string) string {
	if d.is("cuts keys") {
		return key[:63]
	}
	return key
}

// card must be called under the lock.
func (d *desk) card(key string) *deskCard {
	key = d.key(key)
	if d.cards[key] == nil {
		d.cards[key] = &deskCard{changed: make(chan struct{})}
	}
	return d.cards[key]
}

func (c *deskCard) change() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// left is how long the card's token lives.
func (d *desk) left(c *deskCard) time.Duration {
	if c.value == "" {
		return 0
	}
	return time.Until(c.saved.Add(c.life))
}

func (d *desk) Load(ctx context.Context, key string) (ticket, bool, error) {
	if known, ok := d.seen.Load(key); ok && d.is("remembers what it has loaded") {
		return known.(ticket), true, nil
	}
	for {
		d.mu.Lock()
		c := d.card(key)
		lease := c
		if d.is("has one lease for all keys") {
			lease = d.card(strings.Repeat("0", 64))
		}
		if left := d.left(c); left > 0 {
			if d.is("gives a token its whole life again") {
				left = c.life
			}
			token := ticket{c.value, time.Now().Add(left)}
			d.mu.Unlock()
			d.seen.Store(key, token)
			return token, true, nil
		}
		over := time.Since(lease.fetching) >= 5*time.Second && !d.is("has a lease without end")
		if !lease.leased || over {
			again := lease.leased && d.is("gives an old lease to all")
			if lease.leased = true; !again {
				lease.fetching = time.Now()
			}
			d.mu.Unlock()
			return ticket{}, false, nil
		}
		changed := c.changed
		d.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(max(time.Second, time.Until(lease.fetching.Add(5*time.Second)))):
		case <-ctx.Done():
			return ticket{}, false, ctx.Err()
		}
	}
}

func (d *desk) Save(_ context.Context, key string, token ticket) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.card(key)
	life := time.Until(token.expires)
	if d.is("never shortens a life") {
		life = max(life, d.left(c))
	}
	c.value, c.saved, c.life = token.value, time.Now(), life
	if !d.is("keeps the lease when a token is saved") {
		c.leased = false
	}
	c.change()
	return nil
}

func (d *desk) Drop(_ context.Context, key string, token ticket) error {
	same := func(c *deskCard) bool {
		if d.is("compares the beginning of tokens") && len(c.value) > 0 {
			return c.value[:39] == token.value[:39]
		}
		return c.value == token.value
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !same(d.card(key)) {
		return nil
	}
	if d.is("drops without a second look") {
		d.mu.Unlock()
		time.Sleep(time.Duration(d.drops.Add(1)%5) * time.Millisecond) // some are faster
		d.mu.Lock()
	}
	c := d.card(key)
	c.value = ""
	c.change()
	return nil
}

// dump is what can be read in the backend.
func (d *deskBackend) dump() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := "sealed"
	for _, c := range d.cards {
		switch d.wrong {
		case "keeps tokens in base64 of JSON":
			all += base64.URLEncoding.EncodeToString([]byte(`{"v":"` + c.value + `"}`))
		case "keeps tokens in capital hexadecimal digits":
			all += fmt.Sprintf("%X", c.value)
		}
	}
	return all
}

func deskHarness(wrong string) TokenStoreHarness[ticket] {
	backend := &deskBackend{wrong: wrong, cards: map[string]*deskCard{}}
	h := tokenHarness(&bentTokens{})
	h.New = func(testing.TB) TokenStore[ticket] { return &desk{deskBackend: backend} }
	h.Dump = func(testing.TB) string { return backend.dump() }
	return h
}

func TestTestTokenStore_AcceptsStoreThatWakesWaiters(t *testing.T) {
	TestTokenStore(t, deskHarness(""))
}

func subtlyWrongTokenStores() []wrong {
	return wrongs(map[string][]string{
		"returns what another process saved meanwhile":        {"remembers what it has loaded", "never shortens a life"},
		"counts a token's life from when it was saved":        {"gives a token its whole life again"},
		"compares keys and tokens to the last digit":          {"cuts keys", "compares the beginning of tokens"},
		"drops an old token and never the new one":            {"drops without a second look"},
		"has a lease for each key":                            {"has one lease for all keys"},
		"ends the lease when the token is saved":              {"keeps the lease when a token is saved"},
		"ends the lease of a process that does not come back": {"has a lease without end", "gives an old lease to all"},
		"stores no readable token":                            {"keeps tokens in base64 of JSON", "keeps tokens in capital hexadecimal digits"},
	}, func(wrong string) []storeRule { return deskHarness(wrong).rules() })
}
