package baiduv4

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/flight"
	"github.com/idverify/idverify/internal/redact"
)

// tokenSource provides the access token of one account. It holds a token, or is
// fetching one, or both while a token is renewed.
type tokenSource struct {
	fetch  func(context.Context) (Token, error) // from the vendor; fails with an *idverify.Error
	broken *idverify.Error                      // the error for callers who arrive after a fetch panicked
	store  keptTokens
	told   func(context.Context, TokenFetch) // the user's, nil when there is none
	desk   aside.Desk                        // for told
	now    func() time.Time

	mu      sync.Mutex // never held over fetch, store or told
	saving  bool
	saved   Token // the last one saved in the store
	held    heldToken
	refused Token // the last one that the vendor refused
	counted Token // the last one that was counted in refusal
	adopted Token // the last one that another process had fetched
	pending *pending
	outage  outage // of fetches
	refusal outage // of tokens that were refused right after they were fetched
}

// pending is one query of the store and the vendor that any number of callers
// share.
type pending struct {
	*flight.Flight[Token]
	reason   FetchReason
	patience *patience
}

// source is the token source of the account.
func (c Config) source(vendor *exchange.Vendor) *tokenSource {
	account := credentials{vendor, redact.NewSecret(c.APIKey), redact.NewSecret(c.SecretKey)}
	source := &tokenSource{
		fetch:  account.fetch,
		broken: vendor.Panicked(),
		told:   c.OnTokenFetch,
		now:    vendor.Now,
	}
	source.store.TokenStore = c.Tokens
	if v := reflect.ValueOf(c.Tokens); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		source.store.TokenStore = NewMemoryStore()
	}
	source.store.key = storeKey(cmp.Or(c.HTTP.BaseURL, DefaultBaseURL), c.APIKey, c.SecretKey)
	return source
}

// get returns the token held, or one from the store or the vendor. Its error is
// ctx's own or an *idverify.Error.
func (s *tokenSource) get(ctx context.Context) (Token, error) {
	now := s.now()
	s.mu.Lock()
	if s.held.usable(now) {
		defer s.mu.Unlock()
		if s.held.due(now) && s.pending == nil && s.paused(now) == nil {
			s.start(context.WithoutCancel(ctx), FetchRenewal)
		}
		return s.held.Token, nil
	}
	if o := s.paused(now); o != nil && s.pending == nil {
		defer s.mu.Unlock()
		return Token{}, o.failure(now)
	}
	p := s.join(ctx)
	s.mu.Unlock()

	select {
	case <-p.Landed():
		return s.answer(p)
	case <-ctx.Done():
		s.leave(p)
		return Token{}, ctx.Err()
	}
}

// join waits for the pending query, or starts one. s.mu is held.
func (s *tokenSource) join(ctx context.Context) *pending {
	if s.pending != nil && s.pending.Join(ctx) {
		s.pending.patience.shorten(ctx)
		return s.pending
	}
	reason := FetchCold
	if s.held.IsZero() && !s.refused.IsZero() {
		reason = FetchRefused
	}
	return s.start(ctx, reason)
}

// start starts a query, with the caller of ctx as the first waiter: for a renewal
// one who never leaves. s.mu is held.
func (s *tokenSource) start(ctx context.Context, reason FetchReason) *pending {
	p := &pending{reason: reason, patience: newPatience(ctx)}
	s.pending = p
	p.Flight = flight.Start(ctx, s.work(p))
	return p
}

// leave lets the next caller start a new query when the last waiter has left.
func (s *tokenSource) leave(p *pending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Leave() && s.pending == p {
		s.pending = nil
	}
}

// answer returns the same token or error to each caller. A panic is raised here,
// where the callers can recover it.
func (s *tokenSource) answer(p *pending) (Token, error) {
	token, err := p.Answer()
	if errors.Is(err, flight.ErrNoAnswer) {
		err = s.broken
	}
	return token, err
}

// refuse drops a token that the vendor refused, if it is still the one held.
func (s *tokenSource) refuse(token Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held.Equal(token) {
		s.held, s.refused = heldToken{}, token
	}
}

// fromStore reports whether another process had fetched a token.
func (s *tokenSource) fromStore(token Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return token.Equal(s.adopted)
}

// refusedAgain records that the vendor refused, with err, a token that had just
// been fetched to replace a refused one. More new tokens would not help, so it
// counts as a failure, once per token, however many callers used it. Details of one
// call are not kept, because other callers get the error.
func (s *tokenSource) refusedAgain(token Token, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token.Equal(s.counted) {
		return
	}
	s.counted = token
	var e *idverify.Error
	if errors.As(err, &e) {
		own := *e
		own.RequestID, own.Reply, own.VendorMessage = "", nil, idverify.Sensitive{}
		err = &own
	}
	s.refusal.add(err, s.now())
}

// accept records that the vendor accepted a token.
func (s *tokenSource) accept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = outage{}
}

// paused returns the outage that forbids a fetch at the moment, if any. s.mu is
// held.
func (s *tokenSource) paused(now time.Time) *outage {
	for _, o := range []*outage{&s.outage, &s.refusal} {
		if o.pause(now) > 0 {
			return o
		}
	}
	return nil
}

// adopt delivers the token of another process if it is better than the one held.
// The same token with a later expiry from the store is not better.
func (s *tokenSource) adopt(p *pending, f *flight.Flight[Token], token Token) (taken, refused bool) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case token.Equal(s.refused):
		return false, true
	case !hold(token, now).usable(now), !token.isCredible(now), token.Equal(s.held.Token), !token.expires.After(s.held.expires):
		return false, false
	}
	s.settle(p, token, nil)
	s.adopted = token
	f.Land(token, nil)
	return true, false
}

// land delivers the outcome of a fetch to the waiting callers, and keeps it.
func (s *tokenSource) land(p *pending, f *flight.Flight[Token], token Token, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(p, token, err)
	f.Land(token, err)
}

// settle keeps the outcome of a fetch. If every caller had left, a failure means
// nothing, because the fetch was cancelled, and a token is kept only where there is
// none. s.mu is held.
func (s *tokenSource) settle(p *pending, token Token, err error) {
	now, left := s.now(), s.pending != p
	if !left {
		s.pending = nil
	}
	switch {
	case err != nil && !left:
		s.outage.add(err, now)
	case err == nil && !(left && s.held.usable(now)):
		s.held, s.outage = hold(token, now), outage{}
	}
}

// forget lets the next caller start again after a panic of the store, which says
// nothing about the vendor.
func (s *tokenSource) forget(p *pending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == p {
		s.pending = nil
	}
}
