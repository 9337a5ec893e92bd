package rooms_test

import (
	"log"
	"os"
	"runtime/debug"
	"testing"

	"go.uber.org/goleak"
)

// The tests of this package read the repository, so they run in its root.
func TestMain(m *testing.M) {
	if err := os.Chdir("../../.."); err != nil {
		log.Fatalln(err)
	}
	debug.SetGCPercent(400) // much is allocated, and little is kept
	goleak.VerifyTestMain(m)
}
