package batch

import (
	"context"
	"time"

	"github.com/idverify/idverify"
)

// Option changes a [Run]. An option that cannot be met makes Run fail.
type Option func(*settings) error

const (
	defaultConcurrency = 8
	defaultGrace       = 30 * time.Second
)

// settings are what the options set.
type settings struct {
	concurrency int
	total       int
	progress    func(Progress)
	grace       time.Duration
	abort       <-chan struct{} // nil never ends

	journal  Journal
	binding  binding
	evidence bool
	repeat   func(key string, err *idverify.Error) bool
}

// WithConcurrency sets how many rows are under way at once, at least 1. The
// default is 8.
func WithConcurrency(n int) Option {
	return func(s *settings) error {
		if n < 1 {
			return misconfigured("WithConcurrency", "at least one row must be under way", nil)
		}
		s.concurrency = n
		return nil
	}
}

// WithTotal says how many rows there are, for [Progress]. The default is 0: it
// is not known.
func WithTotal(rows int) Option {
	return func(s *settings) error {
		if rows < 0 {
			return misconfigured("WithTotal", "the number of rows is negative", nil)
		}
		s.total = rows
		return nil
	}
}

// WithProgress has f called for each row, before the loop is given it and in
// the loop's goroutine.
func WithProgress(f func(Progress)) Option {
	return func(s *settings) error {
		if f == nil {
			return misconfigured("WithProgress", "the function is nil", nil)
		}
		s.progress = f
		return nil
	}
}

// WithGrace sets how long the calls in flight may go on after the context of
// [Run] has ended, by cancellation or by its deadline. Then they are cancelled,
// and end as ambiguous. 0 cancels them at once. The default is 30 s, which is
// the default time limit of one attempt.
func WithGrace(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return misconfigured("WithGrace", "the grace is negative", nil)
		}
		s.grace = d
		return nil
	}
}

// WithAbort ends the run when ctx does, without a grace: the calls in flight are
// cancelled. A program cancels the context of [Run] at the first interrupt and
// this one at the second. By default there is none.
func WithAbort(ctx context.Context) Option {
	return func(s *settings) error {
		if ctx == nil {
			return misconfigured("WithAbort", "the context is nil", nil)
		}
		s.abort = ctx.Done()
		return nil
	}
}

// WithJournal makes the run one that can be cut off and started again. Each row
// is written down before it is sent, and its answer before the loop gets it.
// Every row needs a Key.
//
// A row that the journal knows is sent again only if no call for it can have
// been billed, by [idverify.Error.MayHaveCost]. What was decided, and what
// failed at a price or perhaps at a price, comes from the journal, marked
// Resumed. So does a row that was in flight when an earlier run died, as an
// [*idverify.Error] with CodeInterrupted that names the key and matches
// ErrAmbiguous: nobody can tell whether it was billed. [WithRepeat] sends such
// rows again.
//
// The journal knows a row by its key and by its person, name and number: a key
// that comes to stand for somebody else, as row numbers do when a table is
// sorted anew, does not give that person the other's answer. The row is asked
// about as a new one. [WithEvidenceBinding] binds the evidence as well.
//
// The journal receives the key and an HMAC-SHA-256 under secret: at least 32
// random bytes, not all zeros, the same in every run, and copied. Under another
// secret no row of before is found; a [RunJournal] such as [FileJournal] then
// refuses the run. Do not keep the secret in the journal's own folder where
// others may read both: ID numbers can be enumerated.
func WithJournal(j Journal, secret []byte) Option {
	b, wrong := newBinding(secret)
	return func(s *settings) error {
		if isNil(j) {
			return misconfigured("WithJournal", "the journal is nil", nil)
		}
		if wrong != nil {
			return wrong
		}
		s.journal, s.binding = j, b
		return nil
	}
}

// WithEvidenceBinding has the journal know a row by its evidence as well as by
// its key and person: a row with another photo is asked about as a new one. All
// evidence of every row is then read once more, also of rows that the journal
// knows; a URL is compared as text. By default a row whose evidence was changed
// after it was answered needs a new key.
func WithEvidenceBinding() Option {
	return func(s *settings) error {
		s.evidence = true
		return nil
	}
}

// WithRepeat sends rows again although they may be paid for twice: those that
// the journal holds without a decision, that were or may have been billed, and
// for which the function says so. It is given the row's key and the error that
// the row would be reported with. It is called by several goroutines. The
// default is to repeat none.
func WithRepeat(which func(key string, err *idverify.Error) bool) Option {
	return func(s *settings) error {
		if which == nil {
			return misconfigured("WithRepeat", "the function is nil", nil)
		}
		s.repeat = which
		return nil
	}
}
