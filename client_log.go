package idverify

import (
	"context"
	"log/slog"
	"slices"
)

type callLog struct{ *slog.Logger }

func (l callLog) call(ctx context.Context, _ CallStart) (context.Context, func(CallEnd)) {
	return nil, func(e CallEnd) {
		outcome, level := slog.Any("result", e.Result), levelOf(e.Code, e.Advice)
		if e.Err != nil {
			outcome = slog.Any("error", e.Err)
		} else if e.Result != nil && slices.Contains(e.Result.Warnings, WarnClockSkew) {
			level = max(level, slog.LevelWarn) // it comes once, and the operator has to correct the clock
		}
		l.LogAttrs(ctx, level, "idverify call",
			slog.String("call", e.ID), slog.Duration("duration", e.Duration), outcome)
	}
}

func (l callLog) attempt(ctx context.Context, start AttemptStart) (context.Context, func(Attempt)) {
	return nil, func(a Attempt) {
		l.LogAttrs(ctx, levelOf(a.Code, a.Code.Advice()), "idverify attempt",
			slog.String("call", start.CallID), slog.Int("number", start.Number), slog.Any("attempt", a))
	}
}

func (l callLog) circuit(c CircuitChange) {
	l.LogAttrs(context.Background(), slog.LevelWarn, "idverify circuit",
		slog.String("vendor", c.Vendor), slog.String("from", string(c.From)), slog.String("to", string(c.To)))
}

func (l callLog) store(e StoreEvent) {
	l.LogAttrs(context.Background(), slog.LevelWarn, "idverify store",
		slog.String("store", e.Store), slog.String("operation", e.Operation),
		slog.Duration("duration", e.Duration), slog.String("reason", string(e.Reason)))
}

// levelOf is the level of a line about a decision or an error.
func levelOf(code Code, advice Advice) slog.Level {
	switch {
	case advice == AdviceFixAccount:
		return slog.LevelError
	case code.IsDecision(), advice == AdviceRetakePhoto, advice == AdviceFixInput, code == CodeCanceled, code == CodePersonRestricted:
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// noteBrokenHook logs which hook panicked, but not the panic's value.
func (c *Client) noteBrokenHook(which string) {
	if c.logger == nil {
		return
	}
	defer func() { _ = recover() }() // the logger itself may panic
	c.logger.LogAttrs(context.Background(), slog.LevelError, "idverify hook panicked", slog.String("hook", which))
}
