package idverify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// flights are the calls with a key that are under way. Two calls with one key
// are one exchange.
type flights struct {
	secret redact.Secret // of this Client: tells two people apart without keeping them

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
	stored   bool // res came from the store
	err      error
	panicked any // what a provider or a hook panicked with
}

func newFlights() *flights {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	return &flights{secret: redact.NewSecret(string(secret[:])), byID: map[string]*shared{}}
}

// question is a request with a key, on its way through flights.
type question struct {
	req     *Request
	subject Subject
	ask     func(context.Context, *Request) (*Result, error)
	// known gives the decision of a store, nil when it has none, and keep gives
	// it one. Both nil when there is no store.
	known func(context.Context) *Result
	keep  func(context.Context, *Result)
}

// share makes the call of a question, or joins the one that is under way. A
// caller who leaves leaves alone; when the last has left, the call ends.
func (f *flights) share(ctx context.Context, q question) (*Result, error) {
	person := fingerprint(f.secret, q.subject.Name(), q.subject.IDNumber())

	f.mu.Lock()
	s, underWay := f.byID[q.req.Key]
	if underWay && s.person != person {
		f.mu.Unlock()
		return nil, refused(CodeInvalidRequest, "Key", "the same key is under way for another person")
	}
	if underWay {
		s.extend(ctx)
	} else {
		s = f.start(ctx, q, person)
	}
	s.waiting++
	f.mu.Unlock()

	select {
	case <-s.landed:
		return s.answer()
	case <-ctx.Done():
	}
	if !f.leave(q.req.Key, s) {
		return nil, othersWait(ctx)
	}
	<-s.landed // it was there already, or has been cancelled and tells how far it came
	return inOwnWords(ctx, s)
}

// start begins a call that outlives the caller who was first, with that
// caller's values. f.mu is held.
func (f *flights) start(ctx context.Context, q question, person string) *shared {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &shared{person: person, cancel: cancel, landed: make(chan struct{})}
	s.extend(ctx)
	f.byID[q.req.Key] = s
	go s.fly(sharedContext{own, s}, q, func() { f.forget(q.req.Key, s) })
	return s
}

// storeTimeout bounds each question to a store of results.
const storeTimeout = 2 * time.Second

// fly makes the call and lands. A decision that is to be kept is given to
// newcomers until the store has it; anything else is forgotten before anybody
// is told, so that who asks again on seeing it asks anew.
func (s *shared) fly(ctx context.Context, q question, forget func()) {
	defer s.cancel()
	landed := false
	defer func() {
		if !landed { // the provider ended the goroutine: see runtime.Goexit
			forget()
			close(s.landed)
		}
	}()
	s.work(ctx, q)
	landed = true
	if s.res == nil || q.keep == nil || s.stored {
		forget()
		close(s.landed)
		return
	}
	close(s.landed)
	defer forget()
	keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	defer func() { _ = recover() }() // the store is a user's, and nobody is here who could
	q.keep(keeping, s.res)
}

func (s *shared) work(ctx context.Context, q question) {
	defer func() { s.panicked = recover() }()
	if q.known != nil {
		looking, cancel := context.WithTimeout(undated{ctx}, storeTimeout)
		defer cancel()
		if s.res = q.known(looking); s.res != nil {
			s.stored = true
			return
		}
	}
	s.res, s.err = q.ask(ctx, q.req)
}

// inOwnWords is the answer for the caller whose leaving ended the call: it was
// cancelled, but for this caller perhaps because a deadline passed.
func inOwnWords(ctx context.Context, s *shared) (*Result, error) {
	res, err := s.answer()
	var e *Error
	if errors.As(err, &e) && e.Code == CodeCanceled && !errors.Is(ctx.Err(), context.Canceled) {
		return nil, e.endedBy(ctx)
	}
	return res, err
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

// leave reports whether the caller was the last, or the call has landed; one
// that has not is ended when the last has left.
func (f *flights) leave(key string, s *shared) (last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-s.landed:
		return true
	default:
	}
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
	switch {
	case s.panicked != nil:
		panic(s.panicked)
	case s.res == nil && isNil(s.err):
		return nil, unanswered(CodeUnknown, "", "the call ended without an answer", nil)
	case s.err != nil:
		var e *Error
		if !errors.As(s.err, &e) {
			return nil, s.err
		}
		own := *e
		own.Attempts = slices.Clone(e.Attempts)
		return nil, &own
	}
	return s.res.clone(), nil
}

func (r *Result) clone() *Result {
	own := *r
	own.Checks, own.Warnings, own.Attempts = slices.Clone(r.Checks), slices.Clone(r.Warnings), slices.Clone(r.Attempts)
	return &own
}

// fingerprint tells texts apart for whoever holds the secret, and nobody else.
func fingerprint(secret redact.Secret, texts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	for _, t := range texts {
		mac.Write([]byte(t))
		mac.Write([]byte{0})
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// ResultStore keeps decisions by the key of their question, so that the same
// question is not paid for twice. The id says nothing of the person. Methods
// are called concurrently, with a context that ends after two seconds at the
// latest; an error never makes a call fail, and nobody waits for Save.
type ResultStore interface {
	// Load gives the decision kept under id, nil when there is none.
	Load(ctx context.Context, id string) (*Result, error)
	// Save keeps a decision under id. A panic of it is dropped, as an error is.
	Save(ctx context.Context, id string, res *Result) error
}

// answers is the store with the key that makes its ids.
type answers struct {
	store  ResultStore
	secret redact.Secret
}

// WithResultStore keeps the decision of every request that has a Key, and gives
// it again when the same key asks about the same person. Its ids are made with
// HMAC-SHA-256 under secret, at least 32 bytes, of key, name and number: plain
// hashes of ID numbers can be enumerated. By default nothing is kept.
func WithResultStore(store ResultStore, secret []byte) Option {
	own, problem := newSecret(secret)
	return func(s *settings) error {
		switch {
		case isNil(store):
			return misconfigured("WithResultStore", "the store must not be nil")
		case problem != "":
			return misconfigured("WithResultStore", problem)
		}
		s.answers = &answers{store, own}
		return nil
	}
}

// forQuestion asks the store about one question, and tells it. A stricter
// false-accept rate makes it another question.
func (a *answers) forQuestion(key string, s Subject, maxFAR float64) (known func(context.Context) *Result, keep func(context.Context, *Result)) {
	id := fingerprint(a.secret, key, s.Name(), s.IDNumber(), number(maxFAR))
	known = func(ctx context.Context) *Result {
		kept, err := a.store.Load(ctx, id)
		if err != nil || kept == nil {
			return nil
		}
		res, e := settle(kept.Vendor, kept, nil)
		if e != nil {
			return nil
		}
		return res.clone()
	}
	keep = func(ctx context.Context, res *Result) { _ = a.store.Save(ctx, id, res.clone()) }
	return known, keep
}
