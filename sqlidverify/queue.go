package sqlidverify

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idcard"
)

// QueueOptions are the options of [NewQueue]. Name is required.
type QueueOptions struct {
	// Name is the batch's, and that of its journal; see [JournalOptions].
	Name string
	// Hold is that of [JournalOptions].
	Hold time.Duration
	// Reservation is how long rows that a machine has reserved and not begun are kept
	// from other machines, at least 10 ms. It decides how soon the rows of a machine that
	// died continue, and never whether a row is paid for twice. A reservation that ends
	// later than ten times this is over, because the database's clock must have gone back:
	// use about the same on all machines. Default 2 minutes.
	Reservation time.Duration
	// OnStore is called after each step that failed or was late. Store is "rows", and
	// Operation "add", "reserve", "mark", "stats", "return" or "prune"; the journal's
	// events come here too. It is called by several goroutines, and a panic of it is
	// ignored. It may be nil.
	OnStore func(idverify.StoreEvent)
}

const (
	defaultReservation = 2 * time.Minute
	// mostInBlock is how many rows are reserved by one step.
	mostInBlock = 200
	// mostInInsert is how many are added by one.
	mostInInsert = 500
)

// Queue is the rows of one batch, on which many machines work. It contains the keys of
// the rows and who works on them. It never contains a person: the persons stay in your own
// table, and [Queue.Run] asks you for them. Which rows were paid for is in the journal of
// the same name, which decides what may be sent.
type Queue struct {
	store *store
	o     QueueOptions
}

// NewQueue makes a queue. It fails with CodeInvalidConfig and the field "db",
// "dialect", "Name", "Hold" or "Reservation". It does not connect.
func NewQueue(db *sql.DB, d Dialect, o QueueOptions) (*Queue, error) {
	if _, err := NewJournal(db, d, JournalOptions{Name: o.Name, Hold: o.Hold}); err != nil {
		return nil, err
	}
	if o.Reservation == 0 {
		o.Reservation = defaultReservation
	}
	if o.Reservation < 10*time.Millisecond {
		return nil, misconfigured("Reservation", "rows must be reserved for 10 ms or more")
	}
	return &Queue{&store{db, d}, o}, nil
}

// The states of a row of idverify_row.
const (
	rowWaiting = iota
	rowReserved
	rowDone
)

const (
	insertRows = `insert into idverify_row (batch, row_key, n) values {rows} {unless there}`
	// A reservation that ends later than any can lasts for as long as the clock went back.
	lapsedRows = `select row_key from idverify_row where batch = ? and state = 1 and (until <= {now} or until > {in})
		order by n limit ? for update skip locked`
	waitingRows = `select row_key from idverify_row where batch = ? and state = 0
		order by n limit ? for update skip locked`
	reserveRows  = `update idverify_row set state = 1, worker = ?, until = {in} where batch = ? and row_key in ({keys})`
	reservedRows = `select row_key from idverify_row where batch = ? and state = 1 and worker = ? and until > {now} order by n`
	openRow      = `select 1 from idverify_row where batch = ? and state < 2 limit 1`
	countRows    = `select state, count(*) from idverify_row where batch = ? group by state`
	// A row is done once its result was given to a loop, even if another machine has it now.
	doneRows = `update idverify_row set state = 2, worker = null, until = null where batch = ? and row_key in ({keys})`
	backRows = `update idverify_row set state = 0, worker = null, until = null
		where batch = ? and state = 1 and worker = ? and row_key in ({keys})`
	laterRows = `update idverify_row set worker = null, until = {in}
		where batch = ? and state = 1 and worker = ? and row_key in ({keys})`
	againRows = `update idverify_row set state = 0, worker = null, until = null where batch = ? and row_key in ({keys})`
	pruneRows = `delete from idverify_row where batch = ? and state = 2 and row_key in ({keys})`
	someDone  = `select row_key from idverify_row where batch = ? and state = 2 limit ?`
)

var errNoRowKey = errors.New("sqlidverify: a row's key is one that idverify.Request takes as IdempotencyKey, and holds no ID number")

