package scaleout_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
)

// chaos is the phase with random faults.
func (w *world) chaos(t *testing.T, length time.Duration) {
	vendors := newMischief(w.seed)
	c := w.crew(t, plan{
		name: "chaos", services: 2, ledger: true, off: w.clockOff(), mischief: vendors.strike,
		config: service.Config{Rate: 300, RateName: "chaos", Attempt: 500 * time.Millisecond},
		vary: func(n int, c *service.Config) {
			if n == guarded[0] { // other questions continue while Redis is down
				c.Tries, c.Window = 1000, time.Second
			}
		},
	})
	began := time.Now()
	roaming := c.TellAll(worker.Command{Roam: &worker.Roam{
		Kind: "chaos", Begin: began, PerSecond: 120, Spread: 60, Workers: 8, Limit: 1500 * time.Millisecond, Seed: w.seed,
	}}, true)
	night := &night{w: w, c: c, random: rand.New(rand.NewPCG(w.seed, 1)), happened: map[string]int{}, halted: map[int]bool{}}
	night.pass(began.Add(length))
	if err := night.failed.Load(); err != nil {
		require.NoError(t, *err)
	}

	vendors.end()
	stopped := c.TellAll(worker.Command{Stop: true}, false)
	c.await(t, stopped, 30*time.Second)
	c.await(t, roaming, 30*time.Second)
	// A process that could not reach the database to record an answer does so now: it
	// retries at least every two seconds.
	wait(time.Now().Add(3 * time.Second))
	report(t, "chaos: %s", night)
	report(t, "chaos: callers were told %v; stores could not do %v", c.codes("chaos"), c.stores)
	s := w.audit(t, c, "chaos")
	assert.Positive(t, s.Decided)
	report(t, "chaos: %d exchanges, most in any second %d at %g/s", s.Exchanges, mostInASecond(arrivals(c)), c.config.Rate)
	c.Close()
}

