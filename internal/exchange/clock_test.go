package exchange

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
)

// signed is a vendor whose clock differs from this machine's and which accepts
// signatures within ten seconds of its own time.
type signed struct {
	vendor *Vendor
	now    time.Time
	ahead  time.Duration // of the vendor's clock
	dated  time.Duration // the time in its Date header, if different
	code   string        // for a signature with a wrong time
	later  error         // of every exchange except a call's first
	runs   time.Duration // that the vendor's clock gains with every exchange
	asked  []string      // signed times, relative to now
}

func newSigned(ahead time.Duration) *signed {
	s := &signed{now: time.Unix(1_700_000_000, 0), ahead: ahead, code: "late"}
	s.vendor = answered(0).Vendor
	s.vendor.Now = func() time.Time { return s.now }
	s.vendor.Table = NewTable([]idverify.CodeRow{
		{VendorCode: "ok", Code: idverify.CodeMatch, Billed: idverify.BilledYes},
		{VendorCode: "late", Code: idverify.CodeSignatureExpired, Delivery: idverify.DeliveryRefused, Note: "expired"},
		{VendorCode: "bad signature", Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryRefused, Note: "refused"},
		{VendorCode: "no account", Code: idverify.CodeAccountSuspended, Delivery: idverify.DeliveryRefused, Note: "suspended"},
	})
	return s
}

func (s *signed) call() (*idverify.Result, error) {
	c := &Call{Exchange: Exchange{Vendor: s.vendor}}
	s.asked = nil
	return c.signed(func() error { return nil }, func() (*idverify.Result, error) { return s.answer(c, c.At()) }, (*Call).RefusedForTime)
}

func (s *signed) answer(c *Call, at time.Time) (*idverify.Result, error) {
	s.asked = append(s.asked, at.Sub(s.now).String())
	if len(s.asked) > 1 && s.later != nil {
		return nil, s.later
	}
	s.ahead += s.runs
	theirs := s.now.Add(s.ahead)
	c.response = &httpx.Response{Status: http.StatusOK, Header: http.Header{}}
	if date := theirs.Add(s.dated); s.dated >= 0 {
		c.response.Header.Set("Date", date.UTC().Format(http.TimeFormat))
	}
	if at.Sub(theirs).Abs() > 10*time.Second {
		return c.Coded(Said{Code: s.code})
	}
	return c.Judge("ok", nil, Measured{Field: "score", Score: score(99), Rule: similar})
}

// asks runs a call and returns the times it signed for, and how it ended.
func (s *signed) asks(t *testing.T) string {
	t.Helper()
	res, err := s.call()
	line := strings.Join(s.asked, " then ") + ": "
	if err != nil {
		e := asError(t, res, err)
		return line + string(e.Code) + ", " + string(e.Delivery) + ", " + e.Detail
	}
	return line + fmt.Sprint(res.Code, res.Warnings)
}

// Holds P-PAY-1.
func TestClockSkew_Corrected(t *testing.T) {
	const tooMuch = "0s: signature_expired, refused, expired; this machine's clock is "
	for ahead, want := range map[time.Duration][2]string{ // results of two calls
		0:                          {"0s: match[]", "0s: match[]"},
		time.Hour:                  {"0s then 1h0m0s: match[clock_skew]", "1h0m0s: match[]"},
		-90 * time.Second:          {"0s then -1m30s: match[clock_skew]", "-1m30s: match[]"},
		31 * time.Second:           {"0s then 31s: match[clock_skew]", "31s: match[]"},
		24 * time.Hour:             {"0s then 24h0m0s: match[clock_skew]", "24h0m0s: match[]"},
		30 * time.Second:           {"0s: signature_expired, refused, expired", "0s: signature_expired, refused, expired"},
		24*time.Hour + time.Second: {tooMuch + "24h0m1s behind the vendor's", tooMuch + "24h0m1s behind the vendor's"},
		-48 * time.Hour:            {tooMuch + "48h0m0s ahead of the vendor's", tooMuch + "48h0m0s ahead of the vendor's"},
	} {
		s := newSigned(ahead)
		assert.Equal(t, want, [2]string{s.asks(t), s.asks(t)}, ahead)
	}
}

