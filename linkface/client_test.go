package linkface_test

import (
	"crypto/tls"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/linkface"
)

func TestNewNamesTheFieldItRefuses(t *testing.T) {
	for field, change := range map[string]func(*linkface.Config){
		"APIID":                 func(c *linkface.Config) { c.APIID = "" },
		"APISecret":             func(c *linkface.Config) { c.APISecret = "EXAMPLE SECRET\n" },
		"Threshold":             func(c *linkface.Config) { c.Threshold = 1.1 },
		"HTTP.BaseURL":          func(c *linkface.Config) { c.HTTP.BaseURL = "http://cloudapi.linkface.cn" },
		"HTTP.Timeout":          func(c *linkface.Config) { c.HTTP.Timeout = -time.Second },
		"HTTP.MaxResponseBytes": func(c *linkface.Config) { c.HTTP.MaxResponseBytes = -1 },
		"HTTP.MaxConns":         func(c *linkface.Config) { c.HTTP.MaxConns = -1 },
		"HTTP.TLSConfig":        func(c *linkface.Config) { c.HTTP.TLSConfig = &tls.Config{InsecureSkipVerify: true} },
	} {
		cfg := linkface.Config{APIID: apiID, APISecret: apiSecret}
		change(&cfg)
		c, err := linkface.New(cfg)
		require.Nil(t, c)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
		assert.Equal(t, field, e.Field)
		assert.Contains(t, err.Error(), field)
		assert.NotContains(t, err.Error(), "EXAMPLE")
	}
}

func TestThresholdsOutOfRangeAreRefused(t *testing.T) {
	for _, bad := range []float64{-0.1, 1.0001, math.NaN(), math.Inf(1)} {
		_, err := linkface.New(linkface.Config{APIID: apiID, APISecret: apiSecret, Threshold: bad})
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, bad)
	}
}

func TestThresholdIsConfigurable(t *testing.T) {
	c := newClient(t, func(cfg *linkface.Config) { cfg.Threshold = 0.85 })
	assert.Equal(t, 0.85, c.Rules()[0].Threshold)
}

func TestMaxFARChoosesThePublishedThreshold(t *testing.T) {
	for rate, want := range map[float64]float64{1e-6: 0.9, 1e-5: 0.8, 5e-5: 0.8, 1e-4: 0.7, 1e-2: 0.7} {
		strict, err := newClient(t, nil).WithMaxFAR(rate)
		require.NoError(t, err)
		assert.Equal(t, want, strict.(*linkface.Client).Rules()[0].Threshold, "%v", rate)
	}
	c := newClient(t, nil)
	_, err := c.WithMaxFAR(1e-7)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	assert.Equal(t, 0.7, c.Rules()[0].Threshold, "the client itself is not changed")
}

func TestCredentialsThatWereNotCopiedCleanAreRefused(t *testing.T) {
	for _, bad := range []string{"", "a b", "a\n", "\ta", "a\u3000", "a\x00b", "a\x7f"} {
		for field, cfg := range map[string]linkface.Config{
			"APIID": {APIID: bad, APISecret: apiSecret}, "APISecret": {APIID: apiID, APISecret: bad},
		} {
			_, err := linkface.New(cfg)
			var e *idverify.Error
			require.ErrorAs(t, err, &e, "%q", bad)
			assert.Equal(t, field, e.Field)
			assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
			assert.Equal(t, idverify.BilledNo, e.Billed)
		}
	}
}

func TestRulesAreThoseOfTheVendorsPage(t *testing.T) {
	c, err := linkface.New(linkface.Config{APIID: apiID, APISecret: apiSecret})
	require.NoError(t, err)
	assert.Equal(t, []idverify.Rule{
		{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.7, FAR: []idverify.FARStep{
			{Threshold: 0.4, Rate: 1e-1}, {Threshold: 0.5, Rate: 1e-2}, {Threshold: 0.6, Rate: 1e-3},
			{Threshold: 0.7, Rate: 1e-4}, {Threshold: 0.8, Rate: 1e-5}, {Threshold: 0.9, Rate: 1e-6},
		}},
		{Kind: idverify.CheckHack, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtMost, Threshold: 0.98},
	}, c.Rules())
}
