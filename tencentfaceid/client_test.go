package tencentfaceid_test

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
	"github.com/idverify/idverify/tencentfaceid"
)

func TestRules_MatchTheVendorsPage(t *testing.T) {
	require.Equal(t, []idverify.Rule{{
		Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.AtLeast, Threshold: 70,
		FAR: []idverify.FARStep{{Threshold: 70, Rate: 1e-4}},
	}}, newClient(t, config(&vendor{})).Rules())
}

func TestThreshold_CanOnlyBeRaised(t *testing.T) {
	for threshold, ok := range map[float64]bool{0: true, 70: true, 99.5: true, 100: true, 69.999: false, 0.9: false, 100.1: false, -70: false} {
		cfg := config(&vendor{})
		cfg.Threshold = threshold
		_, err := tencentfaceid.New(cfg)
		if ok {
			assert.NoError(t, err, threshold)
			continue
		}
		var e *idverify.Error
		require.ErrorAs(t, err, &e, threshold)
		assert.Equal(t, []any{idverify.CodeInvalidConfig, "Threshold"}, []any{e.Code, e.Field})
	}
}

// The only published rate is for the vendor's own threshold.
func TestWithMaxFAR_OnlyPublishedRate(t *testing.T) {
	cfg := config(&vendor{})
	cfg.Threshold = 80
	strict, err := newClient(t, cfg).WithMaxFAR(1e-4)
	require.NoError(t, err)
	require.Equal(t, 80.0, strict.(*tencentfaceid.Client).Rules()[0].Threshold)
	_, err = newClient(t, cfg).WithMaxFAR(1e-5)
	require.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

func standInConfig(srv *idverifytest.Server) tencentfaceid.Config {
	return tencentfaceid.Config{
		SecretID: idverifytest.TencentFaceIDSecretID, SecretKey: idverifytest.TencentFaceIDSecretKey,
		HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.TencentFaceID)},
	}
}

func standInRequest() *idverify.Request {
	req := photoRequest(idverifytest.Photo())
	req.Name, req.IDNumber = idverifytest.Match().Name, idverifytest.Match().IDNumber
	return req
}

// A temporary key needs its token, and is requested for every attempt.
func TestCredentials_Temporary(t *testing.T) {
	srv := idverifytest.Start(t)
	cfg := standInConfig(srv)
	cfg.SecretID, cfg.SecretKey = "", ""
	key := idverify.Credentials{KeyID: idverifytest.TencentFaceIDTemporaryID, KeySecret: idverifytest.TencentFaceIDTemporaryKey, Token: idverifytest.TencentFaceIDToken}
	var failure error
	cfg.Credentials = func(context.Context) (idverify.Credentials, error) { return key, failure }
	client := newClient(t, cfg)
	defer client.CloseIdleConnections()

	res, err := client.Verify(t.Context(), standInRequest())
	require.NoError(t, err)
	require.True(t, res.Passed())

	key.Token = "another token"[:7]
	res, err = client.Verify(t.Context(), standInRequest())
	e := failed(t, res, err)
	require.Equal(t, []any{idverify.CodeUnauthorized, "AuthFailure.TokenFailure", idverify.DeliveryRefused}, []any{e.Code, e.VendorCode, e.Delivery})

	failure = errors.New("no key today")
	res, err = client.Verify(t.Context(), standInRequest())
	e = failed(t, res, err)
	require.Equal(t, []any{idverify.CodeInvalidConfig, "Credentials", idverify.DeliveryNotSent}, []any{e.Code, e.Field, e.Delivery})
	require.ErrorIs(t, err, failure)
	require.Equal(t, 2, srv.Calls(idverifytest.TencentFaceID))
}

// When the vendor refuses a signature because of its time, the second one uses the
// vendor's time.
func TestClockSkew_Corrected(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now }))
	cfg := standInConfig(srv)
	cfg.HTTP.Clock = func() time.Time { return now.Add(-20 * time.Minute) }
	client := newClient(t, cfg)
	defer client.CloseIdleConnections()
	for i, calls := range []int{2, 3} {
		res, err := client.Verify(t.Context(), standInRequest())
		require.NoError(t, err)
		require.True(t, res.Passed())
		require.Equal(t, i == 0, len(res.Warnings) == 1, "it is told of once")
		require.Equal(t, calls, srv.Calls(idverifytest.TencentFaceID))
	}
	require.Equal(t, 2, srv.Bill().Total())
}

// A signature refused for another reason is not repeated.
func TestSign_WrongKeyIsNotRetried(t *testing.T) {
	srv := idverifytest.Start(t)
	cfg := standInConfig(srv)
	cfg.SecretKey += "1"
	client := newClient(t, cfg)
	defer client.CloseIdleConnections()
	res, err := client.Verify(t.Context(), standInRequest())
	e := failed(t, res, err)
	require.Equal(t, []any{idverify.CodeUnauthorized, "AuthFailure.SignatureFailure", http.StatusOK}, []any{e.Code, e.VendorCode, e.HTTPStatus})
	require.Equal(t, idverify.BilledNo, e.Billed)
	require.Equal(t, 1, srv.Calls(idverifytest.TencentFaceID))
}

// The body is digested before the key is requested: unreadable media need no key, and
// a slow disk does not use up a temporary key's lifetime.
func TestCredentials_RequestedAfterBodyIsDigested(t *testing.T) {
	asked := 0
	cfg := standInConfig(idverifytest.Start(t))
	cfg.SecretID, cfg.SecretKey = "", ""
	cfg.Credentials = func(context.Context) (idverify.Credentials, error) {
		asked++
		return idverify.Credentials{KeyID: "EXAMPLE-ID", KeySecret: "EXAMPLE-SECRET"}, nil
	}
	client, req := newClient(t, cfg), standInRequest()
	defer client.CloseIdleConnections()
	photo := idverifytest.Photo()
	req.Evidence = []idverify.Evidence{idverify.Photo(idverify.Bytes(photo[:len(photo)-2]))}
	res, err := client.Verify(t.Context(), req)
	require.Nil(t, res)
	require.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
	require.Zero(t, asked)
}
