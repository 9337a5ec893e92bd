package otelidverify

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/idverify/idverify"
)

// attempts reports attempts.
type attempts struct {
	tracer          tracer
	duration, queue metric.Float64Histogram
	passedOver      metric.Int64Counter

	asked   labels[askedLabel]
	skipped labels[skippedLabel]
	vendors labels[vendorLabel]
}

// askedLabel is the outcome of an attempt that reached a vendor.
type askedLabel struct {
	vendor    string
	code      idverify.Code
	billed    idverify.Billed
	ambiguous bool
	decided   bool
}

func (a askedLabel) attributes() []attribute.KeyValue {
	code := codeOf(a.code)
	all := []attribute.KeyValue{vendorKey.String(word(a.vendor)), codeKey.String(code),
		billedKey.String(a.billed.String()), ambiguousKey.Bool(a.ambiguous)}
	if !a.decided {
		all = append(all, errorKey.String(code))
	}
	return all
}

// skippedLabel is why a vendor was passed over.
type skippedLabel struct {
	vendor string
	reason idverify.Reason
}

func (s skippedLabel) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{vendorKey.String(word(s.vendor)), reasonKey.String(word(string(s.reason)))}
}

// vendorLabel is only a vendor.
type vendorLabel string

func (v vendorLabel) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{vendorKey.String(word(string(v)))}
}

// client is made once, to save the allocation for each attempt.
var client = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient)}

func (a *attempts) begin(ctx context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
	span := noSpan
	if !a.tracer.off {
		ctx, span = a.tracer.Start(ctx, "attempt "+word(start.Vendor), client...)
	}
	if span.IsRecording() {
		span.SetAttributes(attribute.Int("idverify.attempt.number", start.Number))
		if start.Wait > 0 {
			span.AddEvent("idverify.backoff", trace.WithAttributes(waited(start.Wait)))
		}
	}
	at := start.At
	return ctx, func(ended idverify.Attempt) { a.end(ctx, span, at, ended) }
}

func (a *attempts) end(ctx context.Context, span trace.Span, at time.Time, ended idverify.Attempt) {
	defer span.End()
	how := askedLabel{ended.Vendor, ended.Code, ended.Billed, ended.Ambiguous(), ended.Err == nil}
	if ended.PassedOver {
		a.passedOver.Add(ctx, 1, a.skipped.of(skippedLabel{ended.Vendor, ended.Reason}).add...)
	} else {
		a.duration.Record(ctx, ended.Duration.Seconds(), a.asked.of(how).record...)
	}
	// A caller that left the queue has waited in it; one that was refused has not.
	if !ended.PassedOver || ended.Reason == idverify.ReasonCallerLeft {
		a.queue.Record(ctx, ended.Queued.Seconds(), a.vendors.of(vendorLabel(ended.Vendor)).record...)
	}
	if span.IsRecording() {
		span.SetAttributes(how.attributes()...)
		describe(span, at, ended)
	}
}

// worthAnEvent is the shortest wait for the limiter that gets an event in the span.
const worthAnEvent = time.Millisecond

// describe adds details to a span that metrics do not have.
func describe(span trace.Span, at time.Time, a idverify.Attempt) {
	if a.Queued >= worthAnEvent {
		span.AddEvent("idverify.queued", trace.WithTimestamp(at.Add(a.Queued)), trace.WithAttributes(waited(a.Queued)))
	}
	// The library's own log decides which parts of an attempt may be printed.
	for _, attr := range a.LogValue().Group() {
		switch attr.Key {
		case "delivery":
			span.SetAttributes(attribute.String("idverify.delivery", attr.Value.String()))
		case "request_id":
			span.SetAttributes(attribute.String("idverify.request_id", attr.Value.String()))
		case "vendor_code":
			span.SetAttributes(attribute.String("idverify.vendor.code", attr.Value.String()))
		case "http_status":
			if status := attr.Value.Int64(); status != 0 {
				span.SetAttributes(attribute.Int64("http.response.status_code", status))
			}
		}
	}
	if a.Next != "" {
		span.SetAttributes(attribute.String("idverify.next", word(string(a.Next))))
	}
	if a.PassedOver {
		span.SetAttributes(attribute.Bool("idverify.passed_over", true), reasonKey.String(word(string(a.Reason))))
	}
	if a.Err != nil && a.Reason != idverify.ReasonEvidence && a.Reason != idverify.ReasonFewerChecks {
		span.SetStatus(codes.Error, codeOf(a.Code))
	}
}

func waited(d time.Duration) attribute.KeyValue {
	return attribute.Float64("idverify.wait", d.Seconds())
}
