package idverify_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// byScript is a provider that answers by a script, the last step for ever.
type byScript struct {
	name  string
	steps []step
	asked int
	reads string // a kind of evidence, "photo" if empty
}

// step is one answer, after a while.
type step struct {
	res   *idverify.Result
	err   error
	after time.Duration
}

func (s *byScript) Name() string { return s.name }
func (s *byScript) Accepts(ev idverify.Evidence) bool {
	return ev.EvidenceKind() == cmp.Or(s.reads, "photo")
}

func (s *byScript) Ask(ctx context.Context, _ *idverify.Question) (*idverify.Result, error) {
	now := s.steps[min(s.asked, len(s.steps)-1)]
	s.asked++
	if now.after > 0 {
		select {
		case <-time.After(now.after):
		case <-ctx.Done():
			e := &idverify.Error{Code: idverify.CodeTimeout, Vendor: s.name, Delivery: idverify.DeliveryUnanswered, Err: ctx.Err()}
			if errors.Is(ctx.Err(), context.Canceled) {
				e.Code = idverify.CodeCanceled
			}
			return nil, e
		}
	}
	if e, ok := now.err.(*idverify.Error); ok {
		own := *e
		own.Vendor = s.name
		return nil, &own
	}
	return now.res, now.err
}

func vendorNamed(name string, steps ...step) *byScript { return &byScript{name: name, steps: steps} }

func pass(t *testing.T) step {
	res := passing(t)
	res.Billed = idverify.BilledYes
	return step{res: res}
}

func decide(code idverify.Code) step {
	return step{res: &idverify.Result{Code: code, Billed: idverify.BilledYes}}
}

func fail(code idverify.Code, facts ...func(*idverify.Error)) step {
	e := &idverify.Error{Code: code, Delivery: idverify.DeliveryAnswered}
	for _, f := range facts {
		f(e)
	}
	return step{err: e}
}

func status(code int) func(*idverify.Error) {
	return func(e *idverify.Error) { e.HTTPStatus = code }
}

func safe(e *idverify.Error)      { e.Delivery, e.Billed = idverify.DeliveryRefused, idverify.BilledNo }
func unsent(e *idverify.Error)    { e.Delivery, e.Billed = idverify.DeliveryNotSent, idverify.BilledNo }
func ambiguous(e *idverify.Error) { e.Delivery = idverify.DeliveryUnanswered }
func free(e *idverify.Error)      { e.Billed = idverify.BilledNo }

func contradictory(e *idverify.Error) { e.Contradiction = true }

func retryAfter(d time.Duration) func(*idverify.Error) {
	return func(e *idverify.Error) { e.RetryAfter = d }
}

// half makes the waits predictable: half of every ceiling.
func half(r idverify.Retry) idverify.Option {
	r.Random = func() float64 { return 0.5 }
	return idverify.WithRetry(r)
}

// told writes the legs down: vendor, code, wait before, and what came next.
func told(attempts []idverify.Attempt) []string {
	var legs []string
	for _, a := range attempts {
		leg := a.Vendor + " " + string(a.Code)
		if a.Wait > 0 {
			leg += " after " + a.Wait.String()
		}
		if a.PassedOver {
			leg += " passed over"
		}
		if a.Next != "" {
			leg += " → " + string(a.Next)
		}
		legs = append(legs, leg)
	}
	return legs
}

func attemptsOf(res *idverify.Result, err error) []idverify.Attempt {
	var e *idverify.Error
	if errors.As(err, &e) {
		return e.Attempts
	}
	return res.Attempts
}

