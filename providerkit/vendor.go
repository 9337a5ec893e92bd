package providerkit

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
)

// Config is what a provider's New passes to [New]. It prints as its type's name, except
// where fmt bypasses its methods: do not keep it in an unexported field; keep the
// [Vendor].
type Config struct {
	configMask

	// Name is the vendor's name, one word in lower case; results and errors carry
	// it. Required.
	Name string
	// DefaultBaseURL is where the vendor's paths begin, unless HTTP.BaseURL says
	// otherwise. One of the two is required.
	DefaultBaseURL string
	// Keys are credentials by the names of their config fields. All must be set,
	// without blanks or line feeds. They are removed from the vendor's messages.
	Keys map[string]string
	// Codes is the vendor's table. One row, the one for success, must have CodeMatch.
	// A row says what is billed, and DeliveryRefused where the vendor rejects a
	// request before it looks at the person. Nothing is assumed to be free. NoRepeat is for
	// what a program must not repeat, although nothing would be paid twice. Required.
	Codes []idverify.CodeRow
	// RequestIDField is the path of the member with the vendor's id of the call, as
	// in "Response.RequestId". It is searched for even in a truncated answer.
	// Default none.
	RequestIDField string
	// HTTP is how the vendor is reached.
	HTTP idverify.HTTP
}

type configMask = Mask[Config]

// Vendor is an account at a vendor. It is safe for concurrent use, and prints as its
// type's name.
type Vendor struct {
	vendorMask
	name string
	own  *exchange.Vendor
}

type vendorMask = Mask[Vendor]

// New checks the configuration. It fails with CodeInvalidConfig and the name of the
// field.
func New(cfg Config) (*Vendor, error) {
	v := &Vendor{name: cfg.Name, own: &exchange.Vendor{Name: cfg.Name}}
	if cfg.Name == "" || strings.Trim(cfg.Name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		v.own.Name = ""
		return nil, v.Misconfigured("Name", "must be one lower-case word")
	}
	if cfg.DefaultBaseURL == "" && cfg.HTTP.BaseURL == "" {
		return nil, v.Misconfigured("HTTP.BaseURL", "is required")
	}
	table, err := tableOf(cfg.Codes)
	if err != nil {
		return nil, v.Misconfigured("Codes", err.Error())
	}
	settings := exchange.Settings{
		Name: cfg.Name, DefaultBaseURL: cfg.DefaultBaseURL, Table: table, RequestIDField: cfg.RequestIDField, HTTP: cfg.HTTP,
	}
	for _, field := range slices.Sorted(maps.Keys(cfg.Keys)) {
		settings.Credentials = append(settings.Credentials, exchange.Credential{Field: field, Value: cfg.Keys[field]})
	}
	if v.own, err = exchange.NewVendor(settings); err != nil {
		return nil, err
	}
	return v, nil
}

// tableOf turns an invalid table into an error, where this module's own packages would
// panic.
func tableOf(rows []idverify.CodeRow) (table *exchange.Table, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("cannot be: %v", problem)
		}
	}()
	if !slices.ContainsFunc(rows, func(r idverify.CodeRow) bool { return r.Code == idverify.CodeMatch }) {
		return nil, errors.New("must have a row for success, with CodeMatch")
	}
	return exchange.NewTable(rows), nil
}

// Steps are the vendor-specific parts of asking a question. Encode and Decode are
// required. Their errors go to the caller. An [*idverify.Error] is passed on, with its
// delivery corrected: nothing was sent before Decode, and the request was sent once
// Decode is called. Any other error is only available through Unwrap and is not printed.
type Steps struct {
	// Encode makes the request. It opens media and sends nothing, so its error
	// means not sent and free.
	Encode func(*Call) (Request, error)
	// Sign adds headers to a request whose address, headers and body are final, for
	// the time of [Call.Now]. It gets the SHA-256 of the body, which is computed
	// before the body is sent; the bytes sent are compared with it. Nil for a vendor
	// without signatures. If the vendor refuses a signature with a code whose row has
	// CodeSignatureExpired and DeliveryRefused, the request is signed once more with
	// the vendor's time.
	Sign func(c *Call, r *http.Request, digest [sha256.Size]byte) error
	// Decode turns the answer into a decision or an error, with the methods of
	// Answer.
	Decode func(*Answer) (*idverify.Result, error)
	// Milder says that the caller chose a threshold milder than the vendor's own:
	// every result warns of it.
	Milder bool
}

