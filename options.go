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

// Option configures a [Client]. If an option cannot be satisfied, [New] fails.
type Option func(*settings) error

// settings are what the options configure.
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
	claims   *claims // over the ledger; nil without one
	// resultLoad limits how long ResultStore.Load may take.
	resultLoad time.Duration
	person     *personLimit // nil without a limit
}

// WithMaxFAR makes every provider use a similarity threshold for which its vendor
// published a false-accept rate of at most rate, such as 1e-5 for one impostor in
// 100,000. It only ever makes a threshold stricter. New fails when rate is not
// between 0 and 1, or when a vendor published no such threshold, as with vendors
// whose own verdict decides: rates are never interpolated or guessed. The default
// is each provider's own threshold.
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
		case r.Base < 0:
			return misconfigured("Retry.Base", "must not be negative")
		case r.RateLimitedBase < 0:
			return misconfigured("Retry.RateLimitedBase", "must not be negative")
		case r.Cap < 0:
			return misconfigured("Retry.Cap", "must not be negative")
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

// WithVendor configures the provider of that name. New fails when there is none, or
// when a field of the policy is out of range.
func WithVendor(name string, p VendorPolicy) Option {
	return func(s *settings) error {
		refuse := func(field, problem string) error {
			return misconfigured("VendorPolicy."+field, "that of "+redact.Word(name)+" "+problem)
		}
		switch {
		case p.Timeout < 0:
			return refuse("Timeout", "must not be negative")
		case p.Breaker.Failures < 0 || p.Breaker.Failures > 1000:
			return refuse("Breaker.Failures", "must be 1 to 1000")
		case p.Breaker.OpenFor < 0:
			return refuse("Breaker.OpenFor", "must not be negative")
		case p.Limiter != nil && isNil(p.Limiter):
			return refuse("Limiter", "is a nil pointer")
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

// WithWeights chooses the order at random: the first provider, and each next one of
// those left, with a probability proportional to its weight. A provider without a
// weight is asked last, in the order given to [New]. New fails when a weight is not
// above 0 or not finite, or there is no provider of that name.
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

// WithHooks adds hooks. With several, they are called in the order in which they
// were added, and the functions that they returned in reverse order.
func WithHooks(h Hooks) Option {
	return func(s *settings) error {
		s.hooks = append(s.hooks, h)
		return nil
	}
}

// WithLogger writes one line for each attempt and one for each call; all lines of
// one call have the same "call". The level is Info for what an end user can cause
// (a decision, a blurred photo), Warn for what passes by itself or is not
// understood, and Error for what the operator has to correct, also when another
// vendor answered. The lines contain nothing about the person.
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

// WithPersonLimit limits how often each person may be tried in any window of time,
// whatever the name, the evidence and the vendor: vendors lock an identity that is
// tried too often, and an attacker tries many faces with one number. A call above
// the limit is refused before anything is sent, with CodeTooManyAttempts and the
// wait in Error.RetryAfter. The default is no limit.
//
// One call is one try. It is counted before the first vendor is asked, and returned
// when no vendor looked at the person: every attempt was not sent or was refused.
// Whatever a vendor answered counts, billed or not, and so does a lost answer.
// Returning a decision kept under a Request.IdempotencyKey is no try.
//
// The store receives the lower-case hexadecimal HMAC-SHA-256, under the secret, of
// the ID number in the form that is sent; with [Request.SkipIDNumberCheck] it is
// normalised to ASCII digits and capital letters. A plain hash would not protect
// it, because all ID numbers can be enumerated. New fails when a field is out of
// range. The limit fails closed: if the store fails, the call fails with
// CodeStoreUnavailable, which wraps the store's error.
func WithPersonLimit(limit PersonLimit) Option {
	secret, problem := pseudonym.Secret(limit.Secret)
	return func(s *settings) error {
		switch {
		case problem != "":
			return misconfigured("PersonLimit.Secret", problem)
		case limit.Tries < 1 || limit.Tries > maxPersonTries:
			return misconfigured("PersonLimit.Tries", fmt.Sprintf("must be 1 to %d tries", maxPersonTries))
		case limit.Window <= 0:
			return misconfigured("PersonLimit.Window", "the window must be longer than 0")
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

// WithResultStore keeps the decision of every request that has an IdempotencyKey,
// and returns it again when the same key asks the same question. The same key with
// another person or other evidence is refused with CodeInvalidRequest. A kept
// decision is checked against today's rules of its vendor: where they decide
// differently, the vendor is asked again.
//
// The store's ids are HMAC-SHA-256 under secret, at least 32 bytes, of the key and
// the rate of [WithMaxFAR]; prints are those of the person and all evidence. Plain
// hashes would not protect them, because all ID numbers can be enumerated. By
// default nothing is kept.
//
// With a store, one key is paid for once when its calls follow one another. For
// concurrent calls this holds only within one process; see [WithLedger].
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

// WithResultStoreTimeout limits how long [ResultStore.Load] may take. If a tenth of
// the call's remaining time is less, that is the limit. New fails when limit is not
// above 0. The default is 200 ms.
func WithResultStoreTimeout(limit time.Duration) Option {
	return func(s *settings) error {
		if limit <= 0 {
			return misconfigured("WithResultStoreTimeout", "must be above 0")
		}
		s.resultLoad = limit
		return nil
	}
}

// WithLedger makes one question one paid call across all processes that share the
// ledger and the secret: each claims the question in it before it asks a vendor. New
// fails together with [WithResultStore], because a ledger keeps the answers itself.
//
// Every request needs a Request.IdempotencyKey; one without is refused with
// CodeInvalidRequest. Of many calls with one key, in any process, one asks the
// vendor. The others wait and get its answer, marked OriginLedger. A call that
// cannot have been billed leaves nothing behind, and the next one asks the vendor.
// An error that was or may have been billed is kept like a decision;
// [Request].Repeat asks again.
//
// If a process claims a question and dies, other calls wait for as long as its context
// had left, two minutes at most, and the time limit of one attempt (the longest
// [VendorPolicy].Timeout) after that. Then the question is ambiguous: every call fails
// with CodeUnknown, matches ErrAmbiguous, and sends nothing. Nobody takes a claim over by
// itself. A call whose own context ends while it waits fails with CodeTimeout or
// CodeCanceled, and matches ErrAmbiguous, because the other process may have asked; the
// next call with the key gets the answer, if there is one. "Once" means one call:
// failover and retries within it follow [WithFailover] and [WithRetry].
//
// A kept decision is checked against today's rules of its vendor. Where they decide
// differently, the call is refused with CodeInvalidRequest; use a new key to ask
// again.
//
// A ledger that fails or does not answer within two seconds stops the call before
// anything is sent, with CodeStoreUnavailable. An answer is settled before it is
// returned, within two seconds; if that fails, the settlement is retried for 30 s in
// the background, and [Hooks].Store is called. In the worst case a question that was
// answered is reported as ambiguous.
//
// Ids, prints and the MAC of each answer are HMAC-SHA-256 under secret, at least 32
// bytes. Keep the secret for as long as the ledger: with another secret no earlier
// question is found, and all of them would be paid for again.
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

// isPromisedBy reports whether a provider's published rules, if any, promise the
// rate of WithMaxFAR. A vendor's verdict promises no rate.
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
// CheckLiveness. New fails when a provider's Rules lack one of them: leave that
// vendor out, or turn on its setting for that check.
func WithRequiredChecks(kinds ...CheckKind) Option {
	return func(s *settings) error {
		if len(kinds) == 0 {
			return misconfigured("WithRequiredChecks", "names no kind of check, and would demand nothing")
		}
		for _, kind := range kinds {
			if kind == "" {
				return misconfigured("WithRequiredChecks", "a kind is empty")
			}
		}
		s.required = append(s.required, kinds...)
		return nil
	}
}

// checkRequired finds a provider that never makes a required check.
func (s settings) checkRequired(p Provider) error {
	kinds := kindsOf(p)
	for _, kind := range s.required {
		if !kinds[kind] {
			return misconfigured("WithRequiredChecks", redact.Word(p.Name())+" makes no check of "+redact.Word(string(kind)))
		}
	}
	return nil
}

// checkNames finds options for providers that do not exist: a misspelt name would
// silently leave a vendor without its limits.
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