func TestWhatIsTriedAgainAndWhere(t *testing.T) {
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

func TestNothingIsLostWhenAllFail(t *testing.T) {
	cause := errors.New("cause")
	a := vendorNamed("a", step{err: &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered, RequestID: "r1", Err: cause}})
	b := vendorNamed("b", step{err: &idverify.Error{Code: idverify.CodeQuotaExceeded, VendorCode: "17", Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledNo, HTTPStatus: 200}})
	c, err := idverify.New([]idverify.Provider{a, b})
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, idverify.CodeQuotaExceeded, e.Code)
	assert.Equal(t, "b", e.Vendor)
	assert.True(t, e.Ambiguous(), "the first leg may have been billed")
	assert.Equal(t, idverify.BilledUnknown, e.Billed)
	assert.ErrorIs(t, err, idverify.ErrTimeout)
	assert.ErrorIs(t, err, idverify.ErrQuotaExceeded)
	assert.ErrorIs(t, err, idverify.ErrAmbiguous)
	assert.ErrorIs(t, err, cause)
	assert.Contains(t, err.Error(), "attempts: a timeout (unanswered, billed unknown), b quota_exceeded (answered, billed no)")
	assert.Equal(t, "r1", e.Attempts[0].RequestID)
	assert.Equal(t, "17", e.Attempts[1].VendorCode)
}

// What the next vendor is asked after, and what counts against a vendor.
func TestEveryCodeFailsOverAsDocumented(t *testing.T) {
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

func TestTheLastThatWasAskedExplainsTheError(t *testing.T) {
	for _, restsFirst := range []bool{true, false} {
		providers := []idverify.Provider{vendorNamed("resting", fail(idverify.CodeBadResponse)), vendorNamed("asked", fail(idverify.CodeQuotaExceeded))}
		if !restsFirst {
			slices.Reverse(providers)
		}
		c, err := idverify.New(providers, idverify.WithVendor("resting", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Hour}}))
		require.NoError(t, err)
		_, _ = c.Verify(t.Context(), askFor(photo()))
		_, err = c.Verify(t.Context(), askFor(photo()))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Contains(t, told(e.Attempts)[0]+told(e.Attempts)[1], "resting circuit_open passed over")
		assert.Equal(t, idverify.CodeQuotaExceeded, e.Code)
		assert.Equal(t, "asked", e.Vendor)
	}
}

func TestCallerWhoseTimeIsUpAsksNoFurtherVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", slowPass(t, time.Hour)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		res, err := c.Verify(ctx, askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrTimeout)
		assert.Equal(t, []string{"a timeout"}, told(attemptsOf(res, err)))
		assert.Zero(t, b.asked, "nobody would hear what it says, and it would be paid for")
	})
}

// In a bubble, who waits for a place that nobody gives back is seen at once.
func TestEveryAttemptGivesItsPlaceInTheLimiterBack(t *testing.T) {
	for _, opts := range [][]idverify.Option{nil, {silentHooks}} {
		synctest.Test(t, func(t *testing.T) {
			limiter, err := idverify.NewLimiter(idverify.Rate{InFlight: 1})
			require.NoError(t, err)
			a := vendorNamed("a", fail(idverify.CodeNetwork, unsent), pass(t))
			c := oneVendor(t, a, append(opts, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter}))...)
			for range 3 {
				_, err := c.Verify(t.Context(), askFor(photo()))
				require.NoError(t, err)
			}
		})
	}
}

func TestNoAttemptThatCannotFitInTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", fail(idverify.CodeRateLimited, safe, retryAfter(2*time.Second))), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		began := time.Now()
		res, err := c.Verify(ctx, askFor(photo()))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Zero(t, time.Since(began), "the wait would not have fitted, so the other vendor is asked at once")
	})
}

func TestCallerWhoLeavesInBackOffIsReleasedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", fail(idverify.CodeRateLimited, safe, retryAfter(4*time.Second))), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		_, err = c.Verify(ctx, askFor(photo()))
		assert.Equal(t, time.Second, time.Since(began))
		assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(err))
		assert.ErrorIs(t, err, context.Canceled)
		assert.ErrorIs(t, err, idverify.ErrRateLimited)
		assert.ErrorContains(t, err, "the caller's context was cancelled while waiting to try again")
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "a", e.Vendor)
		assert.Zero(t, b.asked)
	})
}

func TestTimeLimitOfAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := pass(t)
		slow.after = time.Hour
		a, b := vendorNamed("a", slow), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b}, idverify.WithVendor("a", idverify.VendorPolicy{Timeout: 3 * time.Second}))
		require.NoError(t, err)
		began := time.Now()
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.Equal(t, []string{"a timeout → another_vendor", "b match"}, told(res.Attempts))
		assert.Equal(t, 3*time.Second, res.Attempts[0].Duration)

		c, err = idverify.New([]idverify.Provider{vendorNamed("a", slow)})
		require.NoError(t, err)
		began = time.Now()
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrTimeout)
		assert.Equal(t, 30*time.Second, time.Since(began), "the default")
	})
}

func TestEveryVendorHasAPolicyOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var providers []idverify.Provider
		var opts []idverify.Option
		for i, name := range []string{"a", "b", "d"} {
			providers = append(providers, vendorNamed(name, slowPass(t, time.Hour)))
			opts = append(opts, idverify.WithVendor(name, idverify.VendorPolicy{Timeout: time.Duration(i+1) * time.Second}))
		}
		c, err := idverify.New(providers, opts...)
		require.NoError(t, err)
		legs := attemptsOf(c.Verify(t.Context(), askFor(photo())))
		require.Len(t, legs, 3)
		for i, leg := range legs {
			assert.Equal(t, time.Duration(i+1)*time.Second, leg.Duration)
		}
	})
}

func TestOutageIsNotAnsweredWithMoreLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a", fail(idverify.CodeNetwork, unsent))
		c, err := idverify.New([]idverify.Provider{a}, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Off: true}}))
		require.NoError(t, err)
		const calls = 1000
		for range calls {
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.ErrorIs(t, err, idverify.ErrNetwork)
		}
		assert.Equal(t, calls+100, a.asked, "a hundred retries in all, and not two thousand")

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

func TestOnlyRetriesUseUpTheQuotaOfRetries(t *testing.T) {
	for name, test := range map[string]struct {
		before [2]step // each call is answered with these two
		want   int     // how often the vendor is asked in an outage of 200 calls after 500 of those
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
				require.ErrorIs(t, err, idverify.ErrNetwork)
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

func TestCircuitOpensForTheVendorsFaultsOnly(t *testing.T) {
	for name, test := range map[string]struct {
		step  step
		opens bool
	}{
		"network":         {fail(idverify.CodeNetwork, ambiguous), true},
		"timeout":         {fail(idverify.CodeTimeout, ambiguous), true},
		"bad answer":      {fail(idverify.CodeBadResponse, ambiguous), true},
		"vendor's fault":  {fail(idverify.CodeVendorUnavailable), true},
		"source's fault":  {fail(idverify.CodeSourceUnavailable), true},
		"blurred photo":   {fail(idverify.CodePoorPhoto), false},
		"no face":         {fail(idverify.CodeNoFace), false},
		"quota":           {fail(idverify.CodeQuotaExceeded), false},
		"wrong key":       {fail(idverify.CodeUnauthorized), false},
		"unreadable file": {fail(idverify.CodeUnreadableEvidence, unsent), false},
		"face mismatch":   {decide(idverify.CodeFaceMismatch), false},
		"unknown":         {fail(idverify.CodeUnknown), false},
		"page of a 404":   {fail(idverify.CodeBadResponse, ambiguous, status(404)), false},
		"page of a 408":   {fail(idverify.CodeBadResponse, ambiguous, status(408)), true},
		"page of a 502":   {fail(idverify.CodeBadResponse, ambiguous, status(502)), true},
		"page of a 200":   {fail(idverify.CodeBadResponse, ambiguous, status(200)), true},
		"too many calls":  {fail(idverify.CodeRateLimited), false},
	} {
		t.Run(name, func(t *testing.T) {
			a := vendorNamed("a", test.step)
			c, err := idverify.New([]idverify.Provider{a}, idverify.WithRetry(idverify.Retry{Attempts: 1}))
			require.NoError(t, err)
			for range 5 {
				_, err = c.Verify(t.Context(), askFor(photo()))
				assert.NotErrorIs(t, err, idverify.ErrCircuitOpen)
			}
			_, err = c.Verify(t.Context(), askFor(photo()))
			assert.Equal(t, test.opens, errors.Is(err, idverify.ErrCircuitOpen))
		})
	}
}

func TestOpenCircuitPassesTheVendorOverAndTriesItAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", fail(idverify.CodeVendorUnavailable)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b}, idverify.WithVendor("a", idverify.VendorPolicy{
			Breaker: idverify.Breaker{Failures: 2, OpenFor: time.Minute}}))
		require.NoError(t, err)
		verify := func() []string {
			res, err := c.Verify(t.Context(), askFor(photo()))
			require.NoError(t, err)
			return told(res.Attempts)
		}
		for range 2 {
			assert.Equal(t, []string{"a vendor_unavailable → another_vendor", "b match"}, verify())
		}
		assert.Equal(t, []string{"a circuit_open passed over → another_vendor", "b match"}, verify())
		assert.Equal(t, 2, a.asked)

		time.Sleep(time.Minute + time.Second)
		assert.Equal(t, []string{"a vendor_unavailable → another_vendor", "b match"}, verify(), "one call tries it")
		assert.Equal(t, []string{"a circuit_open passed over → another_vendor", "b match"}, verify())

		time.Sleep(time.Minute + time.Second)
		a.steps, a.asked = []step{pass(t)}, 0
		assert.Equal(t, []string{"a match"}, verify())
		assert.Equal(t, []string{"a match"}, verify())
	})
}

