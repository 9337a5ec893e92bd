package baiduv4_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify/baiduv4"
)

// A decision kept under one setting is not used under another.
// Holds P-PASS-10.
func TestDecidesBy_DistinguishesAllSettings(t *testing.T) {
	seen := map[string]int{}
	for i, change := range []func(*baiduv4.Config){
		func(*baiduv4.Config) {},
		func(c *baiduv4.Config) { c.Quality = baiduv4.QualityHigh },
		func(c *baiduv4.Config) { c.Liveness = baiduv4.LivenessHigh },
		func(c *baiduv4.Config) { c.Synthetic = baiduv4.SyntheticHigh },
		func(c *baiduv4.Config) { c.Risk = baiduv4.RiskWarn },
	} {
		settings := newClient(t, change).DecidesBy()
		other, twice := seen[settings]
		assert.False(t, twice, "%d and %d decide by %q", other, i, settings)
		seen[settings] = i
	}
	assert.Equal(t, newClient(t).DecidesBy(), newClient(t, func(c *baiduv4.Config) { c.Threshold = 90 }).DecidesBy(), "Rules tell the threshold")
}
