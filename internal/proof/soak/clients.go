package main

import (
	"crypto/tls"
	"log/slog"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// policy is a client with what its bills must look like.
type policy struct {
	name   string
	client *idverify.Client
	terms  terms
	shares bool // its calls have keys, and a store keeps their decisions
}

// policies makes the clients of one server. They have the vendors' accounts,
// connections and tokens in common, as the parts of one backend have.
func policies(root, protocol string, s settings, trust *tls.Config, logger *slog.Logger, store *resultStore) ([]policy, error) {
	providers, err := vendors(root, idverify.HTTP{TLSConfig: trust, Timeout: s.limit, HTTP2: protocol == http2})
	if err != nil {
		return nil, err
	}
	limiter, err := idverify.NewLimiter(2000, max(2, s.callers/2))
	if err != nil {
		return nil, err
	}
	quick := idverify.WithRetry(idverify.Retry{Base: 2 * time.Millisecond, RateLimitedBase: 5 * time.Millisecond, Cap: 100 * time.Millisecond})
	evenly := idverify.WithWeights(map[string]float64{idverifytest.Linkface: 1, idverifytest.BaiduV4: 1, idverifytest.Tencent: 1})
	each := func(v idverify.VendorPolicy) []idverify.Option {
		var options []idverify.Option
		for _, name := range idverifytest.Vendors() {
			options = append(options, idverify.WithVendor(name, v))
		}
		return options
	}
	brief := idverify.Breaker{Failures: 5, Open: 50 * time.Millisecond}
	plans := []struct {
		policy
		options []idverify.Option
	}{
		{policy{name: "default"}, nil},
		{policy{name: "spread"}, append(each(idverify.VendorPolicy{Breaker: brief}), quick, evenly)},
		{policy{name: "cautious", terms: terms{oneVendor: true}},
			append(each(idverify.VendorPolicy{Breaker: brief}), quick, evenly, idverify.WithFailover(idverify.Failover{NotAfterAmbiguous: true}))},
		{policy{name: "guarded"},
			append(each(idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 3, Open: 20 * time.Millisecond}, Limiter: limiter, Timeout: s.limit / 2}),
				quick, evenly, idverify.WithLogger(logger), idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 3, Window: 100 * time.Millisecond}))},
		{policy{name: "shared", shares: true},
			append(each(idverify.VendorPolicy{Breaker: brief}), quick, evenly, idverify.WithLogger(logger), idverify.WithResultStore(store, []byte(storeKey)))},
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

// Made-up keys of the limits and stores; nothing printed may hold them.
const (
	personKey = "EXAMPLE-PERSON-KEY-EXAMPLE-PERSON-KEY"
	storeKey  = "EXAMPLE-STORE-KEY-EXAMPLE-STORE-KEY-1"
)

// vendors are all of them, on one server and with the same settings.
func vendors(root string, settings idverify.HTTP) ([]idverify.Provider, error) {
	at := func(vendor string) idverify.HTTP {
		own := settings
		own.BaseURL = idverifytest.BaseURLAt(root, vendor)
		return own
	}
	lf, err := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		HTTP: at(idverifytest.Linkface),
	})
	if err != nil {
		return nil, err
	}
	bd, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey,
		HTTP: at(idverifytest.BaiduV4),
	})
	if err != nil {
		return nil, err
	}
	tc, err := tencent.New(tencent.Config{
		AppID: idverifytest.TencentAppID, SecretID: idverifytest.TencentSecretID, SecretKey: idverifytest.TencentSecretKey,
		HTTP: at(idverifytest.Tencent),
	})
	if err != nil {
		return nil, err
	}
	return []idverify.Provider{lf, bd, tc}, nil
}
