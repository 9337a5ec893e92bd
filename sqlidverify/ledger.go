package sqlidverify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/idverify/idverify"
)

// Ledger is an [idverify.Ledger] in a table. While the database is down, nothing is sent.
//
// The table holds pseudonyms, times, and answers with neither name nor number. They stay
// until [Ledger.Prune] removes them.
type Ledger struct{ store *store }

var _ idverify.Ledger = (*Ledger)(nil)

// NewLedger makes a ledger, for [idverify.WithLedger]. It fails with CodeInvalidConfig
// and the field "db" or "dialect". It does not connect. One Ledger serves any number of
// Clients; a call of it takes two or three statements, and two seconds at most.
func NewLedger(db *sql.DB, d Dialect) (*Ledger, error) {
	if err := checkDB(db, d); err != nil {
		return nil, err
	}
	return &Ledger{&store{db, d}}, nil
}

// ledgerScope is the scope of a ledger's rows.
const ledgerScope = "ledger"

var (
	errLost = fmt.Errorf("sqlidverify: %w", idverify.ErrClaimLost)
	// errNoPseudonym keeps an ID number or a key that somebody passes by hand out of
	// the table.
	errNoPseudonym = errors.New("sqlidverify: a claim's ID and Print are 64 hexadecimal digits, and its Holder 32")
	errNoOutcome   = errors.New("sqlidverify: a settlement has one of the four outcomes")
)

// Claim implements [idverify.Ledger]. It reads the row back to learn who has it:
// databases count changed rows in different ways.
func (l *Ledger) Claim(ctx context.Context, c idverify.ClaimRequest) (idverify.Claim, error) {
	if !isHex(c.ID, 64) || !isHex(c.Print, 64) || !isHex(c.Holder, 32) {
		return idverify.Claim{}, errNoPseudonym
	}
	var row claimRow
	err := l.store.step(ctx, forClaims, func(ctx context.Context) (err error) {
		row, err = l.claimOnce(ctx, c)
		return err
	})
	if err != nil {
		return idverify.Claim{}, err
	}
	return answerTo(c, row), nil
}

func (l *Ledger) claimOnce(ctx context.Context, c idverify.ClaimRequest) (claimRow, error) {
	row, err := l.store.claim(ctx, claimID{ledgerScope, c.ID}, c.Print, c.Holder, c.Hold)
	if err != nil || !c.Repeat || row.print != c.Print || row.state == decided || row.isAlive() || isHis(c, row) {
		return row, err
	}
	row, err = l.store.retake(ctx, row, c.Holder, c.Hold)
	if errors.Is(err, errNoRow) {
		err = errAgain
	}
	return row, err
}

// isHis reports whether the claimer already has the row.
func isHis(c idverify.ClaimRequest, row claimRow) bool {
	return row.state == inFlight && row.holder == c.Holder
}

// answerTo says what a row means to a claimer.
func answerTo(c idverify.ClaimRequest, row claimRow) idverify.Claim {
	switch {
	case row.print != c.Print:
		return idverify.Claim{State: idverify.ClaimConflict}
	case isHis(c, row):
		return idverify.Claim{State: idverify.ClaimMine}
	case row.isAlive():
		return idverify.Claim{State: idverify.ClaimHeld, Left: row.left}
	case row.state == inFlight:
		return idverify.Claim{State: idverify.ClaimAmbiguous}
	}
	return idverify.Claim{State: idverify.ClaimKept, Answer: row.answer}
}

var outcomes = map[idverify.ClaimOutcome]state{
	idverify.OutcomeDecided: decided, idverify.OutcomeFailed: failed, idverify.OutcomeAmbiguous: ambiguous,
}

// Settle implements [idverify.Ledger].
func (l *Ledger) Settle(ctx context.Context, s idverify.Settlement) error {
	to, keeps := outcomes[s.Outcome]
	switch {
	case !isHex(s.ID, 64) || !isHex(s.Holder, 32):
		return errNoPseudonym
	case !keeps && s.Outcome != idverify.OutcomeFree:
		return errNoOutcome
	}
	id := claimID{ledgerScope, s.ID}
	return l.store.step(ctx, forClaims, func(ctx context.Context) error {
		if s.Outcome == idverify.OutcomeFree {
			return l.store.free(ctx, id, s.Holder)
		}
		return l.store.settle(ctx, id, s.Holder, to, s.Answer)
	})
}
