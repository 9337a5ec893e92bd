package baiduv4_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// Holds P-PAY-6.
func TestTokenSource_HundredCallersFetchOneToken(t *testing.T) {
	bubble(t, func(t *testing.T) {
		open := make(gate)
		f := &fake{onFetch: open.fetch}
		c := newClient(t, f.into)
		var all outcomes
		all.start(t.Context(), c, 100)
		synctest.Wait()
		f.assertSeen(t, 1, 0)
		close(open)
		synctest.Wait()
		all.assert(t, 100, 0)
		f.assertSeen(t, 1, 100)
		verify(t, c)
		f.assertSeen(t, 1, 101, "the token is kept")
	})
}

func TestTokenSource_CancelDoesNotAffectOtherCallers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		open := make(gate)
		f := &fake{onFetch: open.fetch}
		c := newClient(t, f.into)
		ctx, cancel := context.WithCancel(t.Context())
		var first, others outcomes
		first.start(ctx, c, 1) // starts the fetch, and leaves
		synctest.Wait()
		others.start(t.Context(), c, 3)
		synctest.Wait()
		cancel()
		synctest.Wait()
		first.assert(t, 1, 1)
		others.assert(t, 0, 0)
		close(open)
		synctest.Wait()
		others.assert(t, 3, 0)
		f.assertSeen(t, 1, 3)
	})
}

func TestTokenSource_FetchEndsWhenAllCallersLeft(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ended := false
		f := &fake{}
		f.onFetch = func(ctx context.Context, n int) (answer, error) {
			if n > 3 {
				return tokenAnswer(n, month), nil
			}
			<-ctx.Done()
			ended = true
			return answer{}, ctx.Err()
		}
		c := newClient(t, f.into)
		begun := time.Now()
		for range 3 {
			ended = false
			ctx, cancel := context.WithCancel(t.Context())
			var all outcomes
			all.start(ctx, c, 5)
			synctest.Wait()
			assert.False(t, ended)
			cancel()
			synctest.Wait()
			all.assert(t, 5, 5)
			assert.True(t, ended)
		}
		verify(t, c) // a fetch that everybody left is no failure: no pause
		assert.Zero(t, time.Since(begun))
		f.assertSeen(t, 4, 1)
	})
}

func TestTokenSource_NewcomerDoesNotJoinAbandonedFetch(t *testing.T) {
	bubble(t, func(t *testing.T) {
		open := make(chan struct{})
		f := &fake{onFetch: func(_ context.Context, n int) (answer, error) {
			if n == 1 {
				<-open // deaf to its context
			}
			return tokenAnswer(n, month), nil
		}}
		c := newClient(t, f.into)
		ctx, cancel := context.WithCancel(t.Context())
		var left outcomes
		left.start(ctx, c, 1)
		synctest.Wait()
		cancel()
		synctest.Wait()
		left.assert(t, 1, 1)
		verify(t, c)
		f.assertSeen(t, 2, 1)
		close(open)
		synctest.Wait()
		verify(t, c)
		f.assertSeen(t, 2, 2)
		assert.Equal(t, []string{"TOKEN-MARK-2", "TOKEN-MARK-2"}, f.used(), "the token of the abandoned fetch replaces no other")
	})
}

// An abandoned fetch that ends late does not change the one now in progress.
func TestTokenSource_AbandonedFetchDoesNotAffectNextOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		deaf, open := make(chan struct{}), make(gate)
		f := &fake{onFetch: func(ctx context.Context, n int) (answer, error) {
			if n == 1 {
				<-deaf // to its context
				return answer{}, errors.New("down")
			}
			return tokenAnswer(n, month), open.pass(ctx)
		}}
		c := newClient(t, f.into)
		ctx, cancel := context.WithCancel(t.Context())
		var left, stayed outcomes
		left.start(ctx, c, 1)
		synctest.Wait()
		cancel()
		synctest.Wait()
		stayed.start(t.Context(), c, 1)
		synctest.Wait()
		close(deaf)
		synctest.Wait()
		stayed.start(t.Context(), c, 1)
		synctest.Wait()
		f.assertSeen(t, 2, 0, "they share the second fetch")
		close(open)
		synctest.Wait()
		stayed.assert(t, 2, 0)
	})
}

// leaving is a context that ends as soon as somebody waits for it, after running a
// function.
type leaving struct {
	context.Context
	meanwhile func()
	ended     chan struct{}
}

func (l *leaving) Done() <-chan struct{} {
	l.meanwhile()
	close(l.ended)
	return l.ended
}

func (l *leaving) Err() error {
	select {
	case <-l.ended:
		return context.Canceled
	default:
		return nil
	}
}

// A caller who leaves just as a fetch fails does not disturb the next fetch, which
// others have started by then. Which of the two the caller notices is random, so
// the test repeats.
func TestTokenSource_LateCancelDoesNotAffectNextFetch(t *testing.T) {
	for range 30 {
		bubble(t, func(t *testing.T) {
			first, second := make(gate), make(gate)
			f := &fake{onFetch: func(ctx context.Context, n int) (answer, error) {
				if n == 1 {
					_ = first.pass(ctx)
					return answer{}, errors.New("down")
				}
				return tokenAnswer(n, month), second.pass(ctx)
			}}
			c := newClient(t, f.into)
			var others outcomes
			late := &leaving{Context: t.Context(), ended: make(chan struct{}), meanwhile: func() {
				synctest.Wait()
				close(first) // it fails
				synctest.Wait()
				others.start(t.Context(), c, 1)
				synctest.Wait()
			}}
			_, err := c.Verify(late, request())
			require.Error(t, err)
			others.start(t.Context(), c, 1)
			synctest.Wait()
			f.assertSeen(t, 2, 0, "they share the second fetch")
			close(second)
			synctest.Wait()
			others.assert(t, 2, 0)
		})
	}
}

