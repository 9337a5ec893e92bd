// Package aside runs a call to the user's store in a goroutine of its own, so that a
// slow store, or one that ignores its context, blocks no caller. Media are read in
// the same way, because a file system can hang.
package aside

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Most is how many questions to one store may still run after their callers stopped
// waiting. At that number the store is not asked again until one of them ends.
const Most = 64

// MostAtOnce is how many questions to one store run at the same time. Further ones
// wait for their turn, and the wait counts towards their limit. At most this many can
// be left behind when all of them start before the first caller gives up.
const MostAtOnce = 1024

// ErrBusy says that the store was not asked, because too many earlier questions
// still wait for it.
var ErrBusy = errors.New("idverify: too many earlier questions still wait for the store")

// errGone says that the store ended the goroutine instead of answering.
var errGone = errors.New("idverify: the store gave no answer")

// Desk counts the questions to one store. The zero Desk is ready. It is safe for
// concurrent use.
type Desk struct {
	leftBehind atomic.Int64
	once       sync.Once
	underWay   chan struct{} // one for each question, those left behind included
}

// begin waits for a question's turn, until ctx ends.
func (d *Desk) begin(ctx context.Context) error {
	d.once.Do(func() { d.underWay = make(chan struct{}, MostAtOnce) })
	select {
	case d.underWay <- struct{}{}:
		return nil
	default:
	}
	select {
	case d.underWay <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *Desk) end() { <-d.underWay }

// LeftBehind is how many questions still run after their callers left.
func (d *Desk) LeftBehind() int { return int(d.leftBehind.Load()) }

type answer[T any] struct {
	value    T
	err      error
	panicked any
}

// Ask runs a question for at most limit. The question's context has that limit and
// ends with ctx. When it ends, Ask returns its error at once, even if the store
// ignores its context. A panic of the store is raised again in the caller, or dropped
// if the caller has left.
func Ask[T any](ctx context.Context, d *Desk, limit time.Duration, question func(context.Context) (T, error)) (T, error) {
	var none T
	if d.leftBehind.Load() >= Most {
		return none, ErrBusy
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	if err := d.begin(bounded); err != nil {
		cancel()
		return none, err
	}
	answered := make(chan answer[T], 1)
	var gone atomic.Bool
	go func() {
		defer cancel()
		defer d.end()
		got := answer[T]{err: errGone}
		defer func() {
			if r := recover(); r != nil {
				got.panicked = r
			}
			answered <- got
			if !gone.CompareAndSwap(false, true) { // the caller left first
				d.leftBehind.Add(-1)
			}
		}()
		value, err := question(bounded)
		got = answer[T]{value: value, err: err}
	}()
	select {
	case got := <-answered:
		return got.open()
	case <-bounded.Done():
	}
	if err := bounded.Err(); gone.CompareAndSwap(false, true) {
		d.leftBehind.Add(1)
		return none, err
	}
	return (<-answered).open() // the answer came at the last moment
}

func (a answer[T]) open() (T, error) {
	if a.panicked != nil {
		panic(a.panicked)
	}
	return a.value, a.err
}
