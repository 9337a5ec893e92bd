package canary_test

import (
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // thousands of texts are made, and few are kept
	goleak.VerifyTestMain(m)
}
