package scaleout_test

import (
	"flag"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/idverify/idverify/scaleout/worker"
)

var (
	seedFlag = flag.Uint64("seed", 0, "seed of what happens at random; 0 draws one")
	forFlag  = flag.Duration("for", 20*time.Second, "how long things happen at random")
	rowsFlag = flag.Int("rows", 20_000, "rows of the batch")
	sqlFlag  = flag.String("sql", "postgresql", "the server of SQL: postgresql or mariadb")
	haltFlag = flag.Duration("halt", 6*time.Second, "the longest that a process is halted; up to 20s")
)

// The processes of the fleet are this test program, so TestMain starts them too.
func TestMain(m *testing.M) {
	if worker.IsWorker() {
		worker.Main()
		return
	}
	goleak.VerifyTestMain(m)
}
