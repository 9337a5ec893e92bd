package idverify

import (
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/pseudonym"
	"github.com/idverify/idverify/internal/redact"
)

// Option changes a [Client] as it is made. An option that cannot be met makes
// [New] fail.
type Option func(*settings) error

// settings are what the options set.
type settings struct {
	maxFAR   float64
	retry    Retry
	failover Failover
	policies map[string]VendorPolicy
	router   Router
	weights  map[string]float64
	hooks    []Hooks
	logger   *slog.Logger
	required []CheckKind
	answers  *answers
	claims   *claims // of a ledger; nil: none
	// resultLoad is how long a store of results may take at most.
	resultLoad time.Duration
	person     *personLimit // nil: none
}

// WithMaxFAR makes every provider use a similarity threshold for which its
// vendor published a false-accept rate of at most rate, such as 1e-5 for one
// impostor in 100,000. It only ever raises a threshold. New fails when rate is
// not between 0 and 1, or when a vendor published no such threshold, as where the
// vendor's own verdict decides: rates are
// never interpolated or guessed. The default is each provider's own threshold.
func WithMaxFAR(rate float64) Option {
	return func(s *settings) error {
		if !(rate > 0 && rate < 1) {
			return misconfigured("WithMaxFAR", "a false-accept rate lies between 0 and 1")
		}
		s.maxFAR = rate
		return nil
	}
}

// WithRetry sets when the same vendor is asked again. New fails when a
// duration is negative, Attempts is out of range, or Base or RateLimitedBase
// is above Cap.
func WithRetry(r Retry) Option {
	return func(s *settings) error {
		switch {
		case r.Attempts < 0 || r.Attempts > 10:
			return misconfigured("Retry.Attempts", "must be 1 to 10")
		case r.Base < 0 || r.RateLimitedBase < 0 || r.Cap < 0:
			return misconfigured("Retry", "durations must not be negative")
		}
		s.retry = r.withDefaults()
		if s.retry.Base > s.retry.Cap || s.retry.RateLimitedBase > s.retry.Cap {
			return misconfigured("Retry.Cap", "must not be below Base or RateLimitedBase")
		}
		return nil
	}
}

// WithFailover sets when the next vendor is asked.
func WithFailover(f Failover) Option {
	return func(s *settings) error {
		s.failover = f
		return nil
	}
}

// WithVendor sets how the provider of that name is treated. New fails when
// there is no such provider, a duration is negative or a count out of range.
func WithVendor(name string, p VendorPolicy) Option {
	return func(s *settings) error {
		field := "WithVendor(" + redact.Word(name) + ")"
		switch {
		case p.Timeout < 0:
			return misconfigured(field, "Timeout must not be negative")
		case p.Breaker.Failures < 0 || p.Breaker.Failures > 1000:
			return misconfigured(field, "Breaker.Failures must be 1 to 1000")
		case p.Breaker.OpenFor < 0:
			return misconfigured(field, "Breaker.OpenFor must not be negative")
		case p.Limiter != nil && isNil(p.Limiter):
			return misconfigured(field, "Limiter is a nil pointer")
		}
		if s.policies == nil {
			s.policies = map[string]VendorPolicy{}
		}
		s.policies[name] = p
		return nil
	}
}

// WithRouter sets the order in which providers are asked. The default is the
// order given to [New].
func WithRouter(r Router) Option {
	return func(s *settings) error {
		if r == nil {
			return misconfigured("WithRouter", "must not be nil")
		}
		s.router = r
		return nil
	}
}

// WithWeights draws the first provider, and each next one from those that are
// left, with chances in proportion to their weights. A provider without a
// weight is asked last, in the order given to [New]. New fails when a weight
// is not above 0 or not finite, or there is no provider of that name.
func WithWeights(weights map[string]float64) Option {
	return func(s *settings) error {
		own := make(map[string]float64, len(weights))
		for name, w := range weights {
			if !(w > 0) || math.IsInf(w, 0) {
				return misconfigured("WithWeights", redact.Word(name)+" needs a weight above 0")
			}
			own[name] = w
		}
		s.weights = own
		s.router = byWeight(own)
		return nil
	}
}

