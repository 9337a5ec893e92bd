package sqlidverify_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/sqlidverify"
)

// tick is long for a database, and short for who waits for the tests.
const tick = 150 * time.Millisecond

// setting breaks a store by a proxy.
func setting(p *tcpproxy.Proxy, db *sql.DB) idverifytest.StoreSetting {
	return idverifytest.StoreSetting{
		Tick:  tick,
		Break: func(testing.TB) { p.Cut() },
		Heal: func(tb testing.TB) {
			p.Heal()
			require.Eventually(tb, func() bool { return db.PingContext(context.Background()) == nil }, 10*time.Second, 20*time.Millisecond)
		},
	}
}

// Holds P-MANY-6.
func TestLedger_Conforms(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		p := tcpproxy.Start(t, s.addr)
		first, second := s.at(p.Addr()).open(t), s.at(p.Addr()).open(t)
		turn := 0
		idverifytest.TestLedger(t, idverifytest.LedgerHarness{
			StoreSetting: setting(p, first),
			New: func(tb testing.TB) idverify.Ledger {
				turn++
				return newLedger(tb, []*sql.DB{first, second}[turn%2], s.dialect)
			},
		})
	})
}

// Holds P-MANY-8.
func TestJournal_Conforms(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		p := tcpproxy.Start(t, s.addr)
		first, second := s.at(p.Addr()).open(t), s.at(p.Addr()).open(t)
		turn, name := 0, "batch-"+digits(8)
		idverifytest.TestJournal(t, idverifytest.JournalHarness{
			StoreSetting: setting(p, first),
			Hold:         3 * tick,
			New: func(tb testing.TB) batch.Journal {
				turn++
				return newJournal(tb, []*sql.DB{first, second}[turn%2], s.dialect, sqlidverify.JournalOptions{Name: name, Hold: 3 * tick})
			},
		})
	})
}
