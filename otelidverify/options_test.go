package otelidverify_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

// If a provider refuses an instrument, its measurements are lost, but calls still
// work.
func TestOptions_ProviderRefusesInstrument(t *testing.T) {
	var heard []error
	handler := otel.GetErrorHandler()
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { heard = append(heard, err) }))
	t.Cleanup(func() { otel.SetErrorHandler(handler) })

	opts := otelidverify.Options{MeterProvider: refusing{}}
	client, err := idverify.New([]idverify.Provider{provider{"own", says(&idverify.Result{Code: idverify.CodeFaceMismatch}, nil)}}, idverify.WithHooks(otelidverify.Hooks(opts)))
	require.NoError(t, err)
	_, err = client.Verify(t.Context(), about(idverifytest.Match()))
	require.NoError(t, err)
	otelidverify.TokenFetches(opts)(t.Context(), baiduv4.TokenFetch{})
	rows := slices.Collect(otelidverify.Batch(opts, slices.Values([]batch.Result{{}})))
	assert.Len(t, rows, 1)
	assert.Len(t, heard, 9)
	for _, err := range heard {
		require.ErrorIs(t, err, errRefused)
	}
}

// The global providers receive everything, even if they are set after the hooks were
// made.
func TestOptions_GlobalProviders(t *testing.T) {
	hooks := otelidverify.Hooks(otelidverify.Options{})
	tel := newTelemetry(t)
	otel.SetTracerProvider(tel.options.TracerProvider)
	otel.SetMeterProvider(tel.options.MeterProvider)
	client, err := idverify.New([]idverify.Provider{provider{"own", says(&idverify.Result{Code: idverify.CodeFaceMismatch}, nil)}}, idverify.WithHooks(hooks))
	require.NoError(t, err)
	_, err = client.Verify(t.Context(), about(idverifytest.Match()))
	require.NoError(t, err)
	assert.Len(t, tel.tree(), 2)
	assert.Len(t, tel.metrics(), 3)
}