func TestCallerWhoLeavesSaysNothingOfTheVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := pass(t)
		slow.after = time.Hour
		a := vendorNamed("a", slow)
		c, err := idverify.New([]idverify.Provider{a})
		require.NoError(t, err)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err = c.Verify(ctx, askFor(photo()))
			cancel()
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, idverify.ErrCircuitOpen)
		}
	})
}

// oneCall is a call and its end: an answer, or the caller's leaving.
type oneCall func(t *testing.T, c *idverify.Client, a *byScript)

func endsWith(s step) oneCall {
	return func(t *testing.T, c *idverify.Client, a *byScript) {
		a.steps, a.asked = []step{s}, 0
		_, _ = c.Verify(t.Context(), askFor(photo()))
	}
}

func leftBy(give func(context.Context, time.Duration) (context.Context, context.CancelFunc), after time.Duration) oneCall {
	return func(t *testing.T, c *idverify.Client, a *byScript) {
		a.steps, a.asked = []step{slowPass(t, time.Hour)}, 0
		ctx, cancel := give(t.Context(), after)
		defer cancel()
		_, _ = c.Verify(ctx, askFor(photo()))
	}
}

func cancelled(ctx context.Context, after time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(after, cancel)
	return ctx, cancel
}

// opensAfter reports whether the circuit, which opens after five faults in a
// row, is open after these calls.
func opensAfter(t *testing.T, calls ...oneCall) (open bool) {
	synctest.Test(t, func(t *testing.T) {
		a := vendorNamed("a")
		c := oneVendor(t, a)
		for _, call := range calls {
			call(t, c, a)
		}
		a.steps, a.asked = []step{pass(t)}, 0
		_, err := c.Verify(t.Context(), askFor(photo()))
		open = errors.Is(err, idverify.ErrCircuitOpen)
	})
	return open
}

func TestWhatBreaksARowOfFaultsAndWhatSaysNothing(t *testing.T) {
	fault := endsWith(fail(idverify.CodeVendorUnavailable))
	for name, test := range map[string]struct {
		call         oneCall
		opens        bool // the circuit, after four faults and this
		breaksTheRow bool // so that one more fault does not open it
	}{
		"an answer":                       {endsWith(fail(idverify.CodePoorPhoto)), false, true},
		"a decision":                      {endsWith(decide(idverify.CodeFaceMismatch)), false, true},
		"nothing was sent":                {endsWith(fail(idverify.CodeUnreadableEvidence, unsent)), false, false},
		"a caller who left at once":       {leftBy(cancelled, time.Second), false, false},
		"a caller who left late":          {leftBy(cancelled, 20*time.Second), false, false},
		"a deadline that was short":       {leftBy(context.WithTimeout, 9*time.Second), false, false},
		"a deadline that was long enough": {leftBy(context.WithTimeout, 10*time.Second), true, false},
	} {
		assert.Equal(t, test.opens, opensAfter(t, fault, fault, fault, fault, test.call), name)
		assert.Equal(t, !test.breaksTheRow, opensAfter(t, fault, fault, fault, fault, test.call, fault), name)
	}
}

