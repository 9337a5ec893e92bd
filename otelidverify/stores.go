package otelidverify

import (
	"context"

	"go.opentelemetry.io/otel/attribute"

	"github.com/idverify/idverify"
)

// Stores returns a function that records [idverify.StoreEvent] values. An event with
// a Reason also counts as passed over: the library went on without the store, or
// refused the call. [Hooks] already includes it for a Client, which reports only
// failures.
func Stores(opts Options) func(idverify.StoreEvent) {
	m := opts.meter()
	duration := m.seconds("idverify.store.duration", "How long a store took.", storeBounds)
	passedOver := m.counter("idverify.store.passed_over", "{operation}", "Operations of a store that failed, were late, or were not made.")
	operations, passed := new(labels[operationLabel]), new(labels[passedLabel])
	return func(e idverify.StoreEvent) {
		ctx := context.Background()
		if e.Reason != idverify.StorePaused { // without a call there is nothing to time
			duration.Record(ctx, e.Duration.Seconds(), operations.of(operationLabel{e.Store, e.Operation, e.Reason}).record...)
		}
		if e.Reason != "" {
			passedOver.Add(ctx, 1, passed.of(passedLabel{e.Store, e.Reason}).add...)
		}
	}
}

// operationLabel is one method of a store, and its failure if it failed.
type operationLabel struct {
	store, operation string
	reason           idverify.StoreReason
}

func (o operationLabel) attributes() []attribute.KeyValue {
	all := []attribute.KeyValue{storeKey.String(word(o.store)), operationKey.String(word(o.operation))}
	if o.reason != "" {
		all = append(all, errorKey.String(word(string(o.reason))))
	}
	return all
}

// passedLabel is why a store was passed over.
type passedLabel struct {
	store  string
	reason idverify.StoreReason
}

func (p passedLabel) attributes() []attribute.KeyValue {
	return []attribute.KeyValue{storeKey.String(word(p.store)), reasonKey.String(word(string(p.reason)))}
}
