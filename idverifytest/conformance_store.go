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

// StoreSetting says how the conformance suites for stores run their rules. The zero
// StoreSetting fits a store on a server.
//
// Rules measure time. One that fails while a busy machine wakes its goroutines late, by
// a tenth of a tick or more, is run again, up to four times in all.
type StoreSetting struct {
	// Around runs each rule. A store in memory that reads the time from package time
	// can be tested without waiting:
	//
	//	Around: func(t *testing.T, rule func(*testing.T)) { synctest.Test(t, rule) }
	//
	// New is then called inside. Default: the rule is called.
	Around func(t *testing.T, rule func(t *testing.T))
	// Wait lets time pass for the store.
	Wait func(d time.Duration)
	// Tick is the unit of time of the rules: the store has to answer in much less.
	Tick time.Duration
	// Break makes the backend fail, for example by cutting the connection, and Heal
	// repairs it. With both set, every method must fail within its context, with an
	// error that shows none of its arguments, and must work again afterwards.
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
			s.judge(t, lateness, func() (failures []string) {
				around(t, func(t *testing.T) { failures = tried(t, rule.run) })
				return failures
			})
		})
	}
}

// judge fails a store whose rule fails. Where the machine was too busy to keep time, a
// failure may not be the store's: the rule is run again, up to four times in all.
func (s StoreSetting) judge(tb testing.TB, watch func() (stop func() time.Duration), rule func() (failures []string)) {
	tb.Helper()
	for attempt := 1; ; attempt++ {
		stop := watch()
		failures := rule()
		late := stop()
		if len(failures) == 0 {
			return
		}
		if late < s.ticks(0.1) || attempt == 4 {
			for _, failure := range failures {
				tb.Error(failure)
			}
			return
		}
		tb.Logf("once more, because the machine was late by %s: %s", late, failures[0])
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

// within returns a context for one call of a store, with a Client's time limit.
func within(tb testing.TB) (context.Context, context.CancelFunc) {
	return context.WithTimeout(tb.Context(), 2*time.Second)
}

// digits returns n random hexadecimal digits, which no other rule uses.
func digits(n int) string {
	random := make([]byte, (n+1)/2)
	_, _ = rand.Read(random) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(random)[:n]
}

// otherLast and otherFirst return hexadecimal digits that differ in one place.
func otherLast(text string) string  { return text[:len(text)-1] + otherDigit(text[len(text)-1]) }
func otherFirst(text string) string { return otherDigit(text[0]) + text[1:] }

func otherDigit(digit byte) string {
	if digit == '0' {
		return "1"
	}
	return "0"
}

// crowd runs n calls concurrently and waits for them.
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

// outage is the rule for a failing backend, nil where it cannot be made to fail.
// calls are the methods by name, and secrets what no error may contain.
func (s StoreSetting) outage(calls func(tb testing.TB) (methods map[string]func(context.Context) error, secrets []string)) []storeRule {
	if s.Break == nil || s.Heal == nil {
		return nil
	}
	return []storeRule{{"fails in time, shows no secret, and recovers", func(tb testing.TB) {
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

// mustTellNothing searches an error and all its causes.
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

// mustNotHold searches a dump for a secret, plain, in hexadecimal and in base64, where
// the secret may be a part of what was encoded.
func mustNotHold(tb testing.TB, dump, secret string) {
	tb.Helper()
	if dump == "" {
		tb.Error("Dump gave nothing, although something was saved")
	}
	forms := []string{secret, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret)))}
	for skipped := range 3 { // base64 encodes three bytes at once
		whole := secret[skipped : skipped+(len(secret)-skipped)/3*3]
		forms = append(forms, base64.StdEncoding.EncodeToString([]byte(whole)), base64.URLEncoding.EncodeToString([]byte(whole)))
	}
	for _, form := range forms {
		if strings.Contains(dump, form) {
			tb.Error("what the backend holds shows the token")
			return
		}
	}
}