func TestTheCircuitStaysOpenAsLongAsSet(t *testing.T) {
	for _, test := range []struct{ set, open time.Duration }{{0, 10 * time.Second}, {3 * time.Second, 3 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			a := vendorNamed("a", fail(idverify.CodeVendorUnavailable), pass(t))
			c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: test.set}}))
			_, err := c.Verify(t.Context(), askFor(photo()))
			require.ErrorIs(t, err, idverify.ErrVendorUnavailable)
			time.Sleep(test.open - time.Millisecond)
			_, err = c.Verify(t.Context(), askFor(photo()))
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, idverify.CodeCircuitOpen, e.Code)
			assert.Equal(t, "a", e.Vendor)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			time.Sleep(2 * time.Millisecond)
			_, err = c.Verify(t.Context(), askFor(photo()))
			assert.NoError(t, err)
		})
	}
}

// lasting keeps the context of its last call.
type lasting struct {
	byScript
	ctx context.Context
}

func (l *lasting) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	l.ctx = ctx
	return l.byScript.Ask(ctx, q)
}

func TestTheContextOfAnAttemptEndsWithIt(t *testing.T) {
	a := &lasting{byScript: *vendorNamed("a", pass(t))}
	for _, req := range []*idverify.Request{askFor(photo()), keyed("k")} {
		_, err := oneVendor(t, a).Verify(t.Context(), req)
		require.NoError(t, err)
		assert.ErrorIs(t, a.ctx.Err(), context.Canceled)
	}
}

func TestRouterThatNamesAVendorTwiceAsksItOnce(t *testing.T) {
	a := vendorNamed("a", fail(idverify.CodeTimeout, ambiguous))
	c := oneVendor(t, a, idverify.WithRouter(func(_ context.Context, _ *idverify.Request, all []idverify.Provider) []idverify.Provider {
		return append(all, all...)
	}))
	_, err := c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrTimeout)
	assert.Equal(t, 1, a.asked)
}

// What a provider calls repeatable and perhaps billed at once is not repeated.
func TestContradictoryErrorsAreNotRepeated(t *testing.T) {
	billed := func(e *idverify.Error) { e.Billed = idverify.BilledYes }
	for _, facts := range [][]func(*idverify.Error){{safe, ambiguous}, {safe, billed}} {
		a := vendorNamed("a", fail(idverify.CodeNetwork, facts...))
		_, err := oneVendor(t, a).Verify(t.Context(), askFor(photo()))
		assert.Error(t, err)
		assert.Equal(t, 1, a.asked)
	}
}

func TestCallerWhoHasLeftAsksNobody(t *testing.T) {
	a := vendorNamed("a", pass(t))
	c := oneVendor(t, a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, req := range []*idverify.Request{askFor(photo()), keyed("k")} {
		_, err := c.Verify(ctx, req)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, idverify.CodeCanceled, idverify.CodeOf(err))
	}
	assert.Zero(t, a.asked)
}

func TestVendorThatSwallowsEveryDeadlineOpensItsCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := vendorNamed("a", slowPass(t, time.Hour)), vendorNamed("b", pass(t))
		c, err := idverify.New([]idverify.Provider{a, b})
		require.NoError(t, err)
		lost := 0
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if _, err := c.Verify(ctx, askFor(photo())); err != nil {
				lost++
			}
			cancel()
		}
		assert.Less(t, lost, 10)
		assert.Positive(t, b.asked)
	})
}

