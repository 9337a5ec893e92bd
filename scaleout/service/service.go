// Package service is one process of a backend that verifies people and runs in
// several processes. It sets up all three adapters; the demonstration and the chaos
// test use it.
package service

import (
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/megvii"
	"github.com/idverify/idverify/otelidverify"
	"github.com/idverify/idverify/redisidverify"
	"github.com/idverify/idverify/sqlidverify"
)

// Config is what all processes share, and the addresses of their servers.
type Config struct {
	Redis     string // host:port
	RedisDB   int
	Database  Database // the zero Database: no ledger
	Vendors   string   // the stand-in's root
	Rate      float64
	RateName  string
	Processes int
	Tries     int // tries of a person in Window; 0: no limit
	Window    time.Duration
	// Attempt is the limit of one exchange with a vendor. Together with the caller's
	// deadline it decides how long a claim is valid.
	Attempt time.Duration
	// ClockOff is the error of this process's clock.
	ClockOff time.Duration
	// RedisRetries lets go-redis repeat a command.
	RedisRetries bool
}

// secret encrypts tokens, and makes pseudonyms of persons and questions. A real one
// comes from a key store.
var secret = []byte("EXAMPLE-SECRET-OF-32-BYTES-OR-MORE")

// Secret is also the secret of a batch.
func Secret() []byte { return slices.Clone(secret) }

// Service is the parts of a process.
type Service struct {
	Client *idverify.Client
	Redis  *redis.Client
	DB     *sql.DB             // nil without a ledger
	Ledger *sqlidverify.Ledger // nil without a ledger
}

// Watch is functions that receive events. Its fields may be nil.
type Watch struct {
	Logger *slog.Logger
	Store  func(idverify.StoreEvent)
	// Otel receives spans and metrics, nil for none.
	Otel *otelidverify.Options
	// Wrap wraps the transport of every vendor.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Redis may add hooks to the client of Redis.
	Redis func(*redis.Client) error
	// Ledger wraps the ledger.
	Ledger func(idverify.Ledger) idverify.Ledger
}

// Open sets up a process. It connects to nothing, so servers that are down can come
// back without a restart. A real service also calls redisidverify.Check and
// sqlidverify.Check once at the start, and logs their findings.
func Open(c Config, w Watch) (*Service, error) {
	s := &Service{Redis: OpenRedis(c)}
	if err := s.wire(c, w); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Service) wire(c Config, w Watch) error {
	if w.Redis != nil {
		if err := w.Redis(s.Redis); err != nil {
			return err
		}
	}
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
		// A call that may have been billed is not repeated at another vendor: each
		// question is billed at most once.
		idverify.WithFailover(idverify.Failover{StopAfterAmbiguous: true}),
		idverify.WithHooks(idverify.Hooks{Store: w.Store}), // for persons and claims; the adapters report by themselves
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
	if c.Database != (Database{}) {
		if err := s.openLedger(c.Database); err != nil {
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

// tell passes an adapter's event to all listeners. The Client passes its own events
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
