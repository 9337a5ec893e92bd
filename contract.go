package idverify

import (
	"context"
	"crypto/sha256"
	"time"
)

// HoldToContract checks what a [Provider] or a [Verifier] returned. It returns
// either a decision or an [*Error]. A match that was not earned, a result that is
// no decision, neither result nor error, or an error without a code of this package
// becomes an [*Error] that is ambiguous. Use it in wrappers of a Verifier, as
// [Client] and package batch do. vendor is the name to set where the result or
// error has none, and may be empty.
func HoldToContract(vendor string, res *Result, err error) (*Result, error) {
	res, e := holdToContract(vendor, res, err)
	if e != nil {
		return nil, e
	}
	return res, nil
}

// HoldEvidence reads the content of all evidence once, for a journal or a store of
// questions. It returns a digest over kinds and contents in order, and copies of
// the evidence to send: their media fail at the end of a read if their content has
// changed since. Media that cannot be read, or not within patience, count as
// unreadable in digest and copy. It fails with CodeInvalidRequest and Field
// "Evidence" for evidence that is no [ContentEvidence], and with CodeCanceled or
// CodeTimeout when ctx is done.
func HoldEvidence(ctx context.Context, evidence []Evidence, patience time.Duration) (held []Evidence, digest [sha256.Size]byte, err error) {
	return holdEvidence(ctx, evidence, patience)
}

// MayHaveCost reports whether any attempt of the call was, or may have been,
// billed. If none was, asking again cannot be paid twice.
//
// Where the vendor's documents do not say, a request that was not sent, or was
// refused before anybody looked at it, counts as not billed.
func (e *Error) MayHaveCost() bool {
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

func mayBeBilled(code Code, delivery Delivery, billed Billed) bool {
	turnedAway := delivery == DeliveryNotSent || delivery == DeliveryRefused || code.Advice() == AdviceFixAccount
	return billed == BilledYes || billed == BilledUnknown && !turnedAway
}
