package idverify_test

import (
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// Holds P-PAY-2.
func TestClient_RetryAndFailoverTable(t *testing.T) {
	const again, elsewhere = " → same_vendor", " → another_vendor"
	for name, test := range map[string]struct {
		a, b []step
		opts []idverify.Option
		want []string
		code idverify.Code // "" is a match
		took time.Duration
	}{
		"a contradiction ends it": {
			a: []step{fail(idverify.CodeBadResponse, contradictory)}, b: []step{pass(t)},
			want: []string{"a bad_response"}, code: idverify.CodeBadResponse,
		},
		"a contradiction ends it, also where unanswered requests are repeated": {
			a: []step{fail(idverify.CodeBadResponse, contradictory, ambiguous)}, b: []step{pass(t)},
			opts: []idverify.Option{half(idverify.Retry{RepeatAmbiguous: true})},
			want: []string{"a bad_response"}, code: idverify.CodeBadResponse,
		},
		"what the vendor wants nobody to repeat goes to the other": {
			a: []step{fail(idverify.CodeVendorUnavailable, safe, notAgain)}, b: []step{pass(t)},
			want: []string{"a vendor_unavailable" + elsewhere, "b match"},
		},
		"what the vendor wants nobody to repeat is asked once, also where unanswered requests are repeated": {
			a: []step{fail(idverify.CodeVendorUnavailable, ambiguous, notAgain)},
			opts: []idverify.Option{half(idverify.Retry{RepeatAmbiguous: true}),
				idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: true})},
			want: []string{"a vendor_unavailable"}, code: idverify.CodeVendorUnavailable,
		},
		"a person whom the vendor does not serve is sent to no other": {
			a: []step{fail(idverify.CodePersonRestricted, free)}, b: []step{pass(t)},
			want: []string{"a person_restricted"}, code: idverify.CodePersonRestricted,
		},
		"a vendor's own limit per person is not got round": {
			a: []step{fail(idverify.CodeTooManyAttempts, safe, retryAfter(time.Second))}, b: []step{pass(t)},
			want: []string{"a too_many_attempts"}, code: idverify.CodeTooManyAttempts,
		},
		"a decision ends it": {
			a: []step{decide(idverify.CodeFaceMismatch)}, b: []step{pass(t)},
			want: []string{"a face_mismatch"}, code: idverify.CodeFaceMismatch,
		},
		"any decision but a missing photo ends it, also where another photo may be asked for": {
			a: []step{decide(idverify.CodeFaceMismatch)}, b: []step{pass(t)},
			opts: []idverify.Option{idverify.WithFailover(idverify.Failover{OnMissingPhoto: true})},
			want: []string{"a face_mismatch"}, code: idverify.CodeFaceMismatch,
		},
		"input that is wrong everywhere ends it": {
			a: []step{fail(idverify.CodeNoFace)}, b: []step{pass(t)},
			want: []string{"a no_face"}, code: idverify.CodeNoFace,
		},
		"an unknown answer ends it": {
			a: []step{fail(idverify.CodeUnknown)}, b: []step{pass(t)},
			want: []string{"a unknown"}, code: idverify.CodeUnknown,
		},
		"not connected: the same vendor, waiting longer each time, then the other": {
			a: []step{fail(idverify.CodeNetwork, unsent)}, b: []step{pass(t)},
			want: []string{"a network" + again, "a network after 50ms" + again, "a network after 100ms" + elsewhere, "b match"},
			took: 150 * time.Millisecond,
		},
		"it comes back": {
			a:    []step{fail(idverify.CodeSourceUnavailable, safe), pass(t)},
			b:    []step{pass(t)},
			want: []string{"a source_unavailable" + again, "a match after 50ms"}, took: 50 * time.Millisecond,
		},
		"too many calls: a longer wait": {
			a:    []step{fail(idverify.CodeRateLimited, safe), pass(t)},
			want: []string{"a rate_limited" + again, "a match after 500ms"}, took: 500 * time.Millisecond,
		},
		"Retry-After is honoured": {
			a:    []step{fail(idverify.CodeRateLimited, safe, retryAfter(3*time.Second)), pass(t)},
			want: []string{"a rate_limited" + again, "a match after 3s"}, took: 3 * time.Second,
		},
		"Retry-After as long as the cap is honoured": {
			a:    []step{fail(idverify.CodeRateLimited, safe, retryAfter(5*time.Second)), pass(t)},
			want: []string{"a rate_limited" + again, "a match after 5s"}, took: 5 * time.Second,
		},
		"Retry-After a little beyond the cap": {
			a:    []step{fail(idverify.CodeRateLimited, safe, retryAfter(5*time.Second+1))},
			want: []string{"a rate_limited"}, code: idverify.CodeRateLimited,
		},
		"a cap and a first wait of the caller's own": {
			a:    []step{fail(idverify.CodeRateLimited, safe), fail(idverify.CodeRateLimited, safe, retryAfter(8*time.Second)), pass(t)},
			opts: []idverify.Option{half(idverify.Retry{RateLimitedBase: 8 * time.Second, Cap: 8 * time.Second})},
			want: []string{"a rate_limited" + again, "a rate_limited after 4s" + again, "a match after 8s"}, took: 12 * time.Second,
		},
		"Retry-After beyond the cap is left to the caller": {
			a:    []step{fail(idverify.CodeRateLimited, safe, retryAfter(time.Minute))},
			want: []string{"a rate_limited"}, code: idverify.CodeRateLimited,
		},
		"Retry-After beyond the cap, and another vendor": {
			a: []step{fail(idverify.CodeRateLimited, safe, retryAfter(time.Minute))}, b: []step{pass(t)},
			want: []string{"a rate_limited" + elsewhere, "b match"},
		},
		"quota used up: the other, at once": {
			a: []step{fail(idverify.CodeQuotaExceeded)}, b: []step{pass(t)},
			want: []string{"a quota_exceeded" + elsewhere, "b match"},
		},
		"sent and not answered: never the same vendor, but the other": {
			a: []step{fail(idverify.CodeTimeout, ambiguous)}, b: []step{pass(t)},
			want: []string{"a timeout" + elsewhere, "b match"},
		},
		"sent and not answered, and the other is forbidden": {
			a: []step{fail(idverify.CodeNetwork, ambiguous)}, b: []step{pass(t)},
			opts: []idverify.Option{idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: true})},
			want: []string{"a network"}, code: idverify.CodeNetwork,
		},
		"answered, where the other is forbidden after a lost answer only": {
			a: []step{fail(idverify.CodeQuotaExceeded)}, b: []step{pass(t)},
			opts: []idverify.Option{idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: true})},
			want: []string{"a quota_exceeded" + elsewhere, "b match"},
		},
		"repeating what is ambiguous, asked for by name": {
			a:    []step{fail(idverify.CodeTimeout, ambiguous), pass(t)},
			opts: []idverify.Option{half(idverify.Retry{RepeatAmbiguous: true})},
			want: []string{"a timeout → same_vendor_ambiguous", "a match after 50ms"}, took: 50 * time.Millisecond,
		},
		"repeating what is ambiguous repeats nothing that was answered": {
			a:    []step{fail(idverify.CodePoorPhoto, func(e *idverify.Error) { e.Billed = idverify.BilledYes })},
			opts: []idverify.Option{half(idverify.Retry{RepeatAmbiguous: true})},
			want: []string{"a poor_photo"}, code: idverify.CodePoorPhoto,
		},
		"no repeats": {
			a: []step{fail(idverify.CodeNetwork, unsent)}, b: []step{pass(t)},
			opts: []idverify.Option{half(idverify.Retry{Attempts: 1})},
			want: []string{"a network" + elsewhere, "b match"},
		},
		"no photo here": {
			a: []step{decide(idverify.CodeReferencePhotoUnavailable)}, b: []step{pass(t)},
			want: []string{"a reference_photo_unavailable"}, code: idverify.CodeReferencePhotoUnavailable,
		},
		"no photo here, and another may have one": {
			a: []step{decide(idverify.CodeReferencePhotoUnavailable)}, b: []step{pass(t)},
			opts: []idverify.Option{idverify.WithFailover(idverify.Failover{OnMissingPhoto: true})},
			want: []string{"a reference_photo_unavailable" + elsewhere, "b match"},
		},
		"no photo here, and the other fails: the decision stands": {
			a: []step{decide(idverify.CodeReferencePhotoUnavailable)}, b: []step{fail(idverify.CodeBadResponse, ambiguous)},
			opts: []idverify.Option{idverify.WithFailover(idverify.Failover{OnMissingPhoto: true})},
			want: []string{"a reference_photo_unavailable" + elsewhere, "b bad_response"}, code: idverify.CodeReferencePhotoUnavailable,
		},
		"all fail": {
			a: []step{fail(idverify.CodeBadResponse, ambiguous)}, b: []step{fail(idverify.CodeVendorUnavailable)},
			want: []string{"a bad_response" + elsewhere, "b vendor_unavailable"}, code: idverify.CodeVendorUnavailable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				providers := []idverify.Provider{vendorNamed("a", test.a...)}
				if test.b != nil {
					providers = append(providers, vendorNamed("b", test.b...))
				}
				c, err := idverify.New(providers, append([]idverify.Option{half(idverify.Retry{})}, test.opts...)...)
				require.NoError(t, err)
				began := time.Now()
				res, err := c.Verify(t.Context(), askFor(photo()))
				assert.Equal(t, test.want, told(attemptsOf(res, err)))
				assert.Equal(t, test.took, time.Since(began))
				switch {
				case test.code == "":
					require.NoError(t, err)
					assert.True(t, res.Passed())
				case test.code.IsDecision():
					require.NoError(t, err)
					assert.Equal(t, test.code, res.Code)
				default:
					assert.Equal(t, test.code, idverify.CodeOf(err))
				}
			})
		})
	}
}

