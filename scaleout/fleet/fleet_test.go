//go:build unix

package fleet

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
)

// open starts members whose servers are all down: their calls fail and report it.
func open(t *testing.T, members int) (f *Fleet, calls chan string) {
	t.Helper()
	setups := make([]worker.Setup, members)
	for i := range setups {
		setups[i] = worker.Setup{Name: "m", Services: []service.Config{{
			Redis: "127.0.0.1:1", Vendors: "http://127.0.0.1:1", Rate: 1000, RateName: "test", Processes: members, Attempt: time.Second,
		}}}
	}
	calls = make(chan string, 10_000)
	f, err := New(t.TempDir(), setups, func(_ int, e worker.Event) {
		if e.Told != nil {
			calls <- e.Told.Call
		}
	})
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f, calls
}

func TestFleet_EveryMemberRunsCommand(t *testing.T) {
	f, _ := open(t, 2)
	told := 0
	for _, e := range f.Ask(worker.Ask{Kind: "q", Limit: 2 * time.Second}, []int{1, 2, 3}).Wait() {
		if e.Told != nil {
			told++
			assert.False(t, e.Told.Decision)
			assert.Empty(t, e.Told.Broken)
		}
	}
	assert.Equal(t, 3, told)
	assert.Empty(t, f.Crashes())
}

// A killed member gets a new process, which continues the standing commands.
func TestFleet_KilledMembersRestart(t *testing.T) {
	f, calls := open(t, 1)
	roaming := f.TellAll(worker.Command{Roam: &worker.Roam{
		Kind: "q", Begin: time.Now(), PerSecond: 100, Spread: 10, Workers: 1, Limit: 200 * time.Millisecond,
	}}, true)
	from := func(life string) {
		for call := range calls {
			if strings.Contains(call, "/m-"+life+".") {
				return
			}
		}
	}
	from("1")
	f.Kill(0)
	from("2")
	f.TellAll(worker.Command{Stop: true}, false).Wait()
	roaming.Wait()
	assert.Empty(t, f.Crashes(), "that was us")
}

func TestFleet_HaltedMembersAreSilent(t *testing.T) {
	f, _ := open(t, 1)
	f.TellAll(worker.Command{Ask: &worker.Ask{Kind: "q", Numbers: []int{1}, Limit: time.Second}}, false).Wait()
	f.Halt(0)
	pending := f.TellAll(worker.Command{Ask: &worker.Ask{Kind: "q", Numbers: []int{1}, Limit: time.Second}}, false)
	select {
	case <-pending.Done():
		t.Error("a halted member answered")
	case <-time.After(100 * time.Millisecond):
	}
	f.Resume(0)
	assert.Len(t, pending.Wait(), 2)
}

func TestFleet_RecordsMemberExit(t *testing.T) {
	f, _ := open(t, 1)
	f.mu.Lock()
	l := f.lives[0]
	f.mu.Unlock()
	<-l.ready
	require.NoError(t, l.command.Process.Kill())
	<-l.ended
	assert.Len(t, f.Crashes(), 1)
}
