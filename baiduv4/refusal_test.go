package baiduv4_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// However many callers share a token that is refused, it is one token.
func TestARefusedTokenCountsOnce(t *testing.T) {
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

// During the pause callers are told why, and nothing of another's call.
func TestAPauseTellsNothingOfAnothersCall(t *testing.T) {
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

// A page of a gateway's, or a vendor that could not look at the token, did not
// accept it: the count of refused tokens goes on.
func TestOnlyWorkEndsTheCountOfRefusals(t *testing.T) {
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

// Who leaves while a refused token is replaced is not told that nothing was sent.
func TestLeavingWhileARefusedTokenIsReplaced(t *testing.T) {
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
