package baiduv4

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/idverify/idverify"
)

const (
	// A token is renewed once a tenth of its lifetime is left, or this much.
	renewAhead = 24 * time.Hour
	// It is not used in the last twentieth of its lifetime, at most this long:
	// it must still be valid when the call arrives.
	expiryMargin = 10 * time.Second
	// storeTimeout bounds each question to the store.
	storeTimeout = 2 * time.Second
	// The pause after failed fetches begins with the second in a row, and
	// doubles with each up to the longest.
	firstPause, longestPause = time.Second, 30 * time.Second
)

// tokenSource gives out the access token of one account. It holds a token, or
// has a flight under way to get one, or both while a token is renewed.
type tokenSource struct {
	fetch func(context.Context) (Token, error) // from the vendor; fails with an *idverify.Error
	store TokenStore
	key   string
	now   func() time.Time

	saving sync.Mutex // held over Save, and over nothing else of the store

	mu      sync.Mutex // never held over fetch or store
	held    heldToken
	refused Token // the last one that the vendor refused
	flight  *flight
	outage  outage // of fetches
	refusal outage // of tokens that were refused as soon as they were fetched
}

// flight is one way to the store and the vendor that any number of callers
// share. It is written out because golang.org/x/sync/singleflight has no way
// to end the work when the last caller leaves.
type flight struct {
	cancel  context.CancelFunc
	waiting int // guarded by tokenSource.mu; a renewal counts as one that never leaves

	landed   chan struct{} // closed when what follows is final
	token    Token
	err      error
	panicked any // what the store or the way to the vendor panicked with
}

// answer gives each caller what the flight brought. A panic goes to the
// callers, who can recover, and not to a goroutine of ours.
func (f *flight) answer() (Token, error) {
	if f.panicked != nil {
		panic(f.panicked)
	}
	return f.token, f.err
}

// get is the token held, or else that of a flight. Its error is ctx's own or
// an *idverify.Error.
func (s *tokenSource) get(ctx context.Context) (Token, error) {
	now := s.now()
	s.mu.Lock()
	if s.held.usable(now) {
		defer s.mu.Unlock()
		if s.held.due(now) && s.flight == nil && s.paused(now) == nil {
			s.start(ctx).waiting++
		}
		return s.held.Token, nil
	}
	if s.flight == nil {
		if o := s.paused(now); o != nil {
			defer s.mu.Unlock()
			return Token{}, o.failure(now)
		}
		s.start(ctx)
	}
	f := s.flight
	f.waiting++
	s.mu.Unlock()

	select {
	case <-f.landed:
		return f.answer()
	case <-ctx.Done():
		s.leave(f)
		return Token{}, ctx.Err()
	}
}

// refuse gives up a token that the vendor refused, if it is still the one held.
func (s *tokenSource) refuse(token Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held.Equal(token) {
		s.held, s.refused = heldToken{}, token
	}
}

// refusedAgain notes that the vendor refused, for the reason err, a token that
// had just been fetched to replace a refused one. More of them would not help:
// it counts as an outage.
func (s *tokenSource) refusedAgain(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal.add(err, s.now())
}

// accept notes that the vendor took a token.
func (s *tokenSource) accept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = outage{}
}

// paused is the outage that forbids a fetch for now, if any. s.mu is held.
func (s *tokenSource) paused(now time.Time) *outage {
	for _, o := range []*outage{&s.outage, &s.refusal} {
		if o.pause(now) > 0 {
			return o
		}
	}
	return nil
}

// start begins a flight that outlives the caller who needed it first, with
// that caller's values. s.mu is held.
func (s *tokenSource) start(ctx context.Context) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.flight = &flight{cancel: cancel, landed: make(chan struct{})}
	go s.fly(ctx, s.flight)
	return s.flight
}

// leave ends the flight when nobody waits for it any more.
func (s *tokenSource) leave(f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	f.cancel()
	if s.flight == f {
		s.flight = nil
	}
}

// fly looks into the store, then asks the vendor and tells the store. Nobody
// waits for the last: once landed, the token is given out, and a panic dropped.
func (s *tokenSource) fly(ctx context.Context, f *flight) {
	defer f.cancel()
	if s.bring(ctx, f) {
		return
	}
	s.land(f)
	if f.err == nil {
		s.save(ctx, f.token)
	}
}

