package baiduv4_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

// A refused token counts once, however many callers share it.
func TestToken_RefusalCountsOncePerToken(t *testing.T) {
	for _, callers := range []int{1, 8} {
		bubble(t, func(t *testing.T) {
			f := &fake{onCall: func(_ context.Context, token string, _ int) (answer, error) {
				time.Sleep(10 * time.Millisecond) // so that all have the same token
				if token == "TOKEN-MARK-1" || token == "TOKEN-MARK-2" {
					return refusedWith("110"), nil
				}
				return success, nil
			}}
			c := newClient(t, f.into, keptIn(noStore()))
			ended := make(chan error)
			for range callers {
				go func() {
					_, err := c.Verify(t.Context(), request())
					ended <- err
				}()
			}
			for range callers {
				require.Error(t, <-ended)
			}
			verify(t, c) // the third token serves, and nobody waits for a pause
		})
	}
}

// During the pause callers get the reason, but nothing about another caller's call.
func TestToken_PauseShowsNothingOfOtherCalls(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
			return answer{body: fmt.Sprintf(`{"error_code":110,"error_msg":"refused for MARK","log_id":%d}`, 1000+n)}, nil
		}}
		c := newClient(t, f.into, keptIn(noStore()))
		var last *idverify.Error
		for i := range 4 {
			if last = verifyFails(t, c); i == 3 {
				break
			}
			ids := []string{"1002", "1004", "1005"} // the last without a second exchange
			assert.Equal(t, ids[i], last.RequestID, "who was sent has an id of its own")
		}
		require.Equal(t, idverify.DeliveryNotSent, last.Delivery, "no pause began")
		assert.Positive(t, last.RetryAfter)
		assert.Equal(t, "110", last.VendorCode)
		assert.Empty(t, last.RequestID)
		assert.Empty(t, last.VendorMessage.Reveal())
		_, replied := idverify.ReplyAs[*baiduv4.Reply](nil, last)
		assert.False(t, replied)
	})
}

// A gateway's page, or a vendor that could not check the token, has not accepted
// it: the count of refused tokens continues.
func TestToken_OnlyProcessedCallResetsRefusalCount(t *testing.T) {
	for _, between := range []answer{{status: 502, body: "<html>"}, refusedWith("4"), refusedWith("13"), refusedWith("18")} {
		bubble(t, func(t *testing.T) {
			f := &fake{onCall: func(_ context.Context, _ string, n int) (answer, error) {
				if n == 3 {
					return between, nil
				}
				return refusedWith("110"), nil
			}}
			c := newClient(t, f.into, keptIn(noStore()))
			verifyFails(t, c) // two tokens are refused
			verifyFails(t, c) // the third meets what is between
			verifyFails(t, c) // and is refused, as the fourth is
			verifyFails(t, c) // which is held, and is sent once more
			e := verifyFails(t, c)
			assert.Equal(t, idverify.DeliveryNotSent, e.Delivery, "%v", between)
			assert.Positive(t, e.RetryAfter)
		})
	}
}

// A caller who leaves while a refused token is being replaced must not be told that
// nothing was sent.
func TestToken_CancelWhileReplacingRefusedToken(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fake{
		onCall: func(context.Context, string, int) (answer, error) { return refusedWith("110"), nil },
		onFetch: func(fetching context.Context, n int) (answer, error) {
			if n == 2 {
				cancel()
				<-fetching.Done()
				return answer{}, fetching.Err()
			}
			return tokenAnswer(n, month), nil
		},
	}
	_, err := newClient(t, f.into, keptIn(noStore())).Verify(ctx, request())
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, idverify.DeliveryRefused, e.Delivery)
	assert.NotContains(t, err.Error(), "before anything was sent")
	assert.Contains(t, err.Error(), "before the request could be repeated")
}

// Holds P-PAY-6.
func TestToken_RefusedTokenIsReplacedOnceForAllCallers(t *testing.T) {
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

func TestToken_AlreadyReplacedTokenIsNotFetchedAgain(t *testing.T) {
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

// Holds P-PAY-1.
func TestToken_CallIsRepeatedOnce(t *testing.T) {
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

// One refused new token may be chance: only the second in a row, without a success
// in between, leads to a pause.
func TestToken_SuccessResetsRefusalCount(t *testing.T) {
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

// Holds P-PAY-1.
func TestToken_OtherRefusalsFetchNoNewToken(t *testing.T) {
	for _, code := range []string{"6", "14", "15", "23", "13", "18"} {
		c, f := answering(t, refusedWith(code))
		verifyFails(t, c)
		f.assertSeen(t, 1, 1, code)
	}
}

func TestToken_FailedReplacementExplainsTheError(t *testing.T) {
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

// deadAfter breaks the connection of every verification after the first, before
// a byte is sent.
type deadAfter struct {
	next  http.RoundTripper
	asked int
}

func (d *deadAfter) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/verify") {
		if d.asked++; d.asked > 1 {
			_ = r.Body.Close()
			return nil, errors.New("no route")
		}
	}
	return d.next.RoundTrip(r)
}

// The first exchange arrived completely and its token was refused; the second could
// not be sent. So the whole request did leave this machine.
func TestToken_RefusedCallCountsAsSent(t *testing.T) {
	srv := idverifytest.Start(t)
	srv.Inject(idverifytest.BaiduV4, idverifytest.RevokedToken())
	c, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.BaiduV4), Client: &http.Client{Transport: &deadAfter{next: http.DefaultTransport}}},
	})
	require.NoError(t, err)
	p := idverifytest.Match()
	_, err = c.Verify(t.Context(), &idverify.Request{Name: p.Name, IDNumber: p.IDNumber,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}})
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 1, srv.Calls(idverifytest.BaiduV4))
	assert.True(t, e.Sent(), "%v", e)
	assert.False(t, e.Ambiguous())
}
