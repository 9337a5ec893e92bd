package otelidverify_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

func TestCircuits_CountsOpenOnes(t *testing.T) {
	tel := newTelemetry(t)
	down := &idverify.Error{Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryAnswered}
	newClient := func() *idverify.Client {
		client, err := idverify.New([]idverify.Provider{provider{"bad", says(nil, down)}, provider{"good", says(&idverify.Result{Code: idverify.CodeFaceMismatch}, nil)}},
			idverify.WithVendor("bad", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1}}))
		require.NoError(t, err)
		return client
	}
	one, two := newClient(), newClient()
	registration, err := otelidverify.Circuits(tel.options, one, two)
	require.NoError(t, err)
	assert.Equal(t, []string{"circuit.open{vendor.name=bad} 0", "circuit.open{vendor.name=good} 0"}, tel.metrics())
	for i, c := range []*idverify.Client{one, two} {
		_, err := c.Verify(t.Context(), about(idverifytest.Match()))
		require.NoError(t, err)
		assert.Equal(t, []string{[]string{"circuit.open{vendor.name=bad} 1", "circuit.open{vendor.name=bad} 2"}[i], "circuit.open{vendor.name=good} 0"}, tel.metrics())
	}
	require.NoError(t, registration.Unregister())
	assert.Empty(t, tel.metrics())
}

// A half-open circuit has not shown yet that the vendor works again.
func TestCircuits_HalfOpenCountsAsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel := newTelemetry(t)
		client, err := idverify.New([]idverify.Provider{provider{"bad", says(nil, &idverify.Error{Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryAnswered})}},
			idverify.WithVendor("bad", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Minute}}))
		require.NoError(t, err)
		_, err = otelidverify.Circuits(tel.options, client)
		require.NoError(t, err)
		_, err = client.Verify(t.Context(), about(idverifytest.Match()))
		require.Error(t, err)
		time.Sleep(2 * time.Minute)
		require.Equal(t, idverify.CircuitHalfOpen, client.Circuits()["bad"])
		assert.Equal(t, []string{"circuit.open{vendor.name=bad} 1"}, tel.metrics())
	})
}

func TestCircuits_Misuse(t *testing.T) {
	client, err := idverify.New([]idverify.Provider{provider{"own", nil}})
	require.NoError(t, err)
	for name, test := range map[string]struct {
		options otelidverify.Options
		clients []*idverify.Client
		field   string
	}{
		"none":     {field: "clients"},
		"nil":      {clients: []*idverify.Client{client, nil}, field: "clients"},
		"refused":  {options: otelidverify.Options{MeterProvider: refusing{}}, clients: []*idverify.Client{client}, field: "MeterProvider"},
		"callback": {options: otelidverify.Options{MeterProvider: refusing{callbacks: true}}, clients: []*idverify.Client{client}, field: "MeterProvider"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := otelidverify.Circuits(test.options, test.clients...)
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
			assert.Equal(t, test.field, e.Field)
		})
	}
}

// refusing is a MeterProvider that refuses every instrument, or every callback.
type refusing struct {
	noop.MeterProvider
	callbacks bool
}

func (r refusing) Meter(string, ...metric.MeterOption) metric.Meter {
	return refusingMeter{callbacks: r.callbacks}
}

type refusingMeter struct {
	noop.Meter
	callbacks bool
}

var errRefused = errors.New("refused")

func (m refusingMeter) Int64ObservableGauge(string, ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	if m.callbacks {
		return noop.Int64ObservableGauge{}, nil
	}
	return nil, errRefused
}

func (refusingMeter) RegisterCallback(metric.Callback, ...metric.Observable) (metric.Registration, error) {
	return nil, errRefused
}

func (refusingMeter) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return nil, errRefused
}

func (refusingMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return nil, errRefused
}

func (refusingMeter) Int64UpDownCounter(string, ...metric.Int64UpDownCounterOption) (metric.Int64UpDownCounter, error) {
	return nil, errRefused
}
