package providerkit_test

import (
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/providerkit"
)

var codes = []idverify.CodeRow{
	{VendorCode: "ok", Code: idverify.CodeMatch, Billed: idverify.BilledYes},
	{VendorCode: "late", Code: idverify.CodeSignatureExpired, Delivery: idverify.DeliveryRefused, Billed: idverify.BilledNo},
	{VendorCode: "no", Code: idverify.CodeFaceMismatch, Billed: idverify.BilledYes},
}

func config(baseURL string) providerkit.Config {
	return providerkit.Config{Name: "gate", Codes: codes, Keys: map[string]string{"Key": "EXAMPLE-KEY"}, HTTP: idverify.HTTP{BaseURL: baseURL}}
}

// asked is what comes of one question with these steps.
func asked(t *testing.T, cfg providerkit.Config, s providerkit.Steps) (*idverify.Result, error) {
	t.Helper()
	vendor, err := providerkit.New(cfg)
	require.NoError(t, err)
	q, err := (&idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X",
		Evidence: []idverify.Evidence{idverify.PhotoURL("https://photos.example/1.jpg")}}).Question(anyURL{})
	require.NoError(t, err)
	return vendor.Ask(t.Context(), q, s)
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func answering(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

func empty(*providerkit.Call) (providerkit.Request, error) {
	return providerkit.Request{Path: "/"}, nil
}

func TestNew_NamesTheField(t *testing.T) {
	for field, change := range map[string]func(*providerkit.Config){
		"Name":         func(c *providerkit.Config) { c.Name = "Near Face" },
		"HTTP.BaseURL": func(c *providerkit.Config) { c.HTTP.BaseURL = "" },
		"Key":          func(c *providerkit.Config) { c.Keys = map[string]string{"Key": " EXAMPLE-KEY"} },
		"Codes":        func(c *providerkit.Config) { c.Codes = codes[1:] },
		"HTTP.Timeout": func(c *providerkit.Config) { c.HTTP.Timeout = -1 },
	} {
		cfg := config("http://127.0.0.1:1")
		change(&cfg)
		_, err := providerkit.New(cfg)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, field)
		assert.Equal(t, []any{idverify.CodeInvalidConfig, field}, []any{e.Code, e.Field})
		assert.NotContains(t, e.Error(), "EXAMPLE-KEY")
	}
	impossible := config("http://127.0.0.1:1")
	impossible.Codes = append(codes[:3:3], idverify.CodeRow{VendorCode: "ok", Code: idverify.CodeUnknown})
	_, err := providerkit.New(impossible)
	require.ErrorContains(t, err, "is double")
}

// A call without Decode would be paid and not read.
func TestAsk_RefusesStepsThatLackOne(t *testing.T) {
	for name, steps := range map[string]providerkit.Steps{
		"no Encode": {Decode: func(*providerkit.Answer) (*idverify.Result, error) { return nil, nil }},
		"no Decode": {Encode: func(*providerkit.Call) (providerkit.Request, error) { return providerkit.Request{Path: "/"}, nil }},
	} {
		_, err := asked(t, config("http://127.0.0.1:1"), steps)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, name)
		assert.ErrorContains(t, err, "field Steps", name)
	}
}

// Whatever Encode's error says, nothing was sent and nothing is on the bill.
func TestAsk_ErrorOfEncodeIsNotSent(t *testing.T) {
	cause := errors.New("about 11010519000101001X")
	refusing := func(err error) providerkit.Steps {
		return providerkit.Steps{
			Encode: func(*providerkit.Call) (providerkit.Request, error) { return providerkit.Request{}, err },
			Decode: func(*providerkit.Answer) (*idverify.Result, error) { return nil, nil },
		}
	}
	_, err := asked(t, config("http://127.0.0.1:1"), refusing((*idverify.Error)(nil)))
	assert.ErrorIs(t, err, idverify.ErrInvalidRequest, "a nil pointer")
	for want, fails := range map[idverify.Code]error{
		idverify.CodeInvalidRequest: cause,
		idverify.CodeUnauthorized:   &idverify.Error{Code: idverify.CodeUnauthorized, Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes},
	} {
		_, err := asked(t, config("http://127.0.0.1:1"), refusing(fails))
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, []any{want, "gate", idverify.DeliveryNotSent, idverify.BilledNo}, []any{e.Code, e.Vendor, e.Delivery, e.Billed})
		for _, text := range idverifytest.Spoken(err) {
			assert.NotContains(t, text, "11010519000101001X")
		}
	}
}

// What Decode makes of an answer is held to the contract, and an error of its own is
// ambiguous: the vendor has answered, and nobody knows what.
func TestAsk_UnearnedDecisionOfDecodeIsNoPass(t *testing.T) {
	base := serve(t, answering("{}"))
	for name, decode := range map[string]func(*providerkit.Answer) (*idverify.Result, error){
		"a match of its own": func(*providerkit.Answer) (*idverify.Result, error) {
			return &idverify.Result{Code: idverify.CodeMatch, Vendor: "gate"}, nil
		},
		"nothing":          func(*providerkit.Answer) (*idverify.Result, error) { return nil, nil },
		"any error":        func(*providerkit.Answer) (*idverify.Result, error) { return nil, errors.New("11010519000101001X") },
		"success's code":   func(a *providerkit.Answer) (*idverify.Result, error) { return a.Coded(providerkit.Said{Code: "ok"}) },
		"no score":         func(a *providerkit.Answer) (*idverify.Result, error) { return a.Judge("ok", nil) },
		"another's answer": func(a *providerkit.Answer) (*idverify.Result, error) { return nil, a.CheckTrace("another") },
	} {
		res, err := asked(t, config(base), providerkit.Steps{Encode: empty, Decode: decode})
		require.Nil(t, res, name)
		assert.Equal(t, idverify.CodeBadResponse, idverify.CodeOf(err), name)
		assert.ErrorIs(t, err, idverify.ErrAmbiguous, name)
		assert.NotContains(t, err.Error(), "11010519000101001X")
	}
}