// save tells the store of a token that is held still. One at a time: a slow Save
// must not put an older token, refused since, in the place of a newer one.
func (s *tokenSource) save(ctx context.Context, token Token) {
	s.saving.Lock()
	defer s.saving.Unlock()
	if !s.holds(token) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	defer func() { _ = recover() }()    // the store is a user's, and nobody is here who could
	_ = s.store.Save(ctx, s.key, token) // whoever finds none there fetches one
}

func (s *tokenSource) holds(token Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held.Equal(token)
}

// errBroken is how the flight failed for those who come after a panic.
var errBroken = &idverify.Error{
	Code: idverify.CodeUnknown, Vendor: Name, Delivery: idverify.DeliveryUnanswered, Detail: "the token store or the transport panicked",
}

// bring gets a token from the store, which lands the flight, or else from the
// vendor. A panic lands with it, and so does the end of the goroutine, which a
// store that belongs to a test may cause.
func (s *tokenSource) bring(ctx context.Context, f *flight) (landed bool) {
	returned := false
	defer func() {
		if returned {
			return
		}
		f.panicked, f.err = recover(), errBroken
		landed = true
		s.land(f)
	}()
	landed = s.load(ctx, f)
	if !landed {
		f.token, f.err = s.fetch(ctx)
	}
	returned = true
	return landed
}

// load lands the flight with the token of another process, if the store has
// one that is better than what is held.
func (s *tokenSource) load(ctx context.Context, f *flight) bool {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	token, ok, err := s.store.Load(ctx, s.key)
	if err != nil || !ok || token.IsZero() {
		return false
	}
	taken, refused := s.adopt(f, token)
	if refused {
		_ = s.store.Drop(ctx, s.key, token) // Save replaces it in any case
	}
	return taken
}

func (s *tokenSource) adopt(f *flight, token Token) (taken, refused bool) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case token.Equal(s.refused):
		return false, true
	case !hold(token, now).usable(now), !token.expires.After(s.held.expires):
		return false, false
	}
	f.token = token
	s.landLocked(f, now)
	return true, false
}

func (s *tokenSource) land(f *flight) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.landLocked(f, now)
}

// landLocked keeps what a flight brought. The failure of a flight that
// everybody left says nothing: it was cancelled.
func (s *tokenSource) landLocked(f *flight, now time.Time) {
	defer close(f.landed)
	left := s.flight != f
	if !left {
		s.flight = nil
	}
	switch {
	case f.err == nil:
		s.held, s.outage = hold(f.token, now), outage{}
	case !left:
		s.outage.add(f.err, now)
	}
}

// heldToken is a token and what its lifetime, as far as this client saw it,
// makes of it.
type heldToken struct {
	Token
	renewAt, useUntil time.Time
}

func hold(token Token, now time.Time) heldToken {
	life := token.expires.Sub(now)
	return heldToken{
		Token:    token,
		renewAt:  token.expires.Add(-min(life/10, renewAhead)),
		useUntil: token.expires.Add(-min(life/20, expiryMargin)),
	}
}

func (h heldToken) usable(now time.Time) bool { return now.Before(h.useUntil) }
func (h heldToken) due(now time.Time) bool    { return !now.Before(h.renewAt) }

// outage counts failures in a row. The first may be chance, so the next caller
// tries at once; from the second on there is a pause, in which callers are
// given the last failure.
type outage struct {
	failures int
	last     error
	until    time.Time
}

func (o *outage) add(err error, now time.Time) {
	o.failures++
	o.last = err
	if doublings := o.failures - 2; doublings >= 0 {
		o.until = now.Add(min(firstPause<<min(doublings, 5), longestPause))
	}
}

func (o *outage) pause(now time.Time) time.Duration { return o.until.Sub(now) }

// failure is the last one with the rest of the pause in it.
func (o *outage) failure(now time.Time) error {
	var e *idverify.Error
	if !errors.As(o.last, &e) {
		return o.last
	}
	own := *e
	own.RetryAfter = o.pause(now)
	return &own
}
