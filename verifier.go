package idverify

import "context"

// Verifier answers whether a face is the person that a name and a resident ID
// number identify. [Client] is one, and so is every vendor's client alone.
//
// A decision, whichever way it went, is a Result and a nil error. No decision
// is a nil Result and an [*Error]. There is no third case. Implementations are
// safe for concurrent use.
type Verifier interface {
	Verify(ctx context.Context, req *Request) (*Result, error)
}

// Provider is one vendor's account as [Client] sees it. A Provider makes one
// exchange with its vendor for each question and translates; when to try again,
// and where, is the Client's business.
//
// Where a Provider is to be used without a Client, its method Verify calls
// [VerifyWith].
//
// A Provider may have two more methods. Rules() []Rule tells the rules that its
// passes are held to, and DecidesBy() string the other settings that a decision
// depends on. A decision that a [ResultStore] kept is used only where both decide
// the same today.
//
// Whoever writes a Provider of their own checks it with
// idverifytest.TestProvider.
type Provider interface {
	// Name is the vendor's short name, in lower case, always the same:
	// it stands in Result.Vendor and Error.Vendor.
	Name() string
	// Accepts reports whether the vendor can read this form of evidence. It
	// looks at the form only and opens nothing.
	Accepts(ev Evidence) bool
	// Ask makes one exchange about a question that was checked. It answers as
	// [Verifier] does. A provider is safe for concurrent use.
	Ask(ctx context.Context, q *Question) (*Result, error)
}

// FARProvider is a [Provider] that can promise a false-accept rate.
type FARProvider interface {
	Provider
	// WithMaxFAR returns a copy of the provider whose similarity threshold is
	// one for which the vendor published a false-accept rate of at most rate.
	// It never lowers a threshold. It fails with CodeInvalidConfig when the
	// vendor published no such threshold.
	WithMaxFAR(rate float64) (Provider, error)
}