func TestHalfOpenCircuitIsSeenBeforeTheLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: 1})
		require.NoError(t, err)
		a := vendorNamed("a", fail(idverify.CodeVendorUnavailable))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter, Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Minute}}))
		_, _ = c.Verify(t.Context(), askFor(photo()))
		time.Sleep(2 * time.Minute)
		a.steps = []step{slowPass(t, 10*time.Second)}
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
		synctest.Wait()
		began := time.Now()
		_, err = c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrCircuitOpen)
		assert.Zero(t, time.Since(began))
		wg.Wait()
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.True(t, res.Passed())
	})
}

func TestCallerWhoLeavesTheOneCallOfAHalfOpenCircuitLeavesItToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, err := idverify.NewLimiter(idverify.Rate{InFlight: 1})
		require.NoError(t, err)
		a := vendorNamed("a", fail(idverify.CodeVendorUnavailable), slowPass(t, time.Hour), pass(t))
		c := oneVendor(t, a, idverify.WithVendor("a", idverify.VendorPolicy{Limiter: limiter, Breaker: idverify.Breaker{Failures: 1}}))
		_, err = c.Verify(t.Context(), askFor(photo()))
		require.ErrorIs(t, err, idverify.ErrVendorUnavailable)
		time.Sleep(time.Minute)
		ctx, cancel := cancelled(t.Context(), time.Second)
		defer cancel()
		_, err = c.Verify(ctx, askFor(photo()))
		require.ErrorIs(t, err, idverify.ErrCanceled)
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err)
		assert.True(t, res.Passed())
	})
}

func TestUnsendableRequestIsNoTryOfThePerson(t *testing.T) {
	a := vendorNamed("a", pass(t))
	c := oneVendor(t, a, idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte("EXAMPLE-SECRET-EXAMPLE-SECRET-32"), Tries: 1, Window: time.Hour}))
	for range 3 {
		_, err := c.Verify(t.Context(), askFor(idverify.PhotoURL("https://media.example/x")))
		assert.ErrorIs(t, err, idverify.ErrUnsupportedEvidence)
	}
	res, err := c.Verify(t.Context(), askFor(photo()))
	require.NoError(t, err)
	assert.True(t, res.Passed())
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
}

func TestRepeatableSpeaksOfAllLegs(t *testing.T) {
	turnedAway := func(e *idverify.Error) { e.Delivery = idverify.DeliveryRefused }
	for name, test := range map[string]struct {
		a, b step
		want bool
	}{
		"both turned away":        {fail(idverify.CodeRateLimited, turnedAway), fail(idverify.CodeNetwork, unsent), true},
		"one lost":                {fail(idverify.CodeTimeout, ambiguous), fail(idverify.CodeNetwork, unsent), false},
		"one lost, and said free": {fail(idverify.CodeTimeout, ambiguous, free), fail(idverify.CodeNetwork, unsent), false},
		"one perhaps billed":      {fail(idverify.CodeVendorUnavailable), fail(idverify.CodeNetwork, unsent), false},
		"one free of charge":      {fail(idverify.CodeQuotaExceeded, free), fail(idverify.CodeNetwork, unsent), true},
		"last one not":            {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeQuotaExceeded, free), false},
	} {
		assert.Equal(t, test.want, failBoth(t, test.a, test.b).Repeatable(), name)
	}
}