// For every code: is the next vendor asked, and does it count against the vendor?
func TestClient_FailoverAndFaultByCode(t *testing.T) {
	elsewhere := []idverify.Code{
		idverify.CodeNetwork, idverify.CodeTimeout, idverify.CodeVendorUnavailable, idverify.CodeSourceUnavailable, idverify.CodeBadResponse,
		idverify.CodeRateLimited, idverify.CodeQuotaExceeded, idverify.CodePermissionDenied, idverify.CodeUnauthorized,
		idverify.CodeAccountSuspended, idverify.CodeSignatureExpired, idverify.CodeInvalidConfig, idverify.CodeCircuitOpen,
		idverify.CodeUnsupportedEvidence, idverify.CodeUnreadableEvidence, idverify.CodeUnsupportedFormat, idverify.CodeTooLarge, idverify.CodeEvidenceExpired,
	}
	for _, code := range idverify.Codes() {
		if code.IsDecision() {
			continue
		}
		a, b := vendorNamed("a", fail(code)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b}, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{OpenFor: time.Hour}}))
		require.NoError(t, err)
		for range 6 {
			_, err = c.Verify(t.Context(), askFor(photo()))
			assert.Equal(t, slices.Contains(elsewhere, code), err == nil, code)
		}
		faults := elsewhere[:5]
		assert.Equal(t, slices.Contains(faults, code), a.asked == 5, "%s opens the circuit", code)
	}
}

