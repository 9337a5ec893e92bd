package sqlidverify_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/sqlidverify"
)

func TestAdd_RepeatsAreIgnored(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		q := newQueue(t, s, sqlidverify.QueueOptions{}, 600) // more than one statement
		keys, _, err := q.Reserve(t, digits(32), 5)
		require.NoError(t, err)
		assert.Equal(t, rowKeys(5), keys) // in the order in which they were added
		require.NoError(t, q.Add(t.Context(), slices.Values(rowKeys(700))))
		stats, err := q.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, sqlidverify.Stats{Waiting: 695, Reserved: 5}, stats)
		require.NoError(t, q.Add(t.Context(), slices.Values([]string{"ROW-00001"}))) // another row
		stats, err = q.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 696, stats.Waiting)
	})
}

func TestAdd_RefusesPersonalDataInKeys(t *testing.T) {
	f := &fake{}
	q, err := sqlidverify.NewQueue(f.open(t), sqlidverify.MySQL, sqlidverify.QueueOptions{Name: "a"})
	require.NoError(t, err)
	number := match18
	for _, key := range []string{"", "姓名", "a b", strings.Repeat("a", 65), number, "row-" + number + "-1", strings.ToLower(number)} {
		assert.Error(t, q.Add(t.Context(), slices.Values([]string{"row-1", key})), key)
	}
	assert.Empty(t, f.said())
}

// match18 is a made-up number that is well formed.
const match18 = "11010119000101009X"

func TestReserve_OneWorkerPerRow(t *testing.T) {
	onSettingsOfRows(t, func(t *testing.T, s server, how []string) {
		const rows, workers = 600, 4
		o := sqlidverify.QueueOptions{Name: "batch-" + digits(8)}
		first := newQueue(t, s, o, rows)
		var mu sync.Mutex
		given := map[string]int{}
		var all sync.WaitGroup
		for range workers {
			q := newQueue(t, s, o, 0, how...)
			all.Go(func() {
				for worker := digits(32); ; {
					keys, isOver, err := q.Reserve(t, worker, 17)
					if !assert.NoError(t, err) || isOver {
						return
					}
					if len(keys) == 0 { // others have the last ones
						stats, err := first.Stats(t.Context())
						if !assert.NoError(t, err) || stats.Waiting == 0 {
							return
						}
					}
					mu.Lock()
					for _, key := range keys {
						given[key]++
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
		assert.Equal(t, rows, len(given))
		for key, n := range given {
			assert.Equal(t, 1, n, key)
		}
	})
}

func onSettingsOfRows(t *testing.T, test func(t *testing.T, s server, how []string)) {
	t.Helper()
	onServers(t, func(t *testing.T, s server) {
		for _, name := range []string{"as it comes", "serializable"} {
			t.Run(name, func(t *testing.T) { test(t, s, settings[s.dialect][name]) })
		}
	})
}

// Rows that were reserved by a transaction whose end nobody heard of are the worker's.
func TestReserve_LostAnswer(t *testing.T) {
	commit := map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "commit\x00", sqlidverify.MySQL: "\x03COMMIT"}
	onServers(t, func(t *testing.T, s server) {
		p := tcpproxy.Start(t, s.addr)
		o := sqlidverify.QueueOptions{Name: "batch-" + digits(8)}
		direct := newQueue(t, s, o, 30)
		reserved := func() bool {
			stats, err := direct.Stats(t.Context())
			return err == nil && stats.Reserved == 8
		}
		q := newQueue(t, s.at(p.Addr()), o, 0, oneTrip[s.dialect])
		lostAnswer(t, p, commit[s.dialect], reserved, func() {
			keys, _, err := q.Reserve(t, digits(32), 8)
			assert.NoError(t, err)
			assert.Equal(t, rowKeys(8), keys)
		})
		assert.True(t, reserved(), "and no others")
	})
}

// If the database's clock goes back an hour, rows of a machine that is gone do not wait an
// hour. Rows of a machine that keeps them somewhat longer do wait.
func TestReserve_ClockGoesBack(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		o := sqlidverify.QueueOptions{Name: "batch-" + digits(8)}
		q := newQueue(t, s, o, 5)
		_, _, err := q.Reserve(t, digits(32), 5)
		require.NoError(t, err)
		for _, step := range []struct{ minutes, given int }{{15, 0}, {45, 5}} {
			must(t, s.open(t), "update idverify_row set until = until + interval "+
				fmt.Sprintf(map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "'%d minutes'", sqlidverify.MySQL: "%d minute"}[s.dialect], step.minutes))
			keys, _, err := q.Reserve(t, digits(32), 5)
			require.NoError(t, err)
			assert.Len(t, keys, step.given, step.minutes)
		}
	})
}

// A row that another run is asking about comes back when that run must have ended.
func TestRun_TakenRowsReturn(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		o := sqlidverify.QueueOptions{Name: "batch-" + digits(8), Hold: 4 * time.Second, Reservation: 12 * time.Second}
		q, v := newQueue(t, s, o, 20), newVendor()
		// Another machine began a row and is gone; it had the same secret.
		gone := newVendor()
		hang := make(chan struct{})
		gone.ask = func(context.Context, string) (*idverify.Result, error) { <-hang; return match(), nil }
		other := newQueue(t, s, o, 0)
		ctx, cancel := context.WithCancel(t.Context())
		w, err := other.Run(ctx, gone, sqlidverify.RunOptions{Secret: secret, Load: loadPersons})
		require.NoError(t, err)
		var all sync.WaitGroup
		all.Go(func() {
			for range w.Results() {
			}
		})
		require.Eventually(t, func() bool { return gone.total() == 8 }, 10*time.Second, time.Millisecond)
		cancel()                                                                            // no further row; those in flight hang
		require.NoError(t, q.Return(t.Context(), slices.Collect(maps.Keys(gone.asked))...)) // as when its time is over
		taken := 0
		results := work(t, q, v, batch.WithProgress(func(p batch.Progress) { taken = p.Taken }))
		close(hang)
		assert.GreaterOrEqual(t, taken, 8)
		assert.LessOrEqual(t, taken, 8*6, "they wait a second each time")
		all.Wait()
		assert.Len(t, results, 20)
		for key := range gone.asked {
			assert.False(t, results[key].Taken, key)
			assert.ErrorIs(t, results[key].Err, idverify.ErrInterrupted)
			assert.Zero(t, v.asked[key])
		}
		assert.Empty(t, v.twice())
		assert.Equal(t, 12, v.total())
	})
}

