package batch

import (
	"context"
	"time"

	"github.com/idverify/idverify"
)

// Option configures a [Run]. If an option cannot be satisfied, Run fails.
type Option func(*settings) error

const (
	defaultConcurrency = 8
	defaultGrace       = 30 * time.Second
)

// settings are what the options configure.
type settings struct {
	concurrency int
	total       int
	progress    func(Progress)
	grace       time.Duration
	abort       <-chan struct{} // nil never fires

	journal  Journal
	binding  binding
	evidence bool
	repeat   func(key string, err *idverify.Error) bool
}

// WithConcurrency sets how many rows are in flight at once, at least 1. The default
// is 8.
func WithConcurrency(n int) Option {
	return func(s *settings) error {
		if n < 1 {
			return misconfigured("WithConcurrency", "must be at least 1", nil)
		}
		s.concurrency = n
		return nil
	}
}

// WithTotal says how many rows there are, for [Progress]. The default is 0, for an
// unknown number.
func WithTotal(rows int) Option {
	return func(s *settings) error {
		if rows < 0 {
			return misconfigured("WithTotal", "the number of rows is negative", nil)
		}
		s.total = rows
		return nil
	}
}

// WithProgress calls f for each row, before the loop gets it and in the loop's
// goroutine.
func WithProgress(f func(Progress)) Option {
	return func(s *settings) error {
		if f == nil {
			return misconfigured("WithProgress", "the function is nil", nil)
		}
		s.progress = f
		return nil
	}
}

// WithGrace sets how long the calls in flight may continue after the context of
// [Run] has ended, by cancellation or by its deadline. After that they are
// cancelled, and end as ambiguous. 0 cancels them at once. The default is 30 s,
// which is the default time limit of one attempt.
func WithGrace(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return misconfigured("WithGrace", "the grace is negative", nil)
		}
		s.grace = d
		return nil
	}
}

// WithAbort stops the run without a grace when ctx ends: the calls in flight are
// cancelled. A program cancels the context of [Run] at the first interrupt and this
// one at the second. By default there is no such context.
func WithAbort(ctx context.Context) Option {
	return func(s *settings) error {
		if ctx == nil {
			return misconfigured("WithAbort", "the context is nil", nil)
		}
		s.abort = ctx.Done()
		return nil
	}
}

// WithJournal makes the run resumable. Each row is recorded before it is sent, and
// its answer before the loop gets it. Every row needs an IdempotencyKey.
//
// A row that the journal knows is sent again only if no call for it can have been
// billed, see [idverify.Error.MayHaveCost]. A decision, and an error that was or
// may have been billed, comes from the journal, marked Resumed. A row that was in
// flight when an earlier run died is reported as an [*idverify.Error] with
// CodeInterrupted that contains the key and matches ErrAmbiguous: it is unknown
// whether it was billed. [WithRepeat] sends such rows again.
//
// The journal stores a row by its key and its person (name and number): if a key is
// reused for another person, as row numbers are when a table is sorted again, that
// person does not get the first one's answer. The row then counts as a new one.
// [WithEvidenceBinding] binds the evidence as well.
//
// The journal receives the key and an HMAC-SHA-256 under secret. The secret is at
// least 32 random bytes, not all zeros, and the same in every run; it is copied.
// With another secret no earlier row is found; a [RunJournal] such as [FileJournal]
// then refuses the run. Do not keep the secret in the journal's folder where others
// may read both: all ID numbers can be enumerated.
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

// WithEvidenceBinding makes the journal store a row by its evidence as well as by
// its key and person: a row with another photo counts as a new one. All evidence of
// every row is then read once more, also of rows that the journal knows; a URL is
// compared as text. By default a row whose evidence was changed after it was
// answered needs a new key.
func WithEvidenceBinding() Option {
	return func(s *settings) error {
		s.evidence = true
		return nil
	}
}

// WithRepeat sends rows again although they may be paid for twice: rows that the
// journal holds without a decision, that were or may have been billed, and for
// which the function returns true. The function gets the row's key and the error
// that would be reported. It is called concurrently. By default nothing is
// repeated.
func WithRepeat(which func(key string, err *idverify.Error) bool) Option {
	return func(s *settings) error {
		if which == nil {
			return misconfigured("WithRepeat", "the function is nil", nil)
		}
		s.repeat = which
		return nil
	}
}
