package otelidverify

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/idverify/idverify"
)

// Hooks are for [idverify.WithHooks]. They record a span and a measurement of each
// call and each attempt, a span of each wait for another process, and failures of the
// client's stores. For the circuits see [Circuits]. One value works for any number of
// clients.
//
// The span of an attempt is in its context, so that HTTP spans become its children:
// see [Transport].
func Hooks(opts Options) idverify.Hooks {
	m, tracer := opts.meter(), opts.tracer()
	c := &calls{
		tracer:   tracer,
		duration: m.seconds("idverify.verify.duration", "How long a verification took, with all its attempts.", callBounds),
	}
	a := &attempts{
		tracer:     tracer,
		duration:   m.seconds("idverify.attempt.duration", "How long a vendor took to answer.", callBounds),
		queue:      m.seconds("idverify.attempt.queue.duration", "How long an attempt waited for the limiter.", callBounds),
		passedOver: m.counter("idverify.attempt.passed_over", "{attempt}", "Vendors that were not asked."),
	}
	return idverify.Hooks{Call: c.begin, Attempt: a.begin, Claim: claims{tracer}.begin, Store: Stores(opts)}
}

// calls reports whole calls.
type calls struct {
	tracer   tracer
	duration metric.Float64Histogram
	labels   labels[callLabel]
}

// callLabel is the outcome of a call.
type callLabel struct {
	code    idverify.Code
	vendor  string // the vendor that decided, empty if none did
	origin  idverify.Origin
	decided bool
}

func (c callLabel) attributes() []attribute.KeyValue {
	code := codeOf(c.code)
	all := []attribute.KeyValue{codeKey.String(code)}
	if c.origin != "" {
		all = append(all, originKey.String(word(string(c.origin))))
	}
	if !c.decided {
		return append(all, errorKey.String(code))
	}
	return append(all, vendorKey.String(word(c.vendor)))
}

func (c *calls) begin(ctx context.Context, _ idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
	span := noSpan
	if !c.tracer.off {
		ctx, span = c.tracer.Start(ctx, "idverify.verify")
	}
	return ctx, func(e idverify.CallEnd) { c.end(ctx, span, e) }
}

func (c *calls) end(ctx context.Context, span trace.Span, e idverify.CallEnd) {
	defer span.End()
	how := callLabel{code: e.Code}
	if e.Err == nil && e.Result != nil {
		how.vendor, how.origin, how.decided = e.Result.Vendor, e.Result.Origin, true
	} else {
		how.origin = originOf(e.Err)
	}
	c.duration.Record(ctx, e.Duration.Seconds(), c.labels.of(how).record...)
	if span.IsRecording() {
		span.SetAttributes(how.attributes()...)
		if !how.decided {
			span.SetStatus(codes.Error, codeOf(how.code))
		}
	}
}

func originOf(err error) idverify.Origin {
	var e *idverify.Error
	if errors.As(err, &e) && e != nil {
		return e.Origin
	}
	return ""
}
