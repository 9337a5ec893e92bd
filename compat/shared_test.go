package compat

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
)

func TestOwnLedger(t *testing.T) {
	vendors := idverifytest.Start(t)
	ledger := new(Claims)
	for range 2 { // as two processes would
		service := newService(t, vendors, idverify.WithLedger(ledger, secret))
		equal(t, service.OpenAccount(t.Context(), idverifytest.Match(), "account-1"), "opened")
	}
	equal(t, vendors.Bill().Total(), 1)
}

func TestOwnStoresConform(t *testing.T) {
	inBubble := idverifytest.StoreSetting{Around: func(t *testing.T, rule func(*testing.T)) { synctest.Test(t, rule) }}
	ledger, journal := new(Claims), new(SharedRows)
	t.Run("ledger", func(t *testing.T) {
		idverifytest.TestLedger(t, idverifytest.LedgerHarness{StoreSetting: inBubble, New: func(testing.TB) idverify.Ledger { return ledger }})
	})
	t.Run("journal", func(t *testing.T) {
		idverifytest.TestJournal(t, idverifytest.JournalHarness{StoreSetting: inBubble, New: func(testing.TB) batch.Journal { return journal }})
	})
}

func TestOwnStartSource(t *testing.T) {
	limiter, err := idverify.NewSharedLimiter(&Starts{Interval: time.Millisecond}, idverify.SharedRate{PerSecond: 1000, Processes: 2})
	noError(t, err)
	release, err := limiter.Acquire(t.Context())
	noError(t, err)
	release()
}

func TestOwnSharedJournal(t *testing.T) {
	gate := NewGate(map[Badge]float64{"gate-1": 0.8})
	journal := new(SharedRows)
	rows := func(yield func(*idverify.Request) bool) {
		row := ask(number, Badge("gate-1"))
		row.IdempotencyKey = "row-1"
		yield(row)
	}
	for _, resumed := range []bool{false, true} {
		results, err := batch.Run(t.Context(), gate, rows, batch.WithJournal(journal, secret))
		noError(t, err)
		for r := range results {
			noError(t, r.Err)
			equal(t, r.Resumed, resumed)
			equal(t, r.Taken, false)
		}
	}
}
