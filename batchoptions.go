package idverify

import "github.com/idverify/idverify/internal/redact"

// BatchOption changes a [Batch]. An option that cannot be met makes Batch fail.
type BatchOption func(*batch) error

// WithConcurrency sets how many rows are under way at once, at least 1. The
// default is 8.
func WithConcurrency(n int) BatchOption {
	return func(b *batch) error {
		if n < 1 {
			return misconfigured("WithConcurrency", "at least one row must be under way")
		}
		b.concurrency = n
		return nil
	}
}

// WithTotal says how many rows there are, for [Progress]. The default is 0: it
// is not known.
func WithTotal(rows int) BatchOption {
	return func(b *batch) error {
		if rows < 0 {
			return misconfigured("WithTotal", "the number of rows is negative")
		}
		b.total = rows
		return nil
	}
}

// WithProgress has f called for each row, before the loop is given it and in
// the loop's goroutine.
func WithProgress(f func(Progress)) BatchOption {
	return func(b *batch) error {
		if f == nil {
			return misconfigured("WithProgress", "the function is nil")
		}
		b.progress = f
		return nil
	}
}

// WithJournal makes the run one that can be cut off and started again. Each row
// is written down before it is sent, and its answer before the loop gets it.
//
// A row that the journal knows is sent again only if no call for it can have
// been billed: it was never begun, or every call ended in an error with
// BilledNo, or was turned away before anybody was looked at: safe to repeat, or
// refused for the account. What was decided, and what failed at a price or
// perhaps at a price, comes from the journal, marked Resumed. So does a row that
// was in flight when an earlier run died, as an [*Error] with CodeUnknown that
// names the key and matches ErrAmbiguous: nobody can tell whether it was billed.
// [WithRepeat] sends such rows again.
//
// A journal serves one run at a time.
func WithJournal(j Journal) BatchOption {
	return func(b *batch) error {
		if j == nil {
			return misconfigured("WithJournal", "the journal is nil")
		}
		b.journal = j
		return nil
	}
}

// WithRepeat sends rows again although they may be paid for twice: those that
// the journal holds without a decision, that were or may have been billed, and
// for which the function says so. It is given the row's key and the error that
// the row would be reported with. It is called by several goroutines. The
// default is to repeat none.
func WithRepeat(which func(key string, err *Error) bool) BatchOption {
	return func(b *batch) error {
		if which == nil {
			return misconfigured("WithRepeat", "the function is nil")
		}
		b.repeat = which
		return nil
	}
}

// WithPersonBinding makes a row's place in the journal depend on the person as
// well as on the key, so that a key that comes to stand for somebody else, as
// row numbers do when a table is sorted anew, does not give that person the
// other's answer: the row is asked about anew. The journal is told the key and
// an HMAC-SHA-256 under secret, at least 32 bytes and the same in every run. By
// default the key alone is trusted.
func WithPersonBinding(secret []byte) BatchOption {
	own := redact.NewSecret(string(secret))
	return func(b *batch) error {
		if len(own.Reveal()) < minSecretBytes {
			return misconfigured("WithPersonBinding", "the secret needs at least 32 bytes")
		}
		b.binding = own
		return nil
	}
}
