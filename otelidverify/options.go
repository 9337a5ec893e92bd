package otelidverify

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
)

// scope is the name under which spans and metrics are reported.
const scope = "github.com/idverify/idverify/otelidverify"

// Options choose the OpenTelemetry providers. The zero value uses the global
// providers, also when they are set later.
type Options struct {
	// TracerProvider receives the spans. Default otel.GetTracerProvider.
	TracerProvider trace.TracerProvider
	// MeterProvider receives the metrics. Default otel.GetMeterProvider.
	MeterProvider metric.MeterProvider
}

// tracer makes spans.
type tracer struct {
	trace.Tracer
	off bool // nobody records, so no span is needed
}

func (o Options) tracer() tracer {
	provider := o.TracerProvider
	if provider == nil {
		provider = otel.GetTracerProvider()
	}
	_, off := provider.(tracenoop.TracerProvider)
	return tracer{provider.Tracer(scope), off}
}

// noSpan is the span if nobody records.
var noSpan trace.Span = tracenoop.Span{}

func (o Options) meter() meter {
	if o.MeterProvider == nil {
		return meter{otel.GetMeterProvider().Meter(scope)}
	}
	return meter{o.MeterProvider.Meter(scope)}
}

// meter makes instruments. If a provider refuses one, that is reported to
// OpenTelemetry's error handler, and the other instruments still work.
type meter struct{ metric.Meter }

// Bounds of the histograms in seconds, as advice that a view can replace. The HTTP
// conventions end at 10, but an attempt may take 30. A store answers in milliseconds.
var (
	callBounds  = []float64{0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30}
	storeBounds = append([]float64{0.001, 0.0025, 0.005, 0.01, 0.025}, callBounds...)
)

func (m meter) seconds(name, about string, bounds []float64) metric.Float64Histogram {
	h, err := m.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(about), metric.WithExplicitBucketBoundaries(bounds...))
	if err != nil {
		otel.Handle(err)
		return noop.Float64Histogram{}
	}
	return h
}

func (m meter) counter(name, unit, about string) metric.Int64Counter {
	c, err := m.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(about))
	if err != nil {
		otel.Handle(err)
		return noop.Int64Counter{}
	}
	return c
}

func (m meter) upDown(name, unit, about string) metric.Int64UpDownCounter {
	c, err := m.Int64UpDownCounter(name, metric.WithUnit(unit), metric.WithDescription(about))
	if err != nil {
		otel.Handle(err)
		return noop.Int64UpDownCounter{}
	}
	return c
}
