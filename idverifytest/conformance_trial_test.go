package idverifytest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A failure counts if the machine kept time, and otherwise if it comes four times.
func TestStoreSetting_JudgesAgainWhereTheMachineWasLate(t *testing.T) {
	for name, test := range map[string]struct {
		late       time.Duration
		fails      int // how many times
		runs       int
		complaints []string
	}{
		"right":                 {0, 0, 1, nil},
		"wrong":                 {0, 9, 1, []string{"wrong"}},
		"a little late":         {19 * time.Millisecond, 1, 1, []string{"wrong"}},
		"late once":             {20 * time.Millisecond, 1, 2, nil},
		"late three times":      {time.Second, 3, 4, nil},
		"wrong and always late": {time.Second, 4, 4, []string{"wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			watch := func() func() time.Duration { return func() time.Duration { return test.late } }
			complaints := tried(t, func(tb testing.TB) {
				StoreSetting{}.judge(tb, watch, func() []string {
					if runs++; runs <= test.fails {
						return []string{"wrong"}
					}
					return nil
				})
			})
			assert.Equal(t, test.runs, runs)
			assert.Equal(t, test.complaints, complaints)
		})
	}
}

// Whatever fails a test fails a trial.
func TestTried_EveryWayToFail(t *testing.T) {
	for want, run := range map[string]func(tb testing.TB){
		"Fail":    func(tb testing.TB) { tb.Fail(); assert.True(t, tb.Failed()) },
		"FailNow": func(tb testing.TB) { tb.FailNow() },
		"Error":   func(tb testing.TB) { tb.Error("Error", 1) },
		"Errorf":  func(tb testing.TB) { tb.Errorf("Errorf %d", 1) },
		"Fatal":   func(tb testing.TB) { tb.Fatal("Fatal", 1); t.Error("went on") },
		"Fatalf":  func(tb testing.TB) { tb.Fatalf("Fatalf %d", 1); t.Error("went on") },
		"require": func(tb testing.TB) { require.True(tb, false) },
	} {
		assert.NotEmpty(t, tried(t, run), want)
	}
	assert.Equal(t, []string{"Error 1", "Errorf 2"}, tried(t, func(tb testing.TB) {
		tb.Error("Error ", 1)
		tb.Errorf("Errorf %d", 2)
	}))
	assert.Empty(t, tried(t, func(testing.TB) {}))
}

func TestLateness_NoneWhereTimeIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := lateness()
		time.Sleep(time.Second)
		assert.Zero(t, stop())
	})
}