// A vendor whose clock is another one each time is asked twice, and no more.
func TestClockSkew_ChangingClockIsAskedTwice(t *testing.T) {
	s := newSigned(0)
	s.runs = time.Hour
	assert.Regexp(t, "^0s then 1h0m0s: signature_expired, refused, expired", s.asks(t))
}

func TestClockSkew_NeedsDateHeader(t *testing.T) {
	s := newSigned(time.Hour)
	s.dated = -1
	assert.Equal(t, "0s: signature_expired, refused, expired", s.asks(t))
}

// A vendor with one code for every problem with a signature is not asked again,
// because it locks accounts. Its Date header corrects later calls.
// Holds P-PAY-1.
func TestClockSkew_WithoutTimeCodeCorrectsLaterCalls(t *testing.T) {
	s := newSigned(time.Hour)
	s.code = "bad signature"
	assert.Equal(t, "0s: unauthorized, refused, refused; this machine's clock is 1h0m0s behind the vendor's", s.asks(t))
	assert.Equal(t, "1h0m0s: match[clock_skew]", s.asks(t))
	assert.Equal(t, "1h0m0s: match[]", s.asks(t))
}

func TestClockSkew_IgnoresOtherRefusals(t *testing.T) {
	s := newSigned(time.Hour)
	s.code = "no account"
	assert.Equal(t, "0s: account_suspended, refused, suspended", s.asks(t))
	assert.Equal(t, "0s: account_suspended, refused, suspended", s.asks(t))
}

// The Date may be a gateway's, whose clock runs wrong.
// Holds P-PAY-1.
func TestClockSkew_WrongCorrectionIsDropped(t *testing.T) {
	s := newSigned(0)
	s.dated = time.Hour
	s.ahead = 20 * time.Second // too much for the signature, but not a wrong clock
	for range 2 {
		assert.Equal(t, "0s then 1h0m20s: signature_expired, refused, expired; this machine's clock is 1h0m20s behind the vendor's", s.asks(t))
	}
	s.ahead = 0
	assert.Equal(t, "0s: match[]", s.asks(t))
}

func TestClockSkew_CorrectedLocalClockIsUsed(t *testing.T) {
	s := newSigned(time.Hour)
	assert.Equal(t, "0s then 1h0m0s: match[clock_skew]", s.asks(t))
	s.ahead = time.Second
	assert.Equal(t, "1h0m0s then 0s: match[]", s.asks(t))
	assert.Equal(t, "0s: match[]", s.asks(t))
	s.ahead = -time.Hour
	assert.Equal(t, "0s then -1h0m0s: match[clock_skew]", s.asks(t), "reported again: the difference changed")
}

// The result covers both exchanges, and the worse one counts; the first was refused.
func TestClockSkew_ResultCoversBothExchanges(t *testing.T) {
	for second, want := range map[idverify.Delivery]idverify.Delivery{
		idverify.DeliveryNotSent: idverify.DeliveryRefused, idverify.DeliveryRefused: idverify.DeliveryRefused,
		idverify.DeliveryAnswered: idverify.DeliveryAnswered, idverify.DeliveryUnanswered: idverify.DeliveryUnanswered,
	} {
		s := newSigned(time.Hour)
		s.later = &idverify.Error{Code: idverify.CodeNetwork, Delivery: second}
		res, err := s.call()
		e := asError(t, res, err)
		assert.Equal(t, want, e.Delivery)
		assert.NotSame(t, s.later, e)
		assert.Len(t, s.asked, 2)
		s.later = nil
		assert.Equal(t, "1h0m0s: match[clock_skew]", s.asks(t), "reported with the first result")
	}
}

