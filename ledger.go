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
// vendor, so that one question is one paid call in all of them. [WithLedger] uses it.
// It has to survive what its processes do not: put it into a database, and not into a
// cache. [NewMemoryLedger] is for one process.
//
// A row is in one of four states: in flight, decided, failed and ambiguous. Methods
// are called concurrently. The ledger's own clock counts, not the callers': no time
// of day is handed over. An error's text is not printed.
type Ledger interface {
	// Claim takes the row of a question, or says who has it. It is one step and does
	// not wait: of any number of claims at the same moment one is told ClaimMine.
	//
	//   - No row: it is made, in flight, with Print and Holder, until Hold from now
	//     has passed: ClaimMine.
	//   - A row with another Print: ClaimConflict, whatever else holds.
	//   - In flight under this Holder: ClaimMine, so that a claim whose answer was
	//     lost can be made again. Hold does not begin anew.
	//   - In flight, until not passed: ClaimHeld, with what is left in Left.
	//   - In flight, until passed: ClaimAmbiguous, for ever. It is derived as the row
	//     is read; nobody writes it, and nobody takes the row over.
	//   - Decided, failed or ambiguous: ClaimKept with the Answer.
	//   - With Repeat, a row that is failed, ambiguous, or in flight and past until,
	//     is given to Holder, in flight until Hold from now has passed: ClaimMine.
	//     Repeat changes nothing for any other row.
	//
	// The context ends after two seconds at the latest. After an error nothing is
	// sent, and the row is settled as OutcomeFree in case it was taken.
	Claim(ctx context.Context, c ClaimRequest) (Claim, error)
	// Settle ends a claim that Holder has, also when its until has passed.
	// OutcomeFree removes the row; any other outcome keeps Answer. The same
	// settlement made again does nothing and is no error, and neither does one that
	// frees a row that is not there.
	//
	// It fails with an error that matches [ErrClaimLost] when the row is another
	// holder's, or is not there. The context ends after two seconds at the latest,
	// and not with the caller's.
	Settle(ctx context.Context, s Settlement) error
}

// ErrClaimLost is the error of a [Ledger].Settle that comes from somebody who does not
// have the row. It is not tried again.
var ErrClaimLost = errors.New("idverify: the claim is not this holder's")

// ClaimRequest asks a [Ledger] for a question. ID and Print are pseudonyms under the
// secret of [WithLedger]: they remain personal data.
type ClaimRequest struct {
	// ID names the question's key and the rate of [WithMaxFAR]: 64 hexadecimal
	// digits. Print stands for the person and all evidence: 64 more.
	ID, Print string
	// Holder is 32 hexadecimal digits made up for this claim.
	Holder string
	// Hold is how long the claim counts as alive. It decides how soon others are
	// told that the question is ambiguous, and never whether anybody sends.
	Hold time.Duration
	// Repeat takes a row that failed at a price or is ambiguous; see
	// [Request].Repeat.
	Repeat bool
}

// ClaimState is the answer to a claim.
type ClaimState string

// The states of a claim. The zero ClaimState is none of them: nothing is sent.
const (
	ClaimMine      ClaimState = "mine"      // the claimer asks
	ClaimHeld      ClaimState = "held"      // another asks at this moment
	ClaimKept      ClaimState = "kept"      // there is an answer
	ClaimAmbiguous ClaimState = "ambiguous" // somebody asked and is gone
	ClaimConflict  ClaimState = "conflict"  // the key stands for another question
)

// Claim is how a [Ledger] answered.
type Claim struct {
	State ClaimState
	// Answer is what Settle was given, byte for byte, of a row that is kept.
	Answer []byte
	// Left is how long until a held row is ambiguous.
	Left time.Duration
}

// ClaimOutcome is how a question ended for a [Ledger].
type ClaimOutcome string

// The outcomes.
const (
	OutcomeFree      ClaimOutcome = "free"      // nothing can have been billed: the next may ask
	OutcomeDecided   ClaimOutcome = "decided"   // there is a decision
	OutcomeFailed    ClaimOutcome = "failed"    // an error at a price
	OutcomeAmbiguous ClaimOutcome = "ambiguous" // sent and unanswered, perhaps billed
)

// Settlement ends a claim.
type Settlement struct {
	ID, Holder string
	Outcome    ClaimOutcome
	// Answer is JSON of at most some 20 kB, with a MAC under the secret. It holds
	// nothing of the person. Empty for OutcomeFree.
	Answer []byte
}

// Format implements [fmt.Formatter]: it prints the state.
func (c Claim) Format(s fmt.State, verb rune) { redact.Format(s, verb, "claim("+string(c.State)+")") }

// LogValue implements [slog.LogValuer].
func (c Claim) LogValue() slog.Value { return slog.StringValue("claim(" + string(c.State) + ")") }
