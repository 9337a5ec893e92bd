package idverifytest

import (
	"context"
	"errors"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/long"
)

// A provider that follows all rules, for each DecidedBy.
func TestConformance_AcceptsCorrectProviders(t *testing.T) {
	for _, way := range ways {
		t.Run(string(way), func(t *testing.T) { TestProvider(t, sampleHarness(way, nil)) })
	}
}

func TestConformance_DocumentsEveryRule(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "conformance.go", nil, parser.ParseComments)
	require.NoError(t, err)
	documented := ""
	for _, group := range file.Comments {
		if text := group.Text(); strings.HasPrefix(text, "TestProvider is ") {
			documented = strings.Join(strings.Fields(text), " ")
		}
	}
	for _, rule := range conformance() {
		name := "- " + rule.name
		at := strings.Index(documented, name)
		require.GreaterOrEqual(t, at, 0, "%s: not in the documentation, or in another order", rule.name)
		documented = documented[at+len(name):]
	}
	assert.NotContains(t, documented, " - ", "the documentation has a rule that is none")
}

// wrong are providers that each break one rule in a realistic way.
var wrongProviders = map[string]struct {
	breaks string
	by     func(*sample) idverify.Provider
}{
	"a name of two words":        {"has a name", func(s *sample) idverify.Provider { return named{s, "Near Face"} }},
	"accepts everything":         {"accepts its evidence and no other", func(s *sample) idverify.Provider { return greedy{s} }},
	"accepts what it cannot ask": {"sends the first evidence that it accepts", func(s *sample) idverify.Provider { return greedy{s} }},
	"no rule for similarity":     {"has rules that can decide", func(s *sample) idverify.Provider { return ruleless{s} }},
	"another no": {"gives every case its code, decided as its rules say", func(s *sample) idverify.Provider {
		return changing{s, func(res *idverify.Result, err error) (*idverify.Result, error) {
			if err == nil && res.Code == idverify.CodeFaceMismatch {
				own := *res
				own.Code = idverify.CodeIdentityMismatch
				return &own, nil
			}
			return res, err
		}}
	}},
	"a threshold milder than the rule's": {"gives every case its code, decided as its rules say", func(s *sample) idverify.Provider {
		return changing{s, func(res *idverify.Result, err error) (*idverify.Result, error) {
			if err == nil && res.Passed() {
				own := *res
				own.Checks = append([]idverify.Check(nil), res.Checks...)
				own.Checks[0].Threshold--
				return &own, nil
			}
			return res, err
		}}
	}},
	"any rate": {"promises a false-accept rate or refuses it", func(s *sample) idverify.Provider { return promising{s} }},
	"one form only": {"takes every form of evidence", func(s *sample) idverify.Provider {
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			if _, isURL := q.Evidence().(idverify.PhotoURLEvidence); isURL {
				return nil, &idverify.Error{Code: idverify.CodeUnsupportedEvidence, Vendor: s.Name(), Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
			}
			return s.Ask(ctx, q)
		}}
	}},
	"accepts an unchecked question": {"asks only checked questions", func(s *sample) idverify.Provider {
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			if q.Evidence() == nil {
				return nil, &idverify.Error{Code: idverify.CodeUnknown, Vendor: s.Name()}
			}
			return s.Ask(ctx, q)
		}}
	}},
	"ignores the context": {"returns when the context has ended", func(s *sample) idverify.Provider {
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			if ctx.Err() != nil {
				ctx = context.WithoutCancel(ctx)
			}
			return s.Ask(ctx, q)
		}}
	}},
	"checks the context once": {"returns when the context ends", func(s *sample) idverify.Provider {
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			if ctx.Err() == nil {
				ctx = context.WithoutCancel(ctx)
			}
			return s.Ask(ctx, q)
		}}
	}},
	"always sent": {"reports an unreachable vendor", func(s *sample) idverify.Provider {
		return failing(s, func(e *idverify.Error) {
			if e.Code == idverify.CodeNetwork {
				e.Delivery, e.Billed = idverify.DeliveryUnanswered, idverify.BilledUnknown
			}
		})
	}},
	"asks again": {"reports an unanswered call and does not repeat it", func(s *sample) idverify.Provider {
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			res, err := s.Ask(ctx, q)
			if idverify.CodeOf(err) == idverify.CodeNetwork {
				return s.Ask(ctx, q)
			}
			return res, err
		}}
	}},
	"a page called an outage": {"refuses a broken answer", func(s *sample) idverify.Provider {
		return failing(s, func(e *idverify.Error) {
			if e.Code == idverify.CodeBadResponse && e.HTTPStatus >= 500 {
				e.Code = idverify.CodeVendorUnavailable
			}
		})
	}},
	"no time to wait": {"understands a gateway's refusal", func(s *sample) idverify.Provider {
		return failing(s, func(e *idverify.Error) { e.RetryAfter = 0 })
	}},
	"follows redirects": {"follows no redirect", func(s *sample) idverify.Provider {
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			res, err := s.Ask(ctx, q)
			var e *idverify.Error
			if errors.As(err, &e) && e.HTTPStatus == http.StatusTemporaryRedirect {
				return s.Ask(ctx, q)
			}
			return res, err
		}}
	}},
	"a number in the detail": {"shows no personal data", func(s *sample) idverify.Provider {
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			res, err := s.Ask(ctx, q)
			var e *idverify.Error
			if errors.As(err, &e) {
				own := *e
				own.Detail += " about " + q.Subject().IDNumber()
				return res, &own
			}
			return res, err
		}}
	}},
	"prints a key": {"shows no key", func(s *sample) idverify.Provider { return &open{s, sampleKey} }},
	"a key in the detail": {"shows no key", func(s *sample) idverify.Provider {
		return failing(s, func(e *idverify.Error) { e.Detail += " for " + sampleKey })
	}},
	"one at a time": {"serves concurrent callers", func(s *sample) idverify.Provider {
		var busy sync.Mutex
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			if !busy.TryLock() {
				return nil, &idverify.Error{Code: idverify.CodeRateLimited, Vendor: s.Name(), Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo}
			}
			defer busy.Unlock()
			return s.Ask(ctx, q)
		}}
	}},
	"the question of another": {"serves concurrent callers", func(s *sample) idverify.Provider {
		var last atomic.Pointer[idverify.Question]
		return asking{s, func(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
			if q.Evidence() == nil {
				return s.Ask(ctx, q)
			}
			last.Store(q)
			runtime.Gosched()
			return s.Ask(ctx, last.Load())
		}}
	}},
}