// The vendor was sent the request when Decode looks at the answer, whatever its error
// says: a Client that believed it would ask, and pay, again.
func TestAsk_ErrorOfDecodeWasSent(t *testing.T) {
	base := serve(t, answering("{}"))
	unsent := &idverify.Error{Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
	_, err := asked(t, config(base), providerkit.Steps{Encode: empty, Decode: func(*providerkit.Answer) (*idverify.Result, error) { return nil, unsent }})
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, []any{idverify.CodeVendorUnavailable, idverify.DeliveryUnanswered, idverify.BilledUnknown}, []any{e.Code, e.Delivery, e.Billed})
	assert.True(t, e.MayHaveCost())
	assert.Equal(t, idverify.DeliveryNotSent, unsent.Delivery, "it is the provider's own")
}

// A vendor that worked on the person has not turned the request away, and is not asked
// again with a new signature.
func TestAsk_WorkWithRefusalIsNotRepeated(t *testing.T) {
	for _, worked := range []bool{false, true} {
		count := 0
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			count++
			w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(http.StatusTooManyRequests)
		})
		_, err := asked(t, config(base), providerkit.Steps{
			Encode: empty,
			Sign:   func(*providerkit.Call, *http.Request, [sha256.Size]byte) error { return nil },
			Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
				a.Worked(worked)
				return a.Coded(providerkit.Said{Code: "late"})
			},
		})
		assert.Equal(t, worked, idverify.CodeOf(err) == idverify.CodeBadResponse)
		assert.Equal(t, map[bool]int{false: 2, true: 1}[worked], count)

		_, err = asked(t, config(base), providerkit.Steps{Encode: empty, Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			a.Worked(worked)
			return nil, a.Foreign("code is missing")
		}})
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, []bool{!worked, worked}, []bool{e.Repeatable(), e.MayHaveCost()})
	}
}

// A signature is over the digest of the body, and for the vendor's time where ours runs
// wrong.
func TestAsk_SignsOnceMoreWithVendorsTime(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	var signed []string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		sum := sha256.Sum256(content)
		assert.Equal(t, string(sum[:4]), r.Header.Get("X-Digest"))
		signed = append(signed, r.Header.Get("X-Time"))
		w.Header().Set("Date", now.Add(time.Hour).Format(http.TimeFormat))
		if len(signed) == 1 {
			_, _ = io.WriteString(w, `{"code":"late"}`)
			return
		}
		_, _ = io.WriteString(w, `{"code":"no"}`)
	})
	cfg := config(base)
	cfg.HTTP.Clock = func() time.Time { return now }
	res, err := asked(t, cfg, providerkit.Steps{
		Encode: func(c *providerkit.Call) (providerkit.Request, error) {
			body, err := c.JSON(providerkit.With("name", c.Subject().Name()))
			return providerkit.Request{Path: "/", Body: body}, err
		},
		Sign: func(c *providerkit.Call, r *http.Request, digest [sha256.Size]byte) error {
			r.Header.Set("X-Time", c.Now().UTC().Format(time.TimeOnly))
			r.Header["X-Digest"] = []string{string(digest[:4])}
			return nil
		},
		Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			var said struct {
				Code providerkit.Text `json:"code"`
			}
			if err := a.JSON(&said); err != nil {
				return nil, err
			}
			return a.Coded(providerkit.Said{Code: string(said.Code)})
		},
	})
	require.NoError(t, err)
	assert.Equal(t, idverify.CodeFaceMismatch, res.Code)
	assert.Equal(t, []string{"03:04:05", "04:04:05"}, signed)
	assert.Contains(t, res.Warnings, idverify.WarnClockSkew)
}

func TestVendor_ZeroValueIsRefused(t *testing.T) {
	var v providerkit.Vendor
	res, err := v.Ask(t.Context(), new(idverify.Question), providerkit.Steps{})
	assert.Nil(t, res)
	assert.ErrorContains(t, err, "Vendor was not made by New")
	_, err = v.MaxFAR(idverify.Rule{}, 1e-4)
	assert.ErrorContains(t, err, "Vendor was not made by New")
	assert.ErrorIs(t, v.Misconfigured("Key", "is required"), idverify.ErrInvalidConfig)
	_, err = v.Threshold(idverify.Rule{}, "Threshold", -1)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	v.CloseIdleConnections()
}

func TestMaxFAR_IsThePublishedThreshold(t *testing.T) {
	v, err := providerkit.New(config("http://127.0.0.1:1"))
	require.NoError(t, err)
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.AtLeast, Threshold: 70,
		FAR: []idverify.FARStep{{Threshold: 70, Rate: 1e-3}, {Threshold: 80, Rate: 1e-4}}}
	strict, err := v.MaxFAR(rule, 1e-4)
	require.NoError(t, err)
	assert.InDelta(t, 80, strict.Threshold, 0)
	_, err = v.MaxFAR(rule, 1e-9)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

// A Call or an Answer that Ask did not make says so.
func TestCall_ZeroValueNamesItself(t *testing.T) {
	const text = "providerkit: a Call is made by Vendor.Ask, for Encode and Sign, and an Answer for Decode"
	assert.PanicsWithValue(t, text, func() { new(providerkit.Call).Subject() })
	assert.PanicsWithValue(t, text, func() { new(providerkit.Answer).Status() })
}
