package idverify

import (
	"context"
	"log/slog"
	"time"
)

// AttemptStart is what is known when an attempt begins.
type AttemptStart struct {
	Vendor string
	// Number is 1 for the first attempt of a call.
	Number int
	// Wait is how long was waited before it.
	Wait time.Duration
}

// Observer watches attempts. What it is given holds nothing of the person. Its
// methods are called concurrently.
type Observer interface {
	// Attempt is called when an attempt begins, and the function that it
	// returns, if not nil, when it has ended. The context that it returns is
	// the attempt's: a tracer puts its span there. nil keeps the caller's.
	Attempt(ctx context.Context, start AttemptStart) (context.Context, func(Attempt))
}

// WithObserver adds an observer. Several are called in the order they were
// added.
func WithObserver(o Observer) Option {
	return func(s *settings) error {
		if o == nil {
			return misconfigured("WithObserver", "must not be nil")
		}
		s.observers = append(s.observers, o)
		return nil
	}
}

// WithLogger writes one line for each attempt and one for each call: at level
// Info for a decision, Warn for an error. The lines hold nothing of the person.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error {
		if l == nil {
			return misconfigured("WithLogger", "must not be nil")
		}
		s.logger = l
		s.observers = append(s.observers, attemptLog{l})
		return nil
	}
}

// observe tells every observer, and gives the context for the attempt and the
// function to call at its end.
func (c *Client) observe(ctx context.Context, start AttemptStart) (context.Context, func(Attempt)) {
	ends := make([]func(Attempt), 0, len(c.observers))
	for _, o := range c.observers {
		own, end := o.Attempt(ctx, start)
		if own != nil {
			ctx = own
		}
		if end != nil {
			ends = append(ends, end)
		}
	}
	return ctx, func(a Attempt) {
		for i := len(ends) - 1; i >= 0; i-- { // the last to begin ends first
			ends[i](a)
		}
	}
}

type attemptLog struct{ *slog.Logger }

func (l attemptLog) Attempt(ctx context.Context, start AttemptStart) (context.Context, func(Attempt)) {
	return nil, func(a Attempt) {
		l.LogAttrs(ctx, levelOf(a.Code), "idverify attempt", slog.Int("number", start.Number), slog.Any("attempt", a))
	}
}

func levelOf(c Code) slog.Level {
	if c.IsDecision() {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// logCall writes the line for a call.
func (c *Client) logCall(ctx context.Context, duration time.Duration, res *Result, err error) {
	took := slog.Duration("duration", duration)
	if err != nil {
		c.logger.LogAttrs(ctx, slog.LevelWarn, "idverify call", took, slog.Any("error", err))
		return
	}
	c.logger.LogAttrs(ctx, slog.LevelInfo, "idverify call", took, slog.Any("result", res))
}
