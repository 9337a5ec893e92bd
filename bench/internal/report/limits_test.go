package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLimits_BelongToTargets(t *testing.T) {
	var targets []string
	for _, target := range new(Results).Targets() {
		targets = append(targets, target.What)
	}
	for _, l := range limits {
		assert.Contains(t, targets, l.target)
		assert.NotEmpty(t, l.why)
	}
	assert.Empty(t, new(Results).LimitList(), "nothing was missed")
}
