package wire_test

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// script is a vendor's client over a test's transport, and counts requests.
type script struct {
	verifications, tokens int
}

func (s *script) provider(t *testing.T, v vendors.Vendor, answer vendors.Answer, change ...func(*vendors.Account)) vendors.Provider {
	t.Helper()
	say := func(a vendors.Answer) (*http.Response, error) {
		said := httpmock.NewStringResponse(max(a.Status, http.StatusOK), a.Body)
		maps.Copy(said.Header, a.Header)
		return said, nil
	}
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
		switch {
		case v.Tokens == nil || !strings.HasSuffix(r.URL.Path, v.Tokens.Path):
			s.verifications++
			return say(answer)
		case answer.OfTokens:
			s.tokens++
			return say(answer)
		}
		s.tokens++
		return say(vendors.Answer{Body: v.Tokens.Says("EXAMPLE-TOKEN")})
	})
	account := vendors.Account{HTTP: idverify.HTTP{Client: &http.Client{Transport: transport}}}
	for _, c := range change {
		c(&account)
	}
	p, err := v.New(account)
	require.NoError(t, err)
	return p
}

func forEveryRow(t *testing.T, test func(t *testing.T, v vendors.Vendor, row idverify.CodeRow)) {
	t.Helper()
	for _, v := range vendors.All() {
		require.NotEmpty(t, v.Codes())
		for _, row := range v.Codes() {
			t.Run(v.Name+"/"+row.VendorCode+"/"+row.VendorReason, func(t *testing.T) { test(t, v, row) })
		}
	}
}

// Every row of every vendor's table, in the vendor's own form, gives the result that
// the table says.
func TestRows_GiveTheListedResult(t *testing.T) {
	forEveryRow(t, func(t *testing.T, v vendors.Vendor, row idverify.CodeRow) {
		assert.Contains(t, idverify.Codes(), row.Code)
		assert.NotEmpty(t, row.Note)
		assert.NotRegexp(t, `\p{Han}`, row.Note)
		assert.Regexp(t, `\p{Han}`, row.NoteZH)
		assert.False(t, row.Repeatable() && row.Billed == idverify.BilledYes)

		said := v.Says(row)
		var s script
		res, err := s.provider(t, v, said).Verify(t.Context(), v.Asking(said))
		exchanges := max(said.Exchanges, 1)
		if said.OfTokens {
			exchanges = 0
		}
		assert.Equal(t, exchanges, s.verifications)
		if v.Tokens != nil {
			assert.Equal(t, max(exchanges, 1), s.tokens)
		}
		if row.Code.IsDecision() && row.Code != idverify.CodeMatch {
			checkDecision(t, v, row, said, res, err)
			return
		}
		checkFailure(t, v, row, said, res, err)
	})
}

func checkDecision(t *testing.T, v vendors.Vendor, row idverify.CodeRow, said vendors.Answer, res *idverify.Result, err error) {
	t.Helper()
	require.NoError(t, err)
	assert.Equal(t, row.Code, res.Code)
	assert.False(t, res.Passed())
	isVerdict := v.FixesLine && row.Code == idverify.CodeFaceMismatch
	if len(v.Scores) > 0 && !isVerdict { // otherwise the row may be the vendor's verdict on a check
		assert.Empty(t, res.Checks)
	}
	assert.Equal(t, v.Name, res.Vendor)
	assert.Equal(t, []any{row.VendorCode, row.VendorReason, row.Billed}, []any{res.VendorCode, res.VendorReason, res.Billed})
	assert.Equal(t, max(said.Status, http.StatusOK), res.HTTPStatus)
	assert.Equal(t, said.ID, res.RequestID)
	assert.Contains(t, res.VendorMessage.Reveal(), said.Message)
	assert.NotNil(t, res.Reply)
}

func checkFailure(t *testing.T, v vendors.Vendor, row idverify.CodeRow, said vendors.Answer, res *idverify.Result, err error) {
	t.Helper()
	require.Nil(t, res)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, v.Name, e.Vendor)
	assert.Equal(t, []any{row.VendorCode, row.VendorReason, row.Billed}, []any{e.VendorCode, e.VendorReason, e.Billed})
	assert.Equal(t, said.ID, e.RequestID)
	assert.Contains(t, e.VendorMessage.Reveal(), said.Message)
	assert.Equal(t, max(said.Status, http.StatusOK), e.HTTPStatus)
	if row.Code == idverify.CodeMatch { // without scores it decides nothing
		assert.Equal(t, idverify.CodeBadResponse, e.Code)
		assert.False(t, e.Repeatable())
		return
	}
	assert.Equal(t, row.Code, e.Code)
	assert.Equal(t, []bool{row.Repeatable(), row.NoRepeat}, []bool{e.Repeatable(), e.NoRepeat})
	assert.Equal(t, !said.OfTokens, e.Sent())
	want := row.Delivery
	if want == "" {
		want = idverify.DeliveryAnswered
	}
	if said.OfTokens {
		want = idverify.DeliveryNotSent
	}
	assert.Equal(t, want, e.Delivery)
	assert.Contains(t, e.Detail, row.Note)
	if !said.OfTokens {
		assert.NotNil(t, e.Reply)
	}
}

