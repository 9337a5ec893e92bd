package exchange

import (
	"slices"

	"github.com/idverify/idverify"
)

// Verdict is a vendor's own yes or no. The zero value is neither.
type Verdict int

// The verdicts.
const (
	NoVerdict Verdict = iota
	Yes
	No
)

// VerdictIn reads a vendor's yes or no. Any other word is NoVerdict.
func VerdictIn(text, yes, no string) Verdict {
	switch text {
	case yes:
		return Yes
	case no:
		return No
	}
	return NoVerdict
}

// Measured is the score that an answer must have for one check, and the rule that
// decides it. There are three ways:
//
//	Measured{Field: "sim", Score: a.Sim, Rule: c.similarity}                     // our threshold
//	Measured{Field: "confidence", Score: a.Conf, Rungs: a.Rungs, Rule: c.similarity} // the answer's
//	Measured{Field: "similarity", Score: a.Sim, Rule: c.verdict, Verdict: Yes}   // the vendor's verdict
type Measured struct {
	Field string // the vendor's name for the score
	Score Score
	Rule  idverify.Rule
	// Rungs are the answer's thresholds, for a rule that uses them.
	Rungs Rungs

	// Verdict is the vendor's own yes or no. It decides if the rule says that the
	// vendor decides; [Call.Verdict] sets it from the table.
	Verdict Verdict
	// Line is for a score that decides beside a vendor's verdict: the rule at the
	// vendor's own threshold, at which both must agree. A score exactly at the
	// threshold may have either verdict. Zero if the vendor gives no verdict.
	Line idverify.Rule
	// ScoreRequired is for a rule that the vendor decides: a yes does not count
	// without the score that the vendor's documents promise.
	ScoreRequired bool

	refused bool // the vendor's code is a no, whatever the score
}

// Judge decides by what was measured, after the vendor answered with its success
// code. Everything is required: with a missing or impossible score or threshold there
// is no decision, and a verdict that contradicts the score ends the call. A failed
// check other than similarity is an attack, which takes precedence over a face
// mismatch.
func (c *Call) Judge(success string, reply any, measured ...Measured) (*idverify.Result, error) {
	if e := c.cannotDecide(); e != nil {
		return nil, e
	}
	row, _ := c.Table.Find(success)
	if row.Code != idverify.CodeMatch {
		return nil, c.Bad("the code of success has no row")
	}
	return c.judge(row, Said{Reply: reply}, measured)
}

// Verdict decides by the vendor's code, which is its verdict. The row of a match
// needs everything that was measured, and is a yes for each. The row of a face that
// does not match is a no whatever the score is; the result has the score if it is
// usable. For every other row Verdict is [Call.Coded]. A second verdict beside the
// code, in said, must agree with the row.
func (c *Call) Verdict(said Said, measured ...Measured) (*idverify.Result, error) {
	if e := c.cannotDecide(); e != nil {
		return nil, e
	}
	row, listed := c.Table.Find(said.Code, said.Reasons...)
	isMatch := listed && row.Code == idverify.CodeMatch
	switch {
	case said.Verdict == Yes && !isMatch:
		return nil, c.Contradiction(said, "", "the vendor's yes came with the code of something else")
	case said.Verdict == No && isMatch:
		return nil, c.Contradiction(said, "", "the vendor's no came with the code of a match")
	case isMatch && !c.OK():
		return nil, c.Bad("the code of a match came with an HTTP status of failure")
	case isMatch:
		return c.judge(row, said, accepted(measured))
	case listed && row.Code == idverify.CodeFaceMismatch:
		if similarity := refused(measured); similarity != nil {
			return c.judge(row, said, similarity)
		}
	}
	c.worked = c.worked || slices.ContainsFunc(measured, func(m Measured) bool { return m.Score.IsMeasured() })
	return c.Coded(said)
}

// accepted sets the vendor's yes on measured, which belongs to the call.
func accepted(measured []Measured) []Measured {
	for i := range measured {
		measured[i].Verdict = Yes
	}
	return measured
}

// refused sets the vendor's no on the similarity, if it was measured.
func refused(measured []Measured) []Measured {
	for _, m := range measured {
		if m.Rule.Kind == idverify.CheckSimilarity {
			m.Verdict, m.refused = No, true
			return []Measured{m}
		}
	}
	return nil
}

