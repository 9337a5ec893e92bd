package idverify

import "context"

// Verifier answers whether a face is the person that a name and a resident ID
// number identify. [Client] is one, and so is every vendor's client alone.
//
// A decision, whatever it is, is a Result and a nil error. No decision is a nil
// Result and an [*Error]. There is no third case. Implementations are safe for
// concurrent use.
type Verifier interface {
	Verify(ctx context.Context, req *Request) (*Result, error)
}

// Provider is one vendor's account as [Client] sees it. A Provider makes one
// exchange with its vendor for each question and translates the answer; the Client
// decides when to try again, and where.
//
// To use a Provider without a Client, let its method Verify call [VerifyWith].
//
// A Provider may have two more methods. Rules() []Rule returns the rules for its
// passes, and DecidesBy() string the other settings that a decision depends on. A
// decision kept by a [ResultStore] is used only if both lead to the same decision
// today.
//
// Check a Provider of your own with idverifytest.TestProvider.
type Provider interface {
	// Name is the vendor's short name, in lower case and constant: it becomes
	// Result.Vendor and Error.Vendor.
	Name() string
	// Accepts reports whether the vendor can read this form of evidence. It looks
	// only at the form and opens nothing.
	Accepts(ev Evidence) bool
	// Ask makes one exchange about a question that was already checked. It returns
	// what [Verifier] describes. It must be safe for concurrent use.
	Ask(ctx context.Context, q *Question) (*Result, error)
}

// FARProvider is a [Provider] that can guarantee a published false-accept rate.
type FARProvider interface {
	Provider
	// WithMaxFAR returns a copy of the provider whose similarity threshold is one
	// for which the vendor published a false-accept rate of at most rate. It never
	// makes a threshold milder. It fails with CodeInvalidConfig when the vendor
	// published no such threshold.
	WithMaxFAR(rate float64) (Provider, error)
}
