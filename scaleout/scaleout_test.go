package scaleout_test

import (
	"testing"
	"time"

	"github.com/idverify/idverify/scaleout/service"
)

// TestScaleOut is the whole test: what every part promises in normal operation, what
// it promises while its server is down, and the state after random faults. Its phases
// share the servers, and each can be run alone.
func TestScaleOut(t *testing.T) {
	began := time.Now()
	w := newWorld(t)
	report(t, "servers after %s", time.Since(began).Round(time.Millisecond))

	var tokens *crew
	var since time.Time
	t.Run("tokens", func(t *testing.T) { tokens, since = w.tokens(t) })
	t.Run("rates", func(t *testing.T) {
		for _, r := range rates {
			w.rate(t, w.calm(t), r)
		}
	})
	t.Run("tries", func(t *testing.T) { w.tries(t, w.calm(t)) })
	t.Run("outage", w.outage)
	t.Run("money", w.money)
	t.Run("network", w.network)
	t.Run("renewal", func(t *testing.T) { w.renewal(t, tokens, since) })
	t.Run("clean", w.clean)
	t.Run("chaos", func(t *testing.T) { w.chaos(t, *forFlag) })
	t.Run("batch", func(t *testing.T) { w.batch(t, *rowsFlag) })
	t.Run("clean afterwards", w.clean)
	report(t, "all after %s", time.Since(began).Round(time.Second))
}

// calm is a crew that two phases share.
func (w *world) calm(t *testing.T) *crew {
	if w.calmCrew == nil {
		w.calmCrew = w.crew(t, plan{name: "calm", services: services, traced: 0.1, off: w.clockOff(), config: service.Config{
			Rate: 1000, RateName: "calm", Attempt: 10 * time.Second, Tries: triesLimit, Window: time.Minute,
		}})
	}
	return w.calmCrew
}