// Add puts rows into the queue, in order, those that are there already being left as
// they are: an Add that failed half way can be made again, also while machines work. It
// takes some 10 s for a million rows.
func (q *Queue) Add(ctx context.Context, keys iter.Seq[string]) error {
	chunk := make([]string, 0, mostInInsert)
	from := 0
	for key := range keys {
		if key == "" || (&idverify.Request{IdempotencyKey: key}).CheckKey() != nil || holdsNumber(key) {
			return errNoRowKey
		}
		if chunk = append(chunk, key); len(chunk) == mostInInsert {
			if err := q.add(ctx, from, chunk); err != nil {
				return err
			}
			from, chunk = from+len(chunk), chunk[:0]
		}
	}
	return q.add(ctx, from, chunk)
}

func (q *Queue) add(ctx context.Context, from int, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	args := make([]any, 0, 3*len(keys))
	for i, key := range keys {
		args = append(args, q.o.Name, key, from+i)
	}
	statement := strings.Replace(insertRows, "{rows}", "(?, ?, ?)"+strings.Repeat(", (?, ?, ?)", len(keys)-1), 1)
	return q.step(ctx, forBatches, "add", func(ctx context.Context) error {
		_, err := q.store.exec(ctx, statement, args...)
		return err
	})
}

// holdsNumber reports whether a key shows a resident ID number.
func holdsNumber(key string) bool {
	const length = 18
	for i := 0; i+length <= len(key); i++ {
		if _, err := idcard.Parse(key[i : i+length]); err == nil {
			return true
		}
	}
	return false
}

// Stats is how far a batch is.
type Stats struct{ Waiting, Reserved, Done int }

// Stats counts the rows: a second or so for a few million.
func (q *Queue) Stats(ctx context.Context) (Stats, error) {
	var out Stats
	err := q.step(ctx, forOperators, "stats", func(ctx context.Context) error {
		rows, err := q.store.db.QueryContext(ctx, q.store.d.say(countRows), q.o.Name)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		out = Stats{}
		for rows.Next() {
			var state, n int
			if err := rows.Scan(&state, &n); err != nil {
				return err
			}
			switch state {
			case rowWaiting:
				out.Waiting = n
			case rowReserved:
				out.Reserved = n
			case rowDone:
				out.Done = n
			}
		}
		return rows.Err()
	})
	return out, err
}

// Return puts rows back into the queue, in any state: for example those that failed free
// of charge while a vendor was down. Rows that were paid for are not paid for again: their
// results come from the journal, marked Resumed. Keys that are not in the queue are ignored.
func (q *Queue) Return(ctx context.Context, keys ...string) error {
	return q.each(ctx, forBatches, "return", keys, againRows, q.o.Name)
}

// Prune removes the rows that are done. It leaves the journal: see [Journal.Prune].
func (q *Queue) Prune(ctx context.Context) error {
	for {
		var keys []string
		err := q.step(ctx, forOperators, "prune", func(ctx context.Context) (err error) {
			keys, err = list(ctx, q.store, q.store.db, someDone, q.o.Name, mostInBlock)
			return err
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		if err := q.each(ctx, forBatches, "prune", keys, pruneRows, q.o.Name); err != nil {
			return err
		}
	}
}

// each runs a statement for many keys, which are its last parameters.
func (q *Queue) each(ctx context.Context, p patience, operation string, keys []string, statement string, args ...any) error {
	for len(keys) > 0 {
		n := min(len(keys), mostInBlock)
		text, all := withKeys(statement, args, keys[:n])
		err := q.step(ctx, p, operation, func(ctx context.Context) error {
			_, err := q.store.exec(ctx, text, all...)
			return err
		})
		if err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// withKeys writes keys into a statement. There are few lengths, so that drivers that
// keep prepared statements keep few: the last key is said again.
func withKeys(statement string, args []any, keys []string) (string, []any) {
	n := 1
	for n < len(keys) {
		n = min(4*n, mostInBlock)
	}
	all := append(make([]any, 0, len(args)+n), args...)
	for i := range n {
		all = append(all, keys[min(i, len(keys)-1)])
	}
	return strings.Replace(statement, "{keys}", "?"+strings.Repeat(", ?", n-1), 1), all
}

func (q *Queue) step(ctx context.Context, p patience, operation string, once func(ctx context.Context) error) error {
	began := time.Now()
	err := q.store.step(ctx, p, once)
	tell(ctx, q.o.OnStore, idverify.StoreEvent{Store: "rows", Operation: operation, Duration: time.Since(began)}, err)
	return err
}

// queryer is a database or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// list reads a column of texts.
func list(ctx context.Context, s *store, from queryer, statement string, args ...any) ([]string, error) {
	rows, err := from.QueryContext(ctx, s.d.say(statement), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
