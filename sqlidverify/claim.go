package sqlidverify

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"
)

// state is how a row of idverify_claim stands.
type state int

const (
	inFlight  state = 1
	decided   state = 2
	failed    state = 3 // at a price
	ambiguous state = 4
	failedFor state = 5 // for nothing: batches keep it
)

const (
	insertClaim = `insert into idverify_claim (scope, id, print, state, holder, until, begun)
		values (?, ?, ?, 1, ?, {in}, {now}) {unless there}`
	readClaim = `select state, holder, print, {left}, answer from idverify_claim where scope = ? and id = ?`
	// A claim is taken over from what was read, and from nothing else: a statement that
	// the network delivers late changes nothing.
	retakeClaim = `update idverify_claim set state = 1, holder = ?, until = {in}, begun = {now}, settled = null, answer = null
		where scope = ? and id = ? and holder = ? and state = ? and (state <> 1 or until <= {now})`
	settleClaim = `update idverify_claim set state = ?, answer = ?, settled = {now}
		where scope = ? and id = ? and holder = ? and state = 1`
	freeClaim = `delete from idverify_claim where scope = ? and id = ? and holder = ? and state = 1`
)

// claimID names a row of idverify_claim.
type claimID struct{ scope, id string }

// claimRow is a row of idverify_claim.
type claimRow struct {
	claimID
	state         state
	holder, print string
	left          time.Duration // until a row that is in flight is ambiguous
	answer        []byte
}

func (r claimRow) isAlive() bool { return r.state == inFlight && r.left > 0 }

// errNoRow says that there is no row.
var errNoRow = errors.New("sqlidverify: there is no such row")

// read reads a row. Its error is errNoRow, or the database's.
func (s *store) read(ctx context.Context, id claimID) (claimRow, error) {
	row := claimRow{claimID: id}
	var left int64
	err := s.db.QueryRowContext(ctx, s.d.say(readClaim), id.scope, id.id).Scan(&row.state, &row.holder, &row.print, &left, &row.answer)
	if errors.Is(err, sql.ErrNoRows) {
		return row, errNoRow
	}
	row.left = time.Duration(left) * time.Microsecond
	return row, err
}

// claim makes a row if it is not there, and reads whose it is then.
func (s *store) claim(ctx context.Context, id claimID, print, holder string, hold time.Duration) (claimRow, error) {
	_, err := s.exec(ctx, insertClaim, id.scope, id.id, print, holder, micros(hold))
	if err != nil {
		return claimRow{}, err
	}
	row, err := s.read(ctx, id)
	if errors.Is(err, errNoRow) { // it was another's, who freed it in between
		err = errAgain
	}
	return row, err
}

// retake gives a row that is still as it was read to another holder, unless it is alive,
// and reads whose it is then.
func (s *store) retake(ctx context.Context, from claimRow, holder string, hold time.Duration) (claimRow, error) {
	_, err := s.exec(ctx, retakeClaim, holder, micros(hold), from.scope, from.id, from.holder, int(from.state))
	if err != nil {
		return claimRow{}, err
	}
	return s.read(ctx, from.claimID)
}

// settle ends a claim. It does nothing if its holder has done so already, and its error
// is errLost if the row is not the holder's.
//
// That a row was changed may be counted here and in free, unlike whose it is: all ways of
// counting agree on these statements, and were a count wrong, the row would be ambiguous
// later, and nobody would pay.
func (s *store) settle(ctx context.Context, id claimID, holder string, to state, answer []byte) error {
	n, err := s.exec(ctx, settleClaim, int(to), answer, id.scope, id.id, holder)
	if err != nil || n > 0 {
		return err
	}
	row, err := s.read(ctx, id)
	switch {
	case errors.Is(err, errNoRow):
		return final{errLost}
	case err != nil:
		return err
	case row.holder != holder:
		return final{errLost}
	case row.state == inFlight:
		return errAgain
	}
	return nil
}

// free removes a claim that is in flight. A row that is not there is free already. Were
// it only read back, who claims it in between would make that look like a loss.
func (s *store) free(ctx context.Context, id claimID, holder string) error {
	n, err := s.exec(ctx, freeClaim, id.scope, id.id, holder)
	if err != nil || n > 0 {
		return err
	}
	row, err := s.read(ctx, id)
	switch {
	case errors.Is(err, errNoRow):
		return nil
	case err != nil:
		return err
	case row.holder != holder:
		return final{errLost}
	case row.state == inFlight:
		return errAgain
	}
	return nil
}

// longest keeps a moment within what databases can write.
const longest = 100 * 365 * 24 * time.Hour

func micros(d time.Duration) int64 { return min(max(0, d), longest).Microseconds() }

// newHolder is 128 random bits.
func newHolder() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id[:])
}
