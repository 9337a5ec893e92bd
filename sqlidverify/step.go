package sqlidverify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/idverify/idverify"
)

// patience is how long a step may take: all its tries together, and one of them.
type patience struct{ all, one time.Duration }

var (
	forClaims = patience{2 * time.Second, time.Second}
	// Nobody waits for a batch in front of a screen, and a database may be restarting.
	forBatches = patience{30 * time.Second, 3 * time.Second}
	// Some of what operators ask reads a whole table.
	forOperators = patience{time.Minute, time.Minute}
	// forLeaving is for what is written when the caller has left.
	forLeaving = patience{2 * time.Second, time.Second}
)

const (
	// A step that failed is made again after these waits.
	firstWait, lastWait = 5 * time.Millisecond, 100 * time.Millisecond
	// shortestTry is the least time for one try, even if little is left.
	shortestTry = 250 * time.Millisecond
)

var (
	errUnmade = errors.New("sqlidverify: a Ledger, a Journal or a Queue is made by NewLedger, NewJournal or NewQueue, and Work by Queue.Run")
	errLate   = fmt.Errorf("sqlidverify: the database did not answer in time: %w", context.DeadlineExceeded)
	errFailed = errors.New("sqlidverify: the database failed")
	errAnswer = errors.New("sqlidverify: the table holds what this package does not write")
	errAgain  = errors.New("sqlidverify: the row changes all the time")
)

// final is an error that no repetition changes.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// store is the database as all of this package uses it.
type store struct {
	db *sql.DB
	d  Dialect
}

// String is for dumpers, which follow pointers and ask for it: the database has a
// password.
func (*store) String() string { return "sqlidverify.store" }

// Format implements [fmt.Formatter].
func (s *store) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue implements [slog.LogValuer].
func (s *store) LogValue() slog.Value { return slog.StringValue(s.String()) }

// step runs one step, and runs it again after any error until it succeeds, the time is
// over or the caller has left. All errors are treated alike: after a serialization
// failure, a deadlock, a cut connection or a lost answer the same step is run again,
// which changes nothing if it was done already. The error that step returns contains
// nothing of the database's own text.
func (s *store) step(ctx context.Context, p patience, once func(ctx context.Context) error) error {
	if s == nil {
		return errUnmade
	}
	limited, cancel := context.WithTimeout(ctx, p.all)
	defer cancel()
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		err := try(limited, p, once)
		var end final
		switch {
		case err == nil:
			return nil
		case errors.As(err, &end):
			return end.error
		case !pause(limited, wait/2+rand.N(wait/2)):
			return ended(ctx, err)
		}
	}
}

// try runs a step once, with at most half of the time that is left, so that a connection
// that hangs leaves time for another try.
func try(ctx context.Context, p patience, once func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	deadline, _ := ctx.Deadline()
	ctx, cancel := context.WithTimeout(ctx, min(p.one, max(shortestTry, time.Until(deadline)/2)))
	defer cancel()
	return once(ctx)
}

func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// ended returns the error of a step that did not succeed.
func ended(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	return harmless(err)
}

// harmless replaces an error by one without addresses, user names and the database's own
// text, which quotes values.
func harmless(err error) error {
	var coded interface{ SQLState() string } // pgx and lib/pq have it
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return errLate
	case errors.Is(err, errAgain), errors.Is(err, errAnswer):
		return err
	case errors.As(err, &coded) && isWord(coded.SQLState(), 5, ""):
		return errors.New("sqlidverify: the database refused the statement: " + coded.SQLState())
	}
	return errFailed
}

// reasonOf returns the reason for an [idverify.StoreEvent].
func reasonOf(err error) idverify.StoreReason {
	if errors.Is(err, context.DeadlineExceeded) {
		return idverify.StoreTimeout
	}
	return idverify.StoreFailed
}

// tell reports a failed step to the user's function. If that panics, it is ignored.
func tell(ctx context.Context, onStore func(idverify.StoreEvent), e idverify.StoreEvent, err error) {
	if onStore == nil || err == nil || ctx.Err() != nil { // a caller that leaves is no failure
		return
	}
	defer func() { _ = recover() }()
	e.Reason = reasonOf(err)
	onStore(e)
}

// exec runs a statement.
func (s *store) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	r, err := s.db.ExecContext(ctx, s.d.say(statement), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

const (
	hexDigits = "0123456789abcdef"
	letters   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
)

func isHex(text string, n int) bool { return len(text) == n && strings.Trim(text, hexDigits) == "" }

// isWord reports whether a text is 1 to most letters, digits and some other characters.
func isWord(text string, most int, others string) bool {
	return text != "" && len(text) <= most && strings.Trim(text, letters+others) == ""
}