// WithHooks adds hooks. Several are called in the order they were added, and
// what they returned in the opposite order.
func WithHooks(h Hooks) Option {
	return func(s *settings) error {
		s.hooks = append(s.hooks, h)
		return nil
	}
}

// WithLogger writes one line for each attempt and one for each call; the lines
// of one call have the same "call". What a customer can cause, a decision or a
// blurred photo, is written at level Info; what passes by itself or is not
// understood at Warn; what the operator has to mend at Error, also when another
// vendor answered. The lines hold nothing of the person.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error {
		if l == nil {
			return misconfigured("WithLogger", "must not be nil")
		}
		s.logger = l
		log := callLog{l}
		s.hooks = append(s.hooks, Hooks{Call: log.call, Attempt: log.attempt, Circuit: log.circuit, Store: log.store})
		return nil
	}
}

// WithPersonLimit lets each person be tried at most so often in any window,
// whatever the name, the evidence and the vendor: a vendor locks an identity
// that is tried too often, and an attacker tries many faces on one number. A
// call above the limit is refused before anything is sent, with
// CodeTooManyAttempts and the wait in Error.RetryAfter. The default is no limit.
//
// One call is one try. It is counted before the first vendor is asked, and given
// back when no vendor looked at the person: every attempt was not sent or was
// refused. Whatever a vendor answered counts, billed or not, and so does an
// answer that was lost. A decision kept under a Request.IdempotencyKey is no try.
//
// The store is given the lower-case hexadecimal HMAC-SHA-256, under the secret,
// of the ID number in the form that is sent; with [Request.SkipIDNumberCheck] in
// plain capital letters and digits. A plain hash would not do: ID numbers can be
// enumerated. New fails when a field is out of range. A store that fails lets
// nobody pass: the call fails with CodeStoreUnavailable, which wraps the store's
// error.
func WithPersonLimit(limit PersonLimit) Option {
	secret, problem := pseudonym.Secret(limit.Secret)
	return func(s *settings) error {
		switch {
		case problem != "":
			return misconfigured("PersonLimit.Secret", problem)
		case limit.Tries < 1 || limit.Tries > maxPersonTries:
			return misconfigured("PersonLimit.Tries", fmt.Sprintf("a person has 1 to %d tries", maxPersonTries))
		case limit.Window <= 0:
			return misconfigured("PersonLimit.Window", "a window is longer than nothing")
		case limit.Store != nil && isNil(limit.Store):
			return misconfigured("PersonLimit.Store", "the store is a nil pointer")
		}
		s.person = &personLimit{secret: secret, limit: limit.Tries, window: limit.Window, store: limit.Store, desk: new(aside.Desk)}
		if limit.Store == nil {
			s.person.store = NewMemoryPersonStore()
		}
		return nil
	}
}

// WithResultStore keeps the decision of every request that has a Key, and gives
// it again when the same key asks the same question. Whoever uses the key for
// another person or other evidence is refused with CodeInvalidRequest. A kept
// decision is held to today's rules of its vendor: what would be decided otherwise
// today is asked anew.
//
// The store's ids are HMAC-SHA-256 under secret, at least 32 bytes, of the key and
// the rate of [WithMaxFAR]; prints are those of the person and all evidence. Plain
// hashes would not do: ID numbers can be enumerated. By default nothing is kept.
//
// A store promises "once" for calls that follow one another. Of calls at the same
// time it holds within one process only.
func WithResultStore(store ResultStore, secret []byte) Option {
	own, problem := pseudonym.Secret(secret)
	return func(s *settings) error {
		switch {
		case isNil(store):
			return misconfigured("WithResultStore", "the store must not be nil")
		case problem != "":
			return misconfigured("WithResultStore", problem)
		}
		s.answers = &answers{store: store, secret: own}
		return nil
	}
}

// WithResultStoreTimeout sets how long [ResultStore.Load] may take at most. A tenth
// of the time that the call has left stays the limit where that is less. New fails
// when limit is not above 0. The default is 200 ms.
func WithResultStoreTimeout(limit time.Duration) Option {
	return func(s *settings) error {
		if limit <= 0 {
			return misconfigured("WithResultStoreTimeout", "must be above 0")
		}
		s.resultLoad = limit
		return nil
	}
}

