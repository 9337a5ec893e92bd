package idverify

import (
	"context"
	"crypto/sha256"
	"time"
)

// HoldToContract checks what a [Provider] or a [Verifier] returned, and gives
// one of the two: a decision, or an error that is an [*Error]. A match that was
// not earned, a result that is no decision, neither of the two, and an error
// without a code of this package become an [*Error] that is ambiguous. Wrappers
// of a Verifier use it as [Client] and package batch do. vendor is the name for
// a result or an error that has none, and may be empty.
func HoldToContract(vendor string, res *Result, err error) (*Result, error) {
	res, e := settle(vendor, res, err)
	if e != nil {
		return nil, e
	}
	return res, nil
}

// HoldEvidence reads the content of all evidence once, for a journal or a store of
// questions. It gives a digest of it, in order and with its kinds, and copies of
// the evidence whose media can be read to their end only if they are what they
// were: send those. Media that cannot be read, or not within patience, enter as
// unreadable and stay so in the copy. It fails with CodeInvalidRequest and Field
// "Evidence" for evidence that is no [ContentEvidence], and with CodeCanceled or
// CodeTimeout when ctx is done.
func HoldEvidence(ctx context.Context, evidence []Evidence, patience time.Duration) (held []Evidence, digest [sha256.Size]byte, err error) {
	return holdEvidence(ctx, evidence, patience)
}

// MayHaveCost reports whether any attempt of the call was, or may have been,
// billed. If it was not, asking again is no double payment.
//
// A bill that the vendor's documents leave open counts as none where the request
// was not sent, or was turned away before anybody looked.
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
