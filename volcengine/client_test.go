package volcengine_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/volcengine"
)

func TestRules_MatchTheVendorsPage(t *testing.T) {
	want := idverify.Rule{
		Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByAnswer, Scale: idverify.Scale{Max: 100}, Pass: idverify.AtLeast,
		FAR: []idverify.FARStep{{Rate: 1e-3}, {Rate: 1e-4}, {Rate: 1e-5}, {Rate: 1e-6}}, Rate: 1e-4,
	}
	require.Equal(t, []idverify.Rule{want}, newClient(t, config(&vendor{})).Rules())
	for _, rate := range []float64{1e-3, 1e-4, 1e-5, 1e-6} {
		cfg := config(&vendor{})
		cfg.FalseAcceptRate, want.Rate = rate, rate
		require.Equal(t, []idverify.Rule{want}, newClient(t, cfg).Rules())
	}
}

func TestWithMaxFAR_NeverMilder(t *testing.T) {
	for own, wants := range map[float64]map[float64]float64{
		1e-3: {0.5: 1e-3, 1e-3: 1e-3, 9e-4: 1e-4, 1e-6: 1e-6},
		0:    {0.5: 1e-4, 1e-3: 1e-4, 5e-5: 1e-5, 2e-6: 1e-6},
		1e-6: {1e-3: 1e-6},
	} {
		for rate, want := range wants {
			cfg := config(&vendor{answers: []string{compared("10000", "0", "true", "99", steps)}})
			cfg.FalseAcceptRate = own
			strict, err := newClient(t, cfg).WithMaxFAR(rate)
			require.NoError(t, err)
			assert.Equal(t, want, strict.(*volcengine.Client).Rules()[0].Rate, "%v and %v", own, rate)
			res, err := strict.(*volcengine.Client).Verify(t.Context(), photoRequest(idverifytest.Photo()))
			require.NoError(t, err)
			assert.Equal(t, want == 1e-3, len(res.Warnings) == 1, "%v and %v", own, rate)
		}
	}
	_, err := newClient(t, config(&vendor{})).WithMaxFAR(9e-7)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

// A temporary key is requested for every call, and its token is signed.
func TestCredentials_WithStandIn(t *testing.T) {
	srv := idverifytest.Start(t)
	key := idverify.Credentials{
		KeyID: idverifytest.VolcengineTemporaryKeyID, KeySecret: idverifytest.VolcengineTemporarySecretKey, Token: idverifytest.VolcengineSecurityToken,
	}
	var asked int
	var fails error
	client := newClient(t, volcengine.Config{
		Credentials: func(context.Context) (idverify.Credentials, error) { asked++; return key, fails },
		HTTP:        idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Volcengine)},
	})
	match := idverifytest.Match()
	req := photoRequest(idverifytest.Photo())
	req.Name, req.IDNumber = match.Name, match.IDNumber
	for range 2 {
		res, err := client.Verify(t.Context(), req)
		require.NoError(t, err)
		require.True(t, res.Passed())
	}
	require.Equal(t, 2, asked)

	key.Token = "STSEXAMPLEEXPIRED"
	_, err := client.Verify(t.Context(), req)
	assert.Equal(t, idverify.CodeUnauthorized, idverify.CodeOf(err))
	key.Token = ""
	_, err = client.Verify(t.Context(), req)
	assert.Equal(t, idverify.CodeUnauthorized, idverify.CodeOf(err))

	fails = errors.New("the instance has no role")
	res, err := client.Verify(t.Context(), req)
	e := failed(t, res, err)
	assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
	assert.Equal(t, "Credentials", e.Field)
	assert.ErrorIs(t, e, fails)
	assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)
	assert.Equal(t, 4, srv.Calls(idverifytest.Volcengine))

	_, err = volcengine.New(volcengine.Config{AccessKeyID: "EXAMPLE", Credentials: noKey})
	assert.ErrorContains(t, err, "AccessKeyID must be empty beside Credentials")
}

func noKey(context.Context) (idverify.Credentials, error) { return idverify.Credentials{}, nil }

// The first call is signed again with the vendor's time, later ones use it at once.
func TestClockSkew_Corrected(t *testing.T) {
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return signedAt }))
	for _, wrong := range []time.Duration{-time.Hour, 16 * time.Minute, 9 * time.Hour} {
		client := newClient(t, volcengine.Config{
			AccessKeyID: idverifytest.VolcengineAccessKeyID, SecretAccessKey: idverifytest.VolcengineSecretAccessKey,
			HTTP: idverify.HTTP{
				BaseURL: srv.BaseURL(idverifytest.Volcengine), Clock: func() time.Time { return signedAt.Add(wrong) },
				Client: &http.Client{Transport: dated{srv.Client().Transport}},
			},
		})
		match := idverifytest.Match()
		req := photoRequest(idverifytest.Photo())
		req.Name, req.IDNumber = match.Name, match.IDNumber
		for i, exchanges := range []int{2, 1} {
			before := srv.Calls(idverifytest.Volcengine)
			res, err := client.Verify(t.Context(), req)
			require.NoError(t, err, wrong)
			require.True(t, res.Passed())
			require.Equal(t, exchanges, srv.Calls(idverifytest.Volcengine)-before, wrong)
			require.Equal(t, i == 0, len(res.Warnings) == 1)
		}
	}
}

// dated sets the Date of answers to the stand-in's clock.
type dated struct{ next http.RoundTripper }

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.next.RoundTrip(r)
	if err == nil {
		resp.Header.Set("Date", signedAt.UTC().Format(http.TimeFormat))
	}
	return resp, err
}

// The body is digested before the key is requested: unreadable media need no key, and
// a slow disk does not use up a temporary key's lifetime.
func TestCredentials_RequestedAfterBodyIsDigested(t *testing.T) {
	asked := 0
	client := newClient(t, volcengine.Config{Credentials: func(context.Context) (idverify.Credentials, error) {
		asked++
		return idverify.Credentials{KeyID: "EXAMPLE-ID", KeySecret: "EXAMPLE-SECRET"}, nil
	}})
	photo := idverifytest.Photo()
	res, err := client.Verify(t.Context(), photoRequest(photo[:len(photo)-2]))
	require.Nil(t, res)
	require.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
	require.Zero(t, asked)
}
