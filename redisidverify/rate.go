package redisidverify

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/idverify/idverify"
)

// Rate is the rate of a [NewStartSource].
type Rate struct {
	// Name identifies the rate: 1 to 64 letters, digits, ".", "-" and "_", such as
	// "baidu-main". All processes of one account use the same name. It is a key in
	// Redis, and not secret.
	Name string
	// PerSecond is how many calls may start per second in all processes together: from
	// 0.001 to 1,000,000, and the same in all of them.
	PerSecond float64
}

const (
	minPerSecond, maxPerSecond = 0.001, 1_000_000
	maxRateName                = 64
	// grantKept is how long the answer to a command is kept for its repetition.
	grantKept = 5 * time.Second
	// atOnce is the time span of the starts in one grant. A process that dies wastes
	// at most that.
	atOnce = 50 * time.Millisecond
	// furthest is how far ahead a start is reserved.
	furthest = time.Minute
	// sourcePause is shorter than the limiter's pause, so that the limiter's next
	// question, a second later, is allowed.
	sourcePause = pause - 100*time.Millisecond
)

// StartSource is an [idverify.StartSource] in Redis. It reserves starts instead of
// polling: one call of Redis returns up to 50 ms of consecutive starts. Redis's clock
// counts.
type StartSource struct {
	guard    *guard
	name     string
	interval string // in µs
	lease    int
	furthest int64 // in µs
}

var _ idverify.StartSource = (*StartSource)(nil)

// NewStartSource makes a source of starts for [idverify.NewSharedLimiter], which must
// have the same PerSecond: [NewLimiter] makes both. It fails with CodeInvalidConfig and
// the field "client", "Name" or "PerSecond". It does not connect.
func NewStartSource(client redis.Scripter, r Rate) (*StartSource, error) {
	switch {
	case isNil(client):
		return nil, misconfigured("client", "the client must not be nil")
	case !isWord(r.Name, maxRateName, ".-_"):
		return nil, misconfigured("Name", "a rate's name has 1 to 64 letters, digits, ., - and _")
	case !(r.PerSecond >= minPerSecond && r.PerSecond <= maxPerSecond):
		return nil, misconfigured("PerSecond", "must be from 0.001 to 1000000 calls per second")
	}
	interval := 1e6 / r.PerSecond
	lease := max(1, int(r.PerSecond*atOnce.Seconds()))
	return &StartSource{
		guard:    newGuard(client, sourcePause),
		name:     r.Name,
		interval: strconv.FormatFloat(interval, 'f', -1, 64),
		lease:    lease,
		furthest: furthest.Microseconds() + int64(float64(lease)*interval) + 1,
	}, nil
}

// NewLimiter makes a limiter for the calls of all processes together: a [StartSource]
// with this name behind [idverify.NewSharedLimiter]; see there. While Redis fails,
// this process works at PerSecond/Processes and reports it by OnStore.
//
// Set PerSecond 5 % below the purchased rate: network and scheduler delay calls
// unevenly, so a single second can contain a few more.
func NewLimiter(client redis.Scripter, name string, r idverify.SharedRate) (idverify.Limiter, error) {
	source, err := NewStartSource(client, Rate{Name: name, PerSecond: r.PerSecond})
	if err != nil {
		return nil, err
	}
	return idverify.NewSharedLimiter(source, r)
}

// Reserve implements [idverify.StartSource]. It reserves starts at most a minute
// ahead, and at most 50 ms of them at once.
func (s *StartSource) Reserve(ctx context.Context, want int, patience time.Duration) (n int, wait time.Duration, err error) {
	if want < 1 {
		return 0, 0, ctx.Err()
	}
	want = min(want, s.lease)
	patience = min(max(0, patience), furthest)
	of := "idverify:{r:" + s.name + "}:"
	r, err := s.guard.run(ctx, nil, rateReserve, []string{of + "tat", of + "g:" + nonce()},
		s.interval, want, patience.Microseconds(), s.furthest, grantKept.Milliseconds())
	if err != nil {
		return 0, 0, err
	}
	granted, ok := r.number(0)
	micros, inTime := r.number(1)
	if !ok || !inTime || granted > int64(want) {
		return 0, 0, errAnswer
	}
	return int(granted), times(micros, time.Microsecond), nil
}
