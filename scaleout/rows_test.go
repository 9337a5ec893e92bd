package scaleout_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/scaleout/book"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
	"github.com/idverify/idverify/sqlidverify"
)

// machines is how many processes work on the batch.
const machines = 4

// batch is the phase about rows: four machines work on them, and are killed and
// stopped meanwhile. A killed machine continues its rows when it comes back.
func (w *world) batch(t *testing.T, rows int) {
	random := rand.New(rand.NewPCG(w.seed, 3))
	vendors := newMischief(w.seed)
	vendors.share = 500
	c := w.crew(t, plan{
		name: "batch", services: 1, traced: 0.1, off: w.clockOff(), mischief: vendors.strike,
		config: service.Config{Rate: 20_000, RateName: "batch", Attempt: 2 * time.Second},
	})
	w.withoutQueue(t, c)
	queue, err := sqlidverify.NewQueue(w.db, w.dialect, sqlidverify.QueueOptions{Name: "batch"})
	require.NoError(t, err)
	require.NoError(t, queue.Add(t.Context(), func(yield func(string) bool) {
		for n := 1; n <= rows && yield(questions.Key("row", n)); n++ {
		}
	}))
	began := time.Now()
	commands := map[int]worker.Command{}
	for member := range machines {
		commands[member] = worker.Command{Rows: &worker.Rows{
			Batch: "batch", Database: w.sql.At(c.sql[member].Addr()), Workers: 12, Hold: 3 * time.Second, Reservation: 3 * time.Second,
		}}
	}
	working := c.Tell(commands, true)
	kills := 0
	next := time.NewTimer(time.Second)
	defer next.Stop()
	limit := time.After(20*time.Second + time.Duration(rows)*10*time.Millisecond)
	for over := false; !over; {
		select {
		case <-working.Done():
			over = true
		case <-limit:
			require.FailNow(t, "the batch does not end", c.errors())
		case <-next.C:
			if kills < 6 { // the last rows are left undisturbed
				kills++
				w.strikeMachine(c, random, kills)
			}
			next.Reset(time.Duration(1000+random.IntN(3000)) * time.Millisecond)
		}
	}
	took := time.Since(began)
	for _, e := range working.Wait() {
		assert.Empty(t, e.Failed)
	}
	report(t, "batch: %d rows in %s, %.0f rows/s over %d machines with %d kills and halts", rows, took.Round(time.Millisecond), float64(rows)/took.Seconds(), machines, kills)
	w.batchIsWhole(t, c, queue, rows)
	c.Close()
}

// withoutQueue makes all machines ask about the same rows at the same time: only the
// journal decides which machine asks.
func (w *world) withoutQueue(t *testing.T, c *crew) {
	const rows = 300
	commands := map[int]worker.Command{}
	for member := range machines {
		commands[member] = worker.Command{Rows: &worker.Rows{
			Batch: "without", Kind: "both", Upto: rows, Database: w.sql.At(c.sql[member].Addr()), Workers: 8, Hold: time.Minute,
		}}
	}
	c.await(t, c.Tell(commands, false), 2*time.Minute)
	s, problems := c.book("both").JudgeRows(rows)
	report(t, "rows without a queue: %+v", s)
	fail(t, problems)
}

// book is the record of a crew's batch.
func (c *crew) book(kind string) *book.Book {
	exchanges := c.desk.Exchanges()
	c.mu.Lock()
	defer c.mu.Unlock()
	return &book.Book{Exchanges: exchanges, Told: slices.Clone(c.told), Key: questions.Key, Want: questions.Want, Kind: kind}
}

// strikeMachine kills a machine, or stops one for longer than it may hold a row.
func (w *world) strikeMachine(c *crew, random *rand.Rand, n int) {
	member := random.IntN(machines)
	if n%3 > 0 {
		c.Kill(member)
		return
	}
	c.Halt(member)
	time.AfterFunc(4*time.Second, func() { c.Resume(member) })
}

func (w *world) batchIsWhole(t *testing.T, c *crew, queue *sqlidverify.Queue, rows int) {
	stats, err := queue.Stats(t.Context())
	require.NoError(t, err)
	assert.Equal(t, sqlidverify.Stats{Done: rows}, stats)
	recorded, charged := c.desk.Bills()
	require.Equal(t, charged, recorded, "the desk's record is complete")
	s, problems := c.book("row").JudgeRows(rows)
	report(t, "batch: %+v", s)
	fail(t, problems)
	assert.Equal(t, rows, s.Questions)
}
