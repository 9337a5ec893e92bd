package canary_test

import (
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // texts by the thousand, of which few are kept
	goleak.VerifyTestMain(m)
}
