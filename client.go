package idverify

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"

	"github.com/idverify/idverify/internal/redact"
	"github.com/idverify/idverify/internal/retry"
)

// Client is a [Verifier] over one or several providers: it routes a request,
// asks again where that is safe, asks the next vendor where the first cannot
// answer, and keeps account of every leg. It is safe for concurrent use and
// needs no closing.
type Client struct {
	settings
	vendors []*vendor
	quota   *retry.Quota
	flights *flights
}

var _ Verifier = (*Client)(nil)

// New makes a Client. The order of the providers is the order of preference,
// unless an option says otherwise. It fails with CodeInvalidConfig, naming the
// field, when there is no provider, one is nil, two have the same name, or an
// option cannot be met.
func New(providers []Provider, opts ...Option) (*Client, error) {
	c := &Client{settings: settings{retry: Retry{}.withDefaults()}, quota: new(retry.Quota), flights: newFlights()}
	for _, opt := range opts {
		if opt == nil {
			return nil, misconfigured("opts", "an option is nil")
		}
		if err := opt(&c.settings); err != nil {
			return nil, err
		}
	}
	if len(providers) == 0 {
		return nil, misconfigured("providers", "at least one provider is needed")
	}
	for i, p := range providers {
		if isNil(p) {
			return nil, misconfigured("providers", fmt.Sprintf("provider %d is nil", i))
		}
		if p.Name() == "" {
			return nil, misconfigured("providers", fmt.Sprintf("provider %d has no name", i))
		}
		if c.vendor(p) != nil {
			return nil, misconfigured("providers", "two providers are called "+redact.Word(p.Name()))
		}
		p, err := c.apply(p)
		if err != nil {
			return nil, err
		}
		if isNil(p) {
			return nil, misconfigured("WithMaxFAR", "a provider returned none")
		}
		c.vendors = append(c.vendors, newVendor(p, c.policies[p.Name()]))
	}
	if err := c.checkNames(); err != nil {
		return nil, err
	}
	return c, nil
}

// isNil also sees a nil pointer in the interface: what a vendor's New returned
// beside an error that nobody looked at.
func isNil(p Provider) bool {
	v := reflect.ValueOf(p)
	return p == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// Verify asks vendors until one decides. Before anything is sent it fails as
// [Request.Validate] does, or with CodeUnsupportedEvidence when no provider
// accepts any evidence. Its Result and its *Error list every leg.
func (c *Client) Verify(ctx context.Context, req *Request) (*Result, error) {
	if c.logger == nil {
		return c.verify(ctx, req)
	}
	began := time.Now()
	res, err := c.verify(ctx, req)
	c.logCall(ctx, time.Since(began), res, err)
	return res, err
}

func (c *Client) verify(ctx context.Context, req *Request) (*Result, error) {
	if err := req.Validate(); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, left(ctx, "", "")
	}
	if req.Key == "" {
		return c.ask(ctx, req)
	}
	subject, err := req.Subject()
	if err != nil {
		return nil, err
	}
	q := question{req: req, subject: subject, ask: c.ask}
	if c.answers != nil {
		q.known, q.keep = c.answers.forQuestion(req.Key, subject, c.maxFAR)
	}
	return c.flights.share(ctx, q)
}

func (c *Client) ask(ctx context.Context, req *Request) (*Result, error) {
	vendors := c.route(ctx, req)
	if len(vendors) == 0 {
		return nil, refused(CodeUnsupportedEvidence, "Evidence", "there is no provider to ask that accepts "+req.String())
	}
	if c.person != nil {
		subject, err := req.Subject()
		if err != nil {
			return nil, err
		}
		if err := c.person.admit(ctx, subject); err != nil {
			return nil, err
		}
	}
	return (&call{client: c, req: req}).run(ctx, vendors)
}

// CloseIdleConnections tells every provider that has a method of that name. A
// Client needs no closing; tests that count goroutines may want it.
func (c *Client) CloseIdleConnections() {
	for _, v := range c.vendors {
		if p, ok := v.Provider.(interface{ CloseIdleConnections() }); ok {
			p.CloseIdleConnections()
		}
	}
}

// Accepted is the first evidence of the request that the provider accepts.
func Accepted(p Provider, req *Request) (Evidence, bool) {
	for _, ev := range req.Evidence {
		if ev != nil && p.Accepts(ev) {
			return ev, true
		}
	}
	return nil, false
}

// Format implements [fmt.Formatter]: it prints the providers' names.
func (c Client) Format(s fmt.State, verb rune) { redact.Format(s, verb, c.describe()) }

// LogValue implements [slog.LogValuer].
func (c Client) LogValue() slog.Value { return slog.StringValue(c.describe()) }

func (c Client) describe() string {
	names := make([]string, len(c.vendors))
	for i, v := range c.vendors {
		names[i] = redact.Word(v.Name())
	}
	return "idverify.Client(" + strings.Join(names, ", ") + ")"
}
