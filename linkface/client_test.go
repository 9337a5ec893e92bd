package linkface_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/linkface"
)

func TestRules_MatchTheVendorsPage(t *testing.T) {
	c, err := linkface.New(linkface.Config{APIID: apiID, APISecret: apiSecret})
	require.NoError(t, err)
	assert.Equal(t, []idverify.Rule{
		{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.7, FAR: []idverify.FARStep{
			{Threshold: 0.4, Rate: 1e-1}, {Threshold: 0.5, Rate: 1e-2}, {Threshold: 0.6, Rate: 1e-3},
			{Threshold: 0.7, Rate: 1e-4}, {Threshold: 0.8, Rate: 1e-5}, {Threshold: 0.9, Rate: 1e-6},
		}},
		{Kind: idverify.CheckLiveness, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtMost, Threshold: 0.98},
	}, c.Rules())
}
