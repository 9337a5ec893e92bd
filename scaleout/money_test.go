package scaleout_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
)

// money is the phase about the ledger: six processes ask one question; the database
// hangs, crashes and loses answers; an answer arrives late.
func (w *world) money(t *testing.T) {
	c := w.crew(t, plan{name: "money", services: 1, ledger: true, off: w.clockOff(), config: service.Config{
		Rate: 1000, RateName: "money", Attempt: 1500 * time.Millisecond,
	}})
	w.oneOfSix(t, c)
	w.killedAfterSending(t, c)
	w.withoutDatabase(t, c)
	w.lostCommits(t, c)
	w.crash(t, c)
	w.lateAnswer(t, c)
	s := w.audit(t, c, "money")
	assert.Positive(t, s.Ambiguous, "whose process was killed after sending")
	assert.Positive(t, s.Landed, "whose answer was late")
	c.Close()
}

// six asks one question in all members.
func (c *crew) six(t *testing.T, n int) []worker.Told {
	t.Helper()
	return c.ask(t, asking{kind: "money", limit: 5 * time.Second, numbers: []int{n, n, n, n, n, n}})
}

// sent counts the requests that arrived.
func (c *crew) sent() int { return c.desk.Vendors.Calls(idverifytest.BaiduV4) }

// oneOfSix: six processes ask the same question at the same moment.
func (w *world) oneOfSix(t *testing.T, c *crew) {
	for _, n := range numbers(1, 10) {
		before := c.sent()
		told := c.six(t, n)
		assert.Equal(t, 1, c.sent()-before, "calls of six processes with one question")
		assert.Equal(t, members, decisions(told))
	}
}

// killedAfterSending: the process that asks is killed before it gets the answer.
// Nobody pays again, and every caller gets an ambiguous error.
func (w *world) killedAfterSending(t *testing.T, c *crew) {
	const n = 101
	before := c.sent()
	c.desk.Vendors.Inject(idverifytest.BaiduV4, idverifytest.Delay(2*time.Second))
	pending := c.begin(asking{kind: "money", limit: time.Second, numbers: []int{n}, members: []int{2}})
	within(t, 10*time.Second, func() bool { return c.sent() > before }, "nothing was sent")
	c.Kill(2)
	pending.Wait()
	for range 2 { // while the claim is valid, and after it expired
		for _, told := range c.six(t, n) {
			assert.True(t, told.Ambiguous, "%+v", told)
		}
	}
	assert.Equal(t, 1, c.sent()-before, "nobody asked again")
}

// withoutDatabase: nothing is sent without a claim.
func (w *world) withoutDatabase(t *testing.T, c *crew) {
	each(c.sql, (*tcpproxy.Proxy).Hang)
	before := c.sent()
	told := c.ask(t, asking{kind: "money", limit: 10 * time.Second, numbers: numbers(201, members)})
	for _, a := range told {
		assert.Equal(t, idverify.CodeStoreUnavailable, a.Code, "ledger without its database")
	}
	assert.Equal(t, before, c.sent(), "nothing was sent")
	assert.Positive(t, c.failures("claim"), "it was said")
	report(t, "%s hangs: the longest call took %s", *sqlFlag, longest(told).Round(time.Millisecond))
	each(c.sql, (*tcpproxy.Proxy).Cut)
	told = c.ask(t, asking{kind: "money", limit: 10 * time.Second, numbers: numbers(301, members)})
	for _, a := range told {
		assert.Equal(t, idverify.CodeStoreUnavailable, a.Code, "ledger without its database")
	}
	assert.Equal(t, before, c.sent(), "nothing was sent")
	each(c.sql, (*tcpproxy.Proxy).Heal)
	c.recovers(t, 401)
}

// recovers asks new questions until all of them get a decision.
func (c *crew) recovers(t *testing.T, first int) {
	t.Helper()
	within(t, 30*time.Second, func() bool {
		first += 4 * members
		return decisions(c.ask(t, asking{kind: "money", limit: 5 * time.Second, numbers: numbers(first, members)})) == members
	}, "no decision after an outage")
}

// lostCommits: a statement is executed but its answer is lost, at each step of a call
// in turn. The claim still belongs to the caller.
func (w *world) lostCommits(t *testing.T, c *crew) {
	lost := c.sql[0].Lost()
	for i, n := range numbers(501, 12) {
		passed := 0
		c.sql[0].Lose(func([]byte) bool {
			passed++
			return passed > i%4
		})
		before := c.sent()
		told := c.ask(t, asking{kind: "money", limit: 5 * time.Second, numbers: []int{n}, members: []int{0}})
		c.sql[0].Heal()
		if told[0].Code == idverify.CodeStoreUnavailable {
			continue // the repeated statement was too slow
		}
		assert.True(t, told[0].Decision, "%+v", told[0])
		assert.Equal(t, 1, c.sent()-before)
	}
	assert.GreaterOrEqual(t, c.sql[0].Lost()-lost, 6, "answers were lost")
}

// crash: the database crashes and recovers while questions are asked.
func (w *world) crash(t *testing.T, c *crew) {
	pending := c.begin(asking{kind: "money", limit: 8 * time.Second, numbers: numbers(601, 60)})
	require.NoError(t, w.sql.Crash())
	c.await(t, pending, 30*time.Second)
	c.recovers(t, 2001)
}

// lateAnswer: the process that asks cannot reach the database when it has its answer.
// For the others the question is ambiguous until the answer is recorded.
func (w *world) lateAnswer(t *testing.T, c *crew) {
	const n = 9001
	before := c.sent()
	c.desk.Vendors.Inject(idverifytest.BaiduV4, idverifytest.Delay(800*time.Millisecond))
	pending := c.begin(asking{kind: "money", limit: 2 * time.Second, numbers: []int{n}, members: []int{0}})
	within(t, 10*time.Second, func() bool { return c.sent() > before }, "nothing was sent")
	c.sql[0].Cut()
	c.await(t, pending, 20*time.Second)
	ask := func() worker.Told {
		return c.ask(t, asking{kind: "money", limit: 6 * time.Second, numbers: []int{n}, members: []int{1}})[0]
	}
	told := ask()
	assert.True(t, told.Ambiguous, "%+v", told)
	c.sql[0].Heal()
	within(t, 20*time.Second, func() bool { return ask().Decision }, "the late answer did not land")
	assert.Equal(t, 1, c.sent()-before, "it was asked once")
}
