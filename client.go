package idverify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"

	"github.com/idverify/idverify/internal/redact"
)

// Client is a [Verifier] over one or several providers. It sends a request to
// the first provider, in the order given to [New], that accepts any of its
// evidence. It is safe for concurrent use and needs no closing.
type Client struct {
	providers []Provider
}

var _ Verifier = (*Client)(nil)

// New makes a Client. The order of the providers is the order of preference.
// It fails with CodeInvalidConfig, naming the field, when there is no
// provider, one is nil, two have the same name, or an option cannot be met.
func New(providers []Provider, opts ...Option) (*Client, error) {
	var settings settings
	for _, opt := range opts {
		if opt == nil {
			return nil, misconfigured("opts", "an option is nil")
		}
		if err := opt(&settings); err != nil {
			return nil, err
		}
	}
	if len(providers) == 0 {
		return nil, misconfigured("providers", "at least one provider is needed")
	}
	c := &Client{providers: make([]Provider, 0, len(providers))}
	seen := map[string]bool{}
	for i, p := range providers {
		if isNil(p) {
			return nil, misconfigured("providers", fmt.Sprintf("provider %d is nil", i))
		}
		if seen[p.Name()] {
			return nil, misconfigured("providers", "two providers are called "+redact.Word(p.Name()))
		}
		seen[p.Name()] = true
		p, err := settings.apply(p)
		if err != nil {
			return nil, err
		}
		if isNil(p) {
			return nil, misconfigured("WithMaxFAR", "a provider returned none")
		}
		c.providers = append(c.providers, p)
	}
	return c, nil
}

// isNil also sees a nil pointer in the interface: what a vendor's New returned
// beside an error that nobody looked at.
func isNil(p Provider) bool {
	v := reflect.ValueOf(p)
	return p == nil || v.Kind() == reflect.Pointer && v.IsNil()
}

// Verify asks the first provider that accepts the request's evidence. Before
// anything is sent it fails as [Request.Validate] does, or with
// CodeUnsupportedEvidence when no provider accepts any evidence.
func (c *Client) Verify(ctx context.Context, req *Request) (*Result, error) {
	if err := req.Validate(); err != nil {
		return nil, err
	}
	for _, p := range c.providers {
		if _, ok := Accepted(p, req); ok {
			res, err := p.Verify(ctx, req)
			return settle(p.Name(), res, err)
		}
	}
	return nil, refused(CodeUnsupportedEvidence, "Evidence", "no provider accepts "+strings.Join(req.kinds(), ", "))
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

// settle holds a provider to its contract: a decision or an *Error, and never
// a match that was not earned.
func settle(vendor string, res *Result, err error) (*Result, error) {
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e != nil && e.Code != "" && !e.Code.IsDecision() {
			return nil, err
		}
		return nil, &Error{Code: CodeUnknown, Vendor: vendor, Err: err,
			Detail: "the provider returned an error without a code of idverify's"}
	}
	broken := &Error{Code: CodeBadResponse, Vendor: vendor, Sent: true, Ambiguous: true}
	switch {
	case res == nil:
		broken.Detail = "the provider returned neither a result nor an error"
	case !res.Code.IsDecision():
		broken.Detail = "the provider returned a result that is no decision"
	case res.Code == CodeMatch && !res.Passed():
		broken.Detail = "the provider returned a match without the checks that earn it"
	default:
		return res, nil
	}
	return nil, broken
}

// Format implements [fmt.Formatter]: it prints the providers' names.
func (c Client) Format(s fmt.State, verb rune) { redact.Format(s, verb, c.describe()) }

// LogValue implements [slog.LogValuer].
func (c Client) LogValue() slog.Value { return slog.StringValue(c.describe()) }

func (c Client) describe() string {
	names := make([]string, len(c.providers))
	for i, p := range c.providers {
		names[i] = redact.Word(p.Name())
	}
	return "idverify.Client(" + strings.Join(names, ", ") + ")"
}

func misconfigured(field, detail string) *Error {
	return &Error{Code: CodeInvalidConfig, Field: field, Detail: detail, Billed: BilledNo}
}
