package providerkit

import (
	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
)

// Verdict is a vendor's own yes or no. The zero value is neither, and decides nothing.
type Verdict int

// The verdicts.
const (
	NoVerdict = Verdict(exchange.NoVerdict)
	Yes       = Verdict(exchange.Yes)
	No        = Verdict(exchange.No)
)

// VerdictIn reads a vendor's yes or no, which must match these words exactly. Anything
// else is NoVerdict.
func VerdictIn(text, yes, no string) Verdict { return Verdict(exchange.VerdictIn(text, yes, no)) }

// Measured is what an answer must have for one check, with the rule that decides it. One
// line for each of the three ways:
//
//	{Field: "sim", Score: a.Sim, Rule: ours}                          // our threshold
//	{Field: "sim", Score: a.Sim, Rungs: a.Thresholds, Rule: answers}  // the answer's
//	{Field: "sim", Score: a.Sim, Verdict: said, Rule: vendors}        // the vendor's verdict
type Measured struct {
	// Field is the vendor's name for the score, for errors.
	Field string
	Score Score
	Rule  idverify.Rule
	// Rungs are the answer's thresholds, for a rule with DecidedByAnswer.
	Rungs Rungs
	// Verdict is the vendor's yes or no, for a rule with DecidedByVendor.
	Verdict Verdict
	// Line is for a vendor that sends both a deciding score and a verdict: it is the
	// rule at the vendor's own threshold, where the two must agree. A contradiction is
	// CodeBadResponse and ends the call. Leave it zero where the vendor gives no
	// verdict.
	Line idverify.Rule
	// ScoreRequired is for a rule with DecidedByVendor: a yes without a score is then
	// not accepted.
	ScoreRequired bool
}

func owns(measured []Measured) []exchange.Measured {
	all := make([]exchange.Measured, len(measured))
	for i, m := range measured {
		all[i] = exchange.Measured{
			Field: m.Field, Score: m.Score.own, Rule: m.Rule, Rungs: m.Rungs.own, Verdict: exchange.Verdict(m.Verdict),
			Line: m.Line, ScoreRequired: m.ScoreRequired,
		}
	}
	return all
}
