package otelidverify

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/metric"

	"github.com/idverify/idverify"
)

// Circuits reports at each collection how many of the clients have an open circuit for
// a vendor. A half-open circuit counts as open, because no call has shown yet that the
// vendor works again. Pass all clients of a program in one call: two calls for one
// vendor would overwrite each other's numbers. Call Unregister to stop it.
//
// It fails with CodeInvalidConfig and Field "clients" when there is none or one is
// nil, and when the provider refuses the instrument.
func Circuits(opts Options, clients ...*idverify.Client) (metric.Registration, error) {
	if len(clients) == 0 {
		return nil, misconfigured("clients", "at least one client is needed", nil)
	}
	for i, c := range clients {
		if c == nil {
			return nil, misconfigured("clients", fmt.Sprintf("client %d is nil", i), nil)
		}
	}
	m := opts.meter()
	gauge, err := m.Int64ObservableGauge("idverify.circuit.open", metric.WithUnit("{circuit}"),
		metric.WithDescription("Circuits that are not closed, after repeated failures of the vendor."))
	if err != nil {
		return nil, misconfigured("MeterProvider", "refused the gauge", err)
	}
	var vendors labels[vendorLabel]
	registration, err := m.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for vendor, open := range openCircuits(clients) {
			o.ObserveInt64(gauge, open, vendors.of(vendorLabel(vendor)).observe...)
		}
		return nil
	}, gauge)
	if err != nil {
		return nil, misconfigured("MeterProvider", "refused the callback", err)
	}
	return registration, nil
}

func openCircuits(clients []*idverify.Client) map[string]int64 {
	open := map[string]int64{}
	for _, c := range clients {
		for vendor, state := range c.Circuits() {
			if state == idverify.CircuitClosed {
				open[vendor] += 0
			} else {
				open[vendor]++
			}
		}
	}
	return open
}

func misconfigured(field, detail string, cause error) *idverify.Error {
	return &idverify.Error{Code: idverify.CodeInvalidConfig, Field: field, Detail: detail,
		Delivery: idverify.DeliveryNotSent, Billed: idverify.BilledNo, Err: cause}
}
