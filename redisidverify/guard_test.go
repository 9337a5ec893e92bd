package redisidverify_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/redisidverify"
)

// deaf is a client whose commands ignore their context and end when the test says so.
type deaf struct {
	redis.Scripter
	asked  atomic.Int64
	mu     sync.Mutex
	answer func() (any, error) // nil while it hangs
	change chan struct{}
}

func newDeaf() *deaf { return &deaf{change: make(chan struct{})} }

func (d *deaf) says(answer func() (any, error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = answer
	close(d.change)
	d.change = make(chan struct{})
}

func (d *deaf) EvalSha(ctx context.Context, _ string, _ []string, _ ...any) *redis.Cmd {
	d.asked.Add(1)
	cmd := redis.NewCmd(ctx)
	for {
		d.mu.Lock()
		answer, change := d.answer, d.change
		d.mu.Unlock()
		if answer != nil {
			value, err := answer()
			cmd.SetVal(value)
			cmd.SetErr(err)
			return cmd
		}
		<-change
	}
}

func granted() (any, error) { return []any{int64(1), int64(0)}, nil }

// reserve asks for one start.
func reserve(ctx context.Context, s *redisidverify.StartSource) error {
	_, _, err := s.Reserve(ctx, 1, time.Minute)
	return err
}

// Holds P-MANY-4.
func TestGuard_HangingClientReturnsAfter300ms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newDeaf()
		store := newPersons(t, client)
		began := time.Now()
		_, err := store.Take(t.Context(), tryOf(digits(64), 1))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 300*time.Millisecond, time.Since(began))

		began = time.Now()
		for range 100 { // an outage costs one call, not every call
			_, err = store.Take(t.Context(), tryOf(digits(64), 1))
			assert.ErrorContains(t, err, "was not called")
		}
		assert.Zero(t, time.Since(began))
		assert.EqualValues(t, 1, client.asked.Load())
		client.says(granted)
	})
}

// Holds P-MANY-4.
func TestGuard_OneProbePerSecondClosesBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newDeaf()
		client.says(func() (any, error) { return nil, io.ErrUnexpectedEOF })
		store := newPersons(t, client)
		try := func() error { return store.Return(t.Context(), tryOf(digits(64), 1)) }
		require.Error(t, try())
		time.Sleep(time.Second + time.Millisecond)
		client.says(nil)
		probe := make(chan error, 1)
		go func() { probe <- try() }()
		synctest.Wait()
		for range 10 {
			require.ErrorContains(t, try(), "was not called")
		}
		assert.EqualValues(t, 2, client.asked.Load())
		client.says(granted)
		require.NoError(t, <-probe)
		require.NoError(t, try())
		assert.EqualValues(t, 3, client.asked.Load())
	})
}

func TestGuard_AtMost64ConcurrentCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newDeaf()
		source := newStarts(t, client, 1000)
		var all sync.WaitGroup
		began := time.Now()
		for range 500 {
			all.Go(func() { assert.Error(t, reserve(t.Context(), source)) })
		}
		all.Wait()
		assert.Equal(t, 300*time.Millisecond, time.Since(began))
		assert.EqualValues(t, 64, client.asked.Load())
		time.Sleep(time.Minute) // after which the breaker would allow a call
		assert.ErrorContains(t, reserve(t.Context(), source), "was not called")
		assert.Equal(t, time.Minute+300*time.Millisecond, time.Since(began), "that was said at once")
		client.says(granted)
		synctest.Wait()
		require.NoError(t, reserve(t.Context(), source))
	})
}

func TestGuard_LeavingCallerDoesNotOpenBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newDeaf()
		source := newStarts(t, client, 1000)
		for range 3 {
			ctx, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
			assert.Equal(t, context.DeadlineExceeded, reserve(ctx, source))
			leave()
		}
		client.says(granted)
		synctest.Wait()
		require.NoError(t, reserve(t.Context(), source))

		client.says(nil)
		ctx, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer leave()
		require.Error(t, reserve(ctx, source))
		time.Sleep(291 * time.Millisecond) // its answer never came, so Redis is at fault
		synctest.Wait()
		assert.ErrorContains(t, reserve(t.Context(), source), "was not called")
		client.says(granted)
	})
}

