package redisidverify_test

import (
	"context"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/redisidverify"
)

func (g grant) ends(perSecond float64) time.Duration {
	return g.wait + time.Duration(float64(g.n)*float64(time.Second)/perSecond)
}

type grant struct {
	n    int
	wait time.Duration
}

func grantOf(t *testing.T, s *redisidverify.StartSource, want int, patience time.Duration) grant {
	t.Helper()
	n, wait, err := s.Reserve(t.Context(), want, patience)
	require.NoError(t, err)
	return grant{n, wait}
}

// The clock does not move, so that every grant is known.
func TestStartSource_ReservesOneEveryInterval(t *testing.T) {
	m := miniredis.RunT(t)
	m.SetTime(time.Now())
	source := patient(newStarts(t, connect(t, m.Addr()), 100)) // at most five at once
	assert.Equal(t, grant{3, 0}, grantOf(t, source, 3, time.Minute))
	assert.Equal(t, grant{5, 30 * time.Millisecond}, grantOf(t, source, 50, time.Minute))
	assert.Equal(t, grant{2, 80 * time.Millisecond}, grantOf(t, source, 5, 99*time.Millisecond), "as many as patience has room for")
	assert.Equal(t, grant{0, 100 * time.Millisecond}, grantOf(t, source, 1, 99*time.Millisecond))
	assert.Equal(t, grant{0, 100 * time.Millisecond}, grantOf(t, source, 1, -time.Second))
	assert.Equal(t, grant{0, 0}, grantOf(t, source, 0, time.Minute))
	assert.Equal(t, grant{0, 0}, grantOf(t, source, math.MinInt, math.MinInt64))
	assert.Equal(t, grant{1, 100 * time.Millisecond}, grantOf(t, source, 1, math.MaxInt64))

	m.SetTime(time.Now().Add(time.Hour)) // unused starts are not saved up
	assert.Equal(t, grant{5, 0}, grantOf(t, source, 50, time.Minute))
	assert.Equal(t, grant{1, 50 * time.Millisecond}, grantOf(t, source, 1, time.Minute))
}

// Grants never overlap, at any rate: a fractional interval is rounded up.
// Holds P-MANY-2.
func TestStartSource_NeverAboveTheRate(t *testing.T) {
	for _, perSecond := range []float64{0.001, 0.3, 1, 3, 7, 500, 333_333, 1_000_000} {
		m := miniredis.RunT(t)
		m.SetTime(time.Now())
		client := connect(t, m.Addr())
		source := patient(newStarts(t, client, perSecond))
		var begun time.Duration
		for range 50 {
			g := grantOf(t, source, 100_000, time.Hour)
			if g.n == 0 {
				assert.Greater(t, g.wait, time.Minute, perSecond)
				break
			}
			assert.GreaterOrEqual(t, g.wait, begun, perSecond)
			begun = g.ends(perSecond)
		}
	}
}

func TestStartSource_RepeatedCommandIsOneGrant(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, c *clock) {
		if c.mini != nil {
			c.mini.SetTime(time.Now())
		}
		source := patient(newStarts(t, twice{connect(t, addr)}, 1))
		first, second := grantOf(t, source, 1, time.Minute), grantOf(t, source, 1, time.Minute)
		assert.Equal(t, 1, first.n)
		assert.Equal(t, 1, second.n)
		assert.LessOrEqual(t, second.wait, time.Second)
	})
}

