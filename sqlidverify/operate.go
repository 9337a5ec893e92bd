package sqlidverify

import (
	"context"
	"errors"
	"time"
)

// Undecided is a question that was asked, perhaps, and has no answer: whether it was
// billed only the vendor can tell.
type Undecided struct {
	// ID is the row's: of a [Ledger] a pseudonym, of a [Journal] the row's own key, a
	// colon and a pseudonym.
	ID string
	// Age is how long ago it was asked, by the database's clock.
	Age time.Duration
	// Gone says that the process that asked has not come back: it died, or its answer
	// could not be written down. Otherwise the vendor did not answer in time.
	Gone bool
}

const (
	isUndecided = `(state = 4 or state = 1 and until <= {now})`
	isSettled   = `state in (2, 3, 5) and settled <= {before}` // neither in flight nor ambiguous

	undecidedClaims = `select id, state, {age} from idverify_claim where scope = ? and ` + isUndecided + ` order by begun, id limit ?`
	releaseClaim    = `delete from idverify_claim where scope = ? and id = ? and ` + isUndecided
	settledClaims   = `select id from idverify_claim where scope = ? and id > ? and ` + isSettled + ` order by id limit ?`
	pruneClaims     = `delete from idverify_claim where scope = ? and ` + isSettled + ` and id in ({keys})`
)

var errDecided = errors.New("sqlidverify: the row is not undecided: it has an answer, or somebody asks at this moment")

// Undecided lists questions that are ambiguous, or in flight past their time: at most
// limit, those first that were asked first. It reads the whole ledger. For each of them,
// ask the vendor's support or look at its bill; then either leave it as it is, and the
// person gets another key, or let it be asked again: by Request.Repeat, or by Release.
func (l *Ledger) Undecided(ctx context.Context, limit int) ([]Undecided, error) {
	return l.store.undecided(ctx, ledgerScope, limit)
}

// Release removes an undecided question, so that it may be asked again, and paid for
// again. An answer that comes after all is lost. A row that is not there is no error;
// one that has an answer, or that somebody asks at this moment, stays, and is.
func (l *Ledger) Release(ctx context.Context, id string) error {
	return l.store.release(ctx, claimID{ledgerScope, id})
}

// Prune removes questions that were answered longer than age ago, with their answers, and
// says how many. What is in flight or ambiguous stays, however old it is. A question that
// was removed is a new one: it can be asked again under the same key, and paid for again.
// So age is longer than any key may come back. It goes on until ctx ends; what was
// removed by then is.
func (l *Ledger) Prune(ctx context.Context, age time.Duration) (removed int, err error) {
	return l.store.prune(ctx, ledgerScope, age)
}

// Undecided is that of [Ledger], for the rows of a batch. A row is asked about again by
// [batch.WithRepeat], or after Release.
func (j *Journal) Undecided(ctx context.Context, limit int) ([]Undecided, error) {
	return j.store.undecided(ctx, batchScope+j.o.Name, limit)
}

// Release is that of [Ledger], for a row of a batch. A row of a [Queue] also needs
// [Queue.Return], by the part of id before the colon.
func (j *Journal) Release(ctx context.Context, id string) error {
	return j.store.release(ctx, claimID{batchScope + j.o.Name, id})
}

// Prune is that of [Ledger], for the rows of a batch: one that was removed, and is run
// again, is paid for again.
func (j *Journal) Prune(ctx context.Context, age time.Duration) (removed int, err error) {
	return j.store.prune(ctx, batchScope+j.o.Name, age)
}

func (s *store) undecided(ctx context.Context, scope string, limit int) (all []Undecided, err error) {
	err = s.step(ctx, forOperators, func(ctx context.Context) error {
		all = nil
		rows, err := s.db.QueryContext(ctx, s.d.say(undecidedClaims), scope, max(0, limit))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var one Undecided
			var is state
			var age int64
			if err := rows.Scan(&one.ID, &is, &age); err != nil {
				return err
			}
			one.Age, one.Gone = time.Duration(max(0, age))*time.Microsecond, is == inFlight // below 0 if the clock went back
			all = append(all, one)
		}
		return rows.Err()
	})
	return all, err
}

func (s *store) release(ctx context.Context, id claimID) error {
	return s.step(ctx, forOperators, func(ctx context.Context) error {
		n, err := s.exec(ctx, releaseClaim, id.scope, id.id)
		if err != nil || n > 0 { // counted, as in free
			return err
		}
		switch _, err := s.read(ctx, id); {
		case errors.Is(err, errNoRow):
			return nil
		case err != nil:
			return err
		}
		return final{errDecided}
	})
}

func (s *store) prune(ctx context.Context, scope string, age time.Duration) (removed int, err error) {
	if age < 0 {
		return 0, misconfigured("age", "the age is negative")
	}
	for last := ""; ; {
		var ids []string
		err := s.step(ctx, forOperators, func(ctx context.Context) (err error) {
			ids, err = list(ctx, s, s.db, settledClaims, scope, last, micros(age), mostInBlock)
			return err
		})
		if err != nil || len(ids) == 0 {
			return removed, err
		}
		last = ids[len(ids)-1]
		text, args := withKeys(pruneClaims, []any{scope, micros(age)}, ids)
		err = s.step(ctx, forOperators, func(ctx context.Context) error {
			n, err := s.exec(ctx, text, args...)
			removed += int(n)
			return err
		})
		if err != nil {
			return removed, err
		}
	}
}