// For a caller that has already left, nothing is sent.
func TestGuard_CancelledCallerSendsNothing(t *testing.T) {
	client := newDeaf()
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, err := newPersons(t, client).Take(ctx, tryOf(digits(64), 1))
	assert.Equal(t, context.Canceled, err)
	assert.Zero(t, client.asked.Load())
}

func TestGuard_ErrorsShowOnlyTheirKind(t *testing.T) {
	for text, said := range map[string]string{
		"NOPERM No permissions to access the key 'idverify:{p:EXAMPLE}:tries'": "Redis refused the command: NOPERM",
		"READONLY You can't write against a read only replica. EXAMPLE":        "Redis refused the command: READONLY",
		"MOVED 3999 127.0.0.1:6381 EXAMPLE":                                    "Redis refused the command",
	} {
		client := newDeaf()
		client.says(func() (any, error) { return nil, replied(text) })
		err := newPersons(t, client).Return(t.Context(), tryOf(digits(64), 1))
		assert.EqualError(t, err, "redisidverify: "+said)
		assert.NoError(t, errors.Unwrap(err))
	}
	client := newDeaf()
	client.says(func() (any, error) { return nil, errors.New("dial tcp 10.0.0.1:6379: EXAMPLE") })
	err := newPersons(t, client).Return(t.Context(), tryOf(digits(64), 1))
	assert.EqualError(t, err, "redisidverify: the connection to Redis failed")
	assert.NoError(t, errors.Unwrap(err))
}

type replied string

func (r replied) Error() string { return string(r) }
func (replied) RedisError()     {}

func TestGuard_ClientPanicIsAnError(t *testing.T) {
	client := newDeaf()
	client.says(func() (any, error) { panic("EXAMPLE") })
	err := newPersons(t, client).Return(t.Context(), tryOf(digits(64), 1))
	assert.EqualError(t, err, "redisidverify: the connection to Redis failed")
}

// An answer of a server that is not Redis, or has other scripts, grants nothing.
func TestGuard_AnswersOutOfRangeGrantNothing(t *testing.T) {
	for _, answer := range []any{
		[]any{}, []any{int64(1)}, []any{"1", int64(0)}, []any{int64(-1), int64(0)},
		[]any{int64(2), int64(0)}, []any{int64(1), int64(-1)}, []any{nil, nil}, "OK",
	} {
		client := newDeaf()
		client.says(func() (any, error) { return answer, nil })
		n, wait, err := newStarts(t, client, 1).Reserve(t.Context(), 5, time.Minute)
		assert.Error(t, err, answer)
		assert.Zero(t, n)
		assert.Zero(t, wait)
		taken, err := newPersons(t, client).Take(t.Context(), tryOf(digits(64), 1))
		assert.Error(t, err, answer)
		assert.False(t, taken.OK)
	}
}

// A server hangs, loses the connection or loses the answer; go-redis has its default
// settings.
func TestGuard_RecoversByItself(t *testing.T) {
	for name, broken := range map[string]func(*tcpproxy.Proxy){
		"hangs": (*tcpproxy.Proxy).Hang, "cut": (*tcpproxy.Proxy).Cut,
		"loses answers": func(p *tcpproxy.Proxy) { p.Swallow(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			m := miniredis.RunT(t)
			p := tcpproxy.Start(t, m.Addr())
			store := newPersons(t, connect(t, p.Addr()))
			works := func() error { return store.Return(t.Context(), tryOf(digits(64), 1)) }
			mended(t, works)
			broken(p)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			_, err := store.Take(ctx, tryOf(digits(64), 1))
			require.Error(t, err)
			require.NoError(t, ctx.Err(), "it came back before its context ended")
			p.Heal()
			mended(t, works)
		})
	}
}