func TestClient_RetryPolicyPerVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var providers []idverify.Provider
		var opts []idverify.Option
		for i, name := range []string{"a", "b", "d"} {
			providers = append(providers, vendorNamed(name, slowPass(t, time.Hour)))
			opts = append(opts, idverify.WithVendor(name, idverify.VendorPolicy{Timeout: time.Duration(i+1) * time.Second}))
		}
		c, err := idverify.New(providers, opts...)
		require.NoError(t, err)
		attempts := attemptsOf(c.Verify(t.Context(), askFor(photo())))
		require.Len(t, attempts, 3)
		for i, attempt := range attempts {
			assert.Equal(t, time.Duration(i+1)*time.Second, attempt.Duration)
		}
	})
}

func TestClient_RetryQuotaLimitsLoadInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", fail(idverify.CodeNetwork, unsent))
		c, err := idverify.New([]idverify.Provider{a}, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Off: true}}))
		require.NoError(t, err)
		const calls = 1000
		for range calls {
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.Equal(t, idverify.CodeNetwork, idverify.CodeOf(err))
		}
		assert.Equal(t, calls+100, a.asked, "a hundred retries in all, and not two thousand")
		assert.Equal(t, map[string]idverify.CircuitState{"a": idverify.CircuitClosed}, c.Circuits(), "a breaker that is off")

		a.steps, a.asked = []step{pass(t)}, 0
		for range 50 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.NoError(t, err)
		}
		a.steps, a.asked = []step{fail(idverify.CodeNetwork, unsent)}, 0
		for range calls {
			_, _ = c.Verify(t.Context(), askFor(photo()))
		}
		assert.Equal(t, calls+10, a.asked, "fifty successes paid for ten retries")
	})
}