func TestTokenSource_RenewedInBackground(t *testing.T) {
	for _, test := range []struct {
		life, ahead time.Duration
	}{
		{30 * 24 * time.Hour, 24 * time.Hour},
		{1000 * time.Second, 100 * time.Second},
	} {
		bubble(t, func(t *testing.T) {
			open := make(gate)
			f := &fake{onFetch: func(ctx context.Context, n int) (answer, error) {
				if n == 1 {
					return tokenAnswer(1, int64(test.life.Seconds())), nil
				}
				return tokenAnswer(n, month), open.pass(ctx)
			}}
			c := newClient(t, f.into)
			verify(t, c)
			time.Sleep(test.life - test.ahead - time.Nanosecond)
			verify(t, c)
			synctest.Wait()
			f.assertSeen(t, 1, 2, "not due yet")
			time.Sleep(time.Nanosecond)
			ctx, cancel := context.WithCancel(t.Context())
			_, err := c.Verify(ctx, request())
			require.NoError(t, err)
			cancel() // the caller who started the renewal may leave
			synctest.Wait()
			verify(t, c)
			synctest.Wait()
			f.assertSeen(t, 2, 4, "one renewal, and nobody waits for it")
			close(open)
			synctest.Wait()
			verify(t, c)
			f.assertSeen(t, 2, 5)
			assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-1", "TOKEN-MARK-1", "TOKEN-MARK-1", "TOKEN-MARK-2"}, f.used())
		})
	}
}

func TestTokenSource_ExpiryMargin(t *testing.T) {
	for _, test := range []struct{ life, margin time.Duration }{
		{1000 * time.Second, 10 * time.Second},
		{100 * time.Second, 5 * time.Second},
	} {
		bubble(t, func(t *testing.T) {
			f := &fake{onFetch: func(_ context.Context, n int) (answer, error) {
				if n == 2 {
					return answer{}, errors.New("down") // the renewal ahead of expiry
				}
				return tokenAnswer(n, int64(test.life.Seconds())), nil
			}}
			c := newClient(t, f.into)
			verify(t, c)
			time.Sleep(test.life - test.margin - time.Nanosecond)
			verify(t, c)
			synctest.Wait()
			f.assertSeen(t, 2, 2, "served by the old one")
			time.Sleep(time.Nanosecond)
			verify(t, c)
			assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-1", "TOKEN-MARK-3"}, f.used())
		})
	}
}

func TestTokenSource_CallersJoinSlowRenewal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		open := make(gate)
		f := &fake{onFetch: func(ctx context.Context, n int) (answer, error) {
			if n == 1 {
				return tokenAnswer(1, 100), nil
			}
			return tokenAnswer(n, month), open.pass(ctx)
		}}
		c := newClient(t, f.into)
		verify(t, c)
		time.Sleep(94 * time.Second)
		verify(t, c) // sets the renewal off
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		var leaver, stayer outcomes
		leaver.start(ctx, c, 1)
		synctest.Wait()
		cancel()
		synctest.Wait()
		leaver.assert(t, 1, 1)
		stayer.start(t.Context(), c, 1)
		synctest.Wait()
		f.assertSeen(t, 2, 2)
		close(open)
		synctest.Wait()
		stayer.assert(t, 1, 0)
		f.assertSeen(t, 2, 3)
	})
}

// Holds P-LIVE-5.
func TestTokenSource_ManyCallersInEveryState(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &fake{}
		f.onFetch = func(_ context.Context, n int) (answer, error) {
			time.Sleep(time.Second)
			if n%5 == 3 {
				return answer{}, errors.New("down")
			}
			return tokenAnswer(n, 60), nil
		}
		f.onCall = func(_ context.Context, token string, n int) (answer, error) {
			time.Sleep(100 * time.Millisecond)
			if n%37 == 0 {
				return refusedWith("110"), nil
			}
			return success, nil
		}
		c := newClient(t, f.into)
		var callers sync.WaitGroup
		for i := range 40 {
			callers.Go(func() {
				for j := range 40 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(50+7*(i*j%300))*time.Millisecond)
					_, _ = c.Verify(ctx, request())
					cancel()
					time.Sleep(time.Duration(i*j%17) * time.Second)
				}
			})
		}
		callers.Wait()
		time.Sleep(time.Minute)
		_, calls := f.seen()
		assert.Positive(t, calls, fmt.Sprint(f.fetches))
	})
}

// renewing is a store with another process's newer token at every Load.
type renewing struct {
	given
	loads int
}

func (r *renewing) Load(context.Context, string) (baiduv4.Token, bool, error) {
	r.loads++
	return baiduv4.NewToken("EXAMPLE-"+strconv.Itoa(r.loads), time.Now().Add(time.Duration(r.loads)*time.Hour)), true, nil
}

func TestTokenSource_CallEndsAfterThreeRefusedTokens(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
			if n > 9 {
				return success, nil
			}
			return refusedWith("110"), nil
		}}
		assert.Equal(t, idverify.CodeUnauthorized, verifyFails(t, newClient(t, f.into, keptIn(new(renewing)))).Code)
		f.assertSeen(t, 0, 3)
	})
}
