package batch

import (
	"context"

	"github.com/idverify/idverify"
)

// Journal remembers the rows of a [Run] between runs, so that nothing is paid for
// twice. [OpenFileJournal] makes one in a file; write one for your database if your
// rows are there.
//
// The keys it gets are those of the rows, each followed by a pseudonym: at most 97
// letters, digits and . _ - : See [WithJournal]. It never sees a Request.
//
// What a method has accepted must survive the end of the process: Begin and Finish
// return only when it does. Methods are called concurrently, but for one key only
// one after the other. A journal serves one run at a time; see [RunJournal].
type Journal interface {
	// Load returns what is known of a row, and whether anything is.
	Load(ctx context.Context, key string) (Entry, bool, error)
	// Begin records that the row is about to be sent. Until Finish, Load reports
	// InFlight, whatever was known before.
	Begin(ctx context.Context, key string) error
	// Finish records how the row ended. The entry has a Result or an Err.
	Finish(ctx context.Context, key string, answer Entry) error
}

// Entry is what a [Journal] knows of a row.
type Entry struct {
	// InFlight says that the row was begun and has not finished since.
	InFlight bool
	// Taken says that another run is asking about the row at the moment. Run does
	// not send it, and reports it as Taken. Only a [SharedJournal] returns it.
	Taken bool
	// Version is the journal's own version of the entry, which BeginIf compares.
	Version string
	// Result or Err is how the row last ended; both are nil if it never did.
	// Storing their JSON is enough.
	Result *idverify.Result
	Err    *idverify.Error
}

// failure returns Err as an error, and nil where it is nil.
func (e Entry) failure() error {
	if e.Err == nil {
		return nil
	}
	return e.Err
}

// RunJournal is a [Journal] whose BeginRun is called before each run, so that it can
// refuse a second run at the same time, or one that would not find its rows.
type RunJournal interface {
	Journal
	// BeginRun is called before the first row is pulled. An error ends the run
	// before anything is sent. binding is up to 64 letters and digits, which depend
	// on the secret of [WithJournal] and on what rows are bound to: with another
	// binding no earlier row is found, and all would be paid for again. end is
	// called once, after the last row has ended.
	BeginRun(ctx context.Context, binding string) (end func(), err error)
}

// SharedJournal is a [Journal] that several runs on several machines use at once.
// Between Load and Begin another run may have begun the row, so [Run] calls BeginIf
// instead of Begin. Load reports Taken for a row that another run has begun a short
// while ago, and InFlight once that run must have ended.
//
// Run does not look for two rows with the same key then, because BeginIf finds them.
type SharedJournal interface {
	Journal
	// BeginIf is Begin in one atomic step, if the row is still what Load returned; the
	// zero Entry stands for a row that did not exist. Otherwise it changes nothing and
	// returns taken: another run has the row, and this one must not send it.
	BeginIf(ctx context.Context, key string, loaded Entry) (taken bool, err error)
}

// UniqueKeyJournal is a [Journal] that can declare the keys of the rows unique by
// themselves, such as the primary keys of the table that the rows are read from. Run
// then does not look for two rows with the same key, which would take about 20 bytes
// of memory per row. If two rows do have the same key, both may be sent and paid
// for.
type UniqueKeyJournal interface {
	Journal
	// UniqueKeys is called once, before the first row is pulled.
	UniqueKeys() bool
}
