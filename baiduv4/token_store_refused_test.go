package baiduv4_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// All tokens are revoked at once while processes use different ones: another's is
// refused as well, and a new one is fetched in the same call.
func TestTokenStore_RevokedTokenOfAnotherProcessFailsNoCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store, revoked := &fake{}, noStore(), 0
		f.onCall = func(_ context.Context, token string, _ int) (answer, error) {
			if n, _ := strconv.Atoi(strings.TrimPrefix(token, "TOKEN-MARK-")); n <= revoked {
				return refusedWith("110"), nil
			}
			return success, nil
		}
		one, two := newClient(t, f.into, keptIn(store)), newClient(t, f.into, keptIn(store))
		verifyAndSave(t, one)
		store.load, store.save, store.drop = nil, nil, nil // the store works again
		verifyAndSave(t, two)
		f.assertSeen(t, 2, 2)

		revoked = 2
		verifyAndSave(t, one)
		f.assertSeen(t, 3, 5)
		assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-2", "TOKEN-MARK-3"}, f.used()[2:])
		verify(t, two)
		f.assertSeen(t, 3, 7) // which finds the third in the store

		revoked = 1000
		e := verifyFails(t, one)
		assert.Equal(t, idverify.CodeUnauthorized, e.Code)
		assert.True(t, e.Sent())
		f.assertSeen(t, 4, 9) // a fetched token is no other process's
	})
}

// The second token of a call is refused as well, and another call has found a newer one
// by then: it is used, whichever token came from the store last.
func TestTokenStore_TokenReplacedMeanwhileIsUsed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		f, store := &fake{}, &odd{}
		f.onCall = func(_ context.Context, token string, n int) (answer, error) {
			if n == 3 {
				time.Sleep(time.Second)
			}
			if n == 1 || token == "NEWEST" {
				return success, nil
			}
			return refusedWith("110"), nil
		}
		save := func(token string, life time.Duration) {
			for key := range store.keys {
				_ = store.MemoryStore.Save(t.Context(), key, baiduv4.NewToken(token, time.Now().Add(life)))
			}
		}
		c := newClient(t, f.into, keptIn(store))
		verifyAndSave(t, c)
		save("OTHER", 31*24*time.Hour)
		var slow, quick outcomes
		slow.start(t.Context(), c, 1)
		synctest.Wait() // for the answer to its second token
		save("NEWEST", 32*24*time.Hour)
		quick.start(t.Context(), c, 1)
		time.Sleep(2 * time.Second)
		quick.assert(t, 1, 0)
		slow.assert(t, 1, 0)
		assert.Equal(t, []string{"TOKEN-MARK-1", "TOKEN-MARK-1", "OTHER", "OTHER", "NEWEST", "NEWEST"}, f.used())
	})
}