// What a failed second signature leaves is a call that was sent and refused.
func TestClockSkew_SecondSignatureFails(t *testing.T) {
	s := newSigned(time.Hour)
	c := &Call{Exchange: Exchange{Vendor: s.vendor}}
	sign := func() error {
		if len(s.asked) > 0 {
			return s.vendor.Refuse(idverify.CodeUnknown, "Credentials", "no key")
		}
		return nil
	}
	res, err := c.signed(sign, func() (*idverify.Result, error) { return s.answer(c, c.At()) }, (*Call).RefusedForTime)
	assert.Equal(t, idverify.DeliveryRefused, asError(t, res, err).Delivery)
	assert.Len(t, s.asked, 1)
}

// A call that signed before another call learned the difference is corrected too.
func TestClockSkew_ConcurrentCallsAreCorrected(t *testing.T) {
	const callers = 20
	s := newSigned(time.Hour)
	var begun, ended sync.WaitGroup
	begun.Add(callers)
	warned := make(chan int, callers)
	for range callers {
		ended.Go(func() {
			own := &signed{vendor: s.vendor, now: s.now, ahead: s.ahead, code: s.code}
			c := &Call{Exchange: Exchange{Vendor: s.vendor}}
			sign := func() error {
				if len(own.asked) == 0 {
					begun.Done()
					begun.Wait()
				}
				return nil
			}
			res, err := c.signed(sign, func() (*idverify.Result, error) { return own.answer(c, c.At()) }, (*Call).RefusedForTime)
			if assert.NoError(t, err) {
				warned <- len(res.Warnings)
			}
		})
	}
	ended.Wait()
	close(warned)
	told := 0
	for n := range warned {
		told += n
	}
	assert.Equal(t, 1, told)
	require.Equal(t, "1h0m0s: match[]", s.asks(t))
}

// If a code about time refuses a signature, the signer is called again with the
// vendor's time.
func TestClockSkew_SignsAgainWithVendorTime(t *testing.T) {
	for name, own := range map[string]bool{"by the Date": false, "by its own field": true} {
		t.Run(name, func(t *testing.T) {
			theirs := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			var signatures []string
			c := signing(t, func(w http.ResponseWriter, r *http.Request) {
				signatures = append(signatures, r.Header.Get("X-Date"))
				date := theirs
				if own {
					date = theirs.Add(-72 * time.Hour) // the Date of a gateway with a wrong clock
				}
				w.Header().Set("Date", date.Format(http.TimeFormat))
				_, _ = io.WriteString(w, `{}`)
			})
			c.Vendor.Now = func() time.Time { return theirs.Add(-time.Hour) }
			c.Vendor.Table = NewTable([]idverify.CodeRow{
				{VendorCode: "ok", Code: idverify.CodeMatch},
				{VendorCode: "late", Code: idverify.CodeSignatureExpired, Delivery: idverify.DeliveryRefused},
			})
			var req httpx.Request
			sign := func() error {
				req = signedRequest(t)
				req.Sign = func(_ context.Context, r *http.Request, _ [sha256.Size]byte) error {
					r.Header.Set("X-Date", c.At().UTC().Format(time.DateTime))
					return nil
				}
				return nil
			}
			res, err := c.signed(sign, func() (*idverify.Result, error) {
				if err := c.Send(t.Context(), req); err != nil {
					return nil, err
				}
				if own {
					c.SetAnsweredAt(theirs)
				}
				if !c.At().Equal(theirs) {
					return c.Coded(Said{Code: "late"})
				}
				return c.Judge("ok", nil, Measured{Field: "score", Score: score(99), Rule: similar})
			}, (*Call).RefusedForTime)
			require.NoError(t, err)
			assert.Equal(t, []string{"2026-01-02 02:04:05", "2026-01-02 03:04:05"}, signatures)
			assert.Contains(t, res.Warnings, idverify.WarnClockSkew)
		})
	}
}