func TestRun_Load(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		run := func(load func(ctx context.Context, keys []string) ([]*idverify.Request, error)) (map[string]error, *vendor, sqlidverify.Stats, error) {
			q, v := newQueue(t, s, sqlidverify.QueueOptions{}, 12), newVendor()
			w, err := q.Run(t.Context(), v, sqlidverify.RunOptions{Secret: secret, Load: load})
			require.NoError(t, err)
			all := map[string]error{}
			for r := range w.Results() {
				all[r.Key] = r.Err
			}
			for range w.Results() {
				t.Error("the results came twice")
			}
			stats, err := q.Stats(t.Context())
			require.NoError(t, err)
			return all, v, stats, w.Err()
		}
		// A person who is no longer there is reported, and does not stop the others.
		all, v, stats, err := run(func(_ context.Context, keys []string) ([]*idverify.Request, error) {
			requests, _ := loadPersons(t.Context(), keys)
			requests = slices.DeleteFunc(requests, func(r *idverify.Request) bool { return r.IdempotencyKey == "row-00003" })
			return append(requests, nil), nil
		})
		require.NoError(t, err)
		assert.Len(t, all, 12)
		assert.ErrorIs(t, all["row-00003"], idverify.ErrInvalidName)
		assert.Equal(t, 11, v.total())
		assert.Equal(t, sqlidverify.Stats{Done: 12}, stats)

		// An error ends the work. It is the user's, and its text is not printed.
		cause := errors.New("EXAMPLE")
		all, _, stats, err = run(func(context.Context, []string) ([]*idverify.Request, error) { return nil, cause })
		assert.ErrorIs(t, err, cause)
		assert.EqualError(t, err, "sqlidverify: Load failed")
		assert.Empty(t, all)
		assert.Equal(t, sqlidverify.Stats{Waiting: 12}, stats)

		for _, wrong := range [][]string{{"other"}, {"row-00001", "row-00001"}} {
			all, _, stats, err = run(func(context.Context, []string) (requests []*idverify.Request, _ error) {
				for _, key := range wrong {
					requests = append(requests, requestOf(key))
				}
				return requests, nil
			})
			assert.ErrorContains(t, err, "not asked for")
			assert.Empty(t, all)
			assert.Equal(t, sqlidverify.Stats{Waiting: 12}, stats)
		}
	})
}

// A row whose key may not be printed, because it tells of the person's number, is done
// as well.
func TestRun_UnprintableKeys(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		q, v := newQueue(t, s, sqlidverify.QueueOptions{}, 2), newVendor()
		require.NoError(t, q.Add(t.Context(), slices.Values([]string{"row-" + idverifytest.Match().IDNumber[:14]})))
		results := work(t, q, v)
		assert.Len(t, results, 3)
		assert.ErrorIs(t, results[""].Err, idverify.ErrInvalidRequest)
		stats, err := q.Stats(t.Context())
		require.NoError(t, err)
		assert.Equal(t, sqlidverify.Stats{Done: 3}, stats)
	})
}

func TestRun_ReportsDatabaseFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []idverify.StoreEvent
		q, err := sqlidverify.NewQueue(failing().open(t), sqlidverify.PostgreSQL, sqlidverify.QueueOptions{Name: "a", OnStore: func(e idverify.StoreEvent) { events = append(events, e) }})
		require.NoError(t, err)
		w, err := q.Run(t.Context(), newVendor(), sqlidverify.RunOptions{Secret: secret, Load: loadPersons})
		require.NoError(t, err)
		for r := range w.Results() {
			t.Error(r)
		}
		assert.EqualError(t, w.Err(), "sqlidverify: the database failed")
		assert.Error(t, q.Add(t.Context(), slices.Values(rowKeys(1))))
		var all []string
		for _, e := range events {
			all = append(all, e.Store+" "+e.Operation+" "+string(e.Reason))
		}
		assert.Equal(t, []string{"journal begin_run error", "rows reserve error", "rows add error"}, all)
	})
}

// A block is 20 s of work: at first few rows, then twice as many each time, and at last
// what the pace asks for.
func TestNextBlock_FollowsPace(t *testing.T) {
	for _, c := range []struct {
		n    int
		took time.Duration
		want int
	}{
		{8, 0, 16}, {8, time.Second, 16}, {16, time.Millisecond, 32}, {128, time.Second, 200}, {200, 10 * time.Second, 200},
		{200, 40 * time.Second, 100}, {8, 40 * time.Second, 4}, {1, time.Minute, 1}, {1, 20 * time.Second, 1}, {0, time.Second, 1},
	} {
		assert.Equal(t, c.want, sqlidverify.NextBlock(c.n, c.took), "%d in %s", c.n, c.took)
	}
}
