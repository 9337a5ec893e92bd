package canary_test

import (
	"context"
	"fmt"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
)

// Hooks of a user who prints every argument.

func (o *outlets) hooks() idverify.Hooks {
	return idverify.Hooks{
		Call: func(ctx context.Context, start idverify.CallStart) (context.Context, func(idverify.CallEnd)) {
			o.context("hook call", ctx)
			o.printed("hook call, start", start)
			return nil, func(e idverify.CallEnd) { o.printed("hook call, end", e) }
		},
		Attempt: func(ctx context.Context, start idverify.AttemptStart) (context.Context, func(idverify.Attempt)) {
			o.context("hook attempt", ctx)
			o.printed("hook attempt, start", start)
			return nil, func(a idverify.Attempt) {
				o.printed("hook attempt, end", a)
				if a.Err != nil {
					o.printed("hook attempt, error", a.Err)
				}
			}
		},
		Claim: func(ctx context.Context, start idverify.ClaimStart) (context.Context, func(idverify.ClaimEnd)) {
			o.context("hook claim", ctx)
			o.printed("hook claim, start", start)
			return nil, func(e idverify.ClaimEnd) { o.printed("hook claim, end", e) }
		},
		Circuit: func(c idverify.CircuitChange) { o.printed("hook circuit", c) },
		Store:   func(e idverify.StoreEvent) { o.printed("hook store", e) },
	}
}

// context records the text of a context. Values in a context print only their type.
func (o *outlets) context(where string, ctx context.Context) {
	for _, verb := range []string{"%v", "%+v"} {
		o.heard(where+", context, "+verb, fmt.Sprintf(verb, ctx))
	}
}

type limiter struct{ o *outlets }

func (l limiter) Acquire(ctx context.Context) (func(), error) {
	l.o.context("limiter", ctx)
	return func() {}, nil
}

func (o *outlets) router(ctx context.Context, req *idverify.Request, providers []idverify.Provider) []idverify.Provider {
	o.context("router", ctx)
	o.printed("router, request", req)
	o.printed("router, providers", providers)
	return providers
}

type personStore struct {
	o *outlets
	idverify.PersonStore
}

func (s personStore) Take(ctx context.Context, try idverify.Try) (idverify.Taken, error) {
	s.o.plant("a person's pseudonym", try.Person) // for a store, the pseudonym is still personal data
	s.o.context("person store", ctx)
	defer func() { s.o.printed("person store", s.PersonStore) }()
	return s.PersonStore.Take(ctx, try)
}

type resultStore struct{ o *outlets }

func (s resultStore) Load(ctx context.Context, id string) (idverify.Stored, bool, error) {
	s.o.context("result store", ctx)
	s.o.heard("result store, id", id)
	return idverify.Stored{}, false, nil
}

func (s resultStore) Save(_ context.Context, id string, stored idverify.Stored) error {
	s.o.heard("result store, id", id)
	s.o.printed("result store", stored)
	return nil
}

type tokenStore struct {
	o *outlets
	*baiduv4.MemoryStore
}

func (s tokenStore) Save(ctx context.Context, key string, token baiduv4.Token) error {
	s.o.plantKey("a token in the store", token.Reveal())
	s.o.context("token store", ctx)
	s.o.heard("token store, key", key)
	s.o.printed("token store, token", token)
	defer func() { s.o.printed("token store", s.MemoryStore) }()
	return s.MemoryStore.Save(ctx, key, token)
}

// options are all options of a Client, with hooks that print.
func (o *outlets) options(vendor string) []idverify.Option {
	return []idverify.Option{
		idverify.WithHooks(o.hooks()),
		idverify.WithLogger(o.logger("the Client's logger")),
		idverify.WithRouter(o.router),
		idverify.WithVendor(vendor, idverify.VendorPolicy{Limiter: limiter{o}, Breaker: idverify.Breaker{Off: true}}),
		idverify.WithRetry(idverify.Retry{Base: time.Nanosecond, RateLimitedBase: time.Nanosecond, Cap: time.Millisecond, Random: func() float64 { return 0.5 }}),
		idverify.WithFailover(idverify.Failover{OnMissingPhoto: true}),
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 1000, Window: time.Hour, Store: personStore{o, idverify.NewMemoryPersonStore()}}),
		idverify.WithResultStore(resultStore{o}, []byte(storeSecret)),
	}
}