// Three exchanges if the table says that a repeat is safe, and one if not.
// Holds P-PAY-2.
func TestRows_RepeatedOnlyIfSafe(t *testing.T) {
	forEveryRow(t, func(t *testing.T, v vendors.Vendor, row idverify.CodeRow) {
		said := v.Says(row)
		if row.Code == idverify.CodeMatch || said.OfTokens || said.Exchanges > 1 {
			return // needs scores, or other rules repeat it
		}
		synctest.Test(t, func(t *testing.T) {
			var s script
			c, err := idverify.New([]idverify.Provider{s.provider(t, v, said)})
			require.NoError(t, err)
			res, err := c.Verify(t.Context(), v.Asking(said))
			want := 1
			if row.Repeatable() {
				want = 3
			}
			assert.Equal(t, want, s.verifications)
			var attempts []idverify.Attempt
			if e := new(idverify.Error); errors.As(err, &e) {
				attempts = e.Attempts
			} else if assert.NotNil(t, res) {
				attempts = res.Attempts
			}
			assert.Len(t, attempts, want)
			if row.Code.IsDecision() {
				require.NoError(t, err)
				assert.Equal(t, row.Code, res.Code)
				return
			}
			assert.Equal(t, row.Code, idverify.CodeOf(err))
		})
	})
}

// Rows that the vendors' documents say not to repeat, although nothing says that they
// cost anything. Each is asked once, and then goes to another vendor.
// Holds P-PAY-2.
func TestRows_NoRepeatIsAskedOnce(t *testing.T) {
	listed := map[string][]string{}
	forEveryRow(t, func(t *testing.T, v vendors.Vendor, row idverify.CodeRow) {
		if !row.NoRepeat {
			return
		}
		listed[v.Name] = append(listed[v.Name], row.VendorCode)
		var s, second script
		all := vendors.All()
		other := all[slices.IndexFunc(all, func(o vendors.Vendor) bool { return o.Captures() != v.Captures() })]
		c, err := idverify.New([]idverify.Provider{
			s.provider(t, v, v.Says(row)), second.provider(t, other, vendors.Answer{Body: other.Scored(nil)}),
		})
		require.NoError(t, err)
		res, err := c.Verify(t.Context(), &idverify.Request{Name: idverifytest.Match().Name, IDNumber: idverifytest.Match().IDNumber,
			Evidence: vendors.ForAll(idverify.Bytes(idverifytest.Photo()), idverify.Bytes(idverifytest.Capture()))})
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, []int{1, 1}, []int{s.verifications, second.verifications})
		require.Len(t, res.Attempts, 2)
		assert.True(t, res.Attempts[0].NoRepeat)
		assert.Equal(t, idverify.NextAnotherVendor, res.Attempts[0].Next)
	})
	for _, v := range vendors.All() {
		assert.ElementsMatch(t, v.NotRepeated, listed[v.Name], v.Name)
	}
}

// Rate limits and account errors are refusals: the vendor did not work on them. The
// tables quote the vendors' documents for each row; each vendor's entry lists the
// exceptions.
func TestRows_AccountErrorsAndRateLimitsAreRefusals(t *testing.T) {
	lost, free := map[string]bool{}, map[string]bool{}
	forEveryRow(t, func(t *testing.T, v vendors.Vendor, row idverify.CodeRow) {
		switch {
		case v.Replayed != "" && row.VendorCode == v.Replayed:
			assert.Equal(t, idverify.DeliveryUnanswered, row.Delivery)
		case v.LooksFirst != nil && v.LooksFirst(row.VendorCode):
			assert.Equal(t, idverify.DeliveryAnswered, row.Delivery)
		case slices.Contains(v.FreeFaults, row.VendorCode):
			free[v.Name+" "+row.VendorCode] = true
			assert.Equal(t, []any{idverify.CodeVendorUnavailable, idverify.DeliveryAnswered, idverify.BilledNo}, []any{row.Code, row.Delivery, row.Billed})
			assert.True(t, row.Repeatable())
		case row.Code == idverify.CodeTimeout, row.Code == idverify.CodeVendorUnavailable && slices.Contains(v.Lost, row.VendorCode):
			lost[v.Name+" "+row.VendorCode] = true
			assert.Contains(t, v.Lost, row.VendorCode)
			assert.Equal(t, idverify.DeliveryUnanswered, row.Delivery)
			assert.False(t, row.Repeatable())
		case row.Code.Advice() == idverify.AdviceFixAccount, row.Code == idverify.CodeRateLimited:
			assert.Equal(t, idverify.DeliveryRefused, row.Delivery)
		case row.Code == idverify.CodeVendorUnavailable:
			assert.NotEqual(t, idverify.DeliveryUnanswered, row.Delivery)
			assert.Equal(t, row.Repeatable() || row.NoRepeat, row.Delivery == idverify.DeliveryRefused)
		case row.HTTPStatus == http.StatusRequestEntityTooLarge: // any server before the vendor may send it
			assert.Equal(t, idverify.DeliveryRefused, row.Delivery)
		default:
			assert.Equal(t, idverify.DeliveryAnswered, row.Delivery)
		}
	})
	for _, v := range vendors.All() {
		for _, code := range v.Lost {
			assert.True(t, lost[v.Name+" "+code], "%s has no row %s that is lost", v.Name, code)
		}
		for _, code := range v.FreeFaults {
			assert.True(t, free[v.Name+" "+code], "%s has no row %s", v.Name, code)
		}
	}
}

// A table is data: changing the returned rows must not change it.
func TestRows_AreCopies(t *testing.T) {
	for _, v := range vendors.All() {
		was := v.Codes()[1].Code
		require.NotEqual(t, idverify.CodeMatch, was)
		v.Codes()[1].Code = idverify.CodeMatch
		assert.Equal(t, was, v.Codes()[1].Code, v.Name)
	}
}

// The same conformance suite is for providers outside this module.
// Holds P-PAY-20.
func TestVendors_Conform(t *testing.T) {
	for _, v := range vendors.All() {
		t.Run(v.Name, func(t *testing.T) {
			idverifytest.TestProvider(t, idverifytest.Harness{
				Vendor: v.Name,
				New: func(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
					return v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: baseURL, Client: client}})
				},
				Evidence: v.Alike(),
			})
		})
	}
}