// failBoth asks two vendors, each once.
func failBoth(t *testing.T, a, b step) *idverify.Error {
	t.Helper()
	c, err := idverify.New([]idverify.Provider{vendorNamed("a", a), vendorNamed("b", b)}, half(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	_, err = c.Verify(t.Context(), askFor(photo()))
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Attempts, 2)
	return e
}

func TestWhatAnErrorMayHaveCostSpeaksOfAllLegs(t *testing.T) {
	charged := func(e *idverify.Error) { e.Billed = idverify.BilledYes }
	for name, test := range map[string]struct {
		a, b            step
		sent, ambiguous bool
		billed          idverify.Billed
	}{
		"nothing was sent":                            {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeNetwork, unsent), false, false, idverify.BilledNo},
		"the first was sent":                          {fail(idverify.CodeQuotaExceeded, free), fail(idverify.CodeNetwork, unsent), true, false, idverify.BilledNo},
		"the last was sent":                           {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeQuotaExceeded, free), true, false, idverify.BilledNo},
		"the first was lost":                          {fail(idverify.CodeTimeout, ambiguous), fail(idverify.CodeNetwork, unsent), true, true, idverify.BilledUnknown},
		"the last was lost":                           {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeTimeout, ambiguous), true, true, idverify.BilledUnknown},
		"the first was charged for, the last not":     {fail(idverify.CodeBadResponse, charged), fail(idverify.CodeNetwork, unsent), true, false, idverify.BilledYes},
		"the last was charged for, the first not":     {fail(idverify.CodeNetwork, unsent), fail(idverify.CodeBadResponse, charged), true, false, idverify.BilledYes},
		"the first was charged for, the last lost":    {fail(idverify.CodeBadResponse, charged), fail(idverify.CodeTimeout, ambiguous), true, true, idverify.BilledYes},
		"the last was charged for, the first lost":    {fail(idverify.CodeTimeout, ambiguous), fail(idverify.CodeBadResponse, charged), true, true, idverify.BilledYes},
		"both free of charge, as far as one was told": {fail(idverify.CodeQuotaExceeded), fail(idverify.CodeQuotaExceeded, free), true, false, idverify.BilledUnknown},
	} {
		e := failBoth(t, test.a, test.b)
		assert.Equal(t, test.sent, e.Sent(), name)
		assert.Equal(t, test.ambiguous, e.Ambiguous(), name)
		assert.Equal(t, test.billed, e.Billed, name)
	}
}

func TestRouters(t *testing.T) {
	a, b, d := vendorNamed("a", pass(t)), vendorNamed("b", pass(t)), vendorNamed("d", pass(t))
	providers := []idverify.Provider{a, b, d}
	first := func(opts ...idverify.Option) string {
		c, err := idverify.New(providers, opts...)
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), askFor(photo()))
		if err != nil {
			return string(idverify.CodeOf(err))
		}
		return res.Attempts[0].Vendor
	}
	assert.Equal(t, "a", first())
	assert.Equal(t, "d", first(idverify.WithRouter(func(_ context.Context, _ *idverify.Request, all []idverify.Provider) []idverify.Provider {
		return []idverify.Provider{nil, vendorNamed("stranger"), all[2], all[0]}
	})))
	assert.Equal(t, "unsupported_evidence", first(idverify.WithRouter(func(context.Context, *idverify.Request, []idverify.Provider) []idverify.Provider {
		return nil
	})))
	drawn := map[string]int{}
	weights := idverify.WithWeights(map[string]float64{"b": 3, "d": 1})
	for range 4000 {
		drawn[first(weights)]++
	}
	assert.Zero(t, drawn["a"], "without a weight it comes last")
	assert.InDelta(t, 3.0, float64(drawn["b"])/float64(drawn["d"]), 0.5)

	clear(drawn)
	weights = idverify.WithWeights(map[string]float64{"a": 1, "b": 1, "d": 2})
	for range 4000 {
		drawn[first(weights)]++
	}
	assert.InDelta(t, 1000, drawn["a"], 200)
	assert.InDelta(t, 1000, drawn["b"], 200)
	assert.InDelta(t, 2000, drawn["d"], 200)
}

func TestProvidersWithoutAWeightKeepTheirOrderAtTheEnd(t *testing.T) {
	var all []idverify.Provider
	for _, name := range []string{"a", "b", "d", "e"} {
		all = append(all, vendorNamed(name, fail(idverify.CodeQuotaExceeded)))
	}
	c, err := idverify.New(all, idverify.WithWeights(map[string]float64{"d": 1}))
	require.NoError(t, err)
	for range 20 {
		var asked []string
		for _, leg := range attemptsOf(c.Verify(t.Context(), askFor(photo()))) {
			asked = append(asked, leg.Vendor)
		}
		assert.Equal(t, []string{"d", "a", "b", "e"}, asked)
	}
}

