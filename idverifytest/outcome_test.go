package idverifytest_test

import (
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

// blamed is a testing.TB that only records whether it was failed.
type blamed struct {
	testing.TB
	failed bool
}

func (b *blamed) Helper()               {}
func (b *blamed) Error(...any)          { b.failed = true }
func (b *blamed) Errorf(string, ...any) { b.failed = true }
func (b *blamed) Fatalf(string, ...any) {
	b.failed = true
	runtime.Goexit()
}

func complains(res *idverify.Result, err error, promised ...idverify.CheckKind) bool {
	var tb blamed
	done := make(chan struct{})
	go func() {
		defer close(done)
		idverifytest.CheckOutcome(&tb, res, err, promised...)
	}()
	<-done
	return tb.failed
}

// Holds P-PASS-12.
func TestCheckOutcome_DetectsEveryBreachOfContract(t *testing.T) {
	similar, live := idverify.CheckSimilarity, idverify.CheckLiveness
	result := func(code idverify.Code, checks ...idverify.Check) *idverify.Result {
		return &idverify.Result{Code: code, Checks: checks}
	}
	good := func(kind idverify.CheckKind) idverify.Check {
		check, err := idverify.Rule{Kind: kind, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5}.Check(0.9)
		require.NoError(t, err)
		return check
	}
	passed := result(idverify.CodeMatch, good(similar), good(live))
	for name, test := range map[string]struct {
		res      *idverify.Result
		err      error
		promised []idverify.CheckKind
		wrong    bool
	}{
		"pass":                       {res: passed, promised: []idverify.CheckKind{similar, live}},
		"pass, nothing promised":     {res: passed},
		"mismatch":                   {res: result(idverify.CodeFaceMismatch), promised: []idverify.CheckKind{similar}},
		"error":                      {err: &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}},
		"repeatable":                 {err: &idverify.Error{Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused}},
		"paid":                       {err: &idverify.Error{Code: idverify.CodePoorPhoto, Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes}},
		"nothing":                    {wrong: true},
		"zero result":                {res: result(""), wrong: true},
		"error as result":            {res: result(idverify.CodeTimeout), wrong: true},
		"unearned match":             {res: result(idverify.CodeMatch), wrong: true},
		"match that says so":         {res: result(idverify.CodeMatch, idverify.Check{Kind: similar, Passed: true}), wrong: true},
		"match without a promise":    {res: result(idverify.CodeMatch, passed.Checks[0]), promised: []idverify.CheckKind{live}, wrong: true},
		"result and error":           {res: passed, err: &idverify.Error{Code: idverify.CodeTimeout}, wrong: true},
		"foreign error":              {err: errors.New("foreign"), wrong: true},
		"error without a code":       {err: &idverify.Error{}, wrong: true},
		"decision as error":          {err: &idverify.Error{Code: idverify.CodeMatch}, wrong: true},
		"not sent and free":          {err: &idverify.Error{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}},
		"no delivery":                {err: &idverify.Error{Code: idverify.CodeTimeout}},
		"another delivery":           {err: &idverify.Error{Code: idverify.CodeTimeout, Delivery: "sent"}, wrong: true},
		"not sent and paid":          {err: &idverify.Error{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledYes}, wrong: true},
		"not sent and perhaps paid":  {err: &idverify.Error{Code: idverify.CodeNetwork, Delivery: idverify.DeliveryNotSent}, wrong: true},
		"contradiction":              {err: &idverify.Error{Code: idverify.CodeBadResponse, Contradiction: true, Delivery: idverify.DeliveryAnswered}},
		"contradiction of another":   {err: &idverify.Error{Code: idverify.CodeUnknown, Contradiction: true, Delivery: idverify.DeliveryAnswered}, wrong: true},
		"contradiction, not sent":    {err: &idverify.Error{Code: idverify.CodeBadResponse, Contradiction: true, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}, wrong: true},
		"person refused":             {err: &idverify.Error{Code: idverify.CodePersonRestricted, Vendor: "v", Delivery: idverify.DeliveryAnswered}},
		"person refused for a while": {err: &idverify.Error{Code: idverify.CodeTooManyAttempts, Vendor: "v", Delivery: idverify.DeliveryAnswered, RetryAfter: 1}, wrong: true},
		"odd check of a mismatch":    {res: result(idverify.CodeFaceMismatch, idverify.Check{Kind: similar, DecidedBy: idverify.DecidedByVendor, Threshold: 1}), wrong: true},
		"refused and paid":           {err: &idverify.Error{Code: idverify.CodeRateLimited, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledYes}, wrong: true},
	} {
		assert.Equal(t, test.wrong, complains(test.res, test.err, test.promised...), name)
	}
}
