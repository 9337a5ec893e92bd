package batch

import (
	"context"
	"iter"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/idverify/idverify"
)

// Run verifies many rows concurrently, and yields each result as it finishes, not
// in the order of the rows. It fails with CodeInvalidConfig, naming the field,
// before anything is pulled or sent.
//
// A row is a request whose IdempotencyKey is your own name for the row; see
// [Result] and [WithJournal]. Each request and its list of evidence are copied when
// the row is pulled, so that the iterator may use one Request again for the next
// row. What the evidence refers to, such as the slice of [idverify.Bytes], must not
// change before the loop has got the row's result. The key is not passed on to a
// verifier whose method KeepsAnswers returns false, such as an [idverify.Client]
// without a store: it would only make the client read the evidence once more.
//
// One goroutine pulls the rows, and only when one can be sent: the number of rows
// that are pulled and not yet yielded never exceeds the concurrency. A slow loop
// therefore slows down the calls. A bad row fails alone.
//
// There are four ways to stop. After each, no goroutine and no call is left when
// the loop has ended:
//
//   - rows ends: the calls in flight finish and are reported.
//   - ctx ends: no further row is pulled or begun. The calls in flight have the
//     grace of [WithGrace] to finish, and are reported. They see the values of
//     ctx, and its deadline plus the grace. A row that was pulled and not begun is
//     reported with CodeCanceled, or CodeTimeout, as not sent.
//   - The context of [WithAbort] ends: the calls in flight are cancelled and
//     reported, many of them as ambiguous.
//   - The loop is left by break, return or panic: no further row is pulled. With
//     a journal Run waits for the calls in flight, as above, so that it holds
//     their answers; without one nobody could read them, and they are cancelled.
//
// In every case Run waits for rows to return; an iterator that can block should end
// with ctx. After a panic in rows or in v, no further row is begun, the calls in
// flight finish and are reported, and the panic is then raised in the loop's
// goroutine.
//
// The returned sequence can be ranged over once; a second time it yields nothing,
// because every call costs money.
func Run(ctx context.Context, v idverify.Verifier, rows iter.Seq[*idverify.Request], opts ...Option) (iter.Seq[Result], error) {
	s := settings{concurrency: defaultConcurrency, grace: defaultGrace}
	for _, opt := range opts {
		if opt == nil {
			return nil, misconfigured("opts", "an option is nil", nil)
		}
		if err := opt(&s); err != nil {
			return nil, err
		}
	}
	switch {
	case isNil(v):
		return nil, misconfigured("v", "the verifier is nil", nil)
	case rows == nil:
		return nil, misconfigured("rows", "the rows are nil", nil)
	case s.journal == nil && s.repeat != nil:
		return nil, misconfigured("WithRepeat", "there is nothing to repeat without a journal", nil)
	case s.journal == nil && s.evidence:
		return nil, misconfigured("WithEvidenceBinding", "there is nothing to bind without a journal", nil)
	}
	s.binding.evidence = s.evidence
	var used atomic.Bool
	return func(yield func(Result) bool) {
		if !used.Swap(true) {
			newRun(ctx, v, &s).loop(rows, yield)
		}
	}, nil
}

// isNil also detects a nil pointer in the interface, such as a constructor returns
// beside an error that the caller ignored.
func isNil(x any) bool {
	v := reflect.ValueOf(x)
	return x == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// run is the state of one run: a goroutine pulls rows, one goroutine runs each row
// in flight, one watches for the end, and the loop's own receives.
type run struct {
	*settings
	verifier idverify.Verifier
	dropKeys bool // the verifier does not use keys

	ctx     context.Context // the caller's
	calls   context.Context // what the calls get
	cancel  context.CancelFunc
	pulling context.Context // ends when no further row may be begun
	stop    context.CancelFunc

	slots   chan struct{} // one for each row pulled and not yet yielded
	results chan Result
	seen    map[rowID]struct{} // the keys so far, nil when they are unique by themselves; used only by the puller
	refusal error              // why the journal refused the run

	raise     func() // a panic or Goexit to repeat in the loop's goroutine
	raiseOnce sync.Once
}

func newRun(ctx context.Context, v idverify.Verifier, s *settings) *run {
	r := &run{settings: s, verifier: v, ctx: ctx, slots: make(chan struct{}, s.concurrency), results: make(chan Result)}
	r.calls, r.cancel = s.forCalls(ctx)
	r.pulling, r.stop = context.WithCancel(ctx)
	if keeper, ok := v.(interface{ KeepsAnswers() bool }); ok {
		r.dropKeys = !keeper.KeepsAnswers()
	}
	return r
}

func (r *run) loop(rows iter.Seq[*idverify.Request], yield func(Result) bool) {
	var watching sync.WaitGroup
	watching.Go(r.watch)
	defer watching.Wait()
	defer r.cancel()
	defer r.stop()

	defer r.beginJournal()()
	leave := func() {
		r.stop()
		if r.journal == nil {
			r.cancel()
		}
		for range r.results { // drain what is still in flight
		}
	}
	defer leave() // also for a loop that panics
	meter := newMeter(r.total)
	go r.pull(rows)
	for res := range r.results {
		if r.progress != nil {
			r.progress(meter.count(res))
		}
		if !yield(res) {
			break
		}
	}
	leave()
	if r.raise != nil {
		r.raise()
	}
}

// beginJournal announces the run to the journal. end tells the journal that the run
// is over.
func (r *run) beginJournal() (end func()) {
	end = func() {}
	if j, ok := r.journal.(RunJournal); ok {
		ended, err := j.BeginRun(r.calls, r.binding.id())
		if r.refusal = err; err == nil && ended != nil {
			end = ended
		}
	}
	_, shared := r.journal.(SharedJournal)
	if j, ok := r.journal.(UniqueKeyJournal); r.journal != nil && !shared && !(ok && j.UniqueKeys()) {
		r.seen = map[rowID]struct{}{}
	}
	return end
}

// pull begins each row as soon as there is a free slot. It takes the slot before it
// pulls, so that no row waits in memory.
func (r *run) pull(rows iter.Seq[*idverify.Request]) {
	var under sync.WaitGroup
	defer close(r.results)
	defer under.Wait()
	r.guard(func() {
		if !r.room() {
			return
		}
		var count int
		for req := range rows {
			row := r.row(count, req)
			under.Go(func() {
				defer func() { <-r.slots }()
				r.guard(func() { r.results <- r.verify(row) })
			})
			if count++; !r.room() {
				return
			}
		}
	})
}

// isStopping reports whether no further row may be begun. What ends with the caller's
// context does not end at one moment: the calls may end before pulling does.
func (r *run) isStopping() bool {
	return r.ctx.Err() != nil || r.pulling.Err() != nil || r.calls.Err() != nil
}

func (r *run) room() bool {
	select {
	case r.slots <- struct{}{}:
		return !r.isStopping()
	case <-r.pulling.Done():
		return false
	}
}

// guard passes a panic, or the end of the goroutine, on to the loop.
func (r *run) guard(f func()) {
	returned := false
	defer func() {
		if returned {
			return
		}
		raise := runtime.Goexit
		if v := recover(); v != nil {
			raise = func() { panic(v) }
		}
		r.raiseOnce.Do(func() { r.raise = raise })
		r.stop()
	}()
	f()
	returned = true
}
