package main

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/long"
)

// All attacks at once, for a moment. For a minute:
//
//	go run ./internal/proof/flood -for 60s
func TestFlood(t *testing.T) {
	if !long.Asked() {
		t.Skip("sixty-four attackers are for the long form")
	}
	limit := int64(64 << 20)
	if underRace {
		limit *= 2 // the race detector uses additional memory
	}
	r, err := flood(t.Context(), settings{duration: 1500 * time.Millisecond, connections: 64, limit: limit, patience: 30 * time.Second, seed: 1})
	require.NoError(t, err)
	assert.Empty(t, r.broken())
	assert.Positive(t, r.attacks)
	assert.Positive(t, r.answers)
	assert.Equal(t, runtime.GOOS == "linux", r.measured)
	t.Logf("%d attacks, %d answers, the slowest after %v, %s at most", r.attacks, r.answers, r.slowest, mib(r.most))
}

// An impossible limit is reported as broken: memory is really measured.
func TestFlood_DetectsTooMuchMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("memory is measured on Linux only")
	}
	var out bytes.Buffer
	status := run(t.Context(), []string{"-for", "100ms", "-connections", "1", "-limit", "1", "-only", "silence"}, &out, &out)
	assert.Equal(t, 1, status)
	assert.Contains(t, out.String(), "1.0 MiB are allowed")
	assert.Contains(t, out.String(), "not ok")
}

func TestReport_Broken(t *testing.T) {
	good := report{settings: settings{limit: 10}, answers: 1, measured: true, most: 10}
	assert.Empty(t, good.broken())
	for _, change := range []func(*report){
		func(r *report) { r.ended = true },
		func(r *report) { r.answers = 0 },
		func(r *report) { r.wrong = []string{"x"} },
		func(r *report) { r.most = 11 },
	} {
		bad := good
		change(&bad)
		assert.Len(t, bad.broken(), 1)
		var out bytes.Buffer
		assert.NoError(t, bad.write(&out))
		assert.Contains(t, out.String(), "BROKEN")
	}
	unmeasured := good
	unmeasured.measured, unmeasured.most = false, 100
	assert.Empty(t, unmeasured.broken())
}
