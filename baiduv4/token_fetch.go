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

// work asks the store, then the vendor, and tells the store and the user. Nobody
// waits for the last.
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

// load lands with the token of another process, if the store has one that is
// better than what is held. A store that keeps a refused one is asked once more
// after that was dropped: another process may be fetching already.
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

// ask fetches a token and lands. A panic lands by itself.
func (s *tokenSource) ask(ctx context.Context, p *pending, f *flight.Flight[Token]) error {
	began, returned := time.Now(), false
	defer func() {
		if returned {
			return
		}
		s.mu.Lock()
		s.settle(p, Token{}, s.broken)
		s.mu.Unlock()
		go s.tell(ctx, p.reason, time.Since(began), s.broken) // those who wait hear of the panic first
	}()
	token, err := s.fetch(ctx)
	returned = true
	s.land(p, f, token, err)
	return err
}

// save tells the store of the token that is held, one Save after the other: a slow
// one must not put an older token, refused since, instead of a newer one.
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

// saveUnlocked lets s.mu go for the time of one Save. A Save that was left behind,
// and has come back, may have replaced a newer token: that is saved again.
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

// tell tells the user's function, which costs nobody anything: a panic is dropped,
// and when it hangs it is left behind.
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
