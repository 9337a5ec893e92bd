package baiduv4_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// Everything here runs in bubbles, where time passes only when all goroutines
// wait for it, and a goroutine that is left over fails the test.

// outcomes collects what concurrent callers got.
type outcomes struct {
	mu   sync.Mutex
	errs []error
}

func (o *outcomes) start(ctx context.Context, c *baiduv4.Client, callers int) {
	for range callers {
		go func() {
			_, err := c.Verify(ctx, request())
			o.mu.Lock()
			defer o.mu.Unlock()
			o.errs = append(o.errs, err)
		}()
	}
}

func (o *outcomes) assert(t *testing.T, finished, failed int) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	bad := 0
	for _, err := range o.errs {
		if err != nil {
			bad++
		}
	}
	assert.Len(t, o.errs, finished)
	assert.Equal(t, failed, bad)
}

func verify(t *testing.T, c *baiduv4.Client) {
	t.Helper()
	res, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	require.True(t, res.Passed())
}

func verifyFails(t *testing.T, c *baiduv4.Client) *idverify.Error {
	t.Helper()
	res, err := c.Verify(t.Context(), request())
	return requireError(t, res, err)
}

// gate holds fetches back until it is opened, or their context ends.
type gate chan struct{}

func (g gate) pass(ctx context.Context) error {
	select {
	case <-g:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g gate) fetch(ctx context.Context, n int) (answer, error) {
	return tokenAnswer(n, month), g.pass(ctx)
}

func bubble(t *testing.T, test func(t *testing.T)) { synctest.Test(t, test) }

func TestAHundredCallersFetchOneToken(t *testing.T) {
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

func TestCallerWhoLeavesDoesNotDisturbTheOthers(t *testing.T) {
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

func TestFetchEndsWhenEverybodyHasLeft(t *testing.T) {
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

func TestNewcomerDoesNotWaitForAnAbandonedFetch(t *testing.T) {
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

// A fetch that everybody left, and that ends at last, changes nothing of the one
// that is under way meanwhile.
func TestAbandonedFetchThatFailsDoesNotDisturbTheNextOne(t *testing.T) {
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

// leaving is a context that ends as soon as somebody waits for its end, after
// what is done meanwhile.
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

// Who leaves just as a fetch fails does not disturb the next one, which others
// have set off by then. Whether they see that they leave or that it failed is
// chance, so it is tried often.
func TestCallerWhoLeavesLateDoesNotDisturbTheNextFetch(t *testing.T) {
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

func TestTokenIsRenewedWhileTheOldOneServes(t *testing.T) {
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
			cancel() // whoever set the renewal off may leave
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

func TestTokenIsNotUsedToItsEnd(t *testing.T) {
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

func TestCallersJoinARenewalThatOutlastsTheOldToken(t *testing.T) {
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

func failing(f *fake, down *bool, seconds int64) {
	f.onFetch = func(_ context.Context, n int) (answer, error) {
		if *down {
			return answer{status: http.StatusBadGateway, contentType: "text/html", body: "<html>"}, nil
		}
		return tokenAnswer(n, seconds), nil
	}
}

func TestFailedFetchIsNotRemembered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store, down := &fake{}, &odd{}, true
		failing(f, &down, month)
		c := newClient(t, f.into, keptIn(store))
		e := verifyFails(t, c)
		assert.Equal(t, idverify.CodeBadResponse, e.Code)
		synctest.Wait()
		assert.Zero(t, store.saves, "nor is anything put in the place of another process's token")
		down = false
		verifyAndSave(t, c)
		f.assertSeen(t, 2, 1)
		assert.Equal(t, 1, store.saves)
	})
}

func TestFailuresInARowAreFollowedByLongerPauses(t *testing.T) {
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

func TestManyCallersShareOneFailure(t *testing.T) {
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

func TestFailedRenewalHurtsNobody(t *testing.T) {
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

func TestRefusedTokenIsReplacedOnceForAllWhoHeldIt(t *testing.T) {
	for _, code := range []string{"100", "110", "111", `"110"`} {
		bubble(t, func(t *testing.T) {
			const callers = 50
			arrived := make(chan struct{})
			f := &fake{}
			f.onCall = func(_ context.Context, token string, n int) (answer, error) {
				if token != "TOKEN-MARK-1" {
					return success, nil
				}
				if n == callers {
					close(arrived)
				}
				<-arrived
				return refusedWith(code), nil
			}
			c := newClient(t, f.into, keptIn(noStore()))
			var all outcomes
			all.start(t.Context(), c, callers)
			synctest.Wait()
			all.assert(t, callers, 0)
			f.assertSeen(t, 2, 2*callers)
		})
	}
}

func TestRefusedTokenThatWasReplacedMeanwhileIsNotFetchedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		late := make(chan struct{})
		f := &fake{onCall: func(_ context.Context, token string, n int) (answer, error) {
			if token != "TOKEN-MARK-1" {
				return success, nil
			}
			if n == 1 {
				<-late
			}
			return refusedWith("110"), nil
		}}
		c := newClient(t, f.into, keptIn(noStore()))
		var slow outcomes
		slow.start(t.Context(), c, 1)
		synctest.Wait()
		verify(t, c) // refused, fetches the second token
		f.assertSeen(t, 2, 3)
		close(late)
		synctest.Wait()
		slow.assert(t, 1, 0)
		f.assertSeen(t, 2, 4)
	})
}

func TestCallIsRepeatedOnlyOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &fake{onCall: func(context.Context, string, int) (answer, error) { return refusedWith("111"), nil }}
		c := newClient(t, f.into)
		e := verifyFails(t, c)
		assert.Equal(t, idverify.CodeUnauthorized, e.Code)
		assert.Equal(t, "111", e.VendorCode)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.True(t, e.Sent())
		f.assertSeen(t, 2, 2)
		synctest.Wait() // until the store has been told
		verifyFails(t, c)
		f.assertSeen(t, 3, 4)
		synctest.Wait()
		for range 200 {
			verifyFails(t, c)
			synctest.Wait()
		}
		f.assertSeen(t, 3, 5) // a vendor that refuses everything is not hammered

		time.Sleep(time.Minute)
		verifyFails(t, c)
		f.assertSeen(t, 5, 7)
		f.onCall = nil
		time.Sleep(time.Minute)
		verify(t, c)
		verify(t, c)
	})
}

// One new token that is refused may be chance: only the second in a row, with
// no success between them, is followed by a pause.
func TestSuccessBetweenRefusalsEndsTheirCount(t *testing.T) {
	bubble(t, func(t *testing.T) {
		refused := map[int]bool{1: true, 2: true, 3: true, 5: true, 6: true, 7: true}
		f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
			if refused[n] {
				return refusedWith("110"), nil
			}
			return success, nil
		}}
		c := newClient(t, f.into, keptIn(noStore()))
		verifyFails(t, c) // the first token, and the one in its place
		verify(t, c)      // the third serves
		f.assertSeen(t, 3, 4)
		verifyFails(t, c) // the third and the fourth
		verify(t, c)      // which is replaced at once
		f.assertSeen(t, 5, 8)
	})
}

func TestOtherRefusalsAreNotCuredByANewToken(t *testing.T) {
	for _, code := range []string{"6", "14", "15", "23", "13", "18"} {
		c, f := answering(t, refusedWith(code))
		verifyFails(t, c)
		f.assertSeen(t, 1, 1, code)
	}
}

func TestWithoutANewTokenTheFetchTellsWhy(t *testing.T) {
	f := &fake{
		onFetch: func(_ context.Context, n int) (answer, error) {
			if n == 1 {
				return tokenAnswer(1, month), nil
			}
			return answer{status: 401, body: fixture(t, "token_unknown_client.json")}, nil
		},
		onCall: func(context.Context, string, int) (answer, error) {
			return answer{body: fixture(t, "token_withdrawn.json")}, nil
		},
	}
	e := verifyFails(t, newClient(t, f.into))
	assert.Equal(t, idverify.CodeUnauthorized, e.Code)
	assert.Equal(t, "invalid_client", e.VendorCode)
	assert.Equal(t, "unknown client id", e.VendorReason)
	assert.True(t, e.Sent(), "the face had left this machine")
	assert.False(t, e.Ambiguous())
	assert.Equal(t, idverify.BilledNo, e.Billed)
	f.assertSeen(t, 2, 1)
}

func TestErrorsOfTheFetchSayThatNothingWasVerified(t *testing.T) {
	for about, test := range map[string]struct {
		given      answer
		err        error
		want       idverify.Code
		repeatable bool
	}{
		"unreachable":       {err: errors.New("no route"), want: idverify.CodeNetwork, repeatable: true},
		"HTML":              {given: answer{status: 502, contentType: "text/html", body: "<html>"}, want: idverify.CodeBadResponse, repeatable: true},
		"HTML as success":   {given: answer{body: fixture(t, "gateway.html")}, want: idverify.CodeBadResponse, repeatable: true},
		"redirect":          {given: answer{status: 307}, want: idverify.CodeBadResponse, repeatable: true},
		"empty":             {want: idverify.CodeBadResponse, repeatable: true},
		"truncated":         {given: answer{body: `{"access_token":"TOKEN-MARK`}, want: idverify.CodeBadResponse, repeatable: true},
		"token in a 500":    {given: answer{status: 500, body: fixture(t, "token.json")}, want: idverify.CodeBadResponse, repeatable: true},
		"a decision's code": {given: answer{body: `{"error_code":222351}`}, want: idverify.CodeBadResponse, repeatable: true},
		"code of success":   {given: answer{body: `{"error":"0"}`}, want: idverify.CodeBadResponse, repeatable: true},
		"rate limit":        {given: answer{body: `{"error_code":4,"error_msg":"m"}`}, want: idverify.CodeRateLimited, repeatable: true},
		"unknown":           {given: answer{status: 400, body: `{"error":"EXAMPLE_NEW_ERROR","error_description":"EXAMPLE words"}`}, want: idverify.CodeUnknown},
		"gateway's JSON":    {given: answer{status: 500, body: `{"status":500,"error":"Internal Server Error","path":"/oauth/2.0/token"}`}, want: idverify.CodeVendorUnavailable, repeatable: true},
		"without an error":  {given: answer{status: 503, body: `{"message":"no healthy upstream"}`}, want: idverify.CodeVendorUnavailable, repeatable: true},
		"listed in a 500":   {given: answer{status: 500, body: `{"error":"invalid_client"}`}, want: idverify.CodeUnauthorized},
		"wrong API key":     {given: answer{status: 401, body: fixture(t, "token_unknown_client.json")}, want: idverify.CodeUnauthorized},
		"refused itself":    {given: refusedWith("110"), want: idverify.CodeUnauthorized},
	} {
		t.Run(about, func(t *testing.T) {
			f := &fake{onFetch: func(context.Context, int) (answer, error) { return test.given, test.err }}
			e := verifyFails(t, newClient(t, f.into))
			assert.Equal(t, test.want, e.Code)
			assert.Equal(t, "baiduv4", e.Vendor)
			assert.Contains(t, e.Detail, "access token: ")
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.False(t, e.Sent())
			assert.False(t, e.Ambiguous())
			assert.Equal(t, test.repeatable, e.Repeatable())
			f.assertSeen(t, 1, 0)
		})
	}
}

func TestUnknownErrorOfTheFetchIsKept(t *testing.T) {
	f := &fake{onFetch: func(context.Context, int) (answer, error) {
		return answer{status: 400, body: `{"error":"EXAMPLE_NEW_ERROR","error_description":"words with ` + secretKey + `"}`}, nil
	}}
	e := verifyFails(t, newClient(t, f.into))
	assert.Equal(t, "EXAMPLE_NEW_ERROR", e.VendorCode)
	assert.Equal(t, "words with [hidden]", e.VendorMessage.Reveal())
	assert.Equal(t, 400, e.HTTPStatus)
}

func TestTokensThatCannotBeUsedAreBadResponses(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"expires_in":100}`, `{"access_token":"","expires_in":100}`, `{"access_token":null,"expires_in":100}`,
		`{"access_token":"T"}`, `{"access_token":"T","expires_in":null}`, `{"access_token":"T","expires_in":0}`,
		`{"access_token":"T","expires_in":-1}`, `{"access_token":"T","expires_in":"0"}`, `{"access_token":"T","expires_in":"soon"}`,
		`{"access_token":"T","expires_in":1e-12}`, `{"access_token":"T","expires_in":315360001}`, `{"access_token":"T","expires_in":1e9}`, `{"access_token":"T","expires_in":1e12}`, `{"access_token":"T","expires_in":1e400}`,
		`{"access_token":"T","expires_in":true}`, `{"access_token":{},"expires_in":100}`,
		`{"access_token":"T","access_token":"U","expires_in":100}`, `{"access_token":"T","expires_in":0,"EXPIRES_IN":100}`,
		`{"access_token":"` + strings.Repeat("x", 4097) + `","expires_in":100}`,
	} {
		f := &fake{onFetch: func(context.Context, int) (answer, error) { return answer{body: body}, nil }}
		e := verifyFails(t, newClient(t, f.into))
		assert.Equal(t, idverify.CodeBadResponse, e.Code, body)
		f.assertSeen(t, 1, 0)
	}
}

func TestLifetimeIsHonouredAsGiven(t *testing.T) {
	for _, body := range []string{
		`{"access_token":"T","expires_in":200}`, `{"access_token":"T","expires_in":"200"}`,
		`{"access_token":"T","expires_in":200.0,"error_code":0}`,
		"\ufeff" + `{"access_token":"T","expires_in":200}`, // as some gateways send it
	} {
		bubble(t, func(t *testing.T) {
			f := &fake{onFetch: func(context.Context, int) (answer, error) { return answer{body: body}, nil }}
			c := newClient(t, f.into)
			verify(t, c)
			time.Sleep(179 * time.Second)
			verify(t, c)
			synctest.Wait()
			f.assertSeen(t, 1, 2)
			time.Sleep(time.Second)
			verify(t, c)
			synctest.Wait()
			f.assertSeen(t, 2, 3)
		})
	}
}

func TestClockCanBeGiven(t *testing.T) {
	now := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	f := &fake{}
	c := newClient(t, f.into, func(cfg *baiduv4.Config) { cfg.HTTP.Clock = func() time.Time { return now } })
	verify(t, c)
	now = now.AddDate(0, 0, 31)
	verify(t, c)
	f.assertSeen(t, 2, 2)
}

func TestManyCallersThroughEveryState(t *testing.T) {
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

func TestTenYearsAreTheLongestLifetime(t *testing.T) {
	f := &fake{onFetch: func(context.Context, int) (answer, error) { return tokenAnswer(1, 315360000), nil }}
	verify(t, newClient(t, f.into))
	f.assertSeen(t, 1, 1)
}

func TestTokensHaveUpTo4096Bytes(t *testing.T) {
	token := strings.Repeat("x", 4096)
	f := &fake{onFetch: func(context.Context, int) (answer, error) {
		return answer{body: `{"access_token":"` + token + `","expires_in":100}`}, nil
	}}
	verify(t, newClient(t, f.into))
	assert.Equal(t, []string{token}, f.used())
}
