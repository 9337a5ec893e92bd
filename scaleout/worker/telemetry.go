package worker

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/idverify/idverify/otelidverify"
)

// telemetry writes the process's log, spans and metrics to files, in which the parent
// looks for secrets.
type telemetry struct {
	logger  *slog.Logger
	options otelidverify.Options
	spans   *trace.TracerProvider
	metrics *metric.MeterProvider
}

func openTelemetry(s Setup) (*telemetry, error) {
	var problems error
	file := func(path string) *os.File {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		problems = errors.Join(problems, err)
		return f
	}
	log, spans, metrics := file(s.Log), file(s.Spans), file(s.Metrics)
	if problems != nil {
		return nil, problems
	}
	traced, err := stdouttrace.New(stdouttrace.WithWriter(spans))
	if err != nil {
		return nil, err
	}
	measured, err := stdoutmetric.New(stdoutmetric.WithWriter(metrics))
	if err != nil {
		return nil, err
	}
	sampler := trace.AlwaysSample()
	if s.Traced > 0 {
		sampler = trace.TraceIDRatioBased(s.Traced)
	}
	t := &telemetry{
		logger: slog.New(slog.NewJSONHandler(log, nil)),
		spans:  trace.NewTracerProvider(trace.WithBatcher(traced), trace.WithSampler(sampler)),
		metrics: metric.NewMeterProvider(metric.WithReader(
			metric.NewPeriodicReader(measured, metric.WithInterval(5*time.Second)))),
	}
	t.options = otelidverify.Options{TracerProvider: t.spans, MeterProvider: t.metrics}
	return t, nil
}

// flush writes the pending data.
func (t *telemetry) flush() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(t.spans.ForceFlush(ctx), t.metrics.ForceFlush(ctx))
}
