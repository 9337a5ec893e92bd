package redisidverify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"

	"github.com/idverify/idverify"
)

const (
	// ownLimit is how long a call of Redis may take.
	ownLimit = 300 * time.Millisecond
	// pause is how long Redis is not called after a failure.
	pause = time.Second
	// mostUnderWay is how many calls of one store are under way, abandoned ones
	// included.
	mostUnderWay = 64
)

var (
	errUnmade = errors.New("redisidverify: a store is made by NewTokenStore, NewPersonStore or NewStartSource")
	errPaused = fmt.Errorf("redisidverify: Redis was not called, because an earlier call failed or has not returned: %w", idverify.ErrStorePaused)
	errLate   = fmt.Errorf("redisidverify: Redis did not answer within %s: %w", ownLimit, context.DeadlineExceeded)
	errFailed = errors.New("redisidverify: the connection to Redis failed")
	errAnswer = errors.New("redisidverify: Redis returned an unexpected reply")
)

// guard wraps the client of one store. It enforces the time limit itself: with
// go-redis's defaults a call with a context of 300 ms returns only after 5 s when the
// server hangs.
type guard struct {
	client    redis.Scripter
	limit     time.Duration // ownLimit, except in tests
	breaker   *gobreaker.TwoStepCircuitBreaker[struct{}]
	underWay  chan struct{} // one for each call
	abandoned atomic.Int64  // calls under way that nobody waits for
}

func newGuard(client redis.Scripter, pause time.Duration) *guard {
	return &guard{
		client: client,
		limit:  ownLimit,
		breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
			MaxRequests: 1,
			Timeout:     pause,
			ReadyToTrip: func(gobreaker.Counts) bool { return true },
		}),
		underWay: make(chan struct{}, mostUnderWay),
	}
}

// String is for dumpers, which follow pointers but use String if there is one: the
// client has the server's password.
func (*guard) String() string { return "redisidverify.guard" }

// reply is the answer of a script: strings and numbers.
type reply []any

// call is one call of Redis.
type call struct {
	answer  chan answer
	left    atomic.Bool // set by the caller, or first by the answer
	once    sync.Once
	verdict func(error) // for the breaker
}

// judge reports to the breaker once: an answer after the limit is a failure.
func (c *call) judge(err error) { c.once.Do(func() { c.verdict(err) }) }

type answer struct {
	reply reply
	err   error
}

// run runs a script within the limit. Its error is ctx's, or one of this package
// without keys, values or addresses. over, which may be nil, is called once in another
// goroutine when the command has ended or was not sent: with the answer if it came too
// late for the caller, otherwise with nil.
func (g *guard) run(ctx context.Context, over func(missed reply), s *redis.Script, keys []string, args ...any) (reply, error) {
	if g == nil {
		return nil, errUnmade
	}
	if over == nil {
		over = func(reply) {}
	}
	return g.start(ctx, g.breaker.Allow, over, s, keys, args)
}

// undo runs a script even while the breaker is open, because Redis has just
// answered, late.
func (g *guard) undo(ctx context.Context, s *redis.Script, keys []string, args ...any) {
	always := func() (func(error), error) { return func(error) {}, nil }
	_, _ = g.start(context.WithoutCancel(ctx), always, func(reply) {}, s, keys, args)
}

func (g *guard) start(ctx context.Context, allow func() (func(error), error), over func(reply), s *redis.Script, keys []string, args []any) (reply, error) {
	if err := ctx.Err(); err != nil {
		over(nil)
		return nil, err
	}
	// The command does not end when the caller leaves: that would cost a connection,
	// and the state of Redis would stay unknown.
	limited, end := context.WithTimeout(context.WithoutCancel(ctx), g.limit)
	verdict, err := g.enter(ctx, limited, allow)
	if err != nil {
		end()
		over(nil)
		return nil, err
	}
	c := &call{answer: make(chan answer, 1), verdict: verdict}
	go func() {
		missed := g.send(limited, c, s, keys, args)
		end()
		<-g.underWay
		over(missed)
	}()
	return g.wait(ctx, limited, c)
}

// enter waits for a place among the calls in progress.
func (g *guard) enter(ctx, limited context.Context, allow func() (func(error), error)) (verdict func(error), err error) {
	if g.abandoned.Load() >= mostUnderWay {
		return nil, errPaused
	}
	select {
	case g.underWay <- struct{}{}:
	case <-limited.Done():
		return nil, errLate
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	verdict, err = allow()
	if err != nil {
		<-g.underWay
		return nil, errPaused
	}
	return verdict, nil
}

// send sends a command and delivers its answer to the waiting caller, or to over if
// nobody waits.
func (g *guard) send(ctx context.Context, c *call, s *redis.Script, keys []string, args []any) (missed reply) {
	got := answer{err: errFailed}
	defer func() {
		_ = recover() // from a hook that the user put into the client
		c.judge(got.err)
		c.answer <- got
		if c.left.Swap(true) {
			g.abandoned.Add(-1)
			missed = got.reply
		}
	}()
	value, err := s.Run(ctx, g.client, keys, args...).Slice()
	got = answer{value, harmless(err)}
	return nil
}

// wait waits until the answer comes, the limit has passed or the caller leaves.
func (g *guard) wait(ctx, limited context.Context, c *call) (reply, error) {
	var err error
	select {
	case got := <-c.answer:
		return got.reply, got.err
	case <-limited.Done():
		err = errLate
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.abandoned.Add(1)
	if c.left.Swap(true) { // the answer came at the last moment
		g.abandoned.Add(-1)
		got := <-c.answer
		return got.reply, got.err
	}
	if limited.Err() != nil {
		c.judge(errLate)
	} else {
		context.AfterFunc(limited, func() { c.judge(errLate) })
	}
	return nil, err
}

// refusals are the words with which Redis says why it refused a command.
var refusals = []string{
	"BUSY", "CLUSTERDOWN", "CROSSSLOT", "LOADING", "MASTERDOWN", "MISCONF", "NOAUTH", "NOPERM",
	"NOREPLICAS", "NOSCRIPT", "OOM", "READONLY", "TRYAGAIN", "WRONGPASS", "WRONGTYPE",
}

// harmless returns an error without addresses and Redis's own text, which quotes
// keys.
func harmless(err error) error {
	var said redis.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return errLate
	case !errors.As(err, &said):
		return errFailed
	}
	for _, word := range refusals {
		if strings.HasPrefix(said.Error(), word+" ") {
			return errors.New("redisidverify: Redis refused the command: " + word)
		}
	}
	return errors.New("redisidverify: Redis refused the command")
}

// reasonOf is the reason of an error of run for an [idverify.StoreEvent].
func reasonOf(err error) idverify.StoreReason {
	switch {
	case errors.Is(err, errPaused):
		return idverify.StorePaused
	case errors.Is(err, errLate):
		return idverify.StoreTimeout
	}
	return idverify.StoreFailed
}
