package idverify

import (
	"context"
	"math/rand/v2"
	"slices"
)

// Router orders the providers for one request: the first is asked first, the
// others when it cannot answer. One that is left out is not asked; duplicates are
// ignored. Those that accept none of the request's evidence are passed over
// afterwards. It is
// called concurrently and must not keep or change the slice.
type Router func(ctx context.Context, req *Request, providers []Provider) []Provider

func byWeight(weights map[string]float64) Router {
	return func(_ context.Context, _ *Request, providers []Provider) []Provider {
		left := append([]Provider(nil), providers...)
		ordered := make([]Provider, 0, len(left))
		for len(left) > 0 {
			i := draw(left, weights)
			ordered = append(ordered, left[i])
			left = append(left[:i], left[i+1:]...)
		}
		return ordered
	}
}

// draw picks the index of a provider at random by weight; the first when none has a
// weight.
func draw(providers []Provider, weights map[string]float64) int {
	// Divide by the largest weight: the sum of two weights near the largest float64
	// would be infinite.
	largest, total := 0.0, 0.0
	for _, p := range providers {
		largest = max(largest, weights[p.Name()])
	}
	share := func(p Provider) float64 {
		if largest == 0 {
			return 0
		}
		return weights[p.Name()] / largest
	}
	for _, p := range providers {
		total += share(p)
	}
	at, drawn := rand.Float64()*total, 0
	for i, p := range providers {
		if w := share(p); w > 0 {
			drawn = i
			if at < w {
				break
			}
			at -= w
		}
	}
	return drawn
}

// route returns the vendors to ask, in order.
func (c *Client) route(ctx context.Context, req *Request) []*vendor {
	ordered := c.vendors
	if c.router != nil {
		ordered = make([]*vendor, 0, len(c.vendors))
		for _, p := range c.router(ctx, req, c.providers()) {
			if v := c.vendor(p); v != nil && !slices.Contains(ordered, v) {
				ordered = append(ordered, v)
			}
		}
	}
	return ordered
}

func (c *Client) providers() []Provider {
	all := make([]Provider, len(c.vendors))
	for i, v := range c.vendors {
		all[i] = v.Provider
	}
	return all
}

// vendor returns the Client's state for a provider, nil for one that is not the
// Client's.
func (c *Client) vendor(p Provider) *vendor {
	for _, v := range c.vendors {
		if !isNil(p) && v.Name() == p.Name() {
			return v
		}
	}
	return nil
}
