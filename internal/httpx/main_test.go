package httpx_test

import (
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // much is allocated, and little is kept
	goleak.VerifyTestMain(m)
}
