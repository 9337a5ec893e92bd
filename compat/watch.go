package compat

import (
	"context"
	"sync"

	"github.com/idverify/idverify"
)

// Seats is a limiter of one's own: so many calls at a time.
type Seats chan struct{}

var _ idverify.Limiter = Seats(nil)

// Acquire implements idverify.Limiter.
func (s Seats) Acquire(ctx context.Context) (release func(), err error) {
	select {
	case s <- struct{}{}:
		return func() { <-s }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Attempts remembers every attempt, as hooks of one's own.
type Attempts struct {
	mu    sync.Mutex
	begun []idverify.AttemptStart
	ended []idverify.Attempt
}

// Hooks are what a client is to call.
func (l *Attempts) Hooks() idverify.Hooks { return idverify.Hooks{Attempt: l.attempt} }

func (l *Attempts) attempt(ctx context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = append(l.begun, start)
	return ctx, func(a idverify.Attempt) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ended = append(l.ended, a)
	}
}

// LastFirst is a router of one's own.
func LastFirst(_ context.Context, _ *idverify.Request, providers []idverify.Provider) []idverify.Provider {
	var turned []idverify.Provider
	for _, p := range providers {
		turned = append([]idverify.Provider{p}, turned...)
	}
	return turned
}

var _ idverify.Router = LastFirst
