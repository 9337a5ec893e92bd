package sqlidverify

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"time"
)

// state is the state of a row of idverify_claim.
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
	readClaim = `select state, holder, print, {left}, {answer} from idverify_claim where scope = ? and id = ?`
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
	var answer sql.NullString
	err := s.db.QueryRowContext(ctx, s.d.say(readClaim), id.scope, id.id).Scan(&row.state, &row.holder, &row.print, &left, &answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return row, errNoRow
	case err != nil:
		return row, err
	}
	row.left = time.Duration(left) * time.Microsecond
	if row.answer, err = hex.DecodeString(answer.String); err != nil {
		return row, final{errAnswer}
	}
	return row, nil
}

// claim makes a row if there is none, and then reads who has it.
func (s *store) claim(ctx context.Context, id claimID, print, holder string, hold time.Duration) (claimRow, error) {
	_, err := s.exec(ctx, insertClaim, id.scope, id.id, print, holder, micros(hold))
	if err != nil {
		return claimRow{}, err
	}
	row, err := s.read(ctx, id)
	if errors.Is(err, errNoRow) { // somebody else had it and freed it in between
		err = errAgain
	}
	return row, err
}

// retake gives a row to another holder, if it is not alive and nobody changed it since
// it was read. It then reads who has it.
func (s *store) retake(ctx context.Context, from claimRow, holder string, hold time.Duration) (claimRow, error) {
	_, err := s.exec(ctx, retakeClaim, holder, micros(hold), from.scope, from.id, from.holder, int(from.state))
	if err != nil {
		return claimRow{}, err
	}
	return s.read(ctx, from.claimID)
}

// settle ends a claim. It does nothing if the holder has already settled it, and its
// error is errLost if somebody else has the row.
//
// Here and in free the number of changed rows is trusted: all databases count these
// statements in the same way. If a count were wrong, the row would become ambiguous, and
// nobody would pay.
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

// free removes a claim that is in flight. It is no error if there is no row. The number
// of removed rows is looked at first: after a successful delete somebody else may claim
// the row at once, and reading it back would look like a loss.
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

// longest is the longest time ahead that every database can store.
const longest = 100 * 365 * 24 * time.Hour

func micros(d time.Duration) int64 { return min(max(0, d), longest).Microseconds() }

// newHolder is 128 random bits.
func newHolder() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id[:])
}
