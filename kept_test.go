package idverify_test

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// Entries of versions in which a key did not yet identify a question have other ids
// and no prints.
// Holds P-PASS-9.
func TestKept_EntriesOfOlderVersionsAreNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, store := vendorNamed("a", decide(idverify.CodeFaceMismatch)), &memoryResults{}
		c := oneVendor(t, a, idverify.WithResultStore(store, storeSecret))
		_, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		synctest.Wait()
		mac := hmac.New(sha256.New, storeSecret)
		for _, text := range []string{"k", aName, aNumber, "0"} {
			mac.Write(append([]byte(text), 0))
		}
		kept := idverify.Stored{Result: *passing(t)}
		kept.Result.Vendor = "a"
		for id := range store.byID {
			store.byID[id] = kept
		}
		store.byID[hex.EncodeToString(mac.Sum(nil))] = kept
		res, err := c.Verify(t.Context(), keyed("k"))
		require.NoError(t, err)
		assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
		assert.Equal(t, 2, a.asked)
	})
}

// ruled is a provider with rules.
type ruled struct {
	*byScript
	rules    []idverify.Rule
	settings string
}

func (r ruled) DecidesBy() string { return r.settings }

func (r ruled) Rules() []idverify.Rule { return r.rules }

// Holds P-PASS-10.
func TestKept_CheckedByTodaysThresholds(t *testing.T) {
	rule := func(kind idverify.CheckKind, threshold float64, change ...func(*idverify.Rule)) idverify.Rule {
		r := idverify.Rule{Kind: kind, Scale: idverify.Scale{Max: 100}, Pass: idverify.AtLeast, Threshold: threshold}
		for _, f := range change {
			f(&r)
		}
		return r
	}
	similarity := func(threshold float64, change ...func(*idverify.Rule)) idverify.Rule {
		return rule(idverify.CheckSimilarity, threshold, change...)
	}
	above := func(r *idverify.Rule) { r.Pass = idverify.Above }
	wider := func(r *idverify.Rule) { r.Scale.Max = 1000 }
	narrower := func(r *idverify.Rule) { r.Scale.Max = 60 }
	downwards := func(r *idverify.Rule) { r.Pass = idverify.AtMost }
	liveness := func(threshold float64) idverify.Rule { return rule(idverify.CheckLiveness, threshold) }
	for name, test := range map[string]struct {
		then, now []idverify.Rule
		values    []float64
		used      bool
		opts      []idverify.Option
		vendor    string
		warnings  []idverify.Warning
		before    string // the settings then
		settings  string // of today
	}{
		"the same":                        {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40)}, values: []float64{45}, used: true},
		"stricter, and still a pass":      {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(45)}, values: []float64{45}, used: true},
		"milder, and without its warning": {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(30)}, values: []float64{45}},
		"stricter, and with a warning of before": {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(45)}, values: []float64{45},
			warnings: []idverify.Warning{idverify.WarnThresholdBelowRecommended}},
		"the same, with its warning": {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40)}, values: []float64{45},
			warnings: []idverify.Warning{idverify.WarnThresholdBelowRecommended}, used: true},
		"another setting":                      {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40)}, values: []float64{45}, settings: "strict"},
		"a setting no more":                    {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40)}, values: []float64{45}, before: "strict"},
		"the same setting":                     {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40)}, values: []float64{45}, before: "strict", settings: "strict", used: true},
		"stricter":                             {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(80)}, values: []float64{45}},
		"another comparator":                   {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(45, above)}, values: []float64{45}},
		"another comparator, and still a pass": {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40, above)}, values: []float64{45}},
		"another direction":                    {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(80, downwards)}, values: []float64{45}},
		"a wider scale":                        {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40, wider)}, values: []float64{45}},
		"a narrower scale":                     {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40, narrower)}, values: []float64{70}},
		"one more check":                       {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40), liveness(50)}, values: []float64{45}},
		"one check less":                       {then: []idverify.Rule{similarity(40), liveness(50)}, now: []idverify.Rule{similarity(40)}, values: []float64{45, 60}},
		"a stricter second check":              {then: []idverify.Rule{similarity(40), liveness(50)}, now: []idverify.Rule{similarity(40), liveness(70)}, values: []float64{45, 60}},
		"a failure that stays one":             {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(80)}, values: []float64{35}, used: true},
		"a failure that passes today":          {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(30)}, values: []float64{35}},
		"a failure of what is not checked any more": {
			then: []idverify.Rule{similarity(40), liveness(50)}, now: []idverify.Rule{similarity(40)}, values: []float64{45, 40}},
		"a failure, and one more check": {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40), liveness(50)}, values: []float64{35}, used: true},
		"another vendor":                {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40)}, values: []float64{45}, vendor: "b"},
		"a required check": {then: []idverify.Rule{similarity(40)}, now: []idverify.Rule{similarity(40)}, values: []float64{45},
			opts: []idverify.Option{idverify.WithRequiredChecks(idverify.CheckSimilarity)}, used: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			kept := &idverify.Result{Code: idverify.CodeMatch, Billed: idverify.BilledYes, Warnings: test.warnings}
			for i, r := range test.then {
				check, err := r.Check(test.values[i])
				require.NoError(t, err)
				kept.Checks = append(kept.Checks, check)
				if !check.Passed {
					kept.Code = idverify.CodeFaceMismatch
				}
			}
			store := &memoryResults{}
			of := func(name string, rules []idverify.Rule, s step) ruled { return ruled{vendorNamed(name, s), rules, ""} }
			then := of("a", test.then, step{res: kept})
			then.settings = test.before
			res, err := oneVendor(t, then, idverify.WithResultStore(store, storeSecret)).Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			require.Equal(t, kept.Code, res.Code)
			synctest.Wait()

			today := of(cmp.Or(test.vendor, "a"), test.now, fail(idverify.CodeNoFace))
			today.settings = test.settings
			c := oneVendor(t, today, append(test.opts, idverify.WithResultStore(store, storeSecret))...)
			res, err = c.Verify(t.Context(), keyed("k"))
			if test.used {
				require.NoError(t, err, name)
				assert.Equal(t, kept.Code, res.Code, name)
				assert.Equal(t, idverify.OriginStore, res.Origin, name)
				assert.Equal(t, test.now[0].Threshold, res.Checks[0].Threshold, "%s: as it is judged today", name)
				assert.Zero(t, today.asked, name)
				for _, stored := range store.byID {
					assert.Equal(t, kept.Checks, stored.Result.Checks, "%s: what the store has is its own", name)
				}
				return
			}
			assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(err), "%s: it is asked anew", name)
			assert.Equal(t, 1, today.asked, name)
		})
	}
}

