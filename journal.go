package idverify

import (
	"context"
	"errors"
)

// Journal remembers the rows of a [Batch] between runs, so that nothing is paid
// for twice. [OpenFileJournal] makes one in a file; write one for your database
// if the rows are there too.
//
// What a method has accepted must outlive the process: Begin and Finish return
// when it would. Methods are called by several goroutines at once, but for one
// key only one after the other. The journal never sees a Request.
type Journal interface {
	// Load tells what is known of a row: the zero entry, nothing.
	Load(ctx context.Context, key string) (JournalEntry, error)
	// Begin notes that the row is about to be sent. Until Finish, Load says
	// InFlight, whatever was known before.
	Begin(ctx context.Context, key string) error
	// Finish keeps how the row ended. The entry has a Result or an Err.
	Finish(ctx context.Context, key string, answer JournalEntry) error
}

// JournalEntry is what a [Journal] knows of a row.
type JournalEntry struct {
	// InFlight says that the row was begun and has not ended since.
	InFlight bool
	// Result or Err is how the row ended last; both are nil if it never did.
	// It is enough to keep their JSON.
	Result *Result
	Err    *Error
}

// mayHaveCost reports whether any leg of a call was, or may have been, billed.
func mayHaveCost(e *Error) bool {
	if e.Ambiguous() || len(e.Attempts) == 0 && mayBeBilled(e.Code, e.Delivery, e.Billed) {
		return true
	}
	for _, a := range e.Attempts {
		if a.Ambiguous() || mayBeBilled(a.Code, a.Delivery, a.Billed) {
			return true
		}
	}
	return false
}

// mayBeBilled looks past a bill that the documents leave open where the request
// was not sent, or was turned away before anybody looked.
func mayBeBilled(code Code, delivery Delivery, billed Billed) bool {
	turnedAway := delivery == DeliveryNotSent || delivery == DeliveryRefused || code.Advice() == AdviceFixAccount
	return billed == BilledYes || billed == BilledUnknown && !turnedAway
}

// billing is what each call of a row cost.
func billing(r BatchResult) []Billed {
	var legs []Attempt
	var whole Billed
	var e *Error
	switch {
	case r.Result != nil:
		legs, whole = r.Result.Attempts, r.Result.Billed
	case errors.As(r.Err, &e):
		legs, whole = e.Attempts, e.Billed
	}
	if len(legs) == 0 {
		return []Billed{whole}
	}
	each := make([]Billed, len(legs))
	for i, leg := range legs {
		each[i] = leg.Billed
	}
	return each
}
