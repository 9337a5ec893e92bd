package idverify

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/idverify/idverify/internal/redact"
)

// BatchItem is one row of a [Batch].
type BatchItem struct {
	// Key is your own name for the row: the same in every run, different for
	// every row. A [Journal] knows the row by it, and it is printed, so it must
	// say nothing of the person: at most 64 letters, digits and . _ - :
	// It stands for the question: a row whose name, number or picture you
	// changed after it was answered needs a new key; [WithPersonBinding] sees to
	// name and number. Required with a journal, and otherwise only handed
	// through.
	Key     string
	Request *Request
}

// BatchResult is what became of one row.
type BatchResult struct {
	// Index counts the rows as they came in, from 0.
	Index int
	// Key is the row's, as it was given; empty when it was refused.
	Key string
	// Result and Err are what [Verifier.Verify] returned: one of the two.
	Result *Result
	Err    error
	// Resumed says that the journal knew the row: nothing was sent. Reply, Err
	// and VendorMessage of the original Result or Error are not kept.
	Resumed bool
	// JournalErr is the journal's failure, after which no further row is sent.
	// If the row could not be begun, Err says that it was not sent; if its
	// answer could not be written down, Result and Err hold the answer, and the
	// next run will take the row for one that was in flight.
	JournalErr error
}

// Batch verifies many rows, some at a time, and gives each result as it
// finishes: not in the order of the rows. It fails with CodeInvalidConfig,
// naming the field, before anything is pulled or sent.
//
//	results, err := idverify.Batch(ctx, client, rows, idverify.WithJournal(journal))
//	…
//	for r := range results {
//		if r.Result.Passed() { … }
//	}
//
// Rows are pulled by one goroutine, and only when one can be sent: at no time
// are more rows pulled and not yet handed to the loop than are allowed under
// way. A loop that is slow holds back the calls. A bad row fails by itself.
//
// There are three ways to stop, and after each no goroutine and no call is left
// when the loop is:
//
//   - rows ends: the calls in flight finish and are reported. This is how to
//     stop early without losing an answer that was paid for: have the iterator
//     end when you want to stop.
//   - ctx is done: no further row is pulled, the calls in flight are cancelled
//     and reported, many of them as ambiguous.
//   - The loop is left by break, return or panic: no further row is pulled. With
//     a journal the calls in flight are waited for, so that it holds their
//     answers; without one nobody could read them, and they are cancelled.
//
// Batch waits for rows to return in every case; an iterator that can block
// should end with ctx. After a panic in it, or in v, no further row is begun, the
// calls in flight finish and are reported, and then it is raised in the loop's
// goroutine.
//
// What Batch returns can be ranged over once; a second time it yields nothing,
// because every call costs.
func Batch(ctx context.Context, v Verifier, rows iter.Seq[BatchItem], opts ...BatchOption) (iter.Seq[BatchResult], error) {
	b := &batch{verifier: v, concurrency: defaultConcurrency}
	for _, opt := range opts {
		if opt == nil {
			return nil, misconfigured("opts", "an option is nil")
		}
		if err := opt(b); err != nil {
			return nil, err
		}
	}
	switch {
	case v == nil:
		return nil, misconfigured("v", "the verifier is nil")
	case rows == nil:
		return nil, misconfigured("rows", "the rows are nil")
	case b.repeat != nil && b.journal == nil:
		return nil, misconfigured("WithRepeat", "there is nothing to repeat without a journal")
	}
	var used atomic.Bool
	return func(yield func(BatchResult) bool) {
		if !used.Swap(true) {
			b.run(ctx, rows, yield)
		}
	}, nil
}

const defaultConcurrency = 8

// batch is what stays the same during a run.
type batch struct {
	verifier    Verifier
	concurrency int
	total       int
	progress    func(Progress)
	journal     Journal
	repeat      func(key string, err *Error) bool
	binding     redact.Secret // binds the journal's keys to persons, when it is given
}

// batchRun is one run: a goroutine that pulls rows, one for each row under way,
// and the loop's own, which receives.
type batchRun struct {
	*batch
	calls   context.Context // what the calls are given
	pulling context.Context // done when no further row may be begun
	stop    context.CancelFunc
	slots   chan struct{} // one for each row pulled and not handed over
	results chan BatchResult
	seen    map[string]bool // the keys so far; the puller's

	raise     func() // a panic or Goexit to repeat in the loop's goroutine
	raiseOnce sync.Once
}

