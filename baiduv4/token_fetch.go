package baiduv4

import (
	"context"
	"errors"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/flight"
)

// FetchReason says why an access token was fetched.
type FetchReason string

// The reasons for fetching an access token.
const (
	// FetchCold: there was none, or it had run out while nobody called.
	FetchCold FetchReason = "cold"
	// FetchRenewal: the token in use expires soon. It is used until then, so a
	// failed renewal affects no call before it has expired.
	FetchRenewal FetchReason = "renewal"
	// FetchRefused: the vendor refused the token before.
	FetchRefused FetchReason = "refused"
)

// TokenFetch is one fetch of an access token from the vendor. It has no token.
type TokenFetch struct {
	Reason FetchReason
	// Duration is how long the vendor took, without the TokenStore.
	Duration time.Duration
	// Err is why there is no token, nil when there is one. It is CodeCanceled where
	// every caller had left.
	Err *idverify.Error
}

// work asks the store, then the vendor, and then informs the store and the user; no
// call waits for that.
func (s *tokenSource) work(p *pending) flight.Work[Token] {
	return func(ctx context.Context, f *flight.Flight[Token]) {
		defer s.forget(p)
		if s.load(ctx, p, f) || ctx.Err() != nil {
			return
		}
		began := time.Now()
		err := s.ask(ctx, p, f)
		took := time.Since(began)
		if err == nil {
			s.save(ctx)
		}
		s.tell(ctx, p.reason, took, err)
	}
}

// load delivers the token of another process, if the store has a better one than
// the token held. If the store has a refused token, that token is dropped and the
// store is asked again, because another process may already be fetching.
func (s *tokenSource) load(ctx context.Context, p *pending, f *flight.Flight[Token]) bool {
	ctx, end := p.patience.bound(ctx)
	defer end()
	for again := range 2 {
		token, ok := s.store.load(ctx)
		if !ok {
			return false
		}
		taken, refused := s.adopt(p, f, token)
		if !refused {
			return taken
		}
		if again == 0 {
			s.store.drop(ctx, token) // where that fails, Save replaces it
		}
	}
	return false
}

// ask fetches a token and delivers it. A panic is delivered too.
func (s *tokenSource) ask(ctx context.Context, p *pending, f *flight.Flight[Token]) error {
	began, returned := time.Now(), false
	defer func() {
		if returned {
			return
		}
		s.mu.Lock()
		s.settle(p, Token{}, s.broken)
		s.mu.Unlock()
		go s.tell(ctx, p.reason, time.Since(began), s.broken) // the waiting callers get the panic first
	}()
	token, err := s.fetch(ctx)
	returned = true
	s.land(p, f, token, err)
	return err
}

// save saves the token held, one Save after another: a slow Save must not overwrite
// a newer token with an older one that was refused since.
func (s *tokenSource) save(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.saving {
		return // and goes on to what is held by then
	}
	s.saving = true
	for !s.held.IsZero() && !s.held.Equal(s.saved) {
		s.saved = s.held.Token
		s.saveUnlocked(ctx, s.saved)
	}
	s.saving = false
}

// saveUnlocked unlocks s.mu during one Save. A Save that timed out and returned
// later may have replaced a newer token, which is then saved again.
func (s *tokenSource) saveUnlocked(ctx context.Context, token Token) {
	s.mu.Unlock()
	defer s.mu.Lock()
	s.store.save(ctx, token, func() {
		s.mu.Lock()
		newer := !s.held.Equal(token)
		if newer {
			s.saved = Token{}
		}
		s.mu.Unlock()
		if newer {
			s.save(ctx)
		}
	})
}

// tell calls the user's function, without any effect on calls: a panic is dropped,
// and a function that hangs is not waited for.
func (s *tokenSource) tell(ctx context.Context, reason FetchReason, took time.Duration, err error) {
	if s.told == nil {
		return
	}
	fetched := TokenFetch{Reason: reason, Duration: took}
	var e *idverify.Error
	if errors.As(err, &e) {
		fetched.Err = unverified(e)
	}
	defer func() { _ = recover() }()
	_, _ = aside.Ask(context.WithoutCancel(ctx), &s.desk, storeTimeout, func(ctx context.Context) (struct{}, error) {
		s.told(ctx, fetched)
		return struct{}{}, nil
	})
}
