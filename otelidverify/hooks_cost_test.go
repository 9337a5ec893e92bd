package otelidverify_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

var quiet = otelidverify.Options{TracerProvider: tracenoop.NewTracerProvider(), MeterProvider: noop.NewMeterProvider()}

// oneCall does with the hooks what a client does in a call that one vendor decides.
func oneCall(ctx context.Context, h idverify.Hooks) {
	ctx, ended := h.Call(ctx, idverify.CallStart{ID: "0011223344556677"})
	_, attempted := h.Attempt(ctx, idverify.AttemptStart{Vendor: "linkface", Number: 1})
	attempted(idverify.Attempt{Vendor: "linkface", Code: idverify.CodeMatch, Billed: idverify.BilledYes, Delivery: idverify.DeliveryAnswered, Duration: time.Second})
	ended(idverify.CallEnd{Code: idverify.CodeMatch, Result: decided, Duration: time.Second})
}

var decided = &idverify.Result{Code: idverify.CodeMatch, Vendor: "linkface", Origin: idverify.OriginVendor}

func TestHooks_CostAtMostTenAllocations(t *testing.T) {
	hooks := otelidverify.Hooks(quiet)
	ctx := t.Context()
	oneCall(ctx, hooks)
	got := testing.AllocsPerRun(200, func() { oneCall(ctx, hooks) })
	t.Logf("%.0f allocations a call", got)
	assert.LessOrEqual(t, got, 10.0)
}

// Counts the additional allocations of a whole call with hooks, including those of
// the library.
func TestHooks_CostPerCall(t *testing.T) {
	req := about(idverifytest.Match())
	own := provider{"own", says(&idverify.Result{Code: idverify.CodeFaceMismatch}, nil)}
	count := func(opts ...idverify.Option) float64 {
		client, err := idverify.New([]idverify.Provider{own}, opts...)
		require.NoError(t, err)
		return testing.AllocsPerRun(200, func() {
			if _, err := client.Verify(t.Context(), req); err != nil {
				t.Error(err)
			}
		})
	}
	plain, empty, watched := count(), count(idverify.WithHooks(noHooks)), count(idverify.WithHooks(otelidverify.Hooks(quiet)))
	t.Logf("%.0f allocations a call, %.0f with hooks that do nothing, %.0f with these", plain, empty, watched)
	assert.LessOrEqual(t, watched-plain, 10.0)
}

// noHooks are hooks that do nothing.
var noHooks = idverify.Hooks{
	Call: func(ctx context.Context, _ idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
		return ctx, func(idverify.CallEnd) {}
	},
	Attempt: func(ctx context.Context, _ idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
		return ctx, func(idverify.Attempt) {}
	},
}

// To measure the time:
//
//	go test -run '^$' -bench Hooks ./...
func BenchmarkHooks(b *testing.B) {
	hooks := otelidverify.Hooks(quiet)
	b.ReportAllocs()
	for b.Loop() {
		oneCall(b.Context(), hooks)
	}
}
