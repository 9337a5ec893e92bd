package idverifytest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/idverify/idverify"
)

// valve is a limiter whose tickets fall into a bucket one after another, where a
// goroutine for each caller takes the oldest. wrong is what it does wrong, empty for a
// right limiter.
type valve struct {
	wrong string
	rate  idverify.Rate
	*valveLine
	mu    sync.Mutex
	queue []chan struct{} // of the callers, in order of arrival
	seats int             // in use
}

// valveLine is what the limiters of one name share.
type valveLine struct {
	mu   sync.Mutex
	next time.Time // of the next ticket
}

func (v *valve) interval() time.Duration {
	return time.Duration(float64(time.Second) / v.rate.PerSecond)
}

// due is when the next ticket falls. take takes it, if it has fallen.
func (v *valve) due(take bool) time.Time {
	v.valveLine.mu.Lock()
	defer v.valveLine.mu.Unlock()
	now := time.Now()
	oldest := now
	if v.wrong == "saves up five tickets" {
		oldest = now.Add(-5 * v.interval())
	}
	due := v.next
	if due.Before(oldest) {
		due = oldest
	}
	if take && !due.After(now) {
		v.next = due.Add(v.interval())
	}
	return due
}

func (v *valve) Acquire(ctx context.Context) (func(), error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	turn := make(chan struct{})
	v.mu.Lock()
	wait := time.Until(v.due(false).Add(time.Duration(len(v.queue)) * v.interval()))
	deadline, limited := ctx.Deadline()
	left := time.Until(deadline)
	if v.wrong == "refuses callers with less than three times the wait" {
		left /= 3
	}
	if limited && wait > 0 && wait >= left {
		v.mu.Unlock()
		return nil, idverify.ErrOverOwnLimit
	}
	if v.queue = append(v.queue, turn); len(v.queue) == 1 {
		close(turn)
	}
	v.mu.Unlock()
	defer v.leave(turn)
	select {
	case <-turn: // this caller is the first in the queue
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	steps := []func(context.Context) error{v.seat, v.ticket}
	if v.wrong == "takes the ticket before the seat" {
		steps = []func(context.Context) error{v.ticket, v.leaveEarly(turn), v.seat}
	}
	for i, step := range steps {
		if err := step(ctx); err != nil {
			if i > 0 {
				v.stand()
			}
			return nil, err
		}
	}
	return sync.OnceFunc(v.stand), nil
}

// leaveEarly lets the next caller take a ticket while this one waits for a seat.
func (v *valve) leaveEarly(turn chan struct{}) func(context.Context) error {
	return func(context.Context) error {
		v.leave(turn)
		return nil
	}
}

// seat waits until a place in flight is free.
func (v *valve) seat(ctx context.Context) error {
	for {
		v.mu.Lock()
		free := v.rate.InFlight == 0 || v.seats < v.rate.InFlight
		if free && v.wrong != "looks for a seat and sits down later" {
			v.seats++
		}
		v.mu.Unlock()
		if free {
			if v.wrong == "looks for a seat and sits down later" {
				go func() {
					time.Sleep(30 * time.Millisecond)
					v.mu.Lock()
					v.seats++
					v.mu.Unlock()
				}()
			}
			return nil
		}
		if err := nap(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

func (v *valve) stand() {
	if v.wrong == "looks for a seat and sits down later" {
		time.Sleep(30 * time.Millisecond)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seats--
}

// ticket waits for a ticket, and takes it when it has fallen.
func (v *valve) ticket(ctx context.Context) error {
	for {
		wait := time.Until(v.due(true))
		if wait <= 0 {
			return nil
		}
		if err := nap(ctx, wait); err != nil {
			return err
		}
	}
}

func (v *valve) leave(turn chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	at := slices.Index(v.queue, turn)
	if at < 0 {
		return
	}
	v.queue = slices.Delete(v.queue, at, at+1)
	if at == 0 && len(v.queue) > 0 {
		close(v.queue[0])
	}
}

func nap(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func valveHarness(wrong string) LimiterHarness {
	lines := map[string]*valveLine{}
	return LimiterHarness{StoreSetting: bubble, New: func(_ testing.TB, name string, r idverify.Rate) idverify.Limiter {
		if lines[name] == nil {
			lines[name] = new(valveLine)
		}
		return &valve{wrong: wrong, rate: r, valveLine: lines[name]}
	}}
}

func TestTestLimiter_AcceptsLimiterOfTickets(t *testing.T) { TestLimiter(t, valveHarness("")) }

func subtlyWrongLimiters() []wrong {
	return wrongs(map[string][]string{
		"saves up no starts while nobody calls":            {"saves up five tickets"},
		"saves up no starts while all places are taken":    {"takes the ticket before the seat"},
		"never has more calls in flight than it may":       {"looks for a seat and sits down later"},
		"admits a call that can start before its deadline": {"refuses callers with less than three times the wait"},
	}, func(wrong string) []storeRule { return valveHarness(wrong).rules() })
}
