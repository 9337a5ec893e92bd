package idverify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

var personKey = []byte("EXAMPLE key of the person limit.")

const anotherNumber = "110105190001010036"

func subject(t *testing.T, req *idverify.Request) idverify.Subject {
	t.Helper()
	s, err := req.Subject()
	require.NoError(t, err)
	return s
}

// tries counts how many of the given numbers are admitted by one limit.
func tries(t *testing.T, opts ...idverify.Option) (try func(number string) error) {
	t.Helper()
	admit, _, err := idverify.TryPersons(opts...)
	require.NoError(t, err)
	return func(number string) error {
		return admit(t.Context(), subject(t, &idverify.Request{Name: aName, IDNumber: number, SkipIDNumberCheck: true}))
	}
}

// Holds P-PASS-14.
func TestPersonLimit_TriesPerWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		try := tries(t, idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 3, Window: time.Hour}))
		for range 3 {
			require.NoError(t, try(aNumber))
			time.Sleep(10 * time.Minute)
		}
		for range 5 { // a refused call is not counted
			err := try(aNumber)
			assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, &idverify.Error{Code: idverify.CodeTooManyAttempts, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo,
				RetryAfter: 30 * time.Minute, Detail: "this person was tried 3 times in 1h0m0s"}, e)
			assert.Equal(t, idverify.AdviceReview, e.Advice())
		}
		assert.NoError(t, try(anotherNumber), "others are not held up")

		time.Sleep(30*time.Minute - time.Nanosecond)
		assert.Error(t, try(aNumber))
		time.Sleep(time.Nanosecond)
		assert.NoError(t, try(aNumber), "the window slides")
		assert.Error(t, try(aNumber))
	})
}

// Holds P-PASS-14.
func TestPersonLimit_AnySpellingOfTheNumberIsOnePerson(t *testing.T) {
	for _, written := range []string{"11010519000101001x", "11010519000101001Ｘ", "１１０１０５190001010０1X", "110105 19000101 001X", "110105-19000101-001x"} {
		try := tries(t, idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour}))
		require.NoError(t, try(aNumber))
		assert.ErrorIs(t, try(written), idverify.ErrTooManyAttempts, written)
	}
	admit, _, err := idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour}))
	require.NoError(t, err)
	require.NoError(t, admit(t.Context(), subject(t, &idverify.Request{Name: aName, IDNumber: aNumber})))
	assert.Error(t, admit(t.Context(), subject(t, &idverify.Request{Name: "测试乙", IDNumber: aNumber})), "nor does another name make another person")
}

func TestPersonLimit_NoCountWithoutLimit(t *testing.T) {
	try := tries(t)
	for range 100 {
		require.NoError(t, try(aNumber))
	}
}

// Holds P-DATA-10.
func TestWithPersonLimit_RefusesInvalidLimit(t *testing.T) {
	for name, test := range map[string]struct {
		key    []byte
		limit  int
		window time.Duration
		field  string
	}{
		"no key":          {nil, 1, time.Hour, "PersonLimit.Secret"},
		"short key":       {personKey[:31], 1, time.Hour, "PersonLimit.Secret"},
		"key of zeros":    {make([]byte, 32), 1, time.Hour, "PersonLimit.Secret"},
		"limit of 0":      {personKey, 0, time.Hour, "PersonLimit.Tries"},
		"limit of 1001":   {personKey, 1001, time.Hour, "PersonLimit.Tries"},
		"no window":       {personKey, 1, 0, "PersonLimit.Window"},
		"negative window": {personKey, 1, -1, "PersonLimit.Window"},
	} {
		c, err := idverify.New([]idverify.Provider{&fake{name: "p"}}, idverify.WithPersonLimit(idverify.PersonLimit{Secret: test.key, Tries: test.limit, Window: test.window}))
		assert.Nil(t, c, name)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, test.field, e.Field)
		assert.NotContains(t, err.Error(), "EXAMPLE")
	}
	_, _, err := idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: nil, Tries: 1, Window: time.Hour}))
	assert.ErrorContains(t, err, "a secret has at least 32 bytes")
	_, _, err = idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 0, Window: time.Hour}))
	assert.ErrorContains(t, err, "must be 1 to 1000 tries")
	_, _, err = idverify.TryPersons(idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1000, Window: 1}))
	assert.NoError(t, err)
}

// Holds P-DATA-10.
func TestPersonLimit_PrintsNeitherSecretNorPerson(t *testing.T) {
	store := idverify.NewMemoryPersonStore()
	option := idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: 1, Window: time.Hour, Store: store})
	admit, printed, err := idverify.TryPersons(option)
	require.NoError(t, err)
	s := subject(t, askFor())
	require.NoError(t, admit(t.Context(), s))
	c, err := idverify.New([]idverify.Provider{&fake{name: "p"}}, option)
	require.NoError(t, err)
	assert.Equal(t, "idverify.PersonStore(memory)", fmt.Sprint(store))
	mac := hmac.New(sha256.New, personKey)
	mac.Write([]byte(aNumber))
	for _, v := range []any{store, printed, c, admit(t.Context(), s)} {
		for _, text := range append(idverifytest.Spoken(v), fmt.Sprintf("%v %+v", struct{ inner any }{v}, []any{v})) {
			for _, secret := range []string{aNumber, hex.EncodeToString(mac.Sum(nil)), "EXAMPLE"} {
				assert.NotContains(t, text, secret)
				assert.NotContains(t, text, hex.EncodeToString([]byte(secret)))
			}
		}
	}
}

