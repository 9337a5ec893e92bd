package idverify

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/flight"
	"github.com/idverify/idverify/internal/pseudonym"
	"github.com/idverify/idverify/internal/redact"
)

// flights are the calls with a key that are in progress. Calls with the same key
// share one exchange.
type flights struct {
	secret redact.Secret // random, for prints when no store has a secret

	mu    sync.Mutex
	byKey map[string]*shared
}

// shared is one call with a key, and the callers who wait for it.
type shared struct {
	*flight.Flight[*Result]
	print string  // of the question
	loans []*loan // of the callers who wait, in order of arrival; guarded by flights.mu
}

func newFlights() *flights {
	var secret [pseudonym.MinBytes]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	return &flights{secret: redact.NewSecret(string(secret[:])), byKey: map[string]*shared{}}
}

// keyed is a request with a key, on its way through flights.
type keyed struct {
	key string
	// id identifies the key and the requested rate in a store. print identifies the
	// question: the person and all evidence.
	id, print string
	repeat    bool   // what failed at a price or is ambiguous in a ledger
	callID    string // for hooks
	loan      *loan
	// ask asks the vendors; each attempt uses the request that lender returns.
	ask func(ctx context.Context, lender func() *loan) (*Result, error)
	// known loads the decision from a store, nil when there is none, and keep saves
	// one. Both are nil when there is no store.
	known func(ctx context.Context) (*Result, error)
	keep  func(ctx context.Context, res *Result)
}

// share makes the call for a question, or joins the one in progress. A caller who
// leaves does not end the call for others; it ends when the last caller has left.
// What a caller passed in is not read after that caller's Verify has returned.
func (f *flights) share(ctx context.Context, q keyed) (*Result, error) {
	defer q.loan.takeBack()
	s, origin := f.enter(ctx, q)
	if s == nil {
		return nil, beforehand(otherQuestion())
	}
	select {
	case <-s.Landed():
		return s.copyFor(origin)
	case <-ctx.Done():
	}
	if !f.leave(q, s) {
		return nil, othersWait(ctx).from(origin)
	}
	<-s.Landed() // it had landed already, or was cancelled and reports how far it got
	return inOwnWords(ctx, s, origin)
}

// enter joins the call under the question's key, or starts one. It returns nil when
// the key belongs to another question.
func (f *flights) enter(ctx context.Context, q keyed) (*shared, Origin) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, underWay := f.byKey[q.key]
	switch {
	case underWay && s.print != q.print:
		return nil, OriginRefused
	case underWay && s.Join(ctx):
		s.loans = append(s.loans, q.loan)
		return s, OriginShared
	}
	s = &shared{print: q.print, loans: []*loan{q.loan}}
	f.byKey[q.key] = s
	s.Flight = flight.Start(ctx, f.work(q, s))
	return s, OriginVendor
}

// work makes the call and delivers its outcome. Newcomers can join until a decision
// has been saved in the store. Any other outcome is forgotten before callers are
// told, so that a caller who retries on seeing it starts a new call.
func (f *flights) work(q keyed, s *shared) flight.Work[*Result] {
	return func(ctx context.Context, landing *flight.Flight[*Result]) {
		defer f.forget(q.key, s)
		ctx = landing.Dated(ctx)
		res, err := q.loadOrAsk(ctx, func() *loan { return f.lender(s) })
		keeps := err == nil && q.keep != nil && res.Origin != OriginStore
		if !keeps {
			f.forget(q.key, s)
		}
		landing.Land(res, err)
		if keeps {
			q.keep(context.WithoutCancel(ctx), res)
		}
	}
}

// loadOrAsk looks into the store before any vendor is asked.
func (q keyed) loadOrAsk(ctx context.Context, lender func() *loan) (*Result, error) {
	if q.known != nil {
		if res, err := q.known(ctx); res != nil || err != nil {
			return res, err
		}
	}
	return q.ask(ctx, lender)
}

