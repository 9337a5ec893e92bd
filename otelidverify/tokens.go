package otelidverify

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// TokenFetches returns a function for [baiduv4.Config].OnTokenFetch: it records a
// span and a measurement for each fetch of an access token. The span is a child of
// the attempt that needed the token, which may have ended earlier, because a
// renewal runs in the background.
func TokenFetches(opts Options) func(context.Context, baiduv4.TokenFetch) {
	tracer := opts.tracer()
	duration := opts.meter().seconds("idverify.token.fetch.duration", "How long a vendor took to give an access token.", callBounds)
	made := new(labels[fetchLabel])
	return func(ctx context.Context, f baiduv4.TokenFetch) {
		how := fetchLabel{reason: f.Reason}
		if f.Err != nil {
			how.failed, how.code = true, f.Err.Code
		}
		end := time.Now()
		ctx, span := tracer.Start(ctx, "idverify.token.fetch", trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(end.Add(-f.Duration)))
		defer span.End(trace.WithTimestamp(end))
		duration.Record(ctx, f.Duration.Seconds(), made.of(how).record...)
		span.SetAttributes(how.attributes()...)
		if how.failed {
			span.SetStatus(codes.Error, codeOf(how.code))
		}
	}
}

// fetchLabel is why a token was fetched, and the failure if it failed.
type fetchLabel struct {
	reason baiduv4.FetchReason
	failed bool
	code   idverify.Code
}

func (f fetchLabel) attributes() []attribute.KeyValue {
	all := []attribute.KeyValue{vendorKey.String(baiduv4.Name), reasonKey.String(word(string(f.reason)))}
	if f.failed {
		all = append(all, errorKey.String(codeOf(f.code)))
	}
	return all
}
