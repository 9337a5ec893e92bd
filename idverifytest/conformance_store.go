package idverifytest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// StoreSetting is how the conformance suites for stores run their rules. The zero
// StoreSetting fits a store on a server.
type StoreSetting struct {
	// Around runs each rule. A store in memory that reads the time from package time
	// can be tested without waiting:
	//
	//	Around: func(t *testing.T, rule func(*testing.T)) { synctest.Test(t, rule) }
	//
	// New is then called inside. Default: the rule is called.
	Around func(t *testing.T, rule func(t *testing.T))
	// Wait lets time pass for the store. Default [time.Sleep].
	Wait func(d time.Duration)
	// Tick is the time that the rules count in: an answer of the store has to come in
	// much less. Default 200 ms.
	Tick time.Duration
	// Break makes the backend fail, by a cut connection for one, and Heal mends it.
	// With both, every method has to fail within its context, with an error that
	// tells nothing of what it was given, and to work again afterwards.
	Break, Heal func(tb testing.TB)
}

// storeRule is one rule of a suite.
type storeRule struct {
	name string
	run  func(tb testing.TB)
}

func (s StoreSetting) run(t *testing.T, rules []storeRule) {
	t.Helper()
	around := s.Around
	if around == nil {
		around = func(t *testing.T, rule func(t *testing.T)) { rule(t) }
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			around(t, func(t *testing.T) { rule.run(t) })
		})
	}
}

// ticks is n ticks.
func (s StoreSetting) ticks(n float64) time.Duration {
	tick := s.Tick
	if tick == 0 {
		tick = 200 * time.Millisecond
	}
	return time.Duration(n * float64(tick))
}

func (s StoreSetting) wait(d time.Duration) {
	if s.Wait != nil {
		s.Wait(d)
		return
	}
	time.Sleep(d)
}

// within is a context for one call of a store, as long as a Client gives it.
func within(tb testing.TB) (context.Context, context.CancelFunc) {
	return context.WithTimeout(tb.Context(), 2*time.Second)
}

// digits are n hexadecimal digits that no other rule uses.
func digits(n int) string {
	random := make([]byte, (n+1)/2)
	_, _ = rand.Read(random) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(random)[:n]
}

// crowd runs n calls at the same moment and waits for them.
func crowd(n int, call func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			call(i)
		})
	}
	close(begin)
	all.Wait()
}

// outage is the rule for a backend that fails, nil where it cannot be made to.
// calls are the methods by name, and secrets what no error may tell.
func (s StoreSetting) outage(calls func(tb testing.TB) (methods map[string]func(context.Context) error, secrets []string)) []storeRule {
	if s.Break == nil || s.Heal == nil {
		return nil
	}
	return []storeRule{{"fails in time, tells nothing, and recovers", func(tb testing.TB) {
		methods, secrets := calls(tb)
		s.Break(tb)
		for name, call := range methods {
			ctx, cancel := within(tb)
			began := time.Now()
			err := call(ctx)
			took := time.Since(began)
			cancel()
			if err == nil {
				tb.Errorf("%s of a broken store gave no error", name)
				continue
			}
			if took > 3*time.Second {
				tb.Errorf("%s came back after %s, and its context ended after 2s", name, took)
			}
			mustTellNothing(tb, name, err, secrets)
		}
		s.Heal(tb)
		for name, call := range methods {
			ctx, cancel := within(tb)
			if err := call(ctx); err != nil {
				tb.Errorf("%s of a store that was mended: %T", name, err)
			}
			cancel()
		}
	}}}
}

// mustTellNothing looks through an error and all its causes.
func mustTellNothing(tb testing.TB, method string, err error, secrets []string) {
	tb.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, secret := range secrets {
			if secret != "" && strings.Contains(err.Error(), secret) {
				tb.Errorf("the error of %s tells what it was given", method)
			}
		}
	}
}

// mustNotHold looks for a secret in a dump, plain or in hexadecimal or base64.
func mustNotHold(tb testing.TB, dump, secret string) {
	tb.Helper()
	if dump == "" {
		tb.Error("Dump gave nothing, although something was saved")
	}
	for _, form := range []string{secret, hex.EncodeToString([]byte(secret)), base64.StdEncoding.EncodeToString([]byte(secret))[:len(secret)]} {
		if strings.Contains(dump, form) {
			tb.Error("what the backend holds shows the token")
			return
		}
	}
}