// lender returns the request of the first caller who still waits, nil when all have
// left.
func (f *flights) lender(s *shared) *loan {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(s.loans) == 0 {
		return nil
	}
	return s.loans[0]
}

// leave reports whether this was the last caller, or the call has landed; when the
// last caller leaves a call that has not landed, it is cancelled. Newcomers then
// start a new call instead of joining a cancelled one.
func (f *flights) leave(q keyed, s *shared) (last bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.loans = slices.DeleteFunc(s.loans, func(l *loan) bool { return l == q.loan })
	last = s.Leave()
	select {
	case <-s.Landed():
	default:
		if last {
			f.drop(q.key, s)
		}
	}
	return last
}

// forget makes the call impossible to join, and drops what its callers passed in.
func (f *flights) forget(key string, s *shared) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.loans = nil
	f.drop(key, s)
}

func (f *flights) drop(key string, s *shared) {
	if f.byKey[key] == s {
		delete(f.byKey, key)
	}
}

// copyFor gives each caller its own copy, so that none can change another's.
func (s *shared) copyFor(origin Origin) (*Result, error) {
	res, err := s.Answer()
	var e *Error
	switch {
	case errors.Is(err, flight.ErrNoAnswer):
		return nil, unanswered(CodeUnknown, "", "the call ended without an answer", nil).from(origin)
	case errors.As(err, &e) && e != nil:
		return nil, e.clone().from(origin)
	case err != nil:
		return nil, err
	}
	return res.clone().from(origin), nil
}

// inOwnWords returns the error for the caller whose leaving ended the call: the
// shared call was cancelled, but this caller may have hit a deadline.
func inOwnWords(ctx context.Context, s *shared, origin Origin) (*Result, error) {
	res, err := s.copyFor(origin)
	var e *Error
	if errors.As(err, &e) && e.Code == CodeCanceled && !errors.Is(ctx.Err(), context.Canceled) {
		return nil, e.endedBy(ctx)
	}
	return res, err
}

// askOnce asks a question that has a key.
func (c *Client) askOnce(ctx context.Context, call *call) (*Result, error) {
	req := call.req
	held, sum, err := holdEvidence(ctx, req.Evidence, timeToRead(ctx)/time.Duration(len(req.Evidence)))
	if err != nil {
		return nil, beforehand(err)
	}
	req.Evidence = held
	lent, err := lend(req)
	if err != nil {
		return nil, beforehand(err)
	}
	q := keyed{key: req.IdempotencyKey, callID: call.id, loan: lent}
	q.ask = func(ctx context.Context, lender func() *loan) (*Result, error) {
		call.lender = lender
		return c.ask(ctx, call)
	}
	secret := c.flights.secret
	switch {
	case c.claims != nil:
		secret, q.repeat = c.claims.secret, req.Repeat
		ask := q.ask
		q.ask = func(ctx context.Context, lender func() *loan) (*Result, error) {
			return c.askClaimed(ctx, q, func() (*Result, error) { return ask(ctx, lender) })
		}
	case c.answers != nil:
		secret = c.answers.secret
		q.known = func(ctx context.Context) (*Result, error) { return c.load(ctx, q) }
		q.keep = func(ctx context.Context, res *Result) { c.save(ctx, q, res) }
	}
	q.id = pseudonym.Of(secret, "idverify question", req.IdempotencyKey, number(c.maxFAR))
	q.print = pseudonym.Of(secret, "idverify print", call.subject.Name(), call.subject.IDNumber(), string(sum[:]))
	return c.flights.share(ctx, q)
}

// longestRead limits the time for reading all media to compute their digest.
const longestRead = 30 * time.Second

// timeToRead leaves most of the call's time for the vendors, so that media that
// hang fail only at the vendor that needs them.
func timeToRead(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(longestRead, time.Until(deadline)/3)
	}
	return longestRead
}
