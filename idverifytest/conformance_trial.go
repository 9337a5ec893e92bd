package idverifytest

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// trial is a testing.TB that keeps its failures for itself, so that a rule can be run
// again.
type trial struct {
	testing.TB
	mu       sync.Mutex
	failures []string
}

// tried runs a rule, in a goroutine of its own because a rule may end it, and returns
// its failures.
func tried(tb testing.TB, run func(tb testing.TB)) (failures []string) {
	t := &trial{TB: tb}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(t)
	}()
	<-done
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.failures)
}

func (t *trial) fail(message string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failures = append(t.failures, message)
}

func (t *trial) Failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.failures) > 0
}

func (t *trial) Helper()                           {}
func (t *trial) Fail()                             { t.fail("failed") }
func (t *trial) Error(args ...any)                 { t.fail(fmt.Sprint(args...)) }
func (t *trial) Errorf(format string, args ...any) { t.fail(fmt.Sprintf(format, args...)) }
func (t *trial) FailNow()                          { t.Fail(); runtime.Goexit() }
func (t *trial) Fatal(args ...any)                 { t.Error(args...); runtime.Goexit() }
func (t *trial) Fatalf(format string, args ...any) { t.Errorf(format, args...); runtime.Goexit() }

// lateness measures until stop by how much a busy machine wakes a goroutine too late.
func lateness() (stop func() time.Duration) {
	const step = 5 * time.Millisecond
	end, ended := make(chan struct{}), make(chan time.Duration)
	go func() {
		var worst time.Duration
		for {
			select {
			case <-end:
				ended <- worst
				return
			default:
			}
			began := time.Now()
			time.Sleep(step)
			worst = max(worst, time.Since(began)-step)
		}
	}()
	return func() time.Duration {
		close(end)
		return <-ended
	}
}
