package redisidverify_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
)

// Of 400 tries at the same moment through four clients exactly the limit passes.
// Holds P-MANY-3.
func TestPersonStore_AllowsExactlyTheLimit(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, _ *clock) {
		const limit = 37
		person := digits(64)
		var passed, failed atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			store := patient(newPersons(t, connect(t, addr)))
			for range 100 {
				all.Go(func() {
					taken, err := store.Take(t.Context(), tryOf(person, limit))
					if err != nil { // closed, because the machine is too busy
						failed.Add(1)
					}
					if taken.OK {
						passed.Add(1)
					}
				})
			}
		}
		all.Wait()
		assert.LessOrEqual(t, passed.Load(), int64(limit))
		assert.GreaterOrEqual(t, passed.Load()+failed.Load(), int64(limit))
	})
}

// Holds P-MANY-3.
func TestPersonStore_RepeatedCommandCountsOnce(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, _ *clock) {
		store, person := patient(newPersons(t, twice{connect(t, addr)})), digits(64)
		for n := 1; n <= 3; n++ {
			taken, err := store.Take(t.Context(), tryOf(person, 3))
			require.NoError(t, err)
			assert.True(t, taken.OK, n)
		}
		taken, err := store.Take(t.Context(), tryOf(person, 3))
		require.NoError(t, err)
		assert.False(t, taken.OK)
	})
}

// If another caller than the library passes an ID number as the person, it does not
// reach Redis.
func TestPersonStore_AcceptsOnlyPseudonyms(t *testing.T) {
	m := miniredis.RunT(t)
	store := patient(newPersons(t, connect(t, m.Addr())))
	for _, try := range []idverify.Try{
		{Person: "11010519000101001X", ID: digits(32), Limit: 1, Window: time.Hour},
		{Person: digits(64), ID: "account-1", Limit: 1, Window: time.Hour},
		{Person: digits(62) + "}:", ID: digits(32), Limit: 1, Window: time.Hour},
		{Person: digits(64), ID: digits(32), Limit: 1},
	} {
		taken, err := store.Take(t.Context(), try)
		assert.ErrorContains(t, err, "64 hexadecimal digits")
		assert.NotContains(t, err.Error(), try.Person)
		assert.False(t, taken.OK)
		assert.Error(t, store.Return(t.Context(), try))
	}
	taken, err := store.Take(t.Context(), tryOf(digits(64), 0))
	require.NoError(t, err)
	assert.Equal(t, idverify.Taken{RetryAfter: time.Hour}, taken)
	assert.Empty(t, m.Keys())
}

// Redis forgets a person when the longest window has passed, or at once when the only
// try is given back.
func TestPersonStore_KeysExpireWithTheWindow(t *testing.T) {
	m := miniredis.RunT(t)
	c := &clock{mini: m}
	store, person := patient(newPersons(t, connect(t, m.Addr()))), digits(64)
	take := func(window time.Duration) idverify.Try {
		try := tryOf(person, 1000)
		try.Window = window
		taken, err := store.Take(t.Context(), try)
		require.NoError(t, err)
		require.True(t, taken.OK)
		return try
	}
	require.NoError(t, store.Return(t.Context(), take(time.Hour)))
	assert.Empty(t, m.Keys())

	c.wait(time.Second)
	for range 50 {
		take(time.Minute)
		c.wait(7 * time.Second)
	}
	members, err := m.ZMembers(m.Keys()[0])
	require.NoError(t, err)
	assert.Len(t, members, 10, "nine of the last minute and the window")
	take(time.Hour)
	take(time.Minute)
	c.wait(59 * time.Minute)
	assert.Len(t, m.Keys(), 1)
	c.wait(time.Minute)
	assert.Empty(t, m.Keys())
}

// If Redis's clock goes back, nobody waits longer than the window after the next try, and
// nobody gets more tries than the limit within it.
func TestPersonStore_ClockOfRedisGoesBack(t *testing.T) {
	for _, back := range []time.Duration{time.Second, time.Hour, 48 * time.Hour} {
		m := miniredis.RunT(t)
		c := &clock{mini: m}
		c.wait(back)
		store, person := patient(newPersons(t, connect(t, m.Addr()))), digits(64)
		take := func() idverify.Taken {
			taken, err := store.Take(t.Context(), tryOf(person, 2))
			require.NoError(t, err)
			return taken
		}
		require.True(t, take().OK)
		require.True(t, take().OK)
		c.set(0)
		m.SetTTL(m.Keys()[0], time.Hour+back) // as in Redis, which keeps the time at which a key expires
		refused := take()
		assert.False(t, refused.OK)
		assert.InDelta(t, time.Hour, refused.RetryAfter, float64(time.Second))
		assert.Equal(t, time.Hour, m.TTL(m.Keys()[0]))
		c.wait(59 * time.Minute)
		assert.False(t, take().OK, "both are within the window")
		c.wait(time.Minute)
		assert.True(t, take().OK)
		assert.True(t, take().OK)
		assert.False(t, take().OK)
	}
}

