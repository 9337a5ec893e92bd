package otelidverify_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

// turningLedger changes its answer when its state is set.
type turningLedger struct {
	idverify.Ledger
	state atomic.Pointer[idverify.ClaimState] // nil means an error
}

func (l *turningLedger) Claim(ctx context.Context, c idverify.ClaimRequest) (idverify.Claim, error) {
	switch state := l.state.Load(); {
	case state == nil:
		return l.Ledger.Claim(ctx, c)
	case *state == "":
		return idverify.Claim{}, errors.New(c.ID)
	default:
		return idverify.Claim{State: *state}, nil
	}
}

func TestHooks_WaitForAnotherProcess(t *testing.T) {
	const (
		call = "idverify.verify internal "
		own  = "  idverify.claim internal "
	)
	for name, test := range map[string]struct {
		turn  idverify.ClaimState
		limit time.Duration
		want  []string
	}{
		"its answer comes": {"kept by the ledger", time.Minute, []string{
			call + "{code=face_mismatch origin=ledger vendor.name=own}", own + "{claim.state=kept}"}},
		"nobody knows the answer": {idverify.ClaimAmbiguous, time.Minute, []string{
			call + "Error: unknown {error.type=unknown code=unknown origin=ledger}", own + "{claim.state=ambiguous}"}},
		"the caller leaves": {"kept by the ledger", time.Second, []string{
			call + "Error: timeout {error.type=timeout code=timeout origin=ledger}", own + "{claim.state=held}"}},
		"the ledger goes down": {"", time.Minute, []string{
			call + "Error: store_unavailable {error.type=store_unavailable code=store_unavailable origin=refused}",
			own + "Error: store_unavailable {error.type=store_unavailable}"}},
		"a word of its own": {"张三", time.Minute, []string{
			call + "Error: store_unavailable {error.type=store_unavailable code=store_unavailable origin=refused}", own + "{claim.state=_OTHER}"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tel := newTelemetry(t)
				ledger := &turningLedger{Ledger: idverify.NewMemoryLedger()}
				process := func(opts ...idverify.Option) *idverify.Client {
					slow := provider{"own", func(context.Context) (*idverify.Result, error) {
						time.Sleep(10 * time.Second)
						return &idverify.Result{Code: idverify.CodeFaceMismatch}, nil
					}}
					c, err := idverify.New([]idverify.Provider{slow}, append(opts, idverify.WithLedger(ledger, make32()))...)
					require.NoError(t, err)
					return c
				}
				req := about(idverifytest.FaceMismatch())
				req.IdempotencyKey = "row-1"
				go process().Verify(t.Context(), req)
				synctest.Wait()
				if test.turn != "kept by the ledger" {
					time.AfterFunc(time.Second, func() { ledger.state.Store(&test.turn) })
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.limit)
				defer cancel()
				_, _ = process(idverify.WithHooks(otelidverify.Hooks(tel.options))).Verify(ctx, req)
				synctest.Wait()
				tel.assertAttributes(t)
				assert.Equal(t, test.want, tel.tree())
				time.Sleep(5 * time.Minute)
			})
		})
	}
}

func TestHooks_WaitNotReported(t *testing.T) {
	ctx, end := otelidverify.Hooks(otelidverify.Options{TracerProvider: noop.NewTracerProvider()}).Claim(t.Context(), idverify.ClaimStart{})
	assert.Nil(t, ctx)
	assert.Nil(t, end)
}
