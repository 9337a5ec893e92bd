package fuzztest

import (
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// Provider is a vendor's client, with the checks that a pass needs.
type Provider interface {
	idverify.Provider
	idverify.Verifier
	Rules() []idverify.Rule
}

// Case is one answer of a vendor, with the test's own reading of it.
type Case struct {
	// Answer is the vendor's answer to the verification.
	Answer Answer
	// Provider is a new client whose vendor gives the answer.
	Provider func() Provider
	Request  *idverify.Request
	// Codes is the vendor's table.
	Codes []idverify.CodeRow
	// Charged is the price in the answer itself, which takes precedence over the
	// table.
	Charged idverify.Billed
	// Earned says that the answer has every score that a pass needs, in range and
	// past its threshold, by the test's own reading.
	Earned bool
	// OwnID matches our own request ids, if each call has a new one.
	OwnID *regexp.Regexp
	// Hidden must not be printed, whatever the answer repeats.
	Hidden []string
}

// Check makes two calls and checks both outcomes against the contract.
func (c Case) Check(tb testing.TB) (*idverify.Result, error) {
	tb.Helper()
	provider := c.Provider()
	res, err := provider.Verify(tb.Context(), c.Request)
	again, errAgain := c.Provider().Verify(tb.Context(), c.Request)
	if !reflect.DeepEqual(res, again) || !reflect.DeepEqual(c.unnamed(err), c.unnamed(errAgain)) {
		tb.Errorf("the same answer read twice: %v, %v and %v, %v", res, err, again, errAgain)
	}

	CheckOutcome(tb, res, err, provider.Rules(), c.Hidden...)
	var e *idverify.Error
	if errors.As(err, &e) {
		c.checkError(tb, e)
		c.checkUndecided(tb)
		return res, err
	}
	c.checkResult(tb, res, provider.Rules())
	return res, err
}

// unnamed is an error without our own request id.
func (c Case) unnamed(err error) error {
	var e *idverify.Error
	if c.OwnID == nil || !errors.As(err, &e) || !c.OwnID.MatchString(e.RequestID) {
		return err
	}
	own := *e
	own.RequestID = "our own"
	return &own
}

// CheckOutcome checks what must hold for every answer, and looks for texts that must
// not be printed.
func CheckOutcome(tb testing.TB, res *idverify.Result, err error, rules []idverify.Rule, hidden ...string) {
	tb.Helper()
	kinds := make([]idverify.CheckKind, len(rules))
	for i, rule := range rules {
		kinds[i] = rule.Kind
	}
	idverifytest.CheckOutcome(tb, res, err, kinds...)
	for _, said := range spoken(res, err) {
		for _, mark := range hidden {
			if strings.Contains(strings.ToUpper(said), strings.ToUpper(mark)) {
				tb.Errorf("%q is printed: %s", mark, said)
			}
		}
	}
}

// checkUndecided checks that a person who earned a pass gets it.
func (c Case) checkUndecided(tb testing.TB) {
	tb.Helper()
	if c.Earned && c.Answer.Usual() {
		tb.Errorf("a pass was earned and is not there: %q", c.Answer.Body)
	}
}

func (c Case) checkResult(tb testing.TB, res *idverify.Result, rules []idverify.Rule) {
	tb.Helper()
	switch {
	case !slices.Contains(idverify.Codes(), res.Code):
		tb.Errorf("code %q is not in the vocabulary", res.Code)
	case res.Passed() && !c.Earned:
		tb.Errorf("a pass that was not earned: %q", c.Answer.Body)
	case !res.Passed():
		c.checkUndecided(tb)
	}
	row, listed := c.row(res.VendorCode, res.VendorReason)
	if !listed || row.Billed != res.Billed {
		tb.Errorf("%v: not what the table says: %v", res, row)
	}
	if len(res.Checks) == 0 {
		if row.Code != res.Code {
			tb.Errorf("%v: the table says %s", res, row.Code)
		}
		return
	}
	if row.Code == idverify.CodeFaceMismatch {
		c.checkVendorsNo(tb, res, rules)
		return
	}
	if len(res.Checks) != len(rules) || row.Code != idverify.CodeMatch || c.Answer.Status != http.StatusOK {
		tb.Errorf("%v: scores without success, or not all of them", res)
	}
	passed := 0
	for _, rule := range rules {
		check, measured := res.Check(rule.Kind)
		if !measured || !c.isDecided(rule, check) {
			tb.Errorf("%v: check of %s: %v", res, rule.Kind, check)
		}
		if check.Passed {
			passed++
		}
	}
	if (passed == len(rules)) != res.Passed() {
		tb.Errorf("%v: %d of %d checks passed", res, passed, len(rules))
	}
}

// checkVendorsNo: the row of a face that does not match is the vendor's no about
// similarity, and there is no other check.
func (c Case) checkVendorsNo(tb testing.TB, res *idverify.Result, rules []idverify.Rule) {
	tb.Helper()
	check, measured := res.Check(idverify.CheckSimilarity)
	if len(res.Checks) != 1 || !measured || check.Passed || check.DecidedBy != idverify.DecidedByVendor {
		tb.Errorf("%v: not the vendor's no", res)
	}
	for _, rule := range rules {
		if rule.Kind == check.Kind && check.Value != nil && check.Scale != rule.Scale {
			tb.Errorf("%v: a score on another scale than the rule's", res)
		}
	}
}

// isDecided reports whether a check is the result of its rule for the score, in any
// way that the rule allows.
func (c Case) isDecided(rule idverify.Rule, check idverify.Check) bool {
	if check.DecidedBy == idverify.DecidedByVendor && (rule.DecidedBy == idverify.DecidedByVendor || !check.Passed) {
		want, err := rule.Verdict(check.Passed, check.Value)
		return err == nil && reflect.DeepEqual(check, want)
	}
	value, scored := check.Score()
	switch {
	case !scored || check.DecidedBy != rule.DecidedBy && rule.DecidedBy != "":
		return false
	case rule.DecidedBy == idverify.DecidedByAnswer:
		// The threshold that the check names must give the same result.
		line := idverify.Rule{
			Kind: rule.Kind, Scale: rule.Scale, Pass: rule.Pass, Threshold: check.Threshold,
			FAR: []idverify.FARStep{{Threshold: check.Threshold, Rate: rule.Rate}},
		}
		want, err := line.Check(value)
		want.DecidedBy = idverify.DecidedByAnswer
		return err == nil && reflect.DeepEqual(check, want)
	}
	want, err := rule.Check(value)
	return err == nil && reflect.DeepEqual(check, want)
}

func (c Case) checkError(tb testing.TB, e *idverify.Error) {
	tb.Helper()
	row, listed := c.row(e.VendorCode, e.VendorReason)
	turnedAway, isTurnedAway := turnedAwayBy[c.Answer.Status]
	if _, sound := Read(c.Answer); sound && e.Code == idverify.CodeBadResponse || !sound && c.Answer.isBroken() {
		isTurnedAway = false // a success code with a failure status
	}
	switch {
	case !slices.Contains(idverify.Codes(), e.Code):
		tb.Errorf("code %q is not in the vocabulary", e.Code)
	case !listed && isTurnedAway && (c.Answer.Status != http.StatusTooManyRequests || e.Code != idverify.CodeUnknown): // an unknown code
		if e.Code != turnedAway || e.Delivery != idverify.DeliveryRefused || e.Billed != idverify.BilledNo {
			tb.Errorf("HTTP %d turned the request away: %v", c.Answer.Status, e)
		}
	case e.Contradiction: // free only by the answer's own price, charged by that or by the row
		isAstray := e.VendorCode == "" && e.Ambiguous() // the answer to another call: our own outcome is unknown
		billed := c.Charged
		if billed == idverify.BilledUnknown && listed && row.Billed == idverify.BilledYes {
			billed = row.Billed
		}
		if e.Delivery != idverify.DeliveryAnswered && !isAstray || e.Billed != billed {
			tb.Errorf("%v: the table says %v", e, row)
		}
	case e.Code == idverify.CodeUnknown && e.Repeatable():
		tb.Errorf("an unknown code is called repeatable: %v", e)
	case e.Code == idverify.CodeBadResponse && e.VendorCode == "":
		if !e.Sent() || !e.Ambiguous() || e.Billed != idverify.BilledUnknown {
			tb.Errorf("an answer that cannot be read may have been billed: %v", e)
		}
	case e.Code == idverify.CodeBadResponse && row.Code != e.Code: // a success with a missing or invalid score
		if row.Code != idverify.CodeMatch || row.Billed != e.Billed || e.Repeatable() {
			tb.Errorf("%v: the table says %v", e, row)
		}
	case listed && row.Code == e.Code:
		if row.Billed != e.Billed || row.Repeatable() != e.Repeatable() || row.Delivery != e.Delivery {
			tb.Errorf("%v: the table says %v", e, row)
		}
	case e.Code != idverify.CodeUnknown || e.Billed != c.Charged:
		tb.Errorf("%v: for a code that the table does not list", e)
	}
}

// turnedAwayBy is the meaning of an HTTP status that the vendor's table does not
// have.
var turnedAwayBy = map[int]idverify.Code{
	407: idverify.CodeInvalidConfig, 413: idverify.CodeTooLarge, 429: idverify.CodeRateLimited,
}

// row finds a row without case folding: a listed answer keeps the table's spelling.
func (c Case) row(code, reason string) (idverify.CodeRow, bool) {
	for _, row := range c.Codes {
		if row.VendorCode == code && row.VendorReason == reason {
			if c.Charged != idverify.BilledUnknown && row.Delivery == idverify.DeliveryAnswered {
				row.Billed = c.Charged
			}
			return row, true
		}
	}
	return idverify.CodeRow{}, false
}

// spoken is everything that an outcome prints, and the vendor's message.
func spoken(res *idverify.Result, err error) []string {
	var e *idverify.Error
	var texts []string
	values := []any{res, err}
	switch {
	case errors.As(err, &e):
		texts = append(texts, e.VendorMessage.Reveal())
		values = append(values, e.Reply, e.Err)
	case res != nil:
		texts = append(texts, res.VendorMessage.Reveal())
		values = append(values, res.Reply)
	}
	for _, value := range values {
		texts = append(texts, idverifytest.Spoken(value)...)
	}
	return texts
}
