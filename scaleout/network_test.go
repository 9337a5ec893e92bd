package scaleout_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/scaleout/service"
)

// farMember is the process whose network fails in the phase about networks.
const farMember = 0

// network is the phase in which packets of one process vanish on their way to Redis and
// to the database, and in which its whole network is slow. No connection is closed or
// refused, so only time tells the process. The others continue.
func (w *world) network(t *testing.T) {
	far, err := newNamespace(t)
	if err != nil {
		report(t, "network: not run, no namespace works here: %v", err)
		t.Skip("network namespaces need root: ", err)
	}
	c := w.crew(t, plan{
		name: "network", services: 2, ledger: true, far: far,
		config: service.Config{Rate: 1000, RateName: "network", Attempt: 1500 * time.Millisecond},
		vary: func(n int, c *service.Config) {
			if n == guarded[0] {
				c.Tries, c.Window = 1000, time.Second
			}
		},
	})
	f := &farAway{w: w, c: c, namespace: far}
	f.everybody(t, guarded)
	f.withoutRedis(t)
	f.withoutDatabase(t)
	f.slowly(t)
	w.audit(t, c, "network")
	c.Close()
}

// farAway is a crew of which one member is in a namespace.
type farAway struct {
	*namespace
	w    *world
	c    *crew
	next int // question
}

// fresh are n new questions.
func (f *farAway) fresh(n int) []int {
	first := f.next*100 + 1
	f.next++
	return numbers(first, n)
}

// everybody asks new questions at all members until all get a decision.
func (f *farAway) everybody(t *testing.T, services []int) {
	t.Helper()
	within(t, 30*time.Second, func() bool {
		return decisions(f.c.ask(t, asking{kind: "network", limit: 5 * time.Second, numbers: f.fresh(members), services: services})) == members
	}, "no decision of all members")
}

// only asks n new questions at the member that is far away.
func (f *farAway) only(n int, services []int) asking {
	return asking{kind: "network", limit: 5 * time.Second, numbers: f.fresh(n), members: []int{farMember}, services: services}
}

// others asks new questions at the other members.
func (f *farAway) others(t *testing.T) {
	t.Helper()
	told := f.c.ask(t, asking{kind: "network", limit: 5 * time.Second, numbers: f.fresh(members - 1), members: []int{1, 2, 3, 4, 5}, services: unguarded})
	assert.Equal(t, members-1, decisions(told), "the other members continue")
}

func (f *farAway) withoutRedis(t *testing.T) {
	require.NoError(t, f.cut(redisAt))
	f.c.failures("")
	sent := f.c.sent()
	first := f.c.ask(t, f.only(1, guarded))
	next := f.c.ask(t, f.only(4, guarded))
	for _, a := range append(first, next...) {
		assert.Equal(t, idverify.CodeStoreUnavailable, a.Code, "a limit of tries without its store")
	}
	assert.Equal(t, sent, f.c.sent(), "nothing was sent")
	told := f.c.ask(t, f.only(4, unguarded))
	assert.Equal(t, 4, decisions(told), "rate and token do without Redis")
	for _, store := range []string{"person", "rate"} {
		assert.Positive(t, f.c.failures(store), "it was said: %s", store)
	}
	f.others(t)
	report(t, "packets to Redis vanish: the first call took %s, the next %s; with the rate alone %s",
		longest(first).Round(time.Millisecond), longest(next).Round(time.Millisecond), longest(told).Round(time.Millisecond))
	require.NoError(t, f.heal(redisAt))
	f.everybody(t, guarded)
}

// withoutDatabase: the packets vanish while a vendor works on a claimed question. The
// caller gets the answer, the others learn that it is ambiguous, and it lands later.
func (f *farAway) withoutDatabase(t *testing.T) {
	asked := f.only(1, unguarded)
	asked.limit = 2 * time.Second
	sent := f.c.sent()
	f.c.desk.Vendors.Inject(idverifytest.BaiduV4, idverifytest.Delay(800*time.Millisecond))
	pending := f.c.begin(asked)
	within(t, 10*time.Second, func() bool { return f.c.sent() > sent }, "nothing was sent")
	require.NoError(t, f.cut(sqlAt))
	for _, e := range f.c.await(t, pending, 20*time.Second) {
		if e.Told != nil {
			assert.True(t, e.Told.Decision, "its own caller gets the answer: %+v", e.Told)
		}
	}
	told := f.c.ask(t, f.only(4, unguarded))
	for _, a := range told {
		assert.Equal(t, idverify.CodeStoreUnavailable, a.Code, "a ledger without its database")
	}
	report(t, "packets to %s vanish: the longest call took %s", *sqlFlag, longest(told).Round(time.Millisecond))
	again := asking{kind: "network", limit: 6 * time.Second, numbers: asked.numbers, members: []int{1}, services: unguarded}
	assert.True(t, f.c.ask(t, again)[0].Ambiguous, "asked by a process that cannot record the answer")
	assert.Equal(t, sent+1, f.c.sent(), "nothing else was sent")
	require.NoError(t, f.heal(sqlAt))
	within(t, 25*time.Second, func() bool { return f.c.ask(t, again)[0].Decision }, "the late answer did not land")
	assert.Equal(t, sent+1, f.c.sent(), "it was asked once")
	f.everybody(t, unguarded)
}

// slowly: what the process sends takes longer than it waits for Redis. The audit says
// whether each question was still asked once.
func (f *farAway) slowly(t *testing.T) {
	if err := f.slow("400kbit"); err != nil {
		report(t, "network: nothing is slow here: %v", err)
		return
	}
	told := f.c.ask(t, f.only(16, nil))
	codes := map[idverify.Code]int{}
	for _, a := range told {
		codes[a.Code]++
	}
	f.others(t)
	report(t, "a slow network: the longest call took %s, %d of %d decided; codes %v", longest(told).Round(time.Millisecond), decisions(told), len(told), codes)
	require.NoError(t, f.fast())
	f.everybody(t, guarded)
}
