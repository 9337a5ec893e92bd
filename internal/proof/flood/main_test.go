package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

// The stand-in that a test floods is this test program, started again.
func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		os.Exit(serve(os.Stdin, os.Stdout))
	}
	goleak.VerifyTestMain(m)
}

func TestRun_NamesFaults(t *testing.T) {
	for _, args := range [][]string{{"-for", "0s"}, {"-connections", "0"}, {"-limit", "0"}, {"-patience", "-1s"}, {"more"}, {"-what"}, {"-only", "nobody's", "-for", "1s"}} {
		var trouble bytes.Buffer
		assert.Equal(t, 2, run(t.Context(), args, &bytes.Buffer{}, &trouble), args)
		assert.NotEmpty(t, trouble.String(), args)
	}
}
