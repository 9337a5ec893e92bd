package photo

import (
	"context"
	"crypto/sha256"
	"reflect"
	"runtime"
	"sync"
	"weak"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// Fitted is [Fitter.Fitted] with the default bounds.
func Fitted(providers ...idverify.Provider) []idverify.Provider {
	return standard.Fitted(providers...)
}

// Fitted wraps providers for [idverify.New]: a photo that one of them is asked about
// is made to fit that one's own limits, by its method PhotoLimits, and so sent. Other
// evidence goes through untouched, and a provider without that method is given back as
// it is. A picture that cannot be made to fit fails the attempt as [Fitter.Fit] says,
// and nothing is sent.
//
// A fitted picture is made once for a vendor and a request, and held as long as the
// request: when the vendor is asked again, the original is read again, and what was
// made is used only where it is of the same bytes. What a [idverify.Request.Key] is
// bound to is the original.
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

// wrap keeps what a provider can do besides: a Client asks for it.
func (f *Fitter) wrap(p idverify.Provider) idverify.Provider {
	reads, ok := p.(limited)
	if v := reflect.ValueOf(p); !ok || v.Kind() == reflect.Pointer && v.IsNil() {
		return p // a nil pointer is for New to refuse
	}
	own := &provider{limited: reads, fitter: f, made: map[weak.Pointer[idverify.Request]]made{}}
	rules, hasRules := p.(ruled)
	far, hasFAR := p.(idverify.FARLimiter)
	switch {
	case hasRules && hasFAR:
		return struct {
			*provider
			ruled
			farLimiter
		}{own, rules, farLimiter{f, far}}
	case hasRules:
		return struct {
			*provider
			ruled
		}{own, rules}
	case hasFAR:
		return struct {
			*provider
			farLimiter
		}{own, farLimiter{f, far}}
	}
	return own
}

// provider fits photos on their way to a vendor.
type provider struct {
	providerMask
	limited
	fitter *Fitter

	mu   sync.Mutex
	made map[weak.Pointer[idverify.Request]]made // as long as the request lives
}

type providerMask = redact.Mask[provider]

// made is a picture, and the digest of what it was made of.
type made struct {
	of     [sha256.Size]byte
	fitted []byte
}

// Verify asks the vendor about the fitted photo.
func (p *provider) Verify(ctx context.Context, req *idverify.Request) (*idverify.Result, error) {
	if req.Validate() != nil {
		return p.limited.Verify(ctx, req) // which says so in the vendor's name
	}
	ev, _ := idverify.Accepted(p.limited, req)
	photo, ok := ev.(idverify.PhotoEvidence)
	if !ok {
		return p.limited.Verify(ctx, req)
	}
	fitted, e := p.fit(ctx, req, photo.Media())
	if e != nil {
		return nil, of(p.Name(), e)
	}
	own := *req
	own.Evidence = []idverify.Evidence{idverify.Photo(idverify.Bytes(fitted))}
	return p.limited.Verify(ctx, &own)
}

func (p *provider) fit(ctx context.Context, req *idverify.Request, m idverify.Media) (fitted []byte, e *idverify.Error) {
	e = p.fitter.with(ctx, m, func(file []byte) (e *idverify.Error) {
		sum := sha256.Sum256(file)
		if fitted = p.known(req, sum); fitted != nil {
			return nil
		}
		if fitted, e = p.fitter.fit(ctx, file, p.PhotoLimits()); e == nil {
			p.keep(req, made{sum, fitted})
		}
		return e
	})
	return fitted, e
}

// known is what was made for a request of the same bytes.
func (p *provider) known(req *idverify.Request, sum [sha256.Size]byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := p.made[weak.Make(req)]; m.of == sum {
		return m.fitted
	}
	return nil
}

func (p *provider) keep(req *idverify.Request, m made) {
	key := weak.Make(req)
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, found := p.made[key]; !found {
		runtime.AddCleanup(req, p.forget, key)
	}
	p.made[key] = m
}

func (p *provider) forget(key weak.Pointer[idverify.Request]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.made, key)
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
	inner  idverify.FARLimiter
}

// WithMaxFAR implements [idverify.FARLimiter].
func (l farLimiter) WithMaxFAR(rate float64) (idverify.Provider, error) {
	strict, err := l.inner.WithMaxFAR(rate)
	if err != nil {
		return nil, err
	}
	return l.fitter.wrap(strict), nil
}