// A closed port must not make a constructor fail, but a wrong client must.
func TestConstructors_DoNotConnectAndRefuseMisuse(t *testing.T) {
	nobody := connect(t, "127.0.0.1:1")
	newTokens(t, nobody)
	newPersons(t, nobody)
	newStarts(t, nobody, 20)

	var none *redis.Client
	shared := idverify.SharedRate{PerSecond: 20, Processes: 1}
	short := []redisidverify.SealKey{{Name: "a", Secret: bytes.Repeat([]byte("E"), 31)}}
	twice := append(sealKeys(), sealKeys()...)
	named := []redisidverify.SealKey{{Name: "a:b", Secret: sealKeys()[0].Secret}}
	for about, test := range map[string]struct {
		field string
		made  func() (any, error)
	}{
		"tokens, no client": {"client", func() (any, error) { return redisidverify.NewTokenStore(nil, redisidverify.TokenOptions{}) }},
		"persons, nil":      {"client", func() (any, error) { return redisidverify.NewPersonStore(none) }},
		"starts, nil":       {"client", func() (any, error) { return redisidverify.NewStartSource(none, redisidverify.Rate{}) }},
		"check, nil":        {"client", func() (any, error) { return redisidverify.Check(t.Context(), none) }},
		"no key":            {"Keys", func() (any, error) { return redisidverify.NewTokenStore(nobody, redisidverify.TokenOptions{}) }},
		"short key": {"Keys", func() (any, error) {
			return redisidverify.NewTokenStore(nobody, redisidverify.TokenOptions{Keys: short})
		}},
		"one name twice": {"Keys", func() (any, error) {
			return redisidverify.NewTokenStore(nobody, redisidverify.TokenOptions{Keys: twice})
		}},
		"name with a colon": {"Keys", func() (any, error) {
			return redisidverify.NewTokenStore(nobody, redisidverify.TokenOptions{Keys: named})
		}},
		"rate without name":  {"Name", func() (any, error) { return redisidverify.NewStartSource(nobody, redisidverify.Rate{PerSecond: 1}) }},
		"name with a brace":  {"Name", func() (any, error) { return redisidverify.NewLimiter(nobody, "a}", shared) }},
		"name too long":      {"Name", func() (any, error) { return redisidverify.NewLimiter(nobody, strings.Repeat("a", 65), shared) }},
		"rate of 0":          {"PerSecond", func() (any, error) { return redisidverify.NewStartSource(nobody, redisidverify.Rate{Name: "a"}) }},
		"limiter, processes": {"Processes", func() (any, error) { return redisidverify.NewLimiter(nobody, "a", idverify.SharedRate{PerSecond: 1}) }},
	} {
		_, err := test.made()
		var e *idverify.Error
		require.ErrorAs(t, err, &e, about)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code, about)
		assert.Equal(t, test.field, e.Field, about)
	}
}

// The zero value of each store names what makes one.
func TestStores_ZeroValueIsRefused(t *testing.T) {
	const text = "a store is made by NewTokenStore, NewPersonStore or NewStartSource"
	var persons redisidverify.PersonStore
	taken, err := persons.Take(t.Context(), tryOf(digits(64), 1))
	assert.ErrorContains(t, err, text)
	assert.False(t, taken.OK)
	assert.ErrorContains(t, persons.Return(t.Context(), tryOf(digits(64), 1)), text)
	_, _, err = new(redisidverify.StartSource).Reserve(t.Context(), 1, time.Second)
	assert.ErrorContains(t, err, text)
	var tokens redisidverify.TokenStore
	_, _, err = tokens.Load(t.Context(), "key")
	assert.ErrorContains(t, err, text)
	assert.ErrorContains(t, tokens.Save(t.Context(), "key", tokenFor(time.Hour)), text)
	assert.ErrorContains(t, tokens.Drop(t.Context(), "key", tokenFor(time.Hour)), text)
}
