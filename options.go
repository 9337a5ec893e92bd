package idverify

import (
	"log/slog"
	"time"

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
	// resultLoad is how long a store of results may take at most.
	resultLoad time.Duration
	person     *personLimit // nil: none
}

// WithMaxFAR makes every provider use a similarity threshold for which its
// vendor published a false-accept rate of at most rate, such as 1e-5 for one
// impostor in 100,000. It only ever raises a threshold. New fails when rate is
// not between 0 and 1, or when a vendor published no such threshold: rates are
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

func (s settings) apply(p Provider) (Provider, error) {
	if s.maxFAR == 0 {
		return p, nil
	}
	limiter, ok := p.(FARLimiter)
	if !ok {
		return nil, misconfigured("WithMaxFAR", redact.Word(p.Name())+" publishes no false-accept rate")
	}
	return limiter.WithMaxFAR(s.maxFAR)
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
