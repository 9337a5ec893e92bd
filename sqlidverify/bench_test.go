package sqlidverify_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/sqlidverify"
)

// onBenchServers runs a benchmark on each server that was given.
func onBenchServers(b *testing.B, bench func(b *testing.B, s server)) {
	b.Helper()
	for _, d := range []sqlidverify.Dialect{sqlidverify.PostgreSQL, sqlidverify.MySQL} {
		b.Run(string(d), func(b *testing.B) {
			s := newServer(b, d)
			s.create(b)
			bench(b, s)
		})
	}
}

// BenchmarkClaimAndSettle is what a call pays for its ledger: eight callers, in ms.
func BenchmarkClaimAndSettle(b *testing.B) {
	onBenchServers(b, func(b *testing.B, s server) {
		l := newLedger(b, s.open(b), s.dialect)
		took := make([]time.Duration, b.N)
		answer := make([]byte, 1500)
		var next atomic.Int64
		var all sync.WaitGroup
		b.ResetTimer()
		for range 8 {
			all.Go(func() {
				for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
					began, r := time.Now(), request()
					if claim, err := l.Claim(b.Context(), r); err != nil || claim.State != idverify.ClaimMine {
						b.Error(claim, err)
						return
					}
					if err := l.Settle(b.Context(), idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: idverify.OutcomeDecided, Answer: answer}); err != nil {
						b.Error(err)
						return
					}
					took[i] = time.Since(began)
				}
			})
		}
		all.Wait()
		b.StopTimer()
		slices.Sort(took)
		for name, at := range map[string]int{"p50-ms": b.N / 2, "p99-ms": b.N * 99 / 100} {
			b.ReportMetric(float64(took[at].Microseconds())/1000, name)
		}
	})
}

// BenchmarkRows is a batch of b.N rows over four machines with 32 calls at once in all,
// of a vendor that answers at once. -benchtime=1000000x is a million rows.
func BenchmarkRows(b *testing.B) {
	onBenchServers(b, func(b *testing.B, s server) {
		o := sqlidverify.QueueOptions{Name: "batch"}
		began := time.Now()
		q := newQueue(b, s, o, b.N)
		b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "loaded/s")
		var done atomic.Int64
		var all sync.WaitGroup
		b.ResetTimer()
		for range 4 {
			machine := newQueue(b, s, o, 0)
			all.Go(func() {
				w, err := machine.Run(b.Context(), answering{}, sqlidverify.RunOptions{Secret: secret, Load: loadPersons, Batch: []batch.Option{batch.WithConcurrency(8)}})
				if err != nil {
					b.Error(err)
					return
				}
				for r := range w.Results() {
					if r.Err != nil {
						b.Error(r.Err)
					}
					done.Add(1)
				}
				if w.Err() != nil {
					b.Error(w.Err())
				}
			})
		}
		all.Wait()
		b.StopTimer()
		require.EqualValues(b, b.N, done.Load())
		stats, err := q.Stats(b.Context())
		require.NoError(b, err)
		require.Equal(b, sqlidverify.Stats{Done: b.N}, stats)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(0, "ns/op")
	})
}

// answering is a vendor that notes nothing.
type answering struct{}

func (answering) Name() string { return "mine" }

func (answering) Verify(context.Context, *idverify.Request) (*idverify.Result, error) {
	return match(), nil
}