func TestClient_OnlyRetriesUseRetryQuota(t *testing.T) {
	for name, test := range map[string]struct {
		before [2]step // each call is answered with these two
		want   int     // how often the vendor is asked in an outage of 200 calls that follows 500 such calls
	}{
		"nothing was repeated":          {[2]step{fail(idverify.CodePoorPhoto), fail(idverify.CodePoorPhoto)}, 300},
		"every repetition was answered": {[2]step{fail(idverify.CodeSourceUnavailable, safe), pass(t)}, 300},
		"and after a time-out as well":  {[2]step{fail(idverify.CodeTimeout, unsent), pass(t)}, 300},
		"every repetition was in vain":  {[2]step{fail(idverify.CodeNetwork, unsent), fail(idverify.CodeNetwork, unsent)}, 200},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := vendorNamed("a")
			c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Off: true}}))
			for range 500 {
				a.steps, a.asked = test.before[:], 0
				_, _ = c.Verify(t.Context(), askFor(photo()))
			}
			a.steps, a.asked = []step{fail(idverify.CodeNetwork, unsent)}, 0
			for range 200 {
				_, err := c.Verify(t.Context(), askFor(photo()))
				require.Equal(t, idverify.CodeNetwork, idverify.CodeOf(err))
			}
			assert.Equal(t, test.want, a.asked, name)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", fail(idverify.CodeTimeout, unsent))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Off: true}}))
		for range 200 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.ErrorIs(t, err, idverify.ErrTimeout)
		}
		assert.Equal(t, 250, a.asked, "what times out is repeated half as often")
	})
}

func TestClient_ContradictionIsReviewedByHand(t *testing.T) {
	c, err := idverify.New([]idverify.Provider{vendorNamed("a", fail(idverify.CodeBadResponse, contradictory)), vendorNamed("b", pass(t))})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.True(t, e.Contradiction)
	assert.Equal(t, idverify.AdviceReview, e.Advice(), "there is another vendor, and it is not to be asked")
	text, err := json.Marshal(e)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"contradiction":true`)
	var back idverify.Error
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, idverify.AdviceReview, back.Advice())
	assert.True(t, back.Contradiction)
}

func TestClient_RefusedPersonDoesNotOpenCircuit(t *testing.T) {
	for _, code := range []idverify.Code{idverify.CodePersonRestricted, idverify.CodeTooManyAttempts} {
		a := vendorNamed("a", fail(code, retryAfter(time.Hour)))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1}}))
		for range 3 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, code, e.Code)
			assert.Equal(t, "a", e.Vendor)
			assert.Zero(t, e.RetryAfter, "nobody is to wait it out")
			assert.False(t, e.Repeatable())
			assert.Equal(t, idverify.AdviceReview, e.Advice())
		}
		assert.Equal(t, 3, a.asked)
	}
}