func arrivals(c *crew) (at []time.Time) {
	for _, e := range c.desk.Exchanges() {
		if e.Vendor == idverifytest.BaiduV4 {
			at = append(at, e.At)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return at
}

// night is the faults that a crew goes through.
type night struct {
	w          *world
	c          *crew
	random     *rand.Rand
	happened   map[string]int
	halted     map[int]bool
	later      []due
	restarts   sync.WaitGroup
	restarting atomic.Bool
	failed     atomic.Pointer[error]
}

// due is when a fault has to end.
type due struct {
	at   time.Time
	what func()
}

// pass starts one fault after another, and ends all of them when the time is over.
// Every fault comes once, in any order, before chance decides.
func (n *night) pass(until time.Time) {
	first := n.random.Perm(len(mischiefs))
	for time.Now().Before(until) || len(first) > 0 {
		which := n.any()
		if len(first) > 0 {
			which, first = first[0], first[1:]
		}
		n.happened[mischiefs[which].name]++
		mischiefs[which].do(n)
		wait(time.Now().Add(time.Duration(50+n.random.IntN(250)) * time.Millisecond))
		n.end(time.Now())
	}
	n.end(until.Add(time.Hour))
	n.restarts.Wait()
}

// end ends the faults that are due.
func (n *night) end(now time.Time) {
	n.later = slices.DeleteFunc(n.later, func(d due) bool {
		if d.at.After(now) {
			return false
		}
		d.what()
		return true
	})
}

// mischiefs are the possible faults, with their shares.
var mischiefs = []struct {
	name  string
	share int
	do    func(n *night)
}{
	{"kill", 8, (*night).kill},
	{"halt", 6, (*night).halt},
	{"tokens revoked", 2, func(n *night) { n.c.desk.Vendors.RevokeTokens() }},
	{"redis hangs for one", 3, func(n *night) { n.hang(n.c.redis, false) }},
	{"redis hangs for all", 1, func(n *night) { n.hang(n.c.redis, true) }},
	{"redis cut", 3, func(n *night) { n.cut(n.c.redis) }},
	{"redis answer lost", 6, func(n *night) { n.lose(n.c.redis) }},
	{"redis restarted empty", 1, func(n *night) { n.restart(n.w.redis.LoseAll) }},
	{"sql hangs for one", 3, func(n *night) { n.hang(n.c.sql, false) }},
	{"sql hangs for all", 1, func(n *night) { n.hang(n.c.sql, true) }},
	{"sql cut", 3, func(n *night) { n.cut(n.c.sql) }},
	{"sql answer lost", 8, func(n *night) { n.lose(n.c.sql) }},
	{"sql crashed", 1, func(n *night) { n.restart(n.w.sql.Crash) }},
}

// any is a fault by chance.
func (n *night) any() int {
	all := 0
	for _, m := range mischiefs {
		all += m.share
	}
	at := n.random.IntN(all)
	for i, m := range mischiefs {
		if at -= m.share; at < 0 {
			return i
		}
	}
	panic("unreachable: the shares sum up")
}

// restart runs beside other faults, because a server may need some seconds. Only one
// restart runs at a time.
func (n *night) restart(server func() error) {
	if !n.restarting.CompareAndSwap(false, true) {
		return
	}
	n.restarts.Go(func() {
		defer n.restarting.Store(false)
		if err := server(); err != nil {
			n.failed.CompareAndSwap(nil, &err)
		}
	})
}

func (n *night) member() int { return n.random.IntN(members) }

func (n *night) kill() { n.c.Kill(n.member()) }

// halt stops a process with SIGSTOP, sometimes until its claims have expired.
func (n *night) halt() {
	member := n.member()
	if n.halted[member] || len(n.halted) == members/2 {
		return
	}
	n.halted[member] = true
	n.c.Halt(member)
	n.soon(time.Second+time.Duration(n.random.Int64N(int64(*haltFlag-time.Second))), func() {
		delete(n.halted, member)
		n.c.Resume(member)
	})
}

func (n *night) soon(after time.Duration, what func()) {
	n.later = append(n.later, due{time.Now().Add(after), what})
}

// hang blocks all traffic for a while, longer than anybody waits for Redis.
func (n *night) hang(proxies []*tcpproxy.Proxy, all bool) {
	if !all {
		member := n.member()
		proxies = proxies[member : member+1]
	}
	each(proxies, (*tcpproxy.Proxy).Hang)
	n.soon(time.Duration(300+n.random.IntN(2500))*time.Millisecond, func() { each(proxies, (*tcpproxy.Proxy).Heal) })
}

func (n *night) cut(proxies []*tcpproxy.Proxy) {
	p := proxies[n.member()]
	p.Cut()
	n.soon(time.Duration(n.random.IntN(500))*time.Millisecond, p.Heal)
}

// lose makes several answers get lost on all proxies, at whatever step the calls are.
func (n *night) lose(proxies []*tcpproxy.Proxy) {
	for _, p := range proxies {
		for range 1 + n.random.IntN(3) {
			left := n.random.IntN(8)
			p.Lose(func([]byte) bool {
				left--
				return left < 0
			})
		}
	}
}

// String lists the faults with their counts.
func (n *night) String() string {
	var all []string
	for _, what := range slices.Sorted(maps.Keys(n.happened)) {
		all = append(all, fmt.Sprintf("%s %d", what, n.happened[what]))
	}
	return strings.Join(all, ", ")
}

// mischief makes vendors fail.
type mischief struct {
	share  int // one request in this many
	mu     sync.Mutex
	random *rand.Rand
	over   bool
}

func newMischief(seed uint64) *mischief {
	return &mischief{share: 10, random: rand.New(rand.NewPCG(seed, 2))}
}

func (m *mischief) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
}

// strike returns a fault for one request in share.
func (m *mischief) strike(string) (idverifytest.Fault, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over || m.random.IntN(m.share) > 0 {
		return idverifytest.Fault{}, false
	}
	faults := []idverifytest.Fault{
		idverifytest.ResetAfterBody(), idverifytest.ResetBeforeBody(), idverifytest.RateLimited(), idverifytest.Truncated(),
		idverifytest.HTML502(), idverifytest.Unavailable(),
		idverifytest.Delay(time.Duration(m.random.IntN(700)) * time.Millisecond),
		idverifytest.Delay(time.Duration(m.random.IntN(300)) * time.Millisecond),
	}
	return faults[m.random.IntN(len(faults))], true
}
