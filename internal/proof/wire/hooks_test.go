package wire_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// hookCalls is how many calls the recorder of hooks is compared over:
// go test ./internal/proof/wire -run TestHooks_ReportEveryAttempt -hook-calls 10000
var hookCalls = flag.Int("hook-calls", 600, "calls that the recorder of hooks is compared over")

// hookRecorder records the events of hooks, by call.
type hookRecorder struct {
	mu       sync.Mutex
	begun    map[string]int // attempts
	attempts map[string][]idverify.Attempt
	ended    map[string]idverify.CallEnd
	circuits int
}

func (r *hookRecorder) hooks() idverify.Hooks {
	return idverify.Hooks{
		Call: func(context.Context, idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
			return nil, func(e idverify.CallEnd) {
				r.mu.Lock()
				defer r.mu.Unlock()
				r.ended[e.ID] = e
			}
		},
		Attempt: func(_ context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.begun[start.CallID]++
			return nil, func(a idverify.Attempt) {
				r.mu.Lock()
				defer r.mu.Unlock()
				r.attempts[start.CallID] = append(r.attempts[start.CallID], a)
			}
		},
		Circuit: func(idverify.CircuitChange) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.circuits++
		},
	}
}

// answered are faults after which the request certainly arrived.
var answered = []idverifytest.Fault{
	idverifytest.RateLimited(), idverifytest.Unavailable(), idverifytest.QuotaExceeded(), idverifytest.HTML502(),
	idverifytest.HTMLStatus(429), idverifytest.MalformedJSON(), idverifytest.ResetAfterBody(), idverifytest.Truncated(),
}

// The hooks report exactly what the stand-in saw and billed: every attempt, every
// vendor passed over, and every bill, each once.
func TestHooks_ReportEveryAttempt(t *testing.T) {
	srv := idverifytest.Start(t)
	r := &hookRecorder{begun: map[string]int{}, attempts: map[string][]idverify.Attempt{}, ended: map[string]idverify.CallEnd{}}
	var providers []idverify.Provider
	var names []string
	opts := []idverify.Option{idverify.WithHooks(r.hooks()),
		idverify.WithRetry(idverify.Retry{Base: time.Microsecond, RateLimitedBase: time.Microsecond, Cap: time.Millisecond})}
	for _, v := range vendors.All() {
		p, err := v.New(vendors.Account{HTTP: idverify.HTTP{BaseURL: srv.BaseURL(v.Name)}})
		require.NoError(t, err)
		providers, names = append(providers, p), append(names, v.Name)
		opts = append(opts, idverify.WithVendor(v.Name, idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 3, OpenFor: 20 * time.Millisecond}}))
	}
	client, err := idverify.New(providers, opts...)
	require.NoError(t, err)

	random := rand.New(rand.NewPCG(1, 2))
	var injecting sync.Mutex
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range *hookCalls / 8 {
				injecting.Lock()
				if random.IntN(3) == 0 {
					srv.Inject(names[random.IntN(len(names))], answered[random.IntN(len(answered))].Times(1+random.IntN(4)))
				}
				injecting.Unlock()
				person := idverifytest.Match()
				_, _ = client.Verify(t.Context(), &idverify.Request{Name: person.Name, IDNumber: person.IDNumber,
					Evidence: vendors.ForAll(idverify.Bytes(idverifytest.Photo()), idverify.Bytes(idverifytest.Capture()))})
			}
		})
	}
	callers.Wait()

	require.Len(t, r.ended, *hookCalls/8*8, "every call ended once")
	sent, surelyBilled, perhapsBilled, over := map[string]int{}, map[string]int{}, map[string]int{}, 0
	for id, end := range r.ended {
		attempts := r.attempts[id]
		assert.Len(t, attempts, r.begun[id], "each attempt that began has ended")
		assert.True(t, reflect.DeepEqual(attempts, attemptsIn(t, end)), "hooks and Attempts have the same values")
		for _, a := range attempts {
			if a.PassedOver {
				over++
				assert.NotEmpty(t, a.Reason)
				continue
			}
			if a.Sent() {
				sent[a.Vendor]++
			}
			switch a.Billed {
			case idverify.BilledYes:
				surelyBilled[a.Vendor]++
				perhapsBilled[a.Vendor]++
			case idverify.BilledUnknown:
				perhapsBilled[a.Vendor]++
			}
		}
	}
	assert.Positive(t, over, "some vendor was passed over")
	assert.Positive(t, r.circuits)
	for _, name := range names {
		assert.Equal(t, srv.Calls(name), sent[name], "%s: exchanges and hooks differ", name)
		assert.LessOrEqual(t, surelyBilled[name], srv.Bill().For(name), name)
		assert.GreaterOrEqual(t, perhapsBilled[name], srv.Bill().For(name), "%s: a bill that no hook reported", name)
	}
}

func attemptsIn(t *testing.T, end idverify.CallEnd) []idverify.Attempt {
	t.Helper()
	if end.Result != nil {
		return end.Result.Attempts
	}
	var e *idverify.Error
	require.ErrorAs(t, end.Err, &e)
	return e.Attempts
}
