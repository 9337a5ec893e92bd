//go:build unix

package fleet

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/idverify/idverify/scaleout/worker"
)

// TestMain is also that of the members: they are this program.
func TestMain(m *testing.M) {
	if worker.IsWorker() {
		worker.Main()
		return
	}
	goleak.VerifyTestMain(m)
}
