package idverify

import "github.com/idverify/idverify/internal/redact"

// Option changes a [Client] as it is made. An option that cannot be met makes
// [New] fail.
type Option func(*settings) error

type settings struct {
	maxFAR float64
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
