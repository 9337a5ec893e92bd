package scaleout_test

import (
	"testing"
	"time"

	"github.com/idverify/idverify/scaleout/service"
)

// TestScaleOut is the whole proof: what every piece promises while nothing happens,
// what it promises while its server is down, and what is left after everything has
// happened at random.
func TestScaleOut(t *testing.T) {
	began := time.Now()
	w := newWorld(t)
	report(t, "servers after %s", time.Since(began).Round(time.Millisecond))

	tokens, since := w.tokens(t)
	calm := w.crew(t, plan{name: "calm", services: services, off: w.clockOff(), config: service.Config{
		Rate: 1000, RateName: "calm", Attempt: 10 * time.Second, Tries: triesLimit, Window: time.Minute,
	}})
	for _, r := range rates {
		w.rate(t, calm, r)
	}
	w.tries(t, calm)
	calm.Close()
	w.outage(t)
	w.money(t)
	w.renewal(t, tokens, since)
	w.clean(t)
	w.chaos(t, *forFlag)
	w.batch(t, *rowsFlag)
	w.clean(t)
}