// cannotDecide returns the error for an answer that may belong to another call, or
// that began before the request was sent.
func (c *Call) cannotDecide() *idverify.Error {
	switch {
	case c.response.Early:
		return c.Bad(answeredEarly)
	case c.repeated:
		return c.Bad(answeredBefore)
	}
	return nil
}

func (c *Call) judge(row idverify.CodeRow, said Said, measured []Measured) (*idverify.Result, error) {
	res := &idverify.Result{
		Vendor: c.Name, RequestID: c.id(), HTTPStatus: c.response.Status,
		VendorCode: row.VendorCode, VendorReason: row.VendorReason, VendorMessage: c.message(said),
		Billed: c.billed(row), Warnings: c.warnings, Reply: said.Reply,
		Checks: make([]idverify.Check, 0, len(measured)),
	}
	var compared, mismatch bool
	attack := c.suspect
	for _, m := range measured {
		check, problem, contradicts := m.check()
		switch {
		case contradicts:
			return nil, c.contradicts(row, said.Reply, m.Field, problem)
		case problem != "":
			return nil, c.badScore(m.Field, problem, row, said.Reply)
		}
		res.Checks = append(res.Checks, check)
		isSimilarity := check.Kind == idverify.CheckSimilarity
		compared = compared || isSimilarity
		mismatch = mismatch || isSimilarity && !check.Passed
		attack = attack || !isSimilarity && !check.Passed
	}
	switch {
	case attack:
		res.Code = idverify.CodeAttackSuspected
	case mismatch:
		res.Code = idverify.CodeFaceMismatch
	case compared:
		res.Code = idverify.CodeMatch
	default:
		return nil, c.Bad("no similarity was measured")
	}
	return res, nil
}

// check applies the rule to the score, or says what is wrong.
func (m Measured) check() (check idverify.Check, problem string, contradicts bool) {
	if m.Rule.DecidedBy == idverify.DecidedByVendor || m.refused {
		check, problem = m.said()
		return check, problem, false
	}
	switch {
	case m.Score.malformed:
		return check, m.Field + " is not a finite number", false
	case !m.Score.present:
		return check, m.Field + " is missing", false
	case m.isVouchedFor() && m.Verdict == NoVerdict:
		return check, m.Field + " came without the vendor's yes or no", false
	}
	rule, err := m.Rungs.Of(m.Rule)
	if err == nil {
		check, err = rule.Check(m.Score.value)
	}
	if err == nil {
		contradicts, err = m.disagrees()
	}
	if err == nil && m.Verdict == No && check.Passed {
		// Exactly at the vendor's threshold, or without one, the vendor decides.
		check, err = rule.Verdict(false, m.Score.Pointer())
	}
	switch {
	case err != nil:
		return check, err.Error(), false
	case contradicts:
		return check, m.Field + " contradicts the vendor's own yes or no", true
	}
	return check, "", false
}

func (m Measured) isVouchedFor() bool { return m.Line.Kind != "" }

// disagrees reports whether score and verdict are on different sides of the vendor's
// threshold.
func (m Measured) disagrees() (bool, error) {
	if !m.isVouchedFor() {
		return false, nil
	}
	line, err := m.Rungs.Of(m.Line)
	if err != nil {
		return false, err
	}
	own, err := line.Check(m.Score.value)
	return m.Verdict == Yes && own.Margin < 0 || m.Verdict == No && own.Margin > 0, err
}

// said is the vendor's verdict with its score. A yes with an unusable score does not
// count; a no needs no score.
func (m Measured) said() (check idverify.Check, problem string) {
	var err error
	switch {
	case m.Verdict == NoVerdict:
		return check, "the vendor's yes or no is missing"
	case m.Verdict == No:
		if check, err = m.Rule.Verdict(false, m.Score.Pointer()); err != nil {
			check, err = m.Rule.Verdict(false, nil)
		}
	case m.Score.malformed:
		return check, m.Field + " is not a finite number"
	case !m.Score.present && m.ScoreRequired:
		return check, m.Field + " is missing"
	default:
		check, err = m.Rule.Verdict(true, m.Score.Pointer())
	}
	if err != nil {
		return check, err.Error()
	}
	return check, ""
}