const isChild = "IDVERIFYTEST_WRONG_PROVIDERS"

// TestWrongProviders fails; only the test below runs it.
func TestWrongProviders(t *testing.T) {
	if os.Getenv(isChild) == "" {
		t.Skip("for TestConformance_DetectsEachWrongProvider")
	}
	for name, w := range wrongProviders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := sampleHarness(idverify.DecidedByThreshold, w.by)
			if long.Asked() {
				TestProvider(t, h)
				return
			}
			for _, rule := range conformance() { // the short form runs the rule that it breaks
				if rule.name == w.breaks {
					t.Run(rule.name, func(t *testing.T) { rule.run(t, newBench(t, h)) })
				}
			}
		})
	}
}

func TestConformance_DetectsEachWrongProvider(t *testing.T) {
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWrongProviders$", "-test.timeout=2m", "-test.parallel=8")
	child.Env = append(os.Environ(), isChild+"=1")
	child.WaitDelay = time.Second
	said, err := child.CombinedOutput()
	require.Error(t, err, "none was detected")
	underlined := func(s string) string { return strings.ReplaceAll(s, " ", "_") }
	broken := map[string]bool{}
	for name, w := range wrongProviders {
		assert.Contains(t, string(said), "--- FAIL: TestWrongProviders/"+underlined(name)+"/"+underlined(w.breaks)+" ", "%s was not detected", name)
		broken[w.breaks] = true
	}
	for _, rule := range conformance() {
		assert.True(t, broken[rule.name], "no provider breaks: %s", rule.name)
	}
	assert.NotContains(t, string(said), "panic:")
}
