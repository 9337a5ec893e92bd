package sqlidverify

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// JournalOptions are the options of [NewJournal]. Name is required.
type JournalOptions struct {
	// Name is the batch's: 1 to 64 letters, digits, ".", "-" and "_", such as
	// "2026-11". All machines use one name for one batch.
	Name string
	// Hold is how long a row belongs to the run that began it, at least 1 ms. After that
	// it counts as interrupted: it may have been billed, and is not sent again by itself.
	// It should be longer than the longest call. Default 5 minutes.
	Hold time.Duration
	// OnStore is called after each step that failed or was late. Store is "journal", and
	// Operation "begin_run", "load", "begin" or "finish". It is called by several
	// goroutines, and a panic of it is ignored. It may be nil.
	OnStore func(idverify.StoreEvent)
}

const (
	defaultHold = 5 * time.Minute
	batchScope  = "b:"
	// runsScope has one row for each batch, whose print is the binding of its runs.
	runsScope = "batches"
)

// Journal is a [batch.SharedJournal] in a table: a batch may run on many machines at
// once, and no row is sent by two of them. Each run has a Journal of its own.
//
// While the database is down, the run waits up to 30 s for it, and then ends before the
// next row is sent. A run with another secret than the earlier runs is refused, because
// it would find none of their rows.
type Journal struct {
	store   *store
	o       JournalOptions
	holders sync.Map // of the rows that this run has begun, by key
}

var (
	_ batch.SharedJournal = (*Journal)(nil)
	_ batch.RunJournal    = (*Journal)(nil)
)

// NewJournal makes the journal of a run, for [batch.WithJournal]. It fails with
// CodeInvalidConfig and the field "db", "dialect", "Name" or "Hold". It does not connect.
func NewJournal(db *sql.DB, d Dialect, o JournalOptions) (*Journal, error) {
	if err := checkDB(db, d); err != nil {
		return nil, err
	}
	if o.Hold == 0 {
		o.Hold = defaultHold
	}
	switch {
	case !isName(o.Name):
		return nil, misconfigured("Name", "a batch's name has 1 to 64 letters, digits, ., - and _")
	case o.Hold < time.Millisecond:
		return nil, misconfigured("Hold", "a row must be held for 1 ms or more")
	}
	return &Journal{store: &store{db, d}, o: o}, nil
}

func isName(text string) bool { return isWord(text, 64, ".-_") }

var (
	errNoKey    = errors.New("sqlidverify: a journal's key has 1 to 97 letters, digits and . : - _")
	errNoEntry  = errors.New("sqlidverify: an entry has a Result or an Err")
	errBegun    = errors.New("sqlidverify: the row was begun before")
	errNotBegun = errors.New("sqlidverify: this run has not begun the row")
	errReplaced = errors.New("sqlidverify: the row has been given to another run")
	errBinding  = errors.New("sqlidverify: earlier runs of this batch had another secret or another evidence binding, so no row of theirs would be found; use theirs, or another Name for another batch")
)

// step makes a step of a batch, and tells of its failure.
func (j *Journal) step(ctx context.Context, operation string, once func(ctx context.Context) error) error {
	began := time.Now()
	err := j.store.step(ctx, forBatches, once)
	if !errors.Is(err, errBegun) && !errors.Is(err, errBinding) {
		tell(ctx, j.o.OnStore, idverify.StoreEvent{Store: "journal", Operation: operation, Duration: time.Since(began)}, err)
	}
	return err
}

// id names a row. The key is one that [batch.Run] makes.
func (j *Journal) id(key string) (claimID, error) {
	if !isWord(key, 97, ".-_:") {
		return claimID{}, errNoKey
	}
	return claimID{batchScope + j.o.Name, key}, nil
}

// BeginRun implements [batch.RunJournal]: the first run of a batch leaves its binding,
// and those that come after must have the same.
func (j *Journal) BeginRun(ctx context.Context, binding string) (end func(), err error) {
	if !isWord(binding, 64, "") {
		return nil, errBinding
	}
	id, holder := claimID{runsScope, j.o.Name}, newHolder()
	err = j.step(ctx, "begin_run", func(ctx context.Context) error {
		row, err := j.store.claim(ctx, id, binding, holder, 0)
		if err == nil && row.print != binding {
			return final{errBinding}
		}
		return err
	})
	return func() {}, err
}

// Load implements [batch.Journal].
func (j *Journal) Load(ctx context.Context, key string) (batch.Entry, bool, error) {
	id, err := j.id(key)
	if err != nil {
		return batch.Entry{}, false, err
	}
	var entry batch.Entry
	found := false
	err = j.step(ctx, "load", func(ctx context.Context) error {
		row, err := j.store.read(ctx, id)
		switch found = err == nil; {
		case errors.Is(err, errNoRow):
			return nil
		case err != nil:
			return err
		}
		entry, err = row.entry()
		return err
	})
	return entry, found && err == nil, err
}

// Begin implements [batch.Journal]. It begins only what nobody has begun.
func (j *Journal) Begin(ctx context.Context, key string) error {
	taken, err := j.begin(ctx, key, batch.Entry{})
	if err == nil && taken {
		return errBegun
	}
	return err
}

// BeginIf implements [batch.SharedJournal].
func (j *Journal) BeginIf(ctx context.Context, key string, loaded batch.Entry) (taken bool, err error) {
	return j.begin(ctx, key, loaded)
}

func (j *Journal) begin(ctx context.Context, key string, loaded batch.Entry) (taken bool, err error) {
	id, err := j.id(key)
	if err != nil {
		return false, err
	}
	from := claimRow{claimID: id}
	if loaded.Version != "" {
		if from.state, from.holder, err = versionOf(loaded.Version); err != nil {
			return false, err
		}
	}
	holder := newHolder()
	err = j.step(ctx, "begin", func(ctx context.Context) error {
		var row claimRow
		var err error
		if from.holder == "" {
			row, err = j.store.claim(ctx, id, "", holder, j.o.Hold)
		} else {
			row, err = j.store.retake(ctx, from, holder, j.o.Hold)
		}
		if errors.Is(err, errNoRow) { // an operator has removed what was loaded
			err = nil
		}
		taken = row.holder != holder
		return err
	})
	if err != nil {
		return false, err
	}
	if !taken {
		j.holders.Store(key, holder)
	}
	return taken, nil
}

// Finish implements [batch.Journal]. It fails when another run has been given the row.
// It does not depend on how long the row was held.
func (j *Journal) Finish(ctx context.Context, key string, answer batch.Entry) error {
	id, err := j.id(key)
	if err != nil {
		return err
	}
	to, text, err := written(answer)
	if err != nil {
		return err
	}
	holder, begun := j.holders.Load(key)
	if !begun {
		return errNotBegun
	}
	err = j.step(ctx, "finish", func(ctx context.Context) error {
		return j.store.settle(ctx, id, holder.(string), to, text)
	})
	if errors.Is(err, errLost) {
		err = errReplaced
	}
	if err == nil || errors.Is(err, errReplaced) {
		j.holders.CompareAndDelete(key, holder)
	}
	return err
}

// version is what BeginIf compares: who had the row last, and how it stood.
func (r claimRow) version() string { return strconv.Itoa(int(r.state)) + "-" + r.holder }

func versionOf(version string) (state, string, error) {
	digit, holder, _ := strings.Cut(version, "-")
	n, err := strconv.Atoi(digit)
	if err != nil || !isHex(holder, 32) {
		return 0, "", errors.New("sqlidverify: an entry's Version is not one that Load gave")
	}
	return state(n), holder, nil
}