// Ask makes one exchange about a question; a provider's own Ask calls it. What it
// returns satisfies the contract of a provider: a match was earned.
func (v *Vendor) Ask(ctx context.Context, q *idverify.Question, s Steps) (*idverify.Result, error) {
	if v.own == nil {
		return nil, v.Misconfigured("Vendor", "was not made by New")
	}
	if s.Encode == nil || s.Decode == nil {
		return nil, v.Misconfigured("Steps", "Encode and Decode are required")
	}
	call := &Call{vendor: v}
	steps := exchange.Steps{Milder: s.Milder}
	steps.Encode = func(c *exchange.Call) (httpx.Request, error) {
		call.hidden = hide(c)
		req, err := s.Encode(call)
		if err != nil {
			return httpx.Request{}, v.notSent(err)
		}
		return req.sent(), nil
	}
	if s.Sign != nil {
		steps.Sign = func(_ *exchange.Call, req *httpx.Request) error {
			req.Sign = func(_ context.Context, r *http.Request, digest [sha256.Size]byte) error {
				return s.Sign(call, r, digest)
			}
			return nil
		}
	}
	steps.Decode = func(c *exchange.Call) (*idverify.Result, error) {
		answer := &Answer{call: call, hidden: hide(c)}
		res, err := s.Decode(answer)
		if err != nil {
			return nil, answered(c, err)
		}
		return res, nil
	}
	res, err := v.own.Ask(ctx, q, steps)
	return idverify.HoldToContract(v.name, res, err)
}

// notSent makes an error of Encode "not sent" and free, whatever it says itself.
func (v *Vendor) notSent(err error) *idverify.Error {
	var known *idverify.Error
	if !errors.As(err, &known) || known == nil {
		return v.own.RefuseFor(err, idverify.CodeInvalidRequest, "", "the request could not be made")
	}
	return v.own.Unsent(known)
}

// answered makes an error of Decode "sent" and perhaps billed, even if it says
// otherwise.
func answered(c *exchange.Call, err error) error {
	var known *idverify.Error
	if !errors.As(err, &known) || known == nil {
		return c.BadFor(err, "the answer could not be read")
	}
	if known.Delivery != idverify.DeliveryNotSent {
		return err
	}
	own := *known
	own.Delivery, own.Billed = idverify.DeliveryUnanswered, idverify.BilledUnknown
	return &own
}

// Misconfigured makes the error of a provider's New about one of its fields. problem
// is printed and must not contain the field's value.
func (v *Vendor) Misconfigured(field, problem string) *idverify.Error {
	return v.made().Misconfigured(field, problem)
}

// made is the part that New made, or an empty one for errors.
func (v *Vendor) made() *exchange.Vendor {
	if v.own == nil {
		return new(exchange.Vendor)
	}
	return v.own
}

// Threshold returns a rule with a threshold from the provider's own configuration; 0
// keeps the rule's. It fails with CodeInvalidConfig for a value outside the scale, and
// for a fraction below 1 on a larger scale, which is probably a mistake. Use
// [idverify.Rule.IsMilderThan] to set Milder in [Steps].
func (v *Vendor) Threshold(rule idverify.Rule, field string, threshold float64) (idverify.Rule, error) {
	return v.made().Threshold(rule, field, threshold)
}

// MaxFAR returns a rule with a published threshold for a false-accept rate, for a
// provider's method WithMaxFAR. It fails with CodeInvalidConfig where none was
// published.
func (v *Vendor) MaxFAR(rule idverify.Rule, rate float64) (idverify.Rule, error) {
	if v.own == nil {
		return rule, v.Misconfigured("Vendor", "was not made by New")
	}
	return v.own.MaxFAR(rule, rate)
}

// Name is the vendor's.
func (v *Vendor) Name() string { return v.name }

// CloseIdleConnections closes the connections of the default transport that no call
// uses. The Client of the settings is left alone.
func (v *Vendor) CloseIdleConnections() { v.own.CloseIdleConnections() }
