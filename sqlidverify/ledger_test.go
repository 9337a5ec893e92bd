package sqlidverify_test

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/sqlidverify"
)

// settings are ways in which users set databases and drivers up.
var settings = map[sqlidverify.Dialect]map[string][]string{
	sqlidverify.PostgreSQL: {
		"as it comes":         nil,
		"serializable":        {"default_transaction_isolation=serializable"},
		"repeatable read":     {"default_transaction_isolation=repeatable read"},
		"simple protocol":     {"protocol=simple"}, // as PgBouncer may need it
		"bytea as before 9.0": {"protocol=simple", "bytea_output=escape"},
	},
	sqlidverify.MySQL: {
		"as it comes":       nil,
		"serializable":      {"tx_isolation='SERIALIZABLE'"},
		"read committed":    {"tx_isolation='READ-COMMITTED'"},
		"clientFoundRows":   {"clientFoundRows=true"},
		"interpolateParams": {"interpolateParams=true"},
		"not strict":        {"sql_mode=''"},
	},
}

func onSettings(t *testing.T, test func(t *testing.T, s server, first, second *sql.DB)) {
	t.Helper()
	onServers(t, func(t *testing.T, s server) {
		for name, how := range settings[s.dialect] {
			t.Run(name, func(t *testing.T) { test(t, s, s.open(t, how...), s.open(t, how...)) })
		}
	})
}

// Many claimers of two processes want the answers to some questions. A third of the
// claims turn out to be free. Each question is asked by one at a time, and once.
// Holds P-MANY-6.
func TestLedger_ManyClaimersAskOnce(t *testing.T) {
	onSettings(t, func(t *testing.T, s server, first, second *sql.DB) {
		ledgers := []*sqlidverify.Ledger{newLedger(t, first, s.dialect), newLedger(t, second, s.dialect)}
		const questions, claimers = 12, 12
		var asking, asked [questions]atomic.Int32
		var ids [questions]idverify.ClaimRequest
		for q := range ids {
			ids[q] = request()
		}
		answer := func(l *sqlidverify.Ledger, q int) {
			for !t.Failed() {
				r := ids[q]
				r.Holder = digits(32)
				claim, err := l.Claim(t.Context(), r)
				if !assert.NoError(t, err) {
					return
				}
				if claim.State == idverify.ClaimKept {
					assert.Equal(t, "answer", string(claim.Answer))
					return
				}
				if claim.State == idverify.ClaimHeld {
					continue
				}
				if !assert.Equal(t, idverify.ClaimMine, claim.State) {
					return
				}
				assert.EqualValues(t, 1, asking[q].Add(1), "asked by two at once")
				end := idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: idverify.OutcomeFree}
				if rand.N(3) > 0 {
					asked[q].Add(1)
					end.Outcome, end.Answer = idverify.OutcomeDecided, []byte("answer")
				}
				asking[q].Add(-1)
				assert.NoError(t, l.Settle(t.Context(), end))
			}
		}
		var all sync.WaitGroup
		for i := range claimers {
			all.Go(func() {
				for q := range questions {
					answer(ledgers[i%2], q)
				}
			})
		}
		all.Wait()
		for q := range asked {
			assert.EqualValues(t, 1, asked[q].Load(), "question %d", q)
		}
	})
}

// Drivers count differently: a claim that changed nothing may count as one row.
// Holds P-MANY-6.
func TestLedger_IgnoresAffectedRows(t *testing.T) {
	mine, others := request(), request()
	others.Print = mine.Print
	f := &fake{changed: 1, answer: func(context.Context, int, string) ([][]driver.Value, error) { return ours(others), nil }}
	l := newLedger(t, f.open(t), sqlidverify.MySQL)
	claim, err := l.Claim(t.Context(), mine)
	require.NoError(t, err)
	assert.Equal(t, idverify.ClaimHeld, claim.State)
	assert.Equal(t, time.Minute, claim.Left)
}

// Holds P-MANY-6.
func TestLedger_OneOfManyRepeats(t *testing.T) {
	onSettings(t, func(t *testing.T, s server, first, second *sql.DB) {
		ledgers := []*sqlidverify.Ledger{newLedger(t, first, s.dialect), newLedger(t, second, s.dialect)}
		r := request()
		r.Hold = 0
		_, err := ledgers[0].Claim(t.Context(), r)
		require.NoError(t, err)
		for range 3 { // past its time, and then ambiguous
			var mine atomic.Int32
			var holder atomic.Value
			var all sync.WaitGroup
			for i := range 12 {
				all.Go(func() {
					own := r
					own.Holder, own.Repeat, own.Hold = digits(32), true, time.Minute
					claim, err := ledgers[i%2].Claim(t.Context(), own)
					assert.NoError(t, err)
					if claim.State == idverify.ClaimMine {
						mine.Add(1)
						holder.Store(own.Holder)
					}
				})
			}
			all.Wait()
			require.EqualValues(t, 1, mine.Load())
			require.NoError(t, ledgers[1].Settle(t.Context(), idverify.Settlement{
				ID: r.ID, Holder: holder.Load().(string), Outcome: idverify.OutcomeAmbiguous, Answer: []byte("answer")}))
		}
	})
}

