package sqlidverify_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/sqlidverify"
)

// vendor answers every request, and counts how often each row was asked about.
type vendor struct {
	mu    sync.Mutex
	asked map[string]int
	ask   func(ctx context.Context, key string) (*idverify.Result, error) // nil answers at once
}

func newVendor() *vendor { return &vendor{asked: map[string]int{}} }

func (v *vendor) Name() string { return "mine" }

func (v *vendor) KeepsAnswers() bool { return true } // so that it is given the keys

func (v *vendor) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	v.mu.Lock()
	v.asked[req.IdempotencyKey]++
	v.mu.Unlock()
	if v.ask != nil {
		return v.ask(ctx, req.IdempotencyKey)
	}
	return match(), nil
}

// twice are the rows that were asked about more than once.
func (v *vendor) twice() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []string
	for key, n := range v.asked {
		if n > 1 {
			all = append(all, key)
		}
	}
	return all
}

func (v *vendor) total() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.asked)
}

func match() *idverify.Result {
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 100}, Pass: idverify.Above, Threshold: 80}
	check, _ := rule.Check(90)
	return &idverify.Result{Code: idverify.CodeMatch, Vendor: "mine", Billed: idverify.BilledYes, Checks: []idverify.Check{check}}
}

// rowKeys are n keys of rows.
func rowKeys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("row-%05d", i)
	}
	return keys
}

// loadPersons gives every row a person.
func loadPersons(_ context.Context, keys []string) ([]*idverify.Request, error) {
	var all []*idverify.Request
	for _, key := range slices.Backward(keys) { // in any order
		all = append(all, requestOf(key))
	}
	return all, nil
}

func requestOf(key string) *idverify.Request {
	person := idverifytest.Match()
	return &idverify.Request{Name: person.Name, IDNumber: person.IDNumber, IdempotencyKey: key,
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))}}
}

var secret = []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE")

func newQueue(t testing.TB, s server, o sqlidverify.QueueOptions, rows int, settings ...string) *sqlidverify.Queue {
	t.Helper()
	if o.Name == "" {
		o.Name = "batch-" + digits(8)
	}
	q, err := sqlidverify.NewQueue(s.open(t, settings...), s.dialect, o)
	require.NoError(t, err)
	require.NoError(t, q.Add(t.Context(), slices.Values(rowKeys(rows))))
	return q
}

// work works until the batch is over, and gives the last result of each row.
func work(t testing.TB, q *sqlidverify.Queue, v idverify.Verifier, opts ...batch.Option) map[string]batch.Result {
	t.Helper()
	w, err := q.Run(t.Context(), v, sqlidverify.RunOptions{Secret: secret, Load: loadPersons, Batch: opts})
	require.NoError(t, err)
	all := map[string]batch.Result{}
	for r := range w.Results() {
		all[r.Key] = r
	}
	require.NoError(t, w.Err())
	return all
}

func TestRun_AsksEachRowOnce(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		q, v := newQueue(t, s, sqlidverify.QueueOptions{}, 310), newVendor()
		results := work(t, q, v)
		assert.ElementsMatch(t, rowKeys(310), slices.Collect(maps.Keys(results)))
		for _, r := range results {
			require.NoError(t, r.Err)
			assert.True(t, r.Result.Passed())
		}
		assert.Equal(t, 310, v.total())
		assert.Empty(t, v.twice())
		stats, err := q.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, sqlidverify.Stats{Done: 310}, stats)

		// What is done is not given out again; what is returned comes from the journal.
		assert.Empty(t, work(t, q, v))
		require.NoError(t, q.Return(t.Context(), "row-00007", "row-00008", "other"))
		results = work(t, q, v)
		assert.Len(t, results, 2)
		assert.True(t, results["row-00007"].Resumed)
		assert.Empty(t, v.twice())
	})
}

// Four machines, of which one is killed: nothing is asked twice, and nothing is missing.
// Holds P-MANY-8.
func TestRun_OneOfManyMachinesIsKilled(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		const rows = 400
		o := sqlidverify.QueueOptions{Name: "batch-" + digits(8), Hold: 3 * time.Second, Reservation: 1500 * time.Millisecond}
		q, v := newQueue(t, s, o, rows), newVendor()
		v.asked = killed(t, s, o)
		require.Len(t, v.asked, answeredBefore+underWay)

		var mu sync.Mutex
		ended := map[string]bool{}
		for key := range v.asked { // some of which it was told of, and marked
			ended[key] = true
		}
		var interrupted []string
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				w, err := q.Run(t.Context(), v, sqlidverify.RunOptions{Secret: secret, Load: loadPersons})
				if !assert.NoError(t, err) {
					return
				}
				for r := range w.Results() {
					mu.Lock()
					ended[r.Key] = ended[r.Key] || !r.Taken
					if errors.Is(r.Err, idverify.ErrInterrupted) {
						interrupted = append(interrupted, r.Key)
					}
					mu.Unlock()
				}
				assert.NoError(t, w.Err())
			})
		}
		all.Wait()
		assert.Empty(t, v.twice())
		assert.Equal(t, rows, v.total())
		assert.Equal(t, rows, len(ended))
		for key, over := range ended {
			assert.True(t, over, key)
		}
		assert.Len(t, interrupted, underWay) // those that the dead machine was asking about
		stats, err := q.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, sqlidverify.Stats{Done: rows}, stats)
	})
}

