package sqlidverify

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// RunOptions are the options of [Queue.Run]. Secret and Load are required.
type RunOptions struct {
	// Secret is that of [batch.WithJournal], the same on all machines.
	Secret []byte
	// Load makes requests for rows, of at most 200 keys, in any order; the key of a
	// request is its IdempotencyKey. A row for which there is none is reported with
	// CodeInvalidName. An error ends the work.
	Load func(ctx context.Context, keys []string) ([]*idverify.Request, error)
	// Batch are further options of [batch.Run].
	Batch []batch.Option
}

// Work is what one machine does of a batch.
type Work struct {
	queue   *Queue
	load    func(ctx context.Context, keys []string) ([]*idverify.Request, error)
	ctx     context.Context // of the caller
	results iter.Seq[batch.Result]
	worker  string
	used    atomic.Bool

	pulling context.Context // done when no further row may be given out
	stop    context.CancelFunc

	mu    sync.Mutex
	held  map[string]struct{} // reserved, and not marked
	given map[int]string      // handed to batch.Run, by index
	count int
	marks marks
	err   error
}

// reserveGrace is how long a reservation that is under way may go on when the work ends:
// if it were cut off, its rows might stay reserved with nobody to give them back.
const reserveGrace = time.Second

// outliving returns a context that ends some time after another one.
func outliving(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return own, func() {
		stop()
		cancel()
	}
}

// While other machines have the last rows, the queue is checked again after these waits.
const firstPoll, lastPoll = 50 * time.Millisecond, time.Second

// Run is [batch.Run] for the rows of the queue, with its journal: on every machine that
// should work, until no row is waiting or reserved. It fails as batch.Run does, and with
// the field "Load".
//
//	work, err := queue.Run(ctx, client, sqlidverify.RunOptions{Secret: secret, Load: load})
//	…
//	for r := range work.Results() { … }
//	if err := work.Err(); err != nil { … }
//
// A row is done once the loop has been given its result. One that is Taken, or that was
// not sent because the run had to stop, returns to the queue: those are reported by
// somebody later. A result that a machine was given and did not get to mark, because it
// was killed, is reported once more, from the journal.
//
// Rows of a machine that died go to others when their Reservation is over. Those that
// it had begun are Taken until their Hold is over, and reported then as interrupted.
func (q *Queue) Run(ctx context.Context, v idverify.Verifier, o RunOptions) (*Work, error) {
	if q.store == nil {
		return nil, errUnmade
	}
	if o.Load == nil {
		return nil, misconfigured("Load", "the function is nil")
	}
	journal, err := NewJournal(q.store.db, q.store.d, JournalOptions{Name: q.o.Name, Hold: q.o.Hold, OnStore: q.o.OnStore})
	if err != nil {
		return nil, err
	}
	w := &Work{queue: q, load: o.Load, ctx: ctx, worker: newHolder(), held: map[string]struct{}{}, given: map[int]string{}}
	opts := append(append([]batch.Option{}, o.Batch...), batch.WithJournal(journal, o.Secret))
	if w.results, err = batch.Run(ctx, v, w.requests, opts...); err != nil {
		return nil, err
	}
	return w, nil
}

// Results gives the results, as batch.Run does. It can be ranged over once.
func (w *Work) Results() iter.Seq[batch.Result] {
	return func(yield func(batch.Result) bool) {
		if w.used.Swap(true) {
			return
		}
		if w.queue == nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.err = errUnmade
			return
		}
		w.pulling, w.stop = context.WithCancel(w.ctx)
		defer w.stop()
		defer w.leave()
		for r := range w.results {
			if !w.hand(r, yield) {
				return
			}
		}
	}
}

// Err is why the queue ended the work before the batch was over: the database failed, or
// Load did. It is nil when the batch is over, and when the caller has stopped the work.
func (w *Work) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// loadError wraps an error of Load, whose text may contain personal data.
type loadError struct{ cause error }

func (e *loadError) Error() string { return "sqlidverify: Load failed" }
func (e *loadError) Unwrap() error { return e.cause }

var errOtherRows = errors.New("sqlidverify: Load gave a row that it was not asked for, or one row twice")

func (w *Work) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && w.err == nil && w.ctx.Err() == nil {
		w.err = err
	}
	w.stop()
}

// requests are the rows for batch.Run.
func (w *Work) requests(yield func(*idverify.Request) bool) {
	for n, wait := firstBlock, firstPoll; ; {
		began := time.Now()
		keys, isOver, err := w.reserve(n)
		switch {
		case err != nil:
			w.fail(err)
			return
		case isOver:
			return
		case len(keys) == 0:
			if !pause(w.pulling, wait/2+rand.N(wait/2)) {
				return
			}
			wait = min(2*wait, lastPoll)
			continue
		}
		wait = firstPoll
		given, more := w.give(keys, began, yield)
		if !more {
			return
		}
		n = nextBlock(given, time.Since(began))
	}
}

// reserve writes the marks and reserves the next block.
func (w *Work) reserve(n int) (keys []string, isOver bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.pulling.Err(); err != nil {
		return nil, true, nil
	}
	if err := w.write(w.ctx); err != nil {
		return nil, false, err
	}
	ctx, cancel := outliving(w.pulling, reserveGrace)
	defer cancel()
	keys, isOver, err = w.queue.reserve(ctx, w.worker, n, w.held)
	if w.pulling.Err() != nil { // the work has ended meanwhile
		w.marks.back = append(w.marks.back, keys...)
		return nil, true, nil
	}
	for _, key := range keys {
		w.held[key] = struct{}{}
	}
	return keys, isOver, err
}

// give hands the rows of a block to batch.Run, as long as they are reserved. The others go
// back to the queue.
func (w *Work) give(keys []string, began time.Time, yield func(*idverify.Request) bool) (given int, more bool) {
	defer func() { w.giveBack(keys[given:]) }()
	requests, err := w.loaded(keys)
	if err != nil {
		w.fail(err)
		return 0, false
	}
	for i, req := range requests {
		if time.Since(began) > w.queue.o.Reservation*5/6 {
			return given, true
		}
		w.hands(keys[i])
		given++
		if !yield(req) || w.pulling.Err() != nil {
			return given, false
		}
	}
	return given, true
}

// hands notes which row batch.Run gets next. The result alone does not say it when the
// key must not be printed.
func (w *Work) hands(key string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given[w.count] = key
	w.count++
}

// loaded are the requests of a block, in its order.
func (w *Work) loaded(keys []string) ([]*idverify.Request, error) {
	all, err := w.load(w.pulling, append([]string{}, keys...))
	if err != nil {
		return nil, &loadError{err}
	}
	byKey := make(map[string]*idverify.Request, len(keys))
	for _, key := range keys {
		byKey[key] = nil
	}
	for _, req := range all {
		if req == nil {
			continue
		}
		if other, asked := byKey[req.IdempotencyKey]; !asked || other != nil {
			return nil, errOtherRows
		}
		byKey[req.IdempotencyKey] = req
	}
	requests := make([]*idverify.Request, len(keys))
	for i, key := range keys {
		if requests[i] = byKey[key]; requests[i] == nil {
			requests[i] = &idverify.Request{IdempotencyKey: key}
		}
	}
	return requests, nil
}