// If Redis's clock goes back an hour, nobody waits an hour, and no start is given
// twice.
func TestStartSource_ClockOfRedisGoesBack(t *testing.T) {
	m := miniredis.RunT(t)
	m.SetTime(time.Now())
	source := patient(newStarts(t, connect(t, m.Addr()), 1))
	grantOf(t, source, 1, time.Minute)
	m.SetTime(time.Now().Add(-time.Hour))
	g := grantOf(t, source, 1, time.Minute)
	assert.Zero(t, g.n)
	assert.LessOrEqual(t, g.wait, time.Minute+time.Second+time.Microsecond)
	for _, key := range m.Keys() {
		if strings.HasSuffix(key, ":tat") {
			assert.InDelta(t, 62, m.TTL(key).Seconds(), 1, "it is known until then, and no longer")
		}
	}
	m.SetTime(time.Now().Add(-time.Hour + 2*time.Second))
	assert.Equal(t, 0, grantOf(t, source, 1, 50*time.Second).n)
	m.SetTime(time.Now().Add(-time.Hour + 63*time.Second))
	assert.Equal(t, grant{1, 0}, grantOf(t, source, 1, time.Second), "after a minute calls start again")
}

// If Redis's clock goes back between a command and its repetition, the start that was
// granted is not an hour away.
func TestStartSource_ClockOfRedisGoesBackBeforeTheRepetition(t *testing.T) {
	m := miniredis.RunT(t)
	m.SetTime(time.Now())
	grantOf(t, patient(newStarts(t, connect(t, m.Addr()), 1)), 1, time.Second) // Redis knows the script now
	source := patient(newStarts(t, between{connect(t, m.Addr()), func() { m.SetTime(time.Now().Add(-time.Hour)) }}, 1))
	g := grantOf(t, source, 1, 30*time.Second)
	assert.Equal(t, 1, g.n)
	assert.LessOrEqual(t, g.wait, 30*time.Second)
}

// The limiter asks again a second after a failure, and the question is allowed.
func TestStartSource_IsAskedAgainAfterASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newDeaf()
		client.says(func() (any, error) { return nil, io.ErrUnexpectedEOF })
		source := newStarts(t, client, 1)
		require.Error(t, reserve(t.Context(), source))
		client.says(granted)
		require.Error(t, reserve(t.Context(), source))
		time.Sleep(time.Second)
		require.NoError(t, reserve(t.Context(), source))
	})
}

// By default Lua writes 14 digits of a number; these numbers have 16.
func TestStartSource_KeepsMicroseconds(t *testing.T) {
	onServers(t, func(t *testing.T, addr string, _ *clock) {
		client, name := connect(t, addr), digits(16)
		source, err := redisidverify.NewStartSource(client, redisidverify.Rate{Name: name, PerSecond: 10})
		require.NoError(t, err)
		grantOf(t, patient(source), 1, time.Minute)
		tat, err := client.Get(t.Context(), "idverify:{r:"+name+"}:tat").Result()
		require.NoError(t, err)
		assert.Regexp(t, `^\d{16}$`, tat)
	})
}

// All keys expire in Redis.
func TestStartSource_KeysEnd(t *testing.T) {
	m := miniredis.RunT(t)
	source := patient(newStarts(t, connect(t, m.Addr()), 1))
	grantOf(t, source, 1, time.Minute)
	assert.Len(t, m.Keys(), 2)
	m.FastForward(5 * time.Second)
	assert.Empty(t, m.Keys())
}

// While Redis hangs the limiter works at this process's share, and reports it.
// Holds P-MANY-2.
func TestNewLimiter_DegradedWhileRedisHangs(t *testing.T) {
	var mu sync.Mutex
	var told []idverify.StoreReason
	p := tcpproxy.Start(t, miniredis.RunT(t).Addr())
	limiter, err := redisidverify.NewLimiter(connect(t, p.Addr()), digits(16), idverify.SharedRate{
		PerSecond: 100, Processes: 2,
		OnStore: func(e idverify.StoreEvent) {
			mu.Lock()
			defer mu.Unlock()
			assert.Equal(t, "rate", e.Store)
			told = append(told, e.Reason)
		},
	})
	require.NoError(t, err)
	p.Hang()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 5 {
		release, err := limiter.Acquire(ctx)
		require.NoError(t, err)
		release()
	}
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return slices.Contains(told, idverify.StoreTimeout) && slices.Contains(told, idverify.StorePaused)
	}, 10*time.Second, 10*time.Millisecond)
}
