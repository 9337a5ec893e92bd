package idverifytest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// bubble runs the rules of a suite without waiting.
var bubble = StoreSetting{Around: func(t *testing.T, rule func(*testing.T)) { synctest.Test(t, rule) }}

// broken returns the rules that a store breaks, each with its last message.
func broken(t *testing.T, rules []storeRule) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, rule := range rules {
		synctest.Test(t, func(t *testing.T) {
			failures := tried(t, rule.run)
			time.Sleep(time.Hour) // for goroutines that a wrong store left behind
			if n := len(failures); n > 0 {
				found[rule.name] = failures[n-1]
			}
		})
	}
	return found
}

// wrong is a store that breaks a rule, and perhaps others too.
type wrong struct {
	what  string
	rules []storeRule
	rule  string
}

// wrongs are stores that do one thing wrong, by the rule that each breaks.
func wrongs(byRule map[string][]string, rules func(wrong string) []storeRule) (all []wrong) {
	for rule, stores := range byRule {
		for _, what := range stores {
			all = append(all, wrong{what, rules(what), rule})
		}
	}
	return all
}

// assertSeen requires that each wrong store breaks its rule, and that every rule of
// the suite is broken by some store.
func assertSeen(t *testing.T, right []storeRule, all []wrong) {
	t.Helper()
	held := map[string]bool{}
	for _, w := range all {
		found := broken(t, w.rules)
		t.Logf("%s: %q", w.what, found)
		assert.Contains(t, found, w.rule, "%s: %q", w.what, found)
		held[w.rule] = true
	}
	for _, rule := range right {
		assert.True(t, held[rule.name], "no store breaks the rule %q", rule.name)
	}
}

// cable is a connection to a backend that can be cut. Its error then may show too much.
type cable struct {
	isCut, tells, hangs bool
}

func (c *cable) setting() StoreSetting {
	s := bubble
	s.Break, s.Heal = func(testing.TB) { c.isCut = true }, func(testing.TB) { c.isCut = false }
	return s
}

func (c *cable) err(ctx context.Context, key string) error {
	switch {
	case !c.isCut:
		return nil
	case c.hangs:
		time.Sleep(10 * time.Second)
	case c.tells:
		return fmt.Errorf("no connection: %w", errors.New("set "+key))
	}
	return errors.New("no connection")
}

const outageRule = "fails in time, shows no secret, and recovers"