func (b *batch) run(ctx context.Context, rows iter.Seq[BatchItem], yield func(BatchResult) bool) {
	calls, cancel := context.WithCancel(ctx)
	defer cancel()
	pulling, stop := context.WithCancel(calls)
	r := &batchRun{
		batch: b, calls: calls, pulling: pulling, stop: stop,
		slots: make(chan struct{}, b.concurrency), results: make(chan BatchResult), seen: map[string]bool{},
	}
	leave := func() {
		stop()
		if b.journal == nil {
			cancel()
		}
		for range r.results { // what is still in flight
		}
	}
	defer leave() // for a loop that panics
	meter := newMeter(b.total)
	go r.pull(rows)
	for res := range r.results {
		if b.progress != nil {
			b.progress(meter.count(res))
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

// pull begins each row as soon as there is room for it. It takes the room
// before it pulls, so that no row waits in memory.
func (r *batchRun) pull(rows iter.Seq[BatchItem]) {
	var under sync.WaitGroup
	defer close(r.results)
	defer under.Wait()
	r.guard(func() {
		if !r.room() {
			return
		}
		var count int
		for item := range rows {
			index, refusal := count, r.refuse(item)
			under.Go(func() {
				defer func() { <-r.slots }()
				r.guard(func() { r.results <- r.row(index, item, refusal) })
			})
			if count++; !r.room() {
				return
			}
		}
	})
}

func (r *batchRun) room() bool {
	select {
	case r.slots <- struct{}{}:
		return r.pulling.Err() == nil
	case <-r.pulling.Done():
		return false
	}
}

// guard carries a panic, or the end of the goroutine, over to the loop.
func (r *batchRun) guard(f func()) {
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

// refuse finds a row that cannot be sent, or that the journal could not keep.
func (r *batchRun) refuse(item BatchItem) error {
	if r.journal == nil {
		return nil // the verifier says what it refuses
	}
	subject, err := item.Request.Subject()
	if err == nil {
		err = item.Request.Validate()
	}
	if err != nil {
		return err
	}
	if item.Key == "" {
		return refused(CodeInvalidRequest, keyField, "a row without a key cannot be found again in the journal")
	}
	if err := checkID(keyField, item.Key, subject.IDNumber()); err != nil {
		return err
	}
	if r.seen[item.Key] {
		return refused(CodeInvalidRequest, keyField, "two rows have this key")
	}
	r.seen[item.Key] = true
	return nil
}

const keyField = "BatchItem.Key"

// row takes one row from the question to the answer.
func (r *batchRun) row(index int, item BatchItem, refusal error) BatchResult {
	out := BatchResult{Index: index, Key: item.Key}
	switch {
	case refusal != nil:
		out.Err = refusal
		var e *Error
		if errors.As(refusal, &e) && e.Field == keyField {
			out.Key = "" // it may be what it was refused for
		}
	case r.pulling.Err() != nil:
		out.Err = r.notBegun()
	case r.journal == nil:
		r.ask(&out, item)
	default:
		r.askOnce(&out, item)
	}
	return out
}

func (r *batchRun) ask(out *BatchResult, item BatchItem) (entry JournalEntry) {
	res, err := r.verifier.Verify(r.calls, item.Request)
	entry.Result, entry.Err = settle("", res, err)
	out.take(entry)
	return entry
}

// take sets Result or Err. A nil *Error must not become an error.
func (out *BatchResult) take(entry JournalEntry) {
	out.Result = entry.Result
	if entry.Err != nil {
		out.Err = entry.Err
	}
}

// askOnce asks only if the journal knows of no call that may have been paid for.
func (r *batchRun) askOnce(out *BatchResult, item BatchItem) {
	key := r.journalKey(item)
	known, err := r.journal.Load(r.calls, key)
	if err != nil {
		r.unjournaled(out, err)
		return
	}
	if known.InFlight {
		known.Err = inFlight(item.Key)
	}
	if known.Result != nil || known.Err != nil && !r.free(item.Key, known.Err) {
		out.take(known)
		out.Resumed = true
		return
	}
	if err := r.journal.Begin(r.calls, key); err != nil {
		r.unjournaled(out, err)
		return
	}
	answer := r.ask(out, item)
	// What was paid for is written down even though the caller has left.
	if err := r.journal.Finish(context.WithoutCancel(r.calls), key, answer); err != nil {
		out.JournalErr = err
		r.stop()
	}
}

// journalKey is the row's key, with a pseudonym of its person behind it when
// the run binds the two. The request was found valid before.
func (r *batchRun) journalKey(item BatchItem) string {
	subject, err := item.Request.Subject()
	if r.binding.Reveal() == "" || err != nil {
		return item.Key
	}
	return item.Key + ":" + fingerprint(r.binding, item.Key, subject.Name(), subject.IDNumber())[:32]
}

// free reports whether a row that ended so may be sent again.
func (r *batchRun) free(key string, e *Error) bool {
	return !mayHaveCost(e) || r.repeat != nil && r.repeat(key, e)
}

// unjournaled ends a row that must not be sent because that could not be
// written down, and the run with it.
func (r *batchRun) unjournaled(out *BatchResult, err error) {
	if r.calls.Err() != nil { // the journal gave up because the caller did
		out.Err = r.notBegun()
		return
	}
	r.stop()
	out.Err, out.JournalErr = misconfiguredBy("Journal", "the journal failed, and without it nothing is sent", err), err
}

// notBegun is the error of a row that was pulled when the run had to stop.
func (r *batchRun) notBegun() *Error {
	if r.calls.Err() != nil {
		return left(r.calls, "", "")
	}
	return unsent(CodeCanceled, "", "the run was stopped before the row was sent", nil)
}