// state reads how a row stands, past the ledger.
func state(t *testing.T, db *sql.DB, id string) (n int) {
	t.Helper()
	err := db.QueryRowContext(t.Context(), "select state from idverify_claim where id = '"+id+"'").Scan(&n)
	if err != sql.ErrNoRows {
		require.NoError(t, err)
	}
	return n
}

// oneTrip has each statement arrive with its parameters, without a question before it.
var oneTrip = map[sqlidverify.Dialect]string{sqlidverify.PostgreSQL: "protocol=simple", sqlidverify.MySQL: "interpolateParams=true"}

// lostAnswer has a call reach the database, loses the answer, and mends the connection.
func lostAnswer(t *testing.T, p *tcpproxy.Proxy, statement string, arrived func() bool, call func()) {
	t.Helper()
	p.Swallow(func(sent []byte) bool { return bytes.Contains(sent, []byte(statement)) })
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	require.Eventually(t, arrived, 10*time.Second, 2*time.Millisecond)
	p.Cut()
	p.Heal()
	<-done
}

// The statement arrives, and its answer does not: the step is made again, and counts once.
// Holds P-MANY-7.
func TestLedger_LostAnswers(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		p := tcpproxy.Start(t, s.addr)
		direct, db := s.open(t), s.at(p.Addr()).open(t, oneTrip[s.dialect])
		l := newLedger(t, db, s.dialect)
		r := request()
		is := func(want int) func() bool {
			require.NoError(t, db.PingContext(t.Context())) // a connection
			return func() bool { return state(t, direct, r.ID) == want }
		}
		claim := func(want idverify.ClaimState) func() {
			return func() {
				claim, err := l.Claim(t.Context(), r)
				assert.NoError(t, err)
				assert.Equal(t, want, claim.State)
			}
		}
		settle := func(as idverify.ClaimOutcome) func() {
			return func() {
				assert.NoError(t, l.Settle(t.Context(), idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: as, Answer: []byte("answer")}))
			}
		}
		lostAnswer(t, p, "insert", is(1), claim(idverify.ClaimMine))
		lostAnswer(t, p, "delete", is(0), settle(idverify.OutcomeFree))
		claim(idverify.ClaimMine)()
		lostAnswer(t, p, "update idverify_claim", is(4), settle(idverify.OutcomeAmbiguous))
		r.Holder, r.Repeat, r.Hold = digits(32), true, time.Minute
		lostAnswer(t, p, "update idverify_claim", is(1), claim(idverify.ClaimMine))
		lostAnswer(t, p, "update idverify_claim", is(2), settle(idverify.OutcomeDecided))
		claim(idverify.ClaimKept)()
	})
}

// While the database hangs nobody is told that a question is his, and a claim that was
// made all the same is its holder's.
// Holds P-MANY-7.
func TestLedger_HangingDatabase(t *testing.T) {
	onServers(t, func(t *testing.T, s server) {
		p := tcpproxy.Start(t, s.addr)
		l := newLedger(t, s.at(p.Addr()).open(t), s.dialect)
		first := request()
		_, err := l.Claim(t.Context(), first)
		require.NoError(t, err)
		p.Hang()
		r := request()
		began := time.Now()
		claim, err := l.Claim(t.Context(), r)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, claim.State)
		assert.Less(t, time.Since(began), 4*time.Second)
		p.Heal()
		claim, err = l.Claim(t.Context(), r)
		require.NoError(t, err)
		assert.Equal(t, idverify.ClaimMine, claim.State)
		claim, err = l.Claim(t.Context(), first)
		require.NoError(t, err)
		assert.Equal(t, idverify.ClaimMine, claim.State)
	})
}

func TestLedger_AcceptsOnlyPseudonyms(t *testing.T) {
	l := newLedger(t, (&fake{}).open(t), sqlidverify.MySQL)
	for _, spoil := range []func(*idverify.ClaimRequest){
		func(r *idverify.ClaimRequest) { r.ID = "11010119000101009X" },
		func(r *idverify.ClaimRequest) { r.Print = "" },
		func(r *idverify.ClaimRequest) { r.Holder += "0" },
	} {
		r := request()
		spoil(&r)
		_, err := l.Claim(t.Context(), r)
		assert.EqualError(t, err, "sqlidverify: a claim's ID and Print are 64 hexadecimal digits, and its Holder 32")
		if r.Print != "" {
			assert.EqualError(t, l.Settle(t.Context(), idverify.Settlement{ID: r.ID, Holder: r.Holder, Outcome: idverify.OutcomeFree}), err.Error())
		}
	}
	r := request()
	assert.Error(t, l.Settle(t.Context(), idverify.Settlement{ID: r.ID, Holder: r.Holder}))
}
