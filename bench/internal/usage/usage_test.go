package usage_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/usage"
)

var sink int

func TestCPU_GrowsWithWork(t *testing.T) {
	before, ok := usage.CPU()
	if !ok {
		t.Skip("this system does not tell")
	}
	for after := before; after <= before; after, _ = usage.CPU() {
		for i := range 1_000_000 {
			sink += i
		}
	}
}

func TestMemory_CountsAdditionalMemory(t *testing.T) {
	const held = 64 << 20
	grown := usage.Memory()
	block := make([]byte, held)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	bytes, err := grown()
	require.NoError(t, err)
	runtime.KeepAlive(block)
	assert.GreaterOrEqual(t, bytes, int64(held-held/8))
	assert.Less(t, bytes, int64(8*held), "the race detector uses memory, too")
}
