package idverify

import (
	"slices"

	"github.com/idverify/idverify/internal/clone"
)

// clone is a copy that shares nothing with the original that can be changed from
// outside: callers of one key, and a store, are each given their own.
func (r *Result) clone() *Result {
	own := *r
	own.Checks = clone.Of(r.Checks)
	own.Warnings = slices.Clone(r.Warnings)
	own.Attempts = cloneAttempts(r.Attempts)
	own.Reply = clone.Of(r.Reply)
	return &own
}

// clone is [Result.clone] for an error. Causes that are not this package's are
// shared: an error is compared by its address.
func (e *Error) clone() *Error {
	own := *e
	own.Attempts = cloneAttempts(e.Attempts)
	own.Reply = clone.Of(e.Reply)
	own.Err = cloneCause(e.Err)
	return &own
}

func cloneAttempts(all []Attempt) []Attempt {
	own := slices.Clone(all)
	for i := range own {
		own[i].Err = cloneCause(own[i].Err)
	}
	return own
}

func cloneCause(err error) error {
	if e, ok := err.(*Error); ok && e != nil {
		return e.clone()
	}
	return err
}
