package main

import (
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// policy is a client with the rules for its bills.
type policy struct {
	name   string
	client *idverify.Client
	terms  terms
	shares bool // its calls have keys, and a store keeps the decisions
}

// policies makes the clients of one server. They share the vendors' accounts,
// connections and tokens, like the parts of one backend.
func policies(root, protocol string, s settings, trust *tls.Config, logger *slog.Logger, store *resultStore) ([]policy, error) {
	at := func(vendor string) string { return idverifytest.BaseURLAt(root, vendor) }
	providers, err := vendors.Providers(at, idverify.HTTP{TLSConfig: trust, Timeout: s.limit, HTTP2: protocol == http2})
	if err != nil {
		return nil, err
	}
	limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: 2000, InFlight: max(2, s.callers/2)})
	if err != nil {
		return nil, err
	}
	quick := idverify.WithRetry(idverify.Retry{Base: 2 * time.Millisecond, RateLimitedBase: 5 * time.Millisecond, Cap: 100 * time.Millisecond})
	evenly := idverify.WithWeights(vendors.Evenly())
	each := func(v idverify.VendorPolicy) []idverify.Option {
		var options []idverify.Option
		for _, name := range idverifytest.Vendors() {
			options = append(options, idverify.WithVendor(name, v))
		}
		return options
	}
	brief := idverify.Breaker{Failures: 5, OpenFor: 50 * time.Millisecond}
	plans := []struct {
		policy
		options []idverify.Option
	}{
		{policy{name: "default"}, nil},
		{policy{name: "spread"}, append(each(idverify.VendorPolicy{Breaker: brief}), quick, evenly)},
		{policy{name: "cautious", terms: terms{oneVendor: true}},
			append(each(idverify.VendorPolicy{Breaker: brief}), quick, evenly, idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: true}))},
		{policy{name: "guarded"},
			append(each(idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 3, OpenFor: 20 * time.Millisecond}, Limiter: limiter, Timeout: s.limit / 2}),
				quick, evenly, idverify.WithLogger(logger), idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 3, Window: 100 * time.Millisecond}))},
		{policy{name: "shared", shares: true},
			append(each(idverify.VendorPolicy{Breaker: brief}), quick, evenly, idverify.WithLogger(logger), idverify.WithResultStore(store, []byte(storeKey)), idverify.WithResultStoreTimeout(s.limit))},
	}
	var all []policy
	for _, plan := range plans {
		p := plan.policy
		p.name += " over " + protocol
		if p.client, err = idverify.New(providers, plan.options...); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Made-up keys for limits and stores; they must never be printed.
const (
	personKey = "EXAMPLE-PERSON-KEY-EXAMPLE-PERSON-KEY"
	storeKey  = "EXAMPLE-STORE-KEY-EXAMPLE-STORE-KEY-1"
)