// WithLedger makes one question one paid call in all processes that share the ledger
// and the secret: each claims the question in it before it asks a vendor. New fails
// beside [WithResultStore], because a ledger keeps the answers itself.
//
// Every request needs a Request.IdempotencyKey; one without is refused with
// CodeInvalidRequest. Of many calls with one key, in whatever process, one asks.
// The others wait and are given its answer, marked OriginLedger. A call that cannot
// have been billed leaves nothing behind, and the next one asks. An error at a price
// is kept as a decision is; [Request].Repeat asks again.
//
// Whoever has claimed a question and is gone leaves it ambiguous: every later call
// gets an error with CodeUnknown that is ErrAmbiguous, and nothing is sent. Nobody
// takes a claim over. The promise is one call: failover and retries inside it follow
// [WithFailover] and [WithRetry].
//
// A kept decision is held to today's rules of its vendor. Where they decide
// otherwise, it is refused with CodeInvalidRequest, and a new key asks anew.
//
// A ledger that fails or does not answer within two seconds stops the call before
// anything is sent, with CodeStoreUnavailable. An answer is settled before it is
// handed out, within two seconds, and tried again for 30 s afterwards where that
// failed; [Hooks].Store is told. The worst of it is a question that is called
// ambiguous and was answered.
//
// Ids, prints and the MAC of each answer are HMAC-SHA-256 under secret, at least 32
// bytes. The same secret belongs to the ledger for ever: under another one no
// question of before is found, and all would be paid for again.
func WithLedger(l Ledger, secret []byte) Option {
	own, problem := pseudonym.Secret(secret)
	return func(s *settings) error {
		switch {
		case isNil(l):
			return misconfigured("WithLedger", "the ledger must not be nil")
		case problem != "":
			return misconfigured("WithLedger", problem)
		}
		s.claims = &claims{ledger: l, secret: own}
		return nil
	}
}

func (s settings) apply(p Provider) (Provider, error) {
	if s.maxFAR == 0 {
		return p, nil
	}
	far, ok := p.(FARProvider)
	if !ok {
		return nil, misconfigured("WithMaxFAR", redact.Word(p.Name())+" publishes no false-accept rate")
	}
	strict, err := far.WithMaxFAR(s.maxFAR)
	if err == nil && !isNil(strict) && !s.isPromisedBy(strict) {
		return nil, misconfigured("WithMaxFAR", redact.Word(p.Name())+" has a similarity rule that does not promise the rate")
	}
	return strict, err
}

// isPromisedBy reports whether a provider's rules, where it publishes them, promise
// the rate of WithMaxFAR. The verdict of a vendor promises none.
func (s settings) isPromisedBy(p Provider) bool {
	rules, _ := rulesOf(p)
	for _, rule := range rules {
		if rate, ok := rule.publishedFAR(); rule.Kind == CheckSimilarity && !(ok && rate <= s.maxFAR) {
			return false
		}
	}
	return true
}

// WithRequiredChecks demands that every pass has checks of these kinds, such as
// CheckLiveness. New fails when a provider never makes one of them, which its
// method Rules tells: the vendor must be left out, or its setting turned on.
func WithRequiredChecks(kinds ...CheckKind) Option {
	return func(s *settings) error {
		for _, kind := range kinds {
			if kind == "" {
				return misconfigured("WithRequiredChecks", "a kind is empty")
			}
		}
		s.required = append(s.required, kinds...)
		return nil
	}
}

// checkRequired finds a provider that can never give a required check.
func (s settings) checkRequired(p Provider) error {
	kinds := kindsOf(p)
	for _, kind := range s.required {
		if !kinds[kind] {
			return misconfigured("WithRequiredChecks", redact.Word(p.Name())+" makes no check of "+redact.Word(string(kind)))
		}
	}
	return nil
}

// checkNames finds options for providers that are not there: a misspelt name
// would leave a vendor without its limits.
func (c *Client) checkNames() error {
	known := map[string]bool{}
	for _, v := range c.vendors {
		known[v.Name()] = true
	}
	for name := range c.policies {
		if !known[name] {
			return misconfigured("WithVendor", "no provider is called "+redact.Word(name))
		}
	}
	for name := range c.weights {
		if !known[name] {
			return misconfigured("WithWeights", "no provider is called "+redact.Word(name))
		}
	}
	return nil
}
