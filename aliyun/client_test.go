package aliyun_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
)

func TestRules_VendorDecidesWithoutRate(t *testing.T) {
	client := newClient(t, new(vendor).config())
	require.Equal(t, []idverify.Rule{{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor}}, client.Rules())
	strict, err := client.WithMaxFAR(0.1)
	require.Nil(t, strict)
	require.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

func TestAccepts_PhotoURLOnlyIfConfigured(t *testing.T) {
	cfg := new(vendor).config()
	require.False(t, newClient(t, cfg).Accepts(idverify.PhotoURL(idverifytest.MediaURL)))
	cfg.PhotoURLs = true
	require.True(t, newClient(t, cfg).Accepts(idverify.PhotoURL(idverifytest.MediaURL)))
}

func TestNew_SceneIDIsANumber(t *testing.T) {
	for _, scene := range []string{"", "0", "000", "1000000006 ", "-1", "1234567890123456789", "1e9"} {
		cfg := new(vendor).config()
		cfg.SceneID = scene
		_, err := aliyun.New(cfg)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, scene)
		require.Equal(t, "SceneID", e.Field)
	}
}

// If the id and the secret were swapped, the Authorization header would show the secret.
func TestNew_SwappedKeysAreRefused(t *testing.T) {
	cfg := new(vendor).config()
	cfg.AccessKeyID, cfg.AccessKeySecret = "EXAMPLESECRET", "LTAIEXAMPLE"
	_, err := aliyun.New(cfg)
	var e *idverify.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "AccessKeySecret", e.Field)
	require.NotContains(t, err.Error(), "EXAMPLE")
	cfg.AccessKeyID = "LTAIEXAMPLE2"
	newClient(t, cfg)
}

func TestDecidesBy_DependsOnSettings(t *testing.T) {
	seen := map[string]bool{}
	for _, model := range []aliyun.Model{"", aliyun.RearCamera, aliyun.NoLiveness} {
		for _, crop := range []bool{false, true} {
			cfg := new(vendor).config()
			cfg.Model, cfg.Crop = model, crop
			seen[newClient(t, cfg).DecidesBy()] = true
		}
	}
	require.Len(t, seen, 6)
}

// The first call is signed again with the vendor's time, later ones use it at once.
func TestClockSkew_CorrectedWithStandIn(t *testing.T) {
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return signedAt }))
	cfg := aliyun.Config{AccessKeyID: keyID, AccessKeySecret: keySecret, SceneID: scene, HTTP: idverify.HTTP{
		BaseURL: srv.BaseURL(idverifytest.Aliyun), Clock: func() time.Time { return signedAt.Add(-16 * time.Minute) }}}
	client := newClient(t, cfg)
	res, err := client.Verify(t.Context(), requestWith(photo()))
	require.NoError(t, err)
	require.Equal(t, []idverify.Warning{idverify.WarnClockSkew}, res.Warnings)
	_, err = client.Verify(t.Context(), requestWith(photo()))
	require.NoError(t, err)
	require.Equal(t, 3, srv.Calls(idverifytest.Aliyun))
	require.Equal(t, 2, srv.Bill().Total(), "the refused exchange cost nothing")
}

func TestCredentials_RequestedForEveryCall(t *testing.T) {
	srv := idverifytest.Start(t)
	asked := 0
	key := idverify.Credentials{KeyID: idverifytest.AliyunTemporaryKeyID, KeySecret: idverifytest.AliyunTemporaryKeySecret, Token: idverifytest.AliyunSecurityToken}
	client := newClient(t, aliyun.Config{SceneID: scene, HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Aliyun)},
		Credentials: func(context.Context) (idverify.Credentials, error) {
			asked++
			return key, nil
		}})
	for range 2 {
		res, err := client.Verify(t.Context(), requestWith(photo()))
		require.NoError(t, err)
		require.True(t, res.Passed())
	}
	require.Equal(t, 2, asked)
	key.Token = "EXAMPLE-OTHER-TOKEN"
	_, err := client.Verify(t.Context(), requestWith(photo()))
	require.Equal(t, idverify.CodeUnauthorized, idverify.CodeOf(err))
	require.NotContains(t, err.Error(), "OTHER-TOKEN")
}

// Without its attack check the vendor lets a photo of a photo pass, and every
// result warns of it.
func TestNoLiveness_ResultHasWarning(t *testing.T) {
	srv := idverifytest.Start(t)
	for model, want := range map[aliyun.Model]idverify.Code{
		"": idverify.CodeAttackSuspected, aliyun.RearCamera: idverify.CodeAttackSuspected, aliyun.NoLiveness: idverify.CodeMatch,
	} {
		client := newClient(t, aliyun.Config{AccessKeyID: keyID, AccessKeySecret: keySecret, SceneID: scene, Model: model,
			HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.Aliyun)}})
		person := idverifytest.AttackSuspected()
		req := requestWith(photo())
		req.Name, req.IDNumber = person.Name, person.IDNumber
		res, err := client.Verify(t.Context(), req)
		require.NoError(t, err)
		require.Equal(t, want, res.Code, model)
		require.Equal(t, model == aliyun.NoLiveness, len(res.Warnings) > 0)
	}
}
