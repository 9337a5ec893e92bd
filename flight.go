package idverify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

// flights are the calls with a key that are under way. Two calls with one key
// are one exchange.
type flights struct {
	secret [32]byte // of this Client: tells two people apart without keeping them

	mu   sync.Mutex
	byID map[string]*shared
}

// shared is one call that several callers wait for. It is written out because
// golang.org/x/sync/singleflight has no way to end the work when the last
// caller leaves.
type shared struct {
	person  string // whom it asks about
	cancel  context.CancelFunc
	waiting int // guarded by flights.mu

	until sync.Mutex
	// latest is the latest of the callers' deadlines, unless one has none.
	latest    time.Time
	unlimited bool

	landed   chan struct{} // closed when what follows is final
	res      *Result
	err      error
	panicked any // what a provider or a hook panicked with
}

func newFlights() *flights {
	f := &flights{byID: map[string]*shared{}}
	_, _ = rand.Read(f.secret[:]) // never fails: crypto/rand ends the program instead
	return f
}

// share makes the call of a request with a key, or joins the one that is under
// way. A caller who leaves leaves alone; when the last has left, the call ends.
func (f *flights) share(ctx context.Context, req *Request, ask func(context.Context, *Request) (*Result, error)) (*Result, error) {
	subject, err := req.Subject()
	if err != nil {
		return nil, err
	}
	person := fingerprint(f.secret[:], subject.Name(), subject.IDNumber())

	f.mu.Lock()
	s, underWay := f.byID[req.Key]
	if underWay && s.person != person {
		f.mu.Unlock()
		return nil, refused(CodeInvalidRequest, "Key", "the same key is under way for another person")
	}
	if !underWay {
		s = f.start(ctx, req, person, ask)
	}
	s.waiting++
	s.extend(ctx)
	f.mu.Unlock()

	select {
	case <-s.landed:
	case <-ctx.Done():
		if !f.leave(req.Key, s) {
			return nil, othersWait(ctx)
		}
		<-s.landed // nobody else waits: the call has been cancelled, and tells how far it came
	}
	return s.answer()
}

// start begins a call that outlives the caller who was first, with that
// caller's values. f.mu is held.
func (f *flights) start(ctx context.Context, req *Request, person string, ask func(context.Context, *Request) (*Result, error)) *shared {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &shared{person: person, cancel: cancel, landed: make(chan struct{})}
	s.extend(ctx)
	f.byID[req.Key] = s
	ctx = sharedContext{own, s}
	go func() {
		defer cancel()
		defer close(s.landed)
		defer f.forget(req.Key, s)
		defer func() { s.panicked = recover() }()
		s.res, s.err = ask(ctx, req)
	}()
	return s
}

// sharedContext has the latest deadline of the callers, so that nothing is
// begun that none of them could wait for. It does not end by itself: each caller
// leaves at a deadline of its own, and the last one cancels.
type sharedContext struct {
	context.Context
	shared *shared
}

func (c sharedContext) Deadline() (time.Time, bool) {
	c.shared.until.Lock()
	defer c.shared.until.Unlock()
	return c.shared.latest, !c.shared.unlimited
}

func (s *shared) extend(ctx context.Context) {
	s.until.Lock()
	defer s.until.Unlock()
	deadline, ok := ctx.Deadline()
	switch {
	case !ok:
		s.unlimited = true
	case deadline.After(s.latest):
		s.latest = deadline
	}
}

// leave reports whether the caller was the last, and has ended the call.
func (f *flights) leave(key string, s *shared) (last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.waiting--; s.waiting > 0 {
		return false
	}
	s.cancel()
	if f.byID[key] == s {
		delete(f.byID, key) // a newcomer starts anew instead of joining an end
	}
	return true
}

func (f *flights) forget(key string, s *shared) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID[key] == s {
		delete(f.byID, key)
	}
}

// answer gives each caller a copy, so that none changes another's. A panic
// goes to the callers, who can recover, and not to a goroutine of ours.
func (s *shared) answer() (*Result, error) {
	if s.panicked != nil {
		panic(s.panicked)
	}
	if s.err != nil {
		if e, ok := s.err.(*Error); ok {
			own := *e
			return nil, &own
		}
		return nil, s.err
	}
	own := *s.res
	return &own, nil
}

// othersWait is the error for a caller who leaves a call that goes on.
func othersWait(ctx context.Context) *Error {
	e := left(ctx, "")
	e.Detail += ", and the call goes on for others with the same key"
	e.Sent, e.Ambiguous, e.Billed = true, true, BilledUnknown
	return e
}

// fingerprint tells texts apart for whoever holds the secret, and nobody else.
func fingerprint(secret []byte, texts ...string) string {
	mac := hmac.New(sha256.New, secret)
	for _, t := range texts {
		mac.Write([]byte(t))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// ResultStore keeps decisions by the key of their question, so that the same
// question is not paid for twice. The id says nothing of the person. Methods
// are called concurrently; an error never makes a call fail.
type ResultStore interface {
	// Load gives the decision kept under id, nil when there is none.
	Load(ctx context.Context, id string) (*Result, error)
	// Save keeps a decision under id.
	Save(ctx context.Context, id string, res *Result) error
}

// answers is the store with the key that makes its ids.
type answers struct {
	store  ResultStore
	secret []byte
}

const minSecretBytes = 32

// WithResultStore keeps the decision of every request that has a Key, and gives
// it again when the same key asks about the same person. Its ids are made with
// HMAC-SHA-256 under secret, at least 32 bytes, of key, name and number: plain
// hashes of ID numbers can be enumerated. By default nothing is kept.
func WithResultStore(store ResultStore, secret []byte) Option {
	return func(s *settings) error {
		switch {
		case store == nil:
			return misconfigured("WithResultStore", "the store must not be nil")
		case len(secret) < minSecretBytes:
			return misconfigured("WithResultStore", "the secret needs at least 32 bytes")
		}
		s.answers = &answers{store, append([]byte(nil), secret...)}
		return nil
	}
}

// known gives the decision kept for a request, or asks and keeps it.
func (a *answers) known(ctx context.Context, req *Request, ask func(context.Context, *Request) (*Result, error)) (*Result, error) {
	subject, err := req.Subject()
	if err != nil {
		return nil, err
	}
	id := fingerprint(a.secret, req.Key, subject.Name(), subject.IDNumber())
	if kept, err := a.store.Load(ctx, id); err == nil && kept != nil {
		if res, e := settle(kept.Vendor, kept, nil); e == nil {
			return res, nil
		}
	}
	res, err := ask(ctx, req)
	if err == nil {
		_ = a.store.Save(context.WithoutCancel(ctx), id, res) // what was paid for is kept even if the caller leaves now
	}
	return res, err
}
