package scaleout_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/tcpproxy"
	"github.com/idverify/idverify/redisidverify"
	"github.com/idverify/idverify/scaleout/questions"
	"github.com/idverify/idverify/scaleout/service"
	"github.com/idverify/idverify/scaleout/worker"
)

// The services that outages are tested with: with and without a limit of tries.
var (
	guarded   = []int{0}
	unguarded = []int{1}
)

// outage is the phase in which Redis hangs for all: limits that protect an account
// refuse calls, and limits that only control speed let calls continue.
func (w *world) outage(t *testing.T) {
	c := w.crew(t, plan{
		name: "outage", services: 2, config: service.Config{RedisDB: databases - 1, Rate: 1000, RateName: "outage", Attempt: 2 * time.Second, RedisRetries: true},
		vary: func(n int, c *service.Config) {
			if n == guarded[0] {
				c.Tries, c.Window = 2, time.Minute
			}
		},
	})
	first := 1001
	within(t, 30*time.Second, func() bool {
		first += 8 * members
		return decisions(c.ask(t, asking{kind: "before", limit: 5 * time.Second, numbers: numbers(first, 2*members)})) == 2*members
	}, "no decision before the outage")

	each(c.redis, (*tcpproxy.Proxy).Hang)
	c.desk.Vendors.RevokeTokens()
	c.failures("")
	calls := c.desk.Vendors.Calls(idverifytest.BaiduV4)
	told := c.ask(t, asking{kind: "closed", limit: 5 * time.Second, numbers: numbers(100, members), services: guarded})
	for _, a := range told {
		assert.Equal(t, idverify.CodeStoreUnavailable, a.Code, "try limit without its store")
	}
	slowest := longest(told)
	next := longest(c.ask(t, asking{kind: "again", limit: 5 * time.Second, numbers: numbers(200, members), services: guarded}))
	assert.Equal(t, calls, c.desk.Vendors.Calls(idverifytest.BaiduV4), "nothing was sent")
	assert.Positive(t, c.failures("person"), "it was said")
	report(t, "Redis hangs: the first call took %s, the next %s", slowest.Round(time.Millisecond), next.Round(time.Millisecond))

	fetched := c.desk.Vendors.TokenFetches()
	told = c.ask(t, asking{kind: "open", limit: 5 * time.Second, numbers: numbers(300, members), services: unguarded})
	assert.Equal(t, members, decisions(told), "tokens are fetched without the store")
	fetched = c.desk.Vendors.TokenFetches() - fetched
	assert.GreaterOrEqual(t, fetched, 1)
	assert.LessOrEqual(t, fetched, 2*members, "each process fetches its own")
	assert.Positive(t, c.failures("token"), "it was said")
	w.degraded(t, c)

	each(c.redis, (*tcpproxy.Proxy).Heal)
	within(t, 10*time.Second, func() bool {
		told = c.ask(t, asking{kind: "healed", limit: 5 * time.Second, numbers: numbers(400, members), services: guarded})
		return decisions(told) == members || slices.ContainsFunc(told, func(a worker.Told) bool { return a.Code == idverify.CodeTooManyAttempts })
	}, "nobody was admitted after the outage")
	w.lostAnswers(t, c)
}

// degraded is a shared rate without Redis: every process uses its share, and reports
// it.
func (w *world) degraded(t *testing.T, c *crew) {
	const perSecond, length = 60, 2 * time.Second
	events := c.await(t, c.TellAll(worker.Command{Pace: &worker.Pace{
		Name: "degraded", PerSecond: perSecond, Processes: members, Workers: 4, At: time.Now().Add(100 * time.Millisecond), For: length,
	}}, false), 20*time.Second)
	starts := 0
	for _, e := range events {
		if e.Starts != nil {
			starts += len(e.Starts.At)
			assert.Positive(t, e.Starts.Degraded, "every process reports its share")
			assert.LessOrEqual(t, len(e.Starts.At), int(perSecond/members*length.Seconds())+1)
		}
	}
	assert.Positive(t, starts)
	assert.Positive(t, c.failures("rate"), "it was said")
	report(t, "Redis hangs: %d starts in %s at %d/s", starts, length, perSecond)
}

// lostAnswers: a command is executed but its answer is lost. The command is sent
// again and counts once.
func (w *world) lostAnswers(t *testing.T, c *crew) {
	lost := c.redis[0].Lost()
	c.redis[0].Lose(func(sent []byte) bool { return bytes.Contains(sent, []byte("idverify:{p:")) })
	codes := map[idverify.Code]int{}
	for _, n := range questions.Alike(0, 3) {
		for _, a := range c.ask(t, asking{kind: "lost", limit: 5 * time.Second, numbers: []int{n}, members: []int{0}, services: guarded}) {
			codes[a.Code]++
		}
	}
	if codes[idverify.CodeStoreUnavailable] == 0 { // so Redis was not slow as well
		assert.Greater(t, c.redis[0].Lost(), lost, "an answer was lost")
		assert.Equal(t, 1, codes[idverify.CodeTooManyAttempts], "a limit of two with three calls, and one lost answer: %v", codes)
	}

	const perSecond = 0.5
	slow := tcpproxy.Start(t, w.redis.Addr())
	client := service.OpenRedis(service.Config{Redis: slow.Addr(), RedisRetries: true})
	defer client.Close()
	source, err := redisidverify.NewStartSource(client, redisidverify.Rate{Name: "lost-answer", PerSecond: perSecond})
	require.NoError(t, err)
	require.NoError(t, client.Ping(t.Context()).Err())
	began := redisTime(t, client)
	slow.Lose(func(sent []byte) bool { return bytes.Contains(sent, []byte("idverify:{r:lost-answer}")) })
	n, _, err := source.Reserve(t.Context(), 1, time.Minute)
	if err != nil {
		report(t, "the repeated command was too slow: %v", err)
		return
	}
	assert.Equal(t, 1, slow.Lost())
	assert.Equal(t, 1, n)
	next, err := client.Get(t.Context(), "idverify:{r:lost-answer}:tat").Int64()
	require.NoError(t, err)
	ahead := time.UnixMicro(next).Sub(began).Seconds() * perSecond
	took := redisTime(t, client).Sub(began).Seconds() * perSecond
	assert.LessOrEqual(t, ahead, 1+took, "exactly one start was taken")
}

func decisions(told []worker.Told) (n int) {
	for _, a := range told {
		if a.Decision {
			n++
		}
	}
	return n
}

func longest(told []worker.Told) (most time.Duration) {
	for _, a := range told {
		most = max(most, a.Took)
	}
	return most
}

// each applies a function to all proxies.
func each(proxies []*tcpproxy.Proxy, what func(*tcpproxy.Proxy)) {
	for _, p := range proxies {
		what(p)
	}
}
