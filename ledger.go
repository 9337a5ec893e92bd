package idverify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// Ledger is where the Clients of many processes claim a question before they ask a
// vendor, so that all of them together pay for one call. [WithLedger] uses it. It
// must outlive its processes: use a database, not a cache. [NewMemoryLedger] is for
// one process.
//
// A row is in one of four states: in flight, decided, failed and ambiguous. Methods
// are called concurrently. Time is measured by the ledger's own clock: callers pass
// durations, never a time of day. An error's text is not printed.
type Ledger interface {
	// Claim takes the row of a question, or says who holds it. It is one atomic step
	// and does not wait: of concurrent claims exactly one gets ClaimMine.
	//
	//   - No row: it is created, in flight, with Print and Holder and until = now +
	//     Hold: ClaimMine.
	//   - A row with another Print: ClaimConflict, whatever else applies.
	//   - In flight under this Holder: ClaimMine, so that a claim whose answer was
	//     lost can be made again. Hold does not start again.
	//   - In flight, until not passed: ClaimHeld, with the time left in Left.
	//   - In flight, until passed: ClaimAmbiguous, for ever. This is derived on
	//     reading; nothing is written, and nobody takes the row over.
	//   - Decided, failed or ambiguous: ClaimKept with the Answer.
	//   - With Repeat, a row that is failed, ambiguous, or in flight with until passed
	//     goes to Holder, in flight with until = now + Hold: ClaimMine. For any other
	//     row Repeat changes nothing.
	//
	// The context ends after two seconds at the latest. After an error nothing is
	// sent, and the row is settled as OutcomeFree in case the claim succeeded.
	Claim(ctx context.Context, c ClaimRequest) (Claim, error)
	// Settle ends a claim that Holder has, also after until has passed. OutcomeFree
	// removes the row; any other outcome keeps Answer. Repeating the same
	// settlement does nothing and is no error, and neither is freeing a row that
	// does not exist.
	//
	// It fails with an error that matches [ErrClaimLost] when another holder has
	// the row, or the row does not exist. The context ends after two seconds at the
	// latest, and does not end with the caller's.
	Settle(ctx context.Context, s Settlement) error
}

// ErrClaimLost is the error of [Ledger].Settle when the caller does not hold the row.
// It is not retried.
var ErrClaimLost = errors.New("idverify: the claim belongs to another holder")

// ClaimRequest asks a [Ledger] for a question. ID and Print are pseudonyms under the
// secret of [WithLedger]: they remain personal data.
type ClaimRequest struct {
	// ID names the question's key and the rate of [WithMaxFAR]: 64 hexadecimal
	// digits. Print stands for the person and all evidence: 64 more.
	ID, Print string
	// Holder is 32 random hexadecimal digits for this claim.
	Holder string
	// Hold is how long the claim counts as in flight. After it, others are told
	// that the question is ambiguous; it never allows them to send.
	Hold time.Duration
	// Repeat takes over a row that is failed or ambiguous; see [Request].Repeat.
	Repeat bool
}

// ClaimState is the answer to a claim.
type ClaimState string

// The states of a claim. The zero ClaimState is none of them, and nothing is sent.
const (
	ClaimMine      ClaimState = "mine"      // this claimer asks the vendor
	ClaimHeld      ClaimState = "held"      // another is asking at this moment
	ClaimKept      ClaimState = "kept"      // there is a kept answer
	ClaimAmbiguous ClaimState = "ambiguous" // somebody asked and did not settle
	ClaimConflict  ClaimState = "conflict"  // the key belongs to another question
)

// Claim is what a [Ledger] says about a claim.
type Claim struct {
	State ClaimState
	// Answer is the kept answer, byte for byte as Settle got it.
	Answer []byte
	// Left is the time until a held row becomes ambiguous.
	Left time.Duration
}

// ClaimOutcome is how a question ended for a [Ledger].
type ClaimOutcome string

// The outcomes.
const (
	OutcomeFree      ClaimOutcome = "free"      // nothing can have been billed: the next claim may ask
	OutcomeDecided   ClaimOutcome = "decided"   // there is a decision
	OutcomeFailed    ClaimOutcome = "failed"    // an error that was or may have been billed
	OutcomeAmbiguous ClaimOutcome = "ambiguous" // sent and unanswered, perhaps billed
)

// Settlement ends a claim.
type Settlement struct {
	ID, Holder string
	Outcome    ClaimOutcome
	// Answer is JSON of about 20 kB at most, with a MAC under the secret. It
	// contains nothing about the person. Empty for OutcomeFree. A ledger copies it if
	// it keeps it in memory.
	Answer []byte
}

// Format implements [fmt.Formatter]: it prints the state.
func (c Claim) Format(s fmt.State, verb rune) { redact.Format(s, verb, "claim("+string(c.State)+")") }

// LogValue implements [slog.LogValuer].
func (c Claim) LogValue() slog.Value { return slog.StringValue("claim(" + string(c.State) + ")") }
