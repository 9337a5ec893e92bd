//go:build unix

package fleet

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/idverify/idverify/scaleout/worker"
)

// The members are this test program, so TestMain starts them too.
func TestMain(m *testing.M) {
	if worker.IsWorker() {
		worker.Main()
		return
	}
	goleak.VerifyTestMain(m)
}