// A try that was refused for a longer window than the earlier tries were counted with is
// refused again, until that window has passed.
func TestPersonStore_ARefusalInALongerWindowLasts(t *testing.T) {
	m := miniredis.RunT(t)
	c := &clock{mini: m}
	store, person := patient(newPersons(t, connect(t, m.Addr()))), digits(64)
	take := func(limit int, window time.Duration) idverify.Taken {
		try := tryOf(person, limit)
		try.Window = window
		taken, err := store.Take(t.Context(), try)
		require.NoError(t, err)
		return taken
	}
	require.True(t, take(1, time.Hour).OK)
	c.wait(50 * time.Minute)
	require.False(t, take(1, 24*time.Hour).OK)
	c.wait(20 * time.Minute)
	assert.False(t, take(1, 24*time.Hour).OK)
	assert.InDelta(t, (24*time.Hour - 70*time.Minute).Seconds(), m.TTL(m.Keys()[0]).Seconds(), 5, "since the counted try")
	assert.True(t, take(1, time.Hour).OK)
	assert.False(t, take(2, 24*time.Hour).OK, "the shorter window has deleted no try of the longer one")
	c.wait(24 * time.Hour)
	assert.Empty(t, m.Keys())
}

// A try that Redis counted after the caller left is given back.
func TestPersonStore_LateTryIsGivenBack(t *testing.T) {
	client := &delayed{Scripter: connect(t, miniredis.RunT(t).Addr()), pass: make(chan struct{}), sent: make(chan struct{}, 9)}
	store, try := newPersons(t, client), tryOf(digits(64), 1)
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer leave()
	_, err := store.Take(ctx, try)
	require.Equal(t, context.DeadlineExceeded, err)
	close(client.pass)
	<-client.sent // the try is counted
	<-client.sent // and given back
	taken, err := store.Take(t.Context(), tryOf(try.Person, 1))
	require.NoError(t, err)
	assert.True(t, taken.OK)
}

// It is not given back if the same try has passed since: otherwise that try would not
// be counted.
func TestPersonStore_RepeatedTryStaysCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newDeaf()
		store, try := newPersons(t, client), tryOf(digits(64), 1)
		ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer leave()
		_, err := store.Take(ctx, try)
		require.Equal(t, context.DeadlineExceeded, err)
		passed := make(chan bool, 1)
		go func() {
			taken, _ := store.Take(t.Context(), try)
			passed <- taken.OK
		}()
		synctest.Wait()
		client.says(granted)
		synctest.Wait()
		assert.True(t, <-passed)
		assert.EqualValues(t, 2, client.asked.Load(), "two attempts, and no return")
	})
}

// While Redis is down every try is refused, and no vendor is asked.
// Holds P-MANY-3.
func TestPersonStore_ClosedWhileRedisIsDown(t *testing.T) {
	vendors := idverifytest.Start(t)
	p := tcpproxy.Start(t, miniredis.RunT(t).Addr())
	var reasons []idverify.StoreReason
	client := clientOf(t, vendors, idverify.WithPersonLimit(idverify.PersonLimit{
		Secret: sealKeys()[0].Secret, Tries: 5, Window: time.Hour, Store: newPersons(t, connect(t, p.Addr()))}),
		idverify.WithHooks(idverify.Hooks{Store: func(e idverify.StoreEvent) {
			if e.Operation == "take" {
				reasons = append(reasons, e.Reason)
			}
		}}))
	_, err := client.Verify(t.Context(), question())
	require.NoError(t, err)
	p.Cut()
	for range 3 {
		_, err = client.Verify(t.Context(), question())
		assert.Equal(t, idverify.CodeStoreUnavailable, idverify.CodeOf(err))
	}
	assert.Equal(t, 1, vendors.Bill().Total())
	require.Len(t, reasons, 3)
	assert.NotEqual(t, idverify.StorePaused, reasons[0], "one call finds out")
	assert.Equal(t, []idverify.StoreReason{idverify.StorePaused, idverify.StorePaused}, reasons[1:], "Redis is passed over for those after it")
}
