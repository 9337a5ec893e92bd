package rooms_test

import (
	"log"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The tests of this package read the repository, so they run in its root.
func TestMain(m *testing.M) {
	if err := os.Chdir("../../.."); err != nil {
		log.Fatalln(err)
	}
	goleak.VerifyTestMain(m)
}
