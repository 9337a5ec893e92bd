package scaleout_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/scaleout/desk"
	"github.com/idverify/idverify/scaleout/fleet"
	"github.com/idverify/idverify/scaleout/servers"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
	"github.com/idverify/idverify/sqlidverify"
)

// members is the number of processes.
const members = 6

// world is shared by the phases: one Redis, one server of SQL, and a fleet that reaches
// them through proxies, one of each for every member.
type world struct {
	t        *testing.T // lives longer than the phases
	calmCrew *crew
	dir      string
	seed     uint64
	dialect  sqlidverify.Dialect
	redis    *servers.Redis
	sql      servers.SQL
	db       *sql.DB
	heard    *monitor
	desks    []*desk.Desk // of all crews
}

// required makes a test fail instead of being skipped. The gate sets it.
const required = "IDVERIFY_SCALEOUT_REQUIRED"

func newWorld(t *testing.T) *world {
	t.Helper()
	dialect := map[string]sqlidverify.Dialect{"postgresql": sqlidverify.PostgreSQL, "mariadb": sqlidverify.MySQL}[*sqlFlag]
	require.NotEmpty(t, dialect, "-sql is postgresql or mariadb")
	if missing := servers.Missing(dialect); len(missing) > 0 {
		why := strings.Join(missing, ", ") + " not installed: " + servers.Install(dialect)
		if os.Getenv(required) != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	w := &world{t: t, seed: *seedFlag, dialect: dialect}
	if w.seed == 0 {
		w.seed = rand.Uint64()
	}
	t.Logf("seed %d, %s", w.seed, *sqlFlag)
	dir, err := os.MkdirTemp("", "scaleout")
	require.NoError(t, err)
	w.dir = dir
	t.Cleanup(func() { _ = os.RemoveAll(dir) })

	var starting sync.WaitGroup
	var redisErr, sqlErr error
	starting.Go(func() { w.redis, redisErr = servers.StartRedis(dir) })
	starting.Go(func() { w.sql, sqlErr = servers.StartSQL(dialect, dir) })
	starting.Wait()
	if w.redis != nil {
		t.Cleanup(w.redis.Stop)
	}
	if w.sql != nil {
		t.Cleanup(w.sql.Stop)
	}
	require.NoError(t, redisErr)
	require.NoError(t, sqlErr)

	database := w.sql.At(w.sql.Addr())
	require.NoError(t, database.CreateTables(t.Context()))
	w.db, err = database.Open()
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.db.Close() })
	w.heard = listen(t, w.redis.Addr())
	return w
}

// crew is a fleet with its servers and records.
type crew struct {
	*fleet.Fleet
	name   string
	desk   *desk.Desk
	redis  []*tcpproxy.Proxy
	sql    []*tcpproxy.Proxy
	config service.Config // of the first member, before its proxies are set
	dir    string

	mu     sync.Mutex
	told   []worker.Told
	stores map[string]int // failures of stores, by kind
}

// plan says how to make a crew.
type plan struct {
	name     string
	services int // per member
	config   service.Config
	// vary changes the config of a service; it may be nil.
	vary     func(service int, c *service.Config)
	ledger   bool
	mischief func(vendor string) (idverifytest.Fault, bool)
	vendors  []idverifytest.Option
	traced   float64 // the share of calls with spans, 0 for all
	// off is the error of the last member's clock.
	off time.Duration
	// far is the network of the first member, nil for this one.
	far *namespace
}