// What the answer or the vendor decided cannot be obtained again, so it stands if
// today's rule would accept the same.
func TestKept_DecidedByAnswerOrVendor(t *testing.T) {
	filled, err := laddered(1e-4).WithRungs(rungs(62, 69, 74, 79))
	require.NoError(t, err)
	byAnswer := func(value float64) idverify.Check {
		check, err := filled.Check(value)
		require.NoError(t, err)
		return check
	}
	byVendor := func(passed bool, score *float64) idverify.Check {
		check, err := theirs(100).Verdict(passed, score)
		require.NoError(t, err)
		return check
	}
	byUs, err := rule(idverify.Above, 80).Check(90)
	require.NoError(t, err)
	atLeast := laddered(1e-4)
	atLeast.Pass = idverify.AtLeast
	wider := laddered(1e-4)
	wider.Scale.Max = 1000
	unrated := byAnswer(70)
	unrated.FAR = nil
	live := theirs(0)
	live.Kind = idverify.CheckLiveness
	unlike, err := live.Verdict(false, nil)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		then      idverify.Check
		rule, now idverify.Rule
		used      bool
	}{
		"the same rate":                                   {byAnswer(70), laddered(1e-4), laddered(1e-4), true},
		"a failure at the same rate":                      {byAnswer(60), laddered(1e-4), laddered(1e-4), true},
		"a stricter rate":                                 {byAnswer(99), laddered(1e-4), laddered(1e-5), false},
		"a milder rate":                                   {byAnswer(70), laddered(1e-4), laddered(1e-3), false},
		"another comparator":                              {byAnswer(70), laddered(1e-4), atLeast, false},
		"the answer's, and ours today":                    {byAnswer(99), laddered(1e-4), rule(idverify.Above, 80), false},
		"the answer's, and theirs today":                  {byAnswer(99), laddered(1e-4), theirs(100), false},
		"the vendor's yes":                                {byVendor(true, ptr(12.0)), theirs(100), theirs(100), true},
		"the vendor's yes without a score":                {byVendor(true, nil), theirs(100), theirs(0), true},
		"the same, where others have one":                 {byVendor(true, nil), theirs(100), theirs(100), true},
		"the vendor's yes on a wider scale":               {byVendor(true, ptr(12.0)), theirs(100), theirs(1000), false},
		"the vendor's yes, and ours today":                {byVendor(true, ptr(99.0)), theirs(100), rule(idverify.Above, 80), false},
		"the vendor's no, and ours today":                 {byVendor(false, ptr(99.0)), theirs(100), rule(idverify.Above, 80), true},
		"ours, and theirs today":                          {byUs, rule(idverify.Above, 80), theirs(100), false},
		"the answer's on a wider scale":                   {byAnswer(70), laddered(1e-4), wider, false},
		"the answer's without a rate":                     {unrated, laddered(1e-4), laddered(1e-4), false},
		"the vendor's no to what is not checked any more": {unlike, live, theirs(0), false},
	} {
		synctest.Test(t, func(t *testing.T) {
			kept := &idverify.Result{Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes, Checks: []idverify.Check{test.then}}
			if test.then.Passed {
				kept.Code = idverify.CodeMatch
			}
			store := &memoryResults{}
			then := ruled{vendorNamed("a", step{res: kept}), []idverify.Rule{test.rule}, ""}
			_, err := oneVendor(t, then, idverify.WithResultStore(store, storeSecret)).Verify(t.Context(), keyed("k"))
			require.NoError(t, err, name)
			synctest.Wait()
			today := ruled{vendorNamed("a", fail(idverify.CodeNoFace)), []idverify.Rule{test.now}, ""}
			res, err := oneVendor(t, today, idverify.WithResultStore(store, storeSecret)).Verify(t.Context(), keyed("k"))
			if !test.used {
				assert.Equal(t, idverify.CodeNoFace, idverify.CodeOf(err), "%s: it is asked anew", name)
				return
			}
			require.NoError(t, err, name)
			assert.Equal(t, kept.Checks, res.Checks, name)
			assert.Equal(t, idverify.OriginStore, res.Origin, name)
		})
	}
}