func limitOf(n int, store idverify.PersonStore) idverify.Option {
	return idverify.WithPersonLimit(idverify.PersonLimit{Secret: personKey, Tries: n, Window: time.Hour, Store: store})
}

// Somebody who knows a number must not be able to lock its owner out.
// Holds P-PASS-14.
func TestPersonLimit_TryIsReturnedWhenNobodyLooked(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, refused := range map[string]step{
		"a GIF":           fail(idverify.CodeUnsupportedFormat, unsent),
		"an empty file":   fail(idverify.CodeUnreadableEvidence, unsent),
		"a rate limit":    fail(idverify.CodeRateLimited, safe),
		"no connection":   fail(idverify.CodeNetwork, unsent),
		"a refused key":   fail(idverify.CodeUnauthorized, safe),
		"a gateway's 413": fail(idverify.CodeTooLarge, safe),
	} {
		a := vendorNamed("a", refused)
		c := oneVendor(t, a, limitOf(2, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}),
			idverify.WithVendor("a", idverify.VendorPolicy{Breaker: idverify.Breaker{Off: true}}))
		for range 5 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			assert.NotErrorIs(t, err, idverify.ErrTooManyAttempts, name)
			_, err = c.Verify(canceled, askFor(photo()))
			assert.ErrorIs(t, err, idverify.ErrCanceled)
		}
		a.steps, a.asked = []step{pass(t)}, 0
		res, err := c.Verify(t.Context(), askFor(photo()))
		require.NoError(t, err, name)
		assert.True(t, res.Passed())
	}
}

// Holds P-PASS-14.
func TestPersonLimit_TryCountsWhenVendorMayHaveLooked(t *testing.T) {
	for name, answered := range map[string]step{
		"no face, and free":                   fail(idverify.CodeNoFace, free),
		"a lost answer":                       fail(idverify.CodeTimeout, ambiguous),
		"a person who is not served":          fail(idverify.CodePersonRestricted, free),
		"one who is refused at the door":      fail(idverify.CodePersonRestricted, safe),
		"a mismatch":                          decide(idverify.CodeFaceMismatch),
		"a source that is away, after a look": fail(idverify.CodeSourceUnavailable, free),
	} {
		c := oneVendor(t, vendorNamed("a", answered), limitOf(2, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}))
		for range 2 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			assert.NotErrorIs(t, err, idverify.ErrTooManyAttempts, name)
		}
		_, err := c.Verify(t.Context(), askFor(photo()))
		assert.ErrorIs(t, err, idverify.ErrTooManyAttempts, name)
	}
}

// An attempt that nobody looked at does not cancel an earlier one that was looked
// at.
func TestPersonLimit_OneLookedAtAttemptIsEnough(t *testing.T) {
	a, b := vendorNamed("a", fail(idverify.CodeTimeout, ambiguous)), vendorNamed("b", fail(idverify.CodeNetwork, unsent))
	c, err := idverify.New([]idverify.Provider{a, b}, limitOf(1, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}))
	require.NoError(t, err)
	_, _ = c.Verify(t.Context(), askFor(photo()))
	_, err = c.Verify(t.Context(), askFor(photo()))
	assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
}

// mixed answers a crowd of callers: some calls are decided, some are refused.
type mixed struct{ decided, asked atomic.Int64 }

func (*mixed) Name() string                   { return "mixed" }
func (*mixed) Accepts(idverify.Evidence) bool { return true }
func (m *mixed) Ask(context.Context, *idverify.Question) (*idverify.Result, error) {
	if m.asked.Add(1)%3 == 0 {
		return nil, &idverify.Error{Code: idverify.CodeUnsupportedFormat, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
	}
	m.decided.Add(1)
	return &idverify.Result{Code: idverify.CodeFaceMismatch}, nil
}

// Holds P-PASS-14.
func TestPersonLimit_ExactUnderConcurrencyWithFaults(t *testing.T) {
	const limit = 3
	m := new(mixed)
	c := oneVendor(t, m, limitOf(limit, nil), idverify.WithRetry(idverify.Retry{Attempts: 1}))
	for range 20 {
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() { _, _ = c.Verify(t.Context(), askFor(photo())) })
		}
		all.Wait()
	}
	assert.EqualValues(t, limit, m.decided.Load())
}

func TestPersonLimit_DigitsOfEveryScript(t *testing.T) {
	zeros := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.Is(unicode.Nd, r) {
			continue
		}
		zero := r - idverify.DigitOf(r)
		assert.Truef(t, unicode.Is(unicode.Nd, zero) && zero >= 0, "%U", r)
		if idverify.DigitOf(r) == 0 {
			zeros++
			for d := range rune(10) {
				assert.Equalf(t, d, idverify.DigitOf(r+d), "%U", r+d)
			}
		}
	}
	assert.Greater(t, zeros, 50)
	try := tries(t, limitOf(1, nil))
	require.NoError(t, try("110105190001"))
	assert.Error(t, try("११०१०५१९०००१"))
	assert.Error(t, try("𝟏𝟏𝟎𝟏𝟎𝟓𝟏𝟗𝟎𝟎𝟎𝟏"))
}

func TestPersonLimit_VendorsOwnLimitCountsAsTry(t *testing.T) {
	for _, how := range []func(*idverify.Error){free, safe} {
		a := vendorNamed("a", fail(idverify.CodeTooManyAttempts, how))
		c := oneVendor(t, a, limitOf(2, nil))
		for range 3 {
			_, err := c.Verify(t.Context(), askFor(photo()))
			assert.ErrorIs(t, err, idverify.ErrTooManyAttempts)
		}
		assert.Equal(t, 2, a.asked, "the third is over the limit of our own")
	}
}
