package baiduv4_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/baiduv4"
)

func TestToken_ExpiresByWallClock(t *testing.T) {
	now := time.Now()
	assert.Equal(t, now.Round(0), baiduv4.NewToken("one", now).ExpiresAt(), "the monotonic clock is this process's own")
	assert.True(t, baiduv4.Token{}.IsZero())
	assert.False(t, baiduv4.NewToken("one", now).Equal(baiduv4.NewToken("two", now)))
}

// A value that cannot be one of the vendor's tokens is not used, even from a store.
func TestTokenStore_TokensHaveTheVendorsLimits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const tenYears = 10 * 365 * 24 * time.Hour
		for _, test := range []struct {
			token baiduv4.Token
			taken bool
		}{
			{baiduv4.NewToken(strings.Repeat("x", 4096), time.Now().Add(tenYears)), true},
			{baiduv4.NewToken(strings.Repeat("x", 4097), time.Now().Add(time.Hour)), false},
			{baiduv4.NewToken("EXAMPLE-ETERNAL", time.Now().Add(tenYears+time.Second)), false},
			{baiduv4.NewToken("EXAMPLE-PAST", time.Time{}), false},
		} {
			f := &fake{}
			c := newClient(t, f.into, keptIn(given{token: test.token}))
			verifyAndSave(t, c)
			assert.Equal(t, test.taken, f.used()[0] == test.token.Reveal())
		}
	})
}
