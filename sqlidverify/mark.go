package sqlidverify

import (
	"context"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// marks are changes of rows that are not in the table yet: rows whose result the loop
// was given, and rows that were reserved and not used.
type marks struct {
	done, back, later []string
	since             time.Time // of the first
}

func (m marks) count() int { return len(m.done) + len(m.back) + len(m.later) }

const (
	// Marks are written together, after this time or at this number.
	markTime = time.Second
	mostMark = 100
)

// hand gives a result to the loop and notes the row's new state. When the loop is left,
// it first stops the wait for further rows, because batch.Run waits for that to end.
func (w *Work) hand(r batch.Result, yield func(batch.Result) bool) (more bool) {
	defer func() {
		if !more {
			w.stop()
		}
	}()
	more = yield(r)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(r)
	if r.JournalErr != nil { // batch.Run begins no further row
		w.stop()
	}
	if w.err == nil && (w.marks.count() >= mostMark || time.Since(w.marks.since) > markTime) {
		if err := w.write(w.ctx); err != nil {
			w.err = err
			w.stop()
		}
	}
	return more
}

// note keeps the row's new state for the next write.
func (w *Work) note(r batch.Result) {
	key := w.given[r.Index]
	delete(w.given, r.Index)
	if w.marks.count() == 0 {
		w.marks.since = time.Now()
	}
	switch {
	case r.Taken:
		w.marks.later = append(w.marks.later, key)
	case wasStopped(r):
		w.marks.back = append(w.marks.back, key)
	default:
		w.marks.done = append(w.marks.done, key)
	}
}

// wasStopped reports whether a row was not sent because the run or its caller had to
// stop. Such a row goes back to the queue.
func wasStopped(r batch.Result) bool {
	e, ok := r.Err.(*idverify.Error)
	if !ok || r.Resumed || e.Delivery != idverify.DeliveryNotSent {
		return false
	}
	return r.JournalErr != nil || e.Code == idverify.CodeCanceled || e.Code == idverify.CodeTimeout
}

// write writes the marks to the table, even if the caller has left.
func (w *Work) write(ctx context.Context) error {
	q, m := w.queue, w.marks
	if m.count() == 0 {
		return nil
	}
	p := forBatches
	if ctx.Err() != nil || w.err != nil {
		p = forLeaving
	}
	ctx = context.WithoutCancel(ctx)
	if err := q.each(ctx, p, "mark", m.done, doneRows, q.o.Name); err != nil {
		return err
	}
	if err := q.each(ctx, p, "mark", m.back, backRows, q.o.Name, w.worker); err != nil {
		return err
	}
	if err := q.each(ctx, p, "mark", m.later, laterRows, micros(q.o.Reservation/12), q.o.Name, w.worker); err != nil {
		return err
	}
	for _, keys := range [][]string{m.done, m.back, m.later} {
		for _, key := range keys {
			delete(w.held, key)
		}
	}
	w.marks = marks{}
	return nil
}

// giveBack marks rows that were reserved and not given to batch.Run.
func (w *Work) giveBack(keys []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.marks.back = append(w.marks.back, keys...)
}

// leave writes the last marks when the work has ended. Rows without a result go back to
// the queue: the journal knows which of them were sent.
func (w *Work) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range w.given {
		w.marks.back = append(w.marks.back, key)
	}
	if err := w.write(w.ctx); err != nil && w.err == nil && w.ctx.Err() == nil {
		w.err = err
	}
}
