package photo

import (
	"context"
	"crypto/sha256"
	"reflect"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// Fitted is [Fitter.Fitted] with the default limits.
func Fitted(providers ...idverify.Provider) []idverify.Provider {
	return standard.Fitted(providers...)
}

// Fitted wraps providers for [idverify.New]: a photo is made to fit the limits of the
// provider that is asked (its method PhotoLimits) before it is sent. Other evidence is
// not changed, and a provider without that method is returned unchanged. If a picture
// cannot be made to fit, the attempt fails like [Fitter.Fit], and nothing is sent.
//
// A fitted picture is made once per vendor and call, and kept until the call is over:
// when the vendor is asked again, the original is read again, and the fitted picture
// is reused only if the bytes are the same. An [idverify.Request.IdempotencyKey] is
// bound to the original.
func (f *Fitter) Fitted(providers ...idverify.Provider) []idverify.Provider {
	all := make([]idverify.Provider, len(providers))
	for i, p := range providers {
		all[i] = f.wrap(p)
	}
	return all
}

// limited is a provider that reads photos.
type limited interface {
	idverify.Provider
	PhotoLimits() idverify.PhotoLimits
}

// ruled is a provider that publishes its rules.
type ruled interface{ Rules() []idverify.Rule }

// wrap keeps a provider's optional methods, which a Client looks for.
func (f *Fitter) wrap(p idverify.Provider) idverify.Provider {
	reads, ok := p.(limited)
	if v := reflect.ValueOf(p); !ok || v.Kind() == reflect.Pointer && v.IsNil() {
		return p // a nil pointer is for New to refuse
	}
	own := &provider{limited: reads, fitter: f}
	rules, hasRules := p.(ruled)
	far, hasFAR := p.(idverify.FARProvider)
	switch {
	case hasRules && hasFAR:
		return &ruledFARProvider{own, rules, farLimiter{f, far}}
	case hasRules:
		return &ruledProvider{own, rules}
	case hasFAR:
		return &farProvider{own, farLimiter{f, far}}
	}
	return own
}

// The kinds of providers.
type (
	ruledFARProvider struct {
		*provider
		ruled
		farLimiter
	}
	ruledProvider struct {
		*provider
		ruled
	}
	farProvider struct {
		*provider
		farLimiter
	}
)

// provider fits photos before they go to a vendor.
type provider struct {
	providerMask
	limited
	fitter *Fitter
}

type providerMask = redact.Mask[provider]

// made is a fitted picture and the digest of its original. A question keeps it.
type made struct {
	of     [sha256.Size]byte
	fitted []byte
}

// Ask asks the vendor about the fitted photo.
func (p *provider) Ask(ctx context.Context, q *idverify.Question) (*idverify.Result, error) {
	photo, ok := q.Evidence().(idverify.PhotoEvidence)
	if !ok {
		return p.limited.Ask(ctx, q)
	}
	fitted, e := p.fit(ctx, q, photo.Media())
	if e != nil {
		return nil, of(p.Name(), e)
	}
	return p.limited.Ask(ctx, q.WithEvidence(idverify.Photo(idverify.Bytes(fitted))))
}

// Verify is Ask without an [idverify.Client].
func (p *provider) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	return idverify.VerifyWith(ctx, p, req)
}

func (p *provider) fit(ctx context.Context, q *idverify.Question, m idverify.Media) (fitted []byte, e *idverify.Error) {
	e = p.fitter.with(ctx, m, func(file []byte) (e *idverify.Error) {
		sum := sha256.Sum256(file)
		if known, ok := q.Kept(p).(made); ok && known.of == sum {
			fitted = known.fitted
			return nil
		}
		if fitted, e = p.fitter.fit(ctx, file, p.PhotoLimits()); e == nil {
			q.Keep(p, made{sum, fitted})
		}
		return e
	})
	return fitted, e
}

// DecidesBy is the vendor's, or nothing.
func (p *provider) DecidesBy() string {
	if d, ok := p.limited.(interface{ DecidesBy() string }); ok {
		return d.DecidesBy()
	}
	return ""
}

// WidestPhotoLimits are the vendor's.
func (p *provider) WidestPhotoLimits() idverify.PhotoLimits { return widest(p.limited) }

// CloseIdleConnections is the vendor's.
func (p *provider) CloseIdleConnections() {
	if c, ok := p.limited.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// farLimiter wraps the provider with another threshold, too.
type farLimiter struct {
	fitter *Fitter
	inner  idverify.FARProvider
}

// WithMaxFAR implements [idverify.FARProvider].
func (l farLimiter) WithMaxFAR(rate float64) (idverify.Provider, error) {
	strict, err := l.inner.WithMaxFAR(rate)
	if err != nil {
		return nil, err
	}
	return l.fitter.wrap(strict), nil
}
