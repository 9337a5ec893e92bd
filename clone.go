package idverify

import (
	"slices"

	"github.com/idverify/idverify/internal/clone"
)

// clone returns a deep copy, so that callers who share a key, and the store, cannot
// change each other's value.
func (r *Result) clone() *Result {
	own := *r
	own.Checks = clone.Of(r.Checks)
	own.Warnings = slices.Clone(r.Warnings)
	own.Attempts = cloneAttempts(r.Attempts)
	own.Reply = clone.Of(r.Reply)
	return &own
}

// clone is [Result.clone] for an error.
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
