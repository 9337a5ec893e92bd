package idverify_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestLimiter_HeadLeavesAndPassesItsTurnOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		l.join(t.Context(), 0)
		leave := l.leaver(1)
		l.join(t.Context(), 2)
		l.pass(90 * ms)
		leave()
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{2, 100 * ms, nil})
	})
}

func TestLimiter_LastToLeaveReturnsItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		l.join(t.Context(), 0)
		leaves := []func(){l.leaver(1), l.leaver(2)}
		l.pass(50 * ms)
		for _, leave := range leaves {
			leave()
		}
		l.pass(25 * ms)
		l.join(t.Context(), 3)
		l.pass(time.Second)
		l.join(t.Context(), 4)
		l.join(t.Context(), 5)
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{3, 100 * ms, nil}, entry{4, 1075 * ms, nil}, entry{5, 1175 * ms, nil})
	})
}

func TestLimiter_LateTurnIsReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine(t, 10, 0)
		l.join(t.Context(), 0)
		leave := l.leaver(1)
		idverify.LoseAlarm(l.limiter)
		l.pass(150 * ms)
		leave()
		l.join(t.Context(), 2)
		l.join(t.Context(), 3)
		l.pass(time.Second)
		l.wantAdmitted(entry{0, 0, nil}, entry{2, 150 * ms, nil}, entry{3, 250 * ms, nil})
	})
}

// held is a context whose caller is delayed just before it waits for the context.
type held struct {
	context.Context
	until chan struct{}
}

func (c held) Done() <-chan struct{} { <-c.until; return c.Context.Done() }

// A caller who leaves at the moment of being admitted either counts as admitted or
// passes the start on.
func TestLimiter_LeaveWhileBeingAdmitted(t *testing.T) {
	outcomes := map[bool]int{}
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			l := newLine(t, 10, 1)
			ctx, cancel := context.WithCancel(t.Context())
			until := make(chan struct{})
			l.join(held{ctx, until}, 0)
			l.join(t.Context(), 1)
			l.join(t.Context(), 2)
			cancel()
			close(until) // waiter 0 now finds itself both admitted and cancelled
			synctest.Wait()

			_, left := l.refused()[0]
			outcomes[left]++
			first := entry{1, 0, nil}
			if !left {
				first = entry{0, 0, nil}
			}
			l.wantAdmitted(first)
			l.end(first.caller)
			l.pass(time.Second)
			l.wantAdmitted(first, entry{first.caller + 1, 100 * ms, nil})
		})
	}
	assert.Len(t, outcomes, 2, "both happen")
}

func TestLimiter_LeaveWhileBeingAdmittedFreesPlace(t *testing.T) {
	for i := range 40 {
		synctest.Test(t, func(t *testing.T) {
			l := newLine(t, 0, 1)
			ctx, cancel := context.WithCancel(t.Context())
			until := make(chan struct{})
			l.join(held{ctx, until}, 0)
			someoneWaits := i%2 == 0
			if someoneWaits {
				l.join(t.Context(), 1)
			}
			cancel()
			close(until)
			synctest.Wait()
			if _, left := l.refused()[0]; !left {
				l.end(0)
			}
			if !someoneWaits {
				l.join(t.Context(), 1)
			}
			assert.Contains(t, l.admitted(), entry{1, 0, nil})
		})
	}
}

func TestLimiter_CancelledContextIsRefused(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 { // select picks at random, so a single run proves nothing
		release, err := limiterOf(t, 0, 0).Acquire(ctx)
		require.Equal(t, context.Canceled, err)
		assert.Nil(t, release)
	}
}
