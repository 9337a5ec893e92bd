package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// The whole scenario for some hundred questions: with one fault in ten exchanges
// (only in the long form), and as a storm.
// Holds P-PASS-13, P-PAY-2, P-LIVE-1.
func TestSoak(t *testing.T) {
	for _, storm := range long.Or([]bool{true, false}, []bool{true}) {
		t.Run(fmt.Sprintf("storm %t", storm), func(t *testing.T) { soakOnce(t, storm) })
	}
}

func soakOnce(t *testing.T, storm bool) {
	var stacks bytes.Buffer
	calls := long.Or(300, 200)
	r, err := soak(settings{
		callers: 8, calls: calls, storm: storm, duration: 5 * time.Minute, seed: 1,
		limit: 2 * time.Second, grace: time.Minute, trouble: &stacks,
	})
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, r.writeText(&text))
	assert.True(t, r.ok(), "%s\n%s", text.String(), stacks.String())

	assert.Equal(t, r.Calls, r.Decided+r.Failed)
	assert.GreaterOrEqual(t, r.Calls, calls*5/6)
	assert.Positive(t, r.Moved)
	assert.Positive(t, r.Decisions[idverify.CodeMatch])
	assert.Positive(t, r.Errors[idverify.CodeCanceled])
	assert.Positive(t, sum(r.Faults))
	for _, vendor := range idverifytest.Vendors() {
		assert.Positive(t, r.Exchanges[vendor], vendor)
	}
	assert.Positive(t, r.TokenFetches)
	assert.Len(t, r.policiesUsed(), 10, "five policies over two protocols")
}

func (r *report) policiesUsed() []string {
	var names []string
	for name := range r.ByPolicy {
		if !strings.HasSuffix(name, "batch") {
			names = append(names, name)
		}
	}
	return names
}

// stage is a desk with servers, clients and a caller, without random faults.
type stage struct {
	*caller
	servers *servers
}

func newStage(t *testing.T, strikes float64, faults ...idverifytest.Fault) *stage {
	t.Helper()
	l := newLedger()
	m := &mischief{faults: faults, random: rand.New(rand.NewPCG(1, 1)), bursts: map[string]int{}, strikes: strikes}
	d := newDesk(l, m)
	s := &stage{servers: serve(d, serverLog{l}), caller: &caller{
		ledger: l, desk: d, privacy: newPrivacy(l), people: []idverifytest.Person{idverifytest.Match()},
		limit: time.Minute, dir: t.TempDir(), random: rand.New(rand.NewPCG(1, 2)),
	}}
	t.Cleanup(func() { assert.NoError(t, s.servers.close(time.Minute)) })
	return s
}

// ask makes one call without a deadline and judges it.
func (s *stage) ask(v idverify.Verifier) []rule {
	q := s.ledger.ask("test", terms{}, idverifytest.Match())
	c := s.ledger.begin(q, s.ledger.newTag())
	res, err := v.Verify(context.Background(), requestFor(q.person, c.tag, ""))
	s.ledger.end(c, res, err)
	s.desk.asked(q)
	return s.judged()
}

func (s *stage) judged() []rule {
	for range 2 {
		if s.desk.handOver(context.Background()) != nil {
			return []rule{ruleStandIn}
		}
	}
	return brokenIn(s.ledger)
}

func (s *stage) providers(t *testing.T) []idverify.Provider {
	t.Helper()
	at := func(vendor string) string { return idverifytest.BaseURLAt(s.servers.http2.URL, vendor) }
	all, err := vendors.Providers(at, idverify.HTTP{TLSConfig: s.servers.trusting(), Timeout: time.Minute, HTTP2: true})
	require.NoError(t, err)
	return all
}

// The ledger's data from real exchanges is enough to find a client that pays twice,
// as the option Ambiguous allows.
// Holds P-PAY-2.
func TestSoak_DetectsPayingTwice(t *testing.T) {
	s := newStage(t, 1, idverifytest.ResetAfterBody())
	rash, err := idverify.New(s.providers(t)[:1], idverify.WithRetry(idverify.Retry{RepeatAmbiguous: true, Base: time.Microsecond}))
	require.NoError(t, err)
	assert.Equal(t, []rule{ruleTwice}, s.ask(rash))

	s = newStage(t, 1, idverifytest.ResetAfterBody())
	careful, err := idverify.New(s.providers(t)[:1], idverify.WithRetry(idverify.Retry{Base: time.Microsecond}))
	require.NoError(t, err)
	assert.Empty(t, s.ask(careful))
}