const (
	answeredBefore = 20 // rows that the machine asks about before it hangs
	underWay       = 8  // at once: batch.Run's default
)

// killed runs a machine in a process of its own, kills it in the middle of its calls, and
// gives what it asked about.
func killed(t *testing.T, s server, o sqlidverify.QueueOptions) map[string]int {
	t.Helper()
	options, err := json.Marshal(childOptions{Dialect: s.dialect, Database: s.name, Address: s.addr, Name: o.Name, Hold: o.Hold, Reservation: o.Reservation})
	require.NoError(t, err)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	child.Env = append(os.Environ(), "IDVERIFY_TEST_CHILD="+string(options))
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	asked := map[string]int{}
	for lines := bufio.NewScanner(out); len(asked) < answeredBefore+underWay && lines.Scan(); {
		if key, is := strings.CutPrefix(lines.Text(), "asked "); is {
			asked[key]++
		}
	}
	require.NoError(t, child.Process.Kill())
	_ = child.Wait()
	return asked
}

type childOptions struct {
	Dialect           sqlidverify.Dialect
	Database, Address string
	Name              string
	Hold, Reservation time.Duration
}

// TestChild is the machine that is killed, and else nothing.
func TestChild(t *testing.T) {
	given := os.Getenv("IDVERIFY_TEST_CHILD")
	if given == "" {
		return
	}
	var o childOptions
	require.NoError(t, json.Unmarshal([]byte(given), &o))
	s := server{dialect: o.Dialect, name: o.Database, addr: o.Address}
	q, err := sqlidverify.NewQueue(s.open(t), s.dialect, sqlidverify.QueueOptions{Name: o.Name, Hold: o.Hold, Reservation: o.Reservation})
	require.NoError(t, err)
	v := newVendor()
	v.ask = func(ctx context.Context, key string) (*idverify.Result, error) {
		n := v.total()
		fmt.Println("asked", key)
		if n > answeredBefore {
			<-ctx.Done()
		}
		return match(), nil
	}
	w, err := q.Run(t.Context(), v, sqlidverify.RunOptions{Secret: secret, Load: loadPersons})
	require.NoError(t, err)
	for range w.Results() {
	}
}

// What the run was too late to send goes back at once.
func TestRun_LeavesNothingReserved(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		for name, leave := range map[string]func(results iter.Seq[batch.Result], cancel func()){
			"break": func(results iter.Seq[batch.Result], _ func()) {
				for range results {
					break
				}
			},
			"cancel": func(results iter.Seq[batch.Result], cancel func()) {
				for range results {
					cancel()
				}
			},
			"panic": func(results iter.Seq[batch.Result], _ func()) {
				defer func() { _ = recover() }()
				for range results {
					panic("EXAMPLE")
				}
			},
		} {
			q, v := newQueue(t, s, sqlidverify.QueueOptions{}, 100), newVendor()
			ctx, cancel := context.WithCancel(t.Context())
			w, err := q.Run(ctx, v, sqlidverify.RunOptions{Secret: secret, Load: loadPersons})
			require.NoError(t, err)
			leave(w.Results(), cancel)
			cancel()
			require.NoError(t, w.Err(), name)
			stats, err := q.Stats(t.Context())
			require.NoError(t, err)
			assert.Equal(t, 100, stats.Waiting+stats.Reserved+stats.Done, name)
			assert.Zero(t, stats.Reserved, name)
			assert.Positive(t, stats.Waiting, name)
			assert.LessOrEqual(t, stats.Done, v.total(), name)
		}
	})
}

// A row that was sent and has no answer is not put back into the queue: its result is
// reported once.
func TestRun_UnansweredRowIsReportedOnce(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		q, v := newQueue(t, s, sqlidverify.QueueOptions{}, 3), newVendor()
		v.ask = func(context.Context, string) (*idverify.Result, error) {
			return nil, &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered}
		}
		w, err := q.Run(t.Context(), v, sqlidverify.RunOptions{Secret: secret, Load: loadPersons})
		require.NoError(t, err)
		reported := map[string]int{}
		for r := range w.Results() {
			assert.ErrorIs(t, r.Err, idverify.ErrAmbiguous)
			reported[r.Key]++
		}
		require.NoError(t, w.Err())
		assert.Len(t, reported, 3)
		for key, times := range reported {
			assert.Equal(t, 1, times, key)
		}
		assert.Equal(t, 3, v.total())
	})
}

// A loop that is left while others have the last rows does not wait for those.
func TestRun_LeavesWhileOthersWork(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		q := newQueue(t, s, sqlidverify.QueueOptions{}, 2)
		_, _, err := q.Reserve(t, digits(32), 1)
		require.NoError(t, err)
		w, err := q.Run(t.Context(), newVendor(), sqlidverify.RunOptions{Secret: secret, Load: loadPersons})
		require.NoError(t, err)
		left := make(chan struct{})
		go func() {
			defer close(left)
			for range w.Results() {
				break
			}
		}()
		select {
		case <-left:
		case <-time.After(20 * time.Second):
			t.Error("the work goes on")
		}
		require.NoError(t, w.Err())
	})
}
