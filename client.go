package idverify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/idverify/idverify/internal/redact"
	"github.com/idverify/idverify/internal/retry"
)

// Client is a [Verifier] over one or several providers: it routes a request, asks
// again where that is safe, fails over to the next vendor where the first cannot
// answer, and records every attempt. It is safe for concurrent use and needs no
// closing.
type Client struct {
	settings
	vendors []*vendor
	quota   *retry.Quota
	flights *flights
}

var _ Verifier = (*Client)(nil)

// New makes a Client. The order of the providers is the order of preference, unless
// an option says otherwise. It fails with CodeInvalidConfig, naming the field, when
// there is no provider, one is nil, two have the same name, or an option cannot be
// satisfied.
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
	if c.claims != nil && c.answers != nil {
		return nil, misconfigured("WithLedger", "a ledger keeps the answers itself: leave WithResultStore out")
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
			return nil, misconfigured("WithMaxFAR", "a provider returned nil")
		}
		if err := c.checkRequired(p); err != nil {
			return nil, err
		}
		c.vendors = append(c.vendors, newVendor(p, c.policies[p.Name()], c.required, c.circuitChanged))
	}
	if err := c.checkNames(); err != nil {
		return nil, err
	}
	return c, nil
}

// isNil also detects a nil pointer, function, map or slice inside the interface,
// such as a constructor returns beside an error that the caller ignored.
func isNil(value any) bool {
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Slice, reflect.Chan, reflect.Interface:
		return v.IsNil()
	}
	return false
}

// errTypedNil replaces a nil pointer that somebody returned as an error.
var errTypedNil = errors.New("idverify: the error is a nil pointer")

// askable returns a foreign error that is safe for errors.Is and errors.As: they
// would panic on a nil pointer.
func askable(err error) error {
	if err != nil && isNil(err) {
		return errTypedNil
	}
	return err
}

// Verify asks vendors until one decides. Before anything is sent it fails as
// [Request.Validate] does, or with CodeUnsupportedEvidence when no provider
// accepts any evidence. Its Result and its *Error list every attempt.
func (c *Client) Verify(ctx context.Context, req *Request) (*Result, error) {
	if !c.isWatched() {
		return c.verify(ctx, req, "")
	}
	start := CallStart{ID: newCallID(), At: time.Now()}
	ctx, ended := c.callBegins(ctx, start)
	return c.watched(ctx, req, start, ended)
}

// watched calls the hooks at the end of the call, also when it panics.
func (c *Client) watched(ctx context.Context, req *Request, start CallStart, ended func(CallEnd)) (res *Result, err error) {
	completed := false
	defer func() {
		if !completed {
			err = unanswered(CodeUnknown, "", "the call panicked", nil).from(OriginVendor)
		}
		code, advice := Outcome(res, err)
		ended(CallEnd{
			ID: start.ID, At: start.At, Duration: time.Since(start.At),
			Code: code, Advice: advice, Result: res, Err: err,
		})
	}()
	res, err = c.verify(ctx, req, start.ID)
	completed = true
	return res, err
}

func (c *Client) verify(ctx context.Context, given *Request, id string) (*Result, error) {
	call := &call{client: c, id: id}
	call.req = &call.own.Request
	var err error
	if call.subject, err = call.own.take(given); err != nil {
		return nil, beforehand(err)
	}
	if ctx.Err() != nil {
		return nil, beforehand(left(ctx, "", ""))
	}
	switch {
	case len(c.vendors) == 0:
		return nil, beforehand(misconfigured("Client", "a Client is made by New"))
	case call.req.IdempotencyKey != "":
		return c.askOnce(ctx, call)
	case c.claims != nil:
		return nil, beforehand(refused(CodeInvalidRequest, "IdempotencyKey", "with a ledger every request needs an IdempotencyKey"))
	}
	return c.ask(ctx, call)
}

func (c *Client) ask(ctx context.Context, call *call) (*Result, error) {
	call.borrow()
	vendors := c.route(ctx, call.req)
	if !slices.ContainsFunc(vendors, func(v *vendor) bool { _, ok := accepted(v.Provider, call.req); return ok }) {
		return call.nobody(ctx, vendors)
	}
	if c.person == nil {
		return call.run(ctx, vendors)
	}
	try, err := c.takeTry(ctx, call.subject)
	if err != nil {
		return nil, beforehand(err)
	}
	res, err := call.run(ctx, vendors)
	if !call.wasLookedAt() {
		c.returnTry(ctx, try)
	}
	return res, err
}

// nobody passes every vendor over, because none reads any of the evidence.
func (c *call) nobody(ctx context.Context, vendors []*vendor) (*Result, error) {
	for i, v := range vendors {
		_ = c.try(ctx, v, i < len(vendors)-1)
	}
	c.failure = refused(CodeUnsupportedEvidence, "Evidence", "no provider that may be asked accepts "+c.req.String())
	return c.outcome(false)
}

// beforehand returns a copy of an error found before any vendor was asked.
func beforehand(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	return e.summed(nil, false)
}

// Outcome returns the code of what Verify returned and the advice for it: of the
// decision, or of the error as [CodeOf] finds it. With neither, it returns
// CodeUnknown and AdviceReview. So it does for an error whose code is a decision's,
// because an error never decides.
func Outcome(res *Result, err error) (Code, Advice) {
	if err == nil && res != nil && res.Code != "" {
		return res.Code, res.Advice()
	}
	var e *Error
	if errors.As(askable(err), &e) && e != nil && e.Code != "" && !e.Code.IsDecision() {
		return e.Code, e.Advice()
	}
	return CodeUnknown, AdviceReview
}

// Circuits returns the state of each vendor's circuit breaker by the provider's
// name. A breaker that is off is always closed.
func (c *Client) Circuits() map[string]CircuitState {
	states := make(map[string]CircuitState, len(c.vendors))
	for _, v := range c.vendors {
		states[v.Name()] = v.state()
	}
	return states
}

// KeepsAnswers reports whether the client keeps decisions under [Request.IdempotencyKey],
// because it has a result store or a ledger. Package batch passes keys on only to such a
// client.
func (c *Client) KeepsAnswers() bool { return c.answers != nil || c.claims != nil }

// CloseIdleConnections calls the method of that name on every provider that has
// one. A Client needs no closing; tests that count goroutines may want it.
func (c *Client) CloseIdleConnections() {
	for _, v := range c.vendors {
		if p, ok := v.Provider.(interface{ CloseIdleConnections() }); ok {
			p.CloseIdleConnections()
		}
	}
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
