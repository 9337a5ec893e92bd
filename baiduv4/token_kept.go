package baiduv4

import (
	"context"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/flight"
)

// storeTimeout limits how long a call waits for the store, and each Save.
const storeTimeout = 2 * time.Second

// keptTokens asks the user's store in a separate goroutine. A store that fails,
// hangs or ignores its context counts as having no token.
type keptTokens struct {
	TokenStore
	key  string
	desk aside.Desk
}

// load returns the store's token, false when it has none that can be used.
func (k *keptTokens) load(ctx context.Context) (Token, bool) {
	type loaded struct {
		token Token
		ok    bool
	}
	got, err := aside.Ask(ctx, &k.desk, storeTimeout, func(ctx context.Context) (l loaded, err error) {
		l.token, l.ok, err = k.Load(ctx, k.key)
		return l, err
	})
	return got.token, err == nil && got.ok && !got.token.IsZero()
}

func (k *keptTokens) drop(ctx context.Context, token Token) {
	_, _ = aside.Ask(ctx, &k.desk, storeTimeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, k.Drop(ctx, k.key, token)
	})
}

// save saves a token in the store. late is called when a Save that timed out has
// returned.
func (k *keptTokens) save(ctx context.Context, token Token, late func()) {
	defer func() { _ = recover() }() // the store is a user's, and nobody is here who could
	_, _ = aside.Ask(ctx, &k.desk, storeTimeout, func(ctx context.Context) (struct{}, error) {
		err := k.Save(ctx, k.key, token) // a process that finds none there fetches one
		if ctx.Err() != nil {
			late()
		}
		return struct{}{}, err
	})
}

// patience is how long callers wait for the store: at most a third of the time left
// to the caller with the earliest deadline.
type patience struct {
	mu    sync.Mutex
	until time.Time
	timer *time.Timer // nil before the store is asked, and afterwards
}

func newPatience(ctx context.Context) *patience {
	p := &patience{until: time.Now().Add(storeTimeout)}
	p.shorten(ctx)
	return p
}

// shorten takes one more caller into account.
func (p *patience) shorten(ctx context.Context) {
	deadline, ok := flight.Deadline(ctx)
	if !ok {
		return
	}
	now := time.Now()
	until := now.Add(deadline.Sub(now) / 3)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !until.Before(p.until) {
		return
	}
	p.until = until
	if p.timer != nil {
		p.timer.Reset(until.Sub(now))
	}
}

// bound returns ctx limited by the callers' patience.
func (p *patience) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, cancel := context.WithDeadline(ctx, p.until)
	p.timer = time.AfterFunc(time.Until(p.until), cancel)
	return ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.timer.Stop()
		p.timer = nil
		cancel()
	}
}
