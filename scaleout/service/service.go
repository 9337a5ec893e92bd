// Package service is one process of a backend that verifies people, as there are
// several of it: the wiring of all three adapters, which the demonstration shows and
// the chaos test puts to the test.
package service

import (
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/redis/go-redis/v9"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/megvii"
	"github.com/idverify/idverify/otelidverify"
	"github.com/idverify/idverify/redisidverify"
	"github.com/idverify/idverify/sqlidverify"
)

// Config is what the processes have in common, and where their servers are.
type Config struct {
	Redis     string // host:port
	RedisDB   int
	Postgres  string // DSN; empty: no ledger
	Vendors   string // the stand-in's root
	Rate      float64
	RateName  string
	Processes int
	Tries     int // of a person in Window; 0: no limit
	Window    time.Duration
	// Attempt is the limit of one exchange with a vendor. Together with a caller's
	// deadline it is how long a claim counts as alive.
	Attempt time.Duration
	// ClockOff is how wrong this process's clock is.
	ClockOff time.Duration
	// RedisRetries has go-redis send a command again.
	RedisRetries bool
}

// secret seals tokens, and makes pseudonyms of persons and questions. Yours comes from
// a key store.
var secret = []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE")

// Secret is that of a batch as well.
func Secret() []byte { return slices.Clone(secret) }

// Service is what a process has.
type Service struct {
	Client *idverify.Client
	Redis  *redis.Client
	DB     *sql.DB             // nil without a ledger
	Ledger *sqlidverify.Ledger // nil without a ledger
}

// Watch is who hears of what happens. Its fields may be nil.
type Watch struct {
	Logger *slog.Logger
	Store  func(idverify.StoreEvent)
	// Otel is told of spans and metrics, nil for none.
	Otel *otelidverify.Options
	// Wrap goes around the transport of every vendor.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Ledger goes around the ledger.
	Ledger func(idverify.Ledger) idverify.Ledger
}

// Open wires a process. It connects to nothing: servers that are down come back
// without a restart. In yours, call redisidverify.Check and sqlidverify.Check once at the
// start, and log what they find.
func Open(c Config, w Watch) (*Service, error) {
	s := &Service{Redis: OpenRedis(c)}
	if err := s.wire(c, w); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Service) wire(c Config, w Watch) error {
	tell := w.tell()
	clock := func() time.Time { return time.Now().Add(c.ClockOff) }
	tokens, err := redisidverify.NewTokenStore(s.Redis, redisidverify.TokenOptions{
		Keys: []redisidverify.SealKey{{Name: "example", Secret: secret}}, Clock: clock, OnStore: tell,
	})
	if err != nil {
		return err
	}
	http := func(vendor string) idverify.HTTP {
		return idverify.HTTP{BaseURL: idverifytest.BaseURLAt(c.Vendors, vendor), Wrap: w.Wrap, Clock: clock, Timeout: c.Attempt}
	}
	baidu := baiduv4.Config{APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, Tokens: tokens, HTTP: http(baiduv4.Name)}
	if w.Otel != nil {
		baidu.OnTokenFetch = otelidverify.TokenFetches(*w.Otel)
	}
	first, err := baiduv4.New(baidu)
	if err != nil {
		return err
	}
	second, err := megvii.New(megvii.Config{APIKey: idverifytest.MegviiAPIKey, APISecret: idverifytest.MegviiAPISecret, HTTP: http(megvii.Name)})
	if err != nil {
		return err
	}
	options, err := s.options(c, w, tell)
	if err != nil {
		return err
	}
	s.Client, err = idverify.New([]idverify.Provider{first, second}, options...)
	return err
}

// OpenRedis makes a client of Redis with the settings that redisidverify recommends.
func OpenRedis(c Config) *redis.Client {
	o := &redis.Options{
		Addr: c.Redis, DB: c.RedisDB, ContextTimeoutEnabled: true, MaxRetries: -1, DialerRetries: 1,
		DialTimeout: 300 * time.Millisecond, ReadTimeout: 300 * time.Millisecond, WriteTimeout: 300 * time.Millisecond,
	}
	if c.RedisRetries {
		o.MaxRetries = 3
	}
	return redis.NewClient(o)
}

// options are the limits and the ledger.
func (s *Service) options(c Config, w Watch, tell func(idverify.StoreEvent)) ([]idverify.Option, error) {
	limiter, err := redisidverify.NewLimiter(s.Redis, c.RateName,
		idverify.SharedRate{PerSecond: c.Rate, Processes: c.Processes, OnStore: tell})
	if err != nil {
		return nil, err
	}
	policy := idverify.VendorPolicy{Timeout: c.Attempt, Breaker: idverify.Breaker{Failures: 20, OpenFor: 100 * time.Millisecond}}
	own := policy
	own.Limiter = limiter
	options := []idverify.Option{
		idverify.WithVendor(baiduv4.Name, own),
		idverify.WithVendor(megvii.Name, policy),
		idverify.WithRetry(idverify.Retry{Base: 20 * time.Millisecond, RateLimitedBase: 50 * time.Millisecond, Cap: 200 * time.Millisecond}),
		// A call that may have been billed is not made anywhere else: one question is one bill.
		idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: true}),
		idverify.WithHooks(idverify.Hooks{Store: w.Store}), // of persons and claims; the adapters tell by themselves
	}
	if w.Logger != nil {
		options = append(options, idverify.WithLogger(w.Logger))
	}
	if w.Otel != nil {
		options = append(options, idverify.WithHooks(otelidverify.Hooks(*w.Otel)))
	}
	if c.Tries > 0 {
		persons, err := redisidverify.NewPersonStore(s.Redis)
		if err != nil {
			return nil, err
		}
		options = append(options, idverify.WithPersonLimit(idverify.PersonLimit{Secret: secret, Tries: c.Tries, Window: c.Window, Store: persons}))
	}
	if c.Postgres != "" {
		if err := s.openLedger(c.Postgres); err != nil {
			return nil, err
		}
		var ledger idverify.Ledger = s.Ledger
		if w.Ledger != nil {
			ledger = w.Ledger(ledger)
		}
		options = append(options, idverify.WithLedger(ledger, secret))
	}
	return options, nil
}

// tell hands an adapter's event to everybody who listens. Those of the Client are told
// to its hooks.
func (w Watch) tell() func(idverify.StoreEvent) {
	var metric func(idverify.StoreEvent)
	if w.Otel != nil {
		metric = otelidverify.Stores(*w.Otel)
	}
	return func(e idverify.StoreEvent) {
		if metric != nil {
			metric(e)
		}
		if w.Store != nil {
			w.Store(e)
		}
	}
}

// Close ends the connections.
func (s *Service) Close() error {
	err := s.Redis.Close()
	if s.DB != nil {
		err = errors.Join(err, s.DB.Close())
	}
	return err
}