// liar is a provider that reports sent requests as not sent, and free.
type liar struct{ idverify.Provider }

func (l liar) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	_, err := l.Provider.Ask(ctx, q)
	if err == nil {
		return nil, &idverify.Error{Code: idverify.CodeNetwork, Vendor: l.Name(), Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
	}
	return nil, err
}

func TestSoak_DetectsLyingProvider(t *testing.T) {
	for i, name := range idverifytest.Vendors() {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, 0)
			p := s.providers(t)[i]
			require.Equal(t, name, p.Name())
			client, err := idverify.New([]idverify.Provider{liar{p}}, idverify.WithRetry(idverify.Retry{Attempts: 1}))
			require.NoError(t, err)
			assert.Equal(t, []rule{ruleUnbilled, ruleUnsent}, s.ask(client))
		})
	}
}

// When shifts change during a run, no record is lost.
func TestSoak_ShiftsLoseNothing(t *testing.T) {
	s := newStage(t, 0)
	client, err := idverify.New(s.providers(t))
	require.NoError(t, err)
	p := policy{name: "test", client: client}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				assert.NoError(t, s.desk.handOver(context.Background()))
			}
		}
	}()
	const calls = 60
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for range calls / 4 {
				q := s.ledger.ask("test", terms{}, idverifytest.Match())
				_, err := s.verify(context.Background(), q, p, s.ledger.newTag(), "")
				assert.NoError(t, err)
				s.desk.asked(q)
			}
		})
	}
	callers.Wait()
	close(stop)
	<-stopped
	assert.Empty(t, s.judged())
	assert.Equal(t, calls, s.ledger.tally.judged)
	assert.Equal(t, calls, sum(s.ledger.tally.bills))
	assert.Len(t, s.desk.open, 1)
}

func TestSoak_SharedCallsAndRowsArePaidOnce(t *testing.T) {
	s := newStage(t, 0)
	s.limit = 4 * time.Second // for callers that leave
	store := newResultStore(64)
	client, err := idverify.New(s.providers(t), idverify.WithResultStore(store, []byte(storeKey)))
	require.NoError(t, err)
	p := policy{name: "test", client: client}
	for range 10 {
		s.together(p)
	}
	assert.Empty(t, s.judged())
	assert.Equal(t, 10, sum(s.ledger.tally.bills))
	assert.Greater(t, s.ledger.tally.begun, 20)

	for range 10 {
		s.rows(p)
	}
	assert.Empty(t, s.judged())
	assert.Positive(t, s.ledger.tally.judged)
}

func TestSoak_SeedDecidesMischief(t *testing.T) {
	strikes := func(seed uint64) (kinds []string) {
		m := newMischief(rand.New(rand.NewPCG(seed, 0)), time.Second, faultShare)
		for range 20_000 {
			f, strikes := m.next(vendor)
			if strikes {
				kinds = append(kinds, f.String())
			}
		}
		return kinds
	}
	first := strikes(1)
	assert.Equal(t, first, strikes(1))
	assert.NotEqual(t, first, strikes(2))
	assert.InDelta(t, faultShare*20_000, len(first), 400)
}

func TestCommand(t *testing.T) {
	var out bytes.Buffer
	require.Equal(t, 0, run([]string{"-calls", "40", "-callers", "4", "-for", "5m", "-limit", "1s", "-grace", "1m", "-json", "-seed", "3"}, &out, io.Discard), out.String())
	var r report
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))
	assert.EqualValues(t, 3, r.Seed)
	assert.Positive(t, r.Calls)
	for _, wrong := range [][]string{{"-callers", "0"}, {"-for", "0s"}, {"-limit", "1us"}, {"-what"}, {"word"}} {
		assert.Equal(t, 2, run(wrong, io.Discard, io.Discard), wrong)
	}
}

func TestReport_NamesBrokenRule(t *testing.T) {
	r := &report{Broken: breaks{}}
	assert.True(t, r.ok())
	breaks(r.Broken).add(ruleTwice, "the case of %s", vendor)
	assert.False(t, r.ok())
	var text bytes.Buffer
	require.NoError(t, r.writeText(&text))
	assert.Contains(t, text.String(), "BROKEN  "+string(ruleTwice)+": 1 times")
	assert.Contains(t, text.String(), "the case of "+vendor)
	assert.Contains(t, text.String(), "held    "+string(ruleLost))
}
