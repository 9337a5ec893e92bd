package worker

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"

	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/contrib/instrumentation/net/http/httptrace/otelhttptrace"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"

	"github.com/idverify/idverify/otelidverify"
)

// wrap traces requests to the vendors with otelhttp and otelhttptrace, as a user does
// who also propagates all that a program can, and names their calls.
func (t *telemetry) wrap(next http.RoundTripper) http.RoundTripper {
	return otelidverify.Transport(func(next http.RoundTripper) http.RoundTripper {
		return otelhttp.NewTransport(next,
			otelhttp.WithTracerProvider(t.spans), otelhttp.WithMeterProvider(t.metrics),
			otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})),
			otelhttp.WithClientTrace(func(ctx context.Context) *httptrace.ClientTrace {
				return otelhttptrace.NewClientTrace(ctx, otelhttptrace.WithTracerProvider(t.spans))
			}))
	})(tagged(next))
}

// instrument traces the commands of a Redis client with redisotel. Its default writes
// whole commands into spans, with the pseudonyms in the keys.
func (t *telemetry) instrument(client *redis.Client) error {
	return errors.Join(
		redisotel.InstrumentTracing(client, redisotel.WithTracerProvider(t.spans), redisotel.WithDBStatement(false)),
		redisotel.InstrumentMetrics(client, redisotel.WithMeterProvider(t.metrics)))
}

// User is in the baggage of every call. No vendor may get it.
const User = "EXAMPLE-USER"

// carried is the baggage of every call.
var carried = func() baggage.Baggage {
	member, err := baggage.NewMember("user.id", User)
	if err != nil {
		panic(err) // it is well-formed
	}
	bag, err := baggage.New(member)
	if err != nil {
		panic(err)
	}
	return bag
}()

func withBaggage(ctx context.Context) context.Context {
	return baggage.ContextWithBaggage(ctx, carried)
}
