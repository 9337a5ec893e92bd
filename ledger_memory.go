package idverify

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// NewMemoryLedger makes a [Ledger] in this process's memory, for tests and for
// programs that ask each question within one run. It keeps every question until the
// process ends, at about 2 kB each. Several Clients may share it. It fails only when
// the context has ended, and for arguments that a Client never passes.
func NewMemoryLedger() Ledger {
	return &memoryLedger{claimTable: &claimTable{rows: map[string]*claimRow{}}}
}

// memoryLedger keeps its table behind a pointer for the same reason as
// memoryPersonStore.
type memoryLedger struct {
	*claimTable
	_ struct{} // keeps the struct larger than a pointer, as in redact.Secret
}

// Format implements [fmt.Formatter]: it prints no questions.
func (m memoryLedger) Format(s fmt.State, verb rune) {
	redact.Format(s, verb, "idverify.Ledger(memory)")
}

// LogValue implements [slog.LogValuer].
func (m memoryLedger) LogValue() slog.Value { return slog.StringValue("idverify.Ledger(memory)") }

// String is for dumpers that follow pointers and then call String.
func (*claimTable) String() string { return "idverify.Ledger(memory)" }

type claimTable struct {
	mu   sync.Mutex
	rows map[string]*claimRow
}

type claimRow struct {
	print, holder string
	outcome       ClaimOutcome // empty while in flight
	until         time.Time
	answer        []byte
}

// Claim implements [Ledger].
func (t *claimTable) Claim(ctx context.Context, c ClaimRequest) (Claim, error) {
	if err := ctx.Err(); err != nil {
		return Claim{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	row, known := t.rows[c.ID]
	switch {
	case !known:
		t.rows[c.ID] = &claimRow{print: c.Print, holder: c.Holder, until: now.Add(c.Hold)}
		return Claim{State: ClaimMine}, nil
	case row.print != c.Print:
		return Claim{State: ClaimConflict}, nil
	case row.outcome == "" && row.holder == c.Holder:
		return Claim{State: ClaimMine}, nil
	case row.outcome == "" && now.Before(row.until):
		return Claim{State: ClaimHeld, Left: row.until.Sub(now)}, nil
	case c.Repeat && row.outcome != OutcomeDecided:
		*row = claimRow{print: c.Print, holder: c.Holder, until: now.Add(c.Hold)}
		return Claim{State: ClaimMine}, nil
	case row.outcome == "":
		return Claim{State: ClaimAmbiguous}, nil
	}
	return Claim{State: ClaimKept, Answer: bytes.Clone(row.answer)}, nil
}

// Settle implements [Ledger].
func (t *claimTable) Settle(ctx context.Context, s Settlement) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	row, known := t.rows[s.ID]
	switch {
	case !known && s.Outcome == OutcomeFree:
		return nil
	case !known || row.holder != s.Holder:
		return ErrClaimLost
	case row.outcome != "": // it was settled already
		return nil
	case s.Outcome == OutcomeFree:
		delete(t.rows, s.ID)
	default:
		row.outcome, row.answer = s.Outcome, bytes.Clone(s.Answer)
	}
	return nil
}