type noLimiter struct{ idverify.Limiter }

func TestOptionsThatCannotBeMetAreRefused(t *testing.T) {
	never := func(error) idverify.Option { return nil }
	for name, opt := range map[string]idverify.Option{
		"Retry.Attempts":  idverify.WithRetry(idverify.Retry{Attempts: 11}),
		"Retry":           idverify.WithRetry(idverify.Retry{Base: -1}),
		"Retry.Cap":       idverify.WithRetry(idverify.Retry{Base: time.Hour}),
		"WithVendor":      idverify.WithVendor("linkfase", idverify.VendorPolicy{}),
		"WithVendor(a)":   idverify.WithVendor("a", idverify.VendorPolicy{Timeout: -1}),
		"WithWeights":     idverify.WithWeights(map[string]float64{"a": 0}),
		"WithRouter":      idverify.WithRouter(nil),
		"WithLogger":      idverify.WithLogger(nil),
		"WithResultStore": idverify.WithResultStore(nil, make([]byte, 32)),
		"opts":            never(nil),

		"WithVendor(b)":     idverify.WithVendor("b", idverify.VendorPolicy{Limiter: (*noLimiter)(nil)}),
		"PersonLimit.Store": limitOf(1, (*toldStore)(nil)),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, name, e.Field)
	}
	for _, opt := range []idverify.Option{
		idverify.WithVendor("two words", idverify.VendorPolicy{Timeout: -1}), idverify.WithVendor("two words", idverify.VendorPolicy{}),
		idverify.WithWeights(map[string]float64{"two words": 0}), idverify.WithWeights(map[string]float64{"two words": 1}),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		assert.ErrorContains(t, err, "[hidden]")
		assert.NotContains(t, err.Error(), "two words")
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.NotContains(t, e.Field, "two words")
	}
	for _, r := range []idverify.Retry{{Base: -1}, {RateLimitedBase: -1}, {Cap: -1}} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, idverify.WithRetry(r))
		assert.ErrorContains(t, err, "durations must not be negative")
	}
	for _, opt := range []idverify.Option{
		idverify.WithRetry(idverify.Retry{Attempts: -1}),
		idverify.WithRetry(idverify.Retry{RateLimitedBase: time.Minute}),
		idverify.WithWeights(map[string]float64{"a": math.Inf(1)}),
		idverify.WithWeights(map[string]float64{"a": math.NaN()}),
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1001}}),
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: -1}}),
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{OpenFor: -1}}),
		idverify.WithWeights(map[string]float64{"x": 1}),
		idverify.WithResultStore(&memoryResults{}, make([]byte, 31)),
		idverify.WithResultStore((*memoryResults)(nil), storeSecret),
		idverify.WithResultStoreTimeout(0),
		idverify.WithResultStoreTimeout(-time.Second),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	}
}

func TestEndsOfTheRangesOfOptionsAreAccepted(t *testing.T) {
	for _, opt := range []idverify.Option{
		idverify.WithRetry(idverify.Retry{Attempts: 10}),
		idverify.WithRetry(idverify.Retry{Base: 5 * time.Second, RateLimitedBase: 5 * time.Second}),
		idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1000}}),
	} {
		_, err := idverify.New([]idverify.Provider{vendorNamed("a", pass(t))}, opt)
		assert.NoError(t, err)
	}
}

func ExampleWithVendor() {
	providers, done := twoVendors()
	defer done()
	_, err := idverify.New(providers,
		idverify.WithVendor("linkface", idverify.VendorPolicy{Timeout: 10 * time.Second}),
		idverify.WithVendor("baiduv5", idverify.VendorPolicy{}))
	fmt.Println(err)
	// Output: idverify: invalid_config: no provider is called baiduv5 (field WithVendor, not sent, billed no, advice fix_account)
}

func TestAContradictionIsForSomebodyToLookAt(t *testing.T) {
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

func TestRefusingAPersonIsNoFaultOfTheVendors(t *testing.T) {
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