func (w *world) crew(t *testing.T, p plan) *crew {
	t.Helper()
	c := &crew{name: p.name, dir: w.dir, stores: map[string]int{}}
	var err error
	c.desk, err = desk.Open(p.mischief, p.vendors...)
	require.NoError(t, err)
	w.t.Cleanup(c.desk.Close)
	w.desks = append(w.desks, c.desk)
	c.config = p.config
	c.config.Vendors, c.config.Processes = c.desk.Root(), members
	setups := make([]worker.Setup, members)
	for i := range setups {
		own := c.config
		toRedis, toSQL := tcpproxy.StartAt(w.t, redisAt, w.redis.Addr()), tcpproxy.StartAt(w.t, sqlAt, w.sql.Addr())
		c.redis, c.sql = append(c.redis, toRedis), append(c.sql, toSQL)
		own.Redis = toRedis.Addr()
		if p.ledger {
			own.Database = w.sql.At(toSQL.Addr())
		}
		if i == members-1 {
			own.ClockOff = p.off
		}
		setups[i].Name, setups[i].Traced = p.name, p.traced
		if i == farMember && p.far != nil {
			setups[i].Under = p.far.under()
		}
		for n := range p.services {
			varied := own
			if p.vary != nil {
				p.vary(n, &varied)
			}
			setups[i].Services = append(setups[i].Services, varied)
		}
	}
	c.Fleet, err = fleet.New(w.dir, setups, c.hear)
	require.NoError(t, err)
	w.t.Cleanup(func() {
		c.Close()
		if crashes := c.Crashes(); len(crashes) > 0 {
			w.t.Errorf("%v\n%s", crashes, c.errors())
		}
	})
	return c
}

func (c *crew) hear(_ int, e worker.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case e.Told != nil:
		c.told = append(c.told, *e.Told)
	case e.Store != "":
		c.stores[e.Store]++
	}
}

// failures counts a store's failures since the last call.
func (c *crew) failures(store string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for what, times := range c.stores {
		if strings.HasPrefix(what, store+" ") {
			n += times
			delete(c.stores, what)
		}
	}
	return n
}

// codes counts the codes that callers got.
func (c *crew) codes(kind string) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	codes := map[string]int{}
	for _, a := range c.told {
		if a.Kind == kind {
			codes[string(a.Origin)+" "+string(a.Code)]++
		}
	}
	return codes
}

// errors is the members' standard error.
func (c *crew) errors() string {
	var all strings.Builder
	files, _ := filepath.Glob(filepath.Join(c.dir, c.name+"-*.err"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		all.Write(text[max(0, len(text)-4000):])
	}
	return all.String()
}

// asking is what members ask at the same moment.
type asking struct {
	kind     string
	limit    time.Duration // of a call
	numbers  []int         // shared out to the members in turn
	members  []int         // who asks; none means all
	services []int         // of each member; none means all
}

// begin starts the questions.
func (c *crew) begin(a asking) *fleet.Pending {
	return c.Ask(worker.Ask{Kind: a.kind, Limit: a.limit, Services: a.services}, a.numbers, a.members...)
}

// ask returns the answers.
func (c *crew) ask(t *testing.T, a asking) (told []worker.Told) {
	t.Helper()
	for _, e := range c.await(t, c.begin(a), a.limit+20*time.Second) {
		if e.Told != nil {
			told = append(told, *e.Told)
		}
	}
	require.Len(t, told, len(a.numbers), "every caller gets an answer")
	return told
}

// await limits the wait for a command.
func (c *crew) await(t *testing.T, p *fleet.Pending, limit time.Duration) []worker.Event {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(limit):
		require.FailNow(t, "a command did not end", "%s: %s", limit, c.errors())
	}
	events := p.Wait()
	for _, e := range events {
		require.Empty(t, e.Failed)
	}
	return events
}

// numbers are n questions, beginning with first, that all get a decision.
func numbers(first, n int) (all []int) {
	for number := first; len(all) < n; number++ {
		if number%4 != 0 {
			all = append(all, number)
		}
	}
	return all
}

// within waits until a condition holds.
func within(t *testing.T, limit time.Duration, holds func() bool, what string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			require.FailNow(t, what, "not within %s", limit)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// report prints a figure that depends on the machine, or that another test checks.
func report(t *testing.T, format string, args ...any) {
	t.Helper()
	t.Log("report: " + fmt.Sprintf(format, args...))
}
