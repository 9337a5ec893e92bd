package batch

import (
	"context"

	"github.com/idverify/idverify"
)

// Journal remembers the rows of a [Run] between runs, so that nothing is paid
// for twice. [OpenFileJournal] makes one in a file; write one for your database
// if the rows are there too.
//
// The keys it is given are those of the rows, with a pseudonym behind each: at
// most 97 letters, digits and . _ - : See [WithJournal]. It never sees a
// Request.
//
// What a method has accepted must outlive the process: Begin and Finish return
// when it would. Methods are called by several goroutines at once, but for one
// key only one after the other. A journal serves one run at a time; see
// [RunJournal].
type Journal interface {
	// Load gives what is known of a row, and whether anything is.
	Load(ctx context.Context, key string) (Entry, bool, error)
	// Begin notes that the row is about to be sent. Until Finish, Load says
	// InFlight, whatever was known before.
	Begin(ctx context.Context, key string) error
	// Finish keeps how the row ended. The entry has a Result or an Err.
	Finish(ctx context.Context, key string, answer Entry) error
}

// Entry is what a [Journal] knows of a row.
type Entry struct {
	// InFlight says that the row was begun and has not ended since.
	InFlight bool
	// Taken says that another run is asking about the row at this moment. It is not
	// sent, and reported as Taken. Only a [SharedJournal] says so.
	Taken bool
	// Version is the journal's own mark of what was loaded, which BeginIf compares.
	// Only a [SharedJournal] sets it.
	Version string
	// Result or Err is how the row ended last; both are nil if it never did.
	// It is enough to keep their JSON.
	Result *idverify.Result
	Err    *idverify.Error
}

// failure is Err, and nil where it is nil.
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
	// before anything is sent. binding is up to 64 letters and digits, which
	// change with the secret of [WithJournal] and with what a row is bound to:
	// under another binding no row of before is found, and all would be paid
	// for again. end is called once, after the last row has ended.
	BeginRun(ctx context.Context, binding string) (end func(), err error)
}

// SharedJournal is a [Journal] that several runs on several machines use at once.
// Between Load and Begin another run may have begun the row, so [Run] calls BeginIf in
// the place of Begin. Load says Taken of a row that another run has begun a short
// while ago, and InFlight once that run must have ended.
//
// Run does not look for two rows with one key then: BeginIf finds them.
type SharedJournal interface {
	Journal
	// BeginIf does what Begin does, in one step, if the row is still what Load gave;
	// the zero Entry stands for a row that was not there. Otherwise it changes nothing
	// and says taken: another run has the row, and this one must not send it.
	BeginIf(ctx context.Context, key string, loaded Entry) (taken bool, err error)
}

// UniqueKeyJournal is a [Journal] that can say that the keys of the rows are
// unique by themselves, such as the primary keys of the table that the rows are
// read from. Run then does not look for two rows with one key, for which it
// would keep some 20 bytes a row in memory. If two rows have one key after all, both
// may be sent and paid for.
type UniqueKeyJournal interface {
	Journal
	// UniqueKeys is called once, before the first row is pulled.
	UniqueKeys() bool
}
