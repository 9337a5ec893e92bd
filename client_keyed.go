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

// flights are the calls with a key that are under way. Two calls with one key
// are one exchange.
type flights struct {
	secret redact.Secret // of this Client: for prints where no store has a secret

	mu    sync.Mutex
	byKey map[string]*shared
}

// shared is one call with a key and the callers who wait for it.
type shared struct {
	*flight.Flight[*Result]
	print string  // of the question
	loans []*loan // of those who wait, in the order they came; guarded by flights.mu
}

func newFlights() *flights {
	var secret [pseudonym.MinBytes]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	return &flights{secret: redact.NewSecret(string(secret[:])), byKey: map[string]*shared{}}
}

// keyed is a request with a key, on its way through flights.
type keyed struct {
	key string
	// id names the key, and the rate that was asked for, to a store. print tells
	// two questions apart: it stands for the person and all evidence.
	id, print string
	repeat    bool   // what failed at a price or is ambiguous in a ledger
	callID    string // for hooks
	loan      *loan
	// ask asks the vendors, each time with what lender gives.
	ask func(ctx context.Context, lender func() *loan) (*Result, error)
	// known gives the decision of a store, nil when it has none, and keep gives
	// it one. Both nil when there is no store.
	known func(ctx context.Context) (*Result, error)
	keep  func(ctx context.Context, res *Result)
}

// share makes the call of a question, or joins the one that is under way. A
// caller who leaves leaves alone; when the last has left, the call ends. Nothing of
// what a caller gave is read after their return.
func (f *flights) share(ctx context.Context, q keyed) (*Result, error) {
	defer q.loan.takeBack()
	s, origin := f.enter(ctx, q)
	if s == nil {
		return nil, beforehand(otherQuestion())
	}
	select {
	case <-s.Landed():
		return s.answer(origin)
	case <-ctx.Done():
	}
	if !f.leave(q, s) {
		return nil, othersWait(ctx).from(origin)
	}
	<-s.Landed() // it was there already, or has been cancelled and tells how far it came
	return inOwnWords(ctx, s, origin)
}

// enter joins the call under the question's key or starts one. It gives none when
// the key is that of another question.
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

// work makes the call and lands. A decision that is to be kept is given to
// newcomers until the store has it; anything else is forgotten before anybody
// is told, so that who asks again on seeing it asks anew.
func (f *flights) work(q keyed, s *shared) flight.Work[*Result] {
	return func(ctx context.Context, landing *flight.Flight[*Result]) {
		defer f.forget(q.key, s)
		ctx = landing.Dated(ctx)
		res, err := q.answer(ctx, func() *loan { return f.lender(s) })
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

// answer looks into the store before anybody is asked.
func (q keyed) answer(ctx context.Context, lender func() *loan) (*Result, error) {
	if q.known != nil {
		if res, err := q.known(ctx); res != nil || err != nil {
			return res, err
		}
	}
	return q.ask(ctx, lender)
}

// lender is the first of the callers who wait, nil when all have left.
func (f *flights) lender(s *shared) *loan {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(s.loans) == 0 {
		return nil
	}
	return s.loans[0]
}

// leave reports whether the caller was the last, or the call has landed; one
// that has not is ended when the last has left. A newcomer then starts anew instead
// of joining an end.
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

// forget ends the time in which a call can be joined, and keeps nothing of what
// its callers gave.
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

// answer gives each caller a copy, so that none changes another's.
func (s *shared) answer(origin Origin) (*Result, error) {
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

// inOwnWords is the answer for the caller whose leaving ended the call: it was
// cancelled, but for this caller perhaps because a deadline passed.
func inOwnWords(ctx context.Context, s *shared, origin Origin) (*Result, error) {
	res, err := s.answer(origin)
	var e *Error
	if errors.As(err, &e) && e.Code == CodeCanceled && !errors.Is(ctx.Err(), context.Canceled) {
		return nil, e.endedBy(ctx)
	}
	return res, err
}

// askOnce asks a question with a key.
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

// longestRead is how long all media may take to be read for their digest.
const longestRead = 30 * time.Second

// timeToRead leaves a call most of its time, so that media that hang fail only the
// vendor that wants them.
func timeToRead(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(longestRead, time.Until(deadline)/3)
	}
	return longestRead
}
