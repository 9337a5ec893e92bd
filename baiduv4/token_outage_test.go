package baiduv4_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

func failing(f *fake, down *bool, seconds int64) {
	f.onFetch = func(_ context.Context, n int) (answer, error) {
		if *down {
			return answer{status: http.StatusBadGateway, contentType: "text/html", body: "<html>"}, nil
		}
		return tokenAnswer(n, seconds), nil
	}
}

func TestTokenOutage_SingleFailureIsNotRemembered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store, down := &fake{}, &odd{}, true
		failing(f, &down, month)
		c := newClient(t, f.into, keptIn(store))
		e := verifyFails(t, c)
		assert.Equal(t, idverify.CodeBadResponse, e.Code)
		synctest.Wait()
		assert.Zero(t, store.saves, "nor is anything put instead of another process's token")
		down = false
		verifyAndSave(t, c)
		f.assertSeen(t, 2, 1)
		assert.Equal(t, 1, store.saves)
	})
}

func TestTokenOutage_PausesGrowWithFailures(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, down := &fake{}, true
		failing(f, &down, 100)
		c := newClient(t, f.into)
		verifyFails(t, c)
		fetches := 1
		for _, pause := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30} {
			pause *= time.Second
			first := verifyFails(t, c)
			fetches++
			f.assertSeen(t, fetches, 0, pause)
			assert.Zero(t, first.RetryAfter)
			again := verifyFails(t, c)
			assert.Equal(t, pause, again.RetryAfter)
			assert.Equal(t, first.Code, again.Code)
			assert.Equal(t, first.Detail, again.Detail)
			assert.True(t, again.Repeatable())
			assert.False(t, again.Sent())
			time.Sleep(pause - time.Millisecond)
			assert.Equal(t, time.Millisecond, verifyFails(t, c).RetryAfter)
			f.assertSeen(t, fetches, 0, "no network call in the pause")
			time.Sleep(time.Millisecond)
		}
		down = false
		verify(t, c)
		down = true
		time.Sleep(time.Hour) // the token has expired
		verifyFails(t, c)
		verifyFails(t, c)
		f.assertSeen(t, fetches+3, 1, "after a success the count begins anew")
		assert.Equal(t, time.Second, verifyFails(t, c).RetryAfter)
	})
}

// A clock of the user's that goes back an hour stops no call for an hour.
func TestTokenOutage_ClockGoesBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var off time.Duration
		f, down := &fake{}, true
		failing(f, &down, 100)
		c := newClient(t, f.into, func(cfg *baiduv4.Config) {
			cfg.HTTP.Clock = func() time.Time { return time.Now().Add(off).Round(0) } // no monotonic time
		})
		verifyFails(t, c)
		verifyFails(t, c)
		assert.Equal(t, time.Second, verifyFails(t, c).RetryAfter)
		off, down = -time.Hour, false
		verify(t, c)
		f.assertSeen(t, 3, 1)
	})
}

func TestTokenOutage_CallersShareOneFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		open := make(gate)
		f := &fake{onFetch: func(ctx context.Context, _ int) (answer, error) {
			return answer{status: 503, body: `{"error_code":2}`}, open.pass(ctx)
		}}
		c := newClient(t, f.into)
		var all outcomes
		all.start(t.Context(), c, 50)
		synctest.Wait()
		close(open)
		synctest.Wait()
		all.assert(t, 50, 50)
		f.assertSeen(t, 1, 0)
		assert.NotSame(t, all.errs[0], all.errs[1], "each caller has an error of their own")
	})
}

func TestTokenOutage_FailedRenewalAffectsNoCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store, down := &fake{}, &odd{}, false
		failing(f, &down, 1000)
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c)
		down = true
		time.Sleep(900 * time.Second)
		for range 10 {
			verify(t, c)
			synctest.Wait()
		}
		f.assertSeen(t, 3, 11, "the first failure, the second, then a pause")
		assert.Zero(t, store.drops, "it serves other processes as well")
		time.Sleep(time.Second)
		verify(t, c)
		synctest.Wait()
		verify(t, c)
		synctest.Wait()
		f.assertSeen(t, 4, 13)
		down = false
		time.Sleep(2 * time.Second)
		verify(t, c)
		synctest.Wait()
		verify(t, c)
		assert.Equal(t, "TOKEN-MARK-5", f.used()[14])
	})
}
