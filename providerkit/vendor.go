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

// Config is what a provider's New knows. It prints as its name, except where fmt asks for
// no method: do not keep it in a field that is not exported, but the [Vendor].
type Config struct {
	configMask

	// Name is the vendor's, one word in lower case: it stands in results and errors.
	// Required.
	Name string
	// DefaultBaseURL is where the vendor's paths begin, unless HTTP.BaseURL says
	// otherwise. One of the two is required.
	DefaultBaseURL string
	// Keys are credentials by the names of the fields that they came in. All are
	// required to be set, and to have no blank or line feed. They are taken out of the
	// vendor's messages, in whole.
	Keys map[string]string
	// Codes is the vendor's table. One row must have CodeMatch: that of success. A row
	// says what is billed, and DeliveryRefused where the vendor turns a request away
	// before it looks at the person. Nothing is assumed to be free. Required.
	Codes []idverify.CodeRow
	// RequestIDField is the member of an answer with the vendor's id of the call, by
	// its path, as in "Response.RequestId". It is looked for even in an answer that
	// broke off. Default none.
	RequestIDField string
	// HTTP is how the vendor is reached.
	HTTP idverify.HTTP
}

type configMask = Mask[Config]

// Vendor is an account at a vendor. It is safe for concurrent use, and prints as its
// name.
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
		return nil, v.Misconfigured("Name", "must be one word in lower case")
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

// tableOf makes an error of what is a mistake of the program's in packages whose table
// does not change.
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

// Steps are what is a vendor's own on the way of a question. Encode and Decode are
// required. Their errors are for the caller: an [*idverify.Error] as it is, but that
// nothing was sent before Decode, and that something was once Decode is called, whatever
// it says of that; of any other error only the fact is shown, and it stands behind
// Unwrap.
type Steps struct {
	// Encode makes the request. It opens media, and sends nothing: what it returns
	// as an error is of a request that was not sent, and free.
	Encode func(*Call) (Request, error)
	// Sign adds headers to a request whose address, headers and body are final, for
	// the time of [Call.Now]. It is given the SHA-256 of the body, which is digested
	// before it is sent, and what is sent is held to that. Nil for a vendor that finds
	// the keys in the request. A signature that the vendor refuses with a code of the
	// table that means CodeSignatureExpired, with DeliveryRefused, is made once more
	// with the vendor's clock.
	Sign func(c *Call, r *http.Request, digest [sha256.Size]byte) error
	// Decode makes a decision or an error of the answer, by the methods of Answer.
	Decode func(*Answer) (*idverify.Result, error)
	// Milder says that the caller chose a threshold milder than the vendor's own:
	// every result warns of it.
	Milder bool
}

// Ask makes one exchange about a question, and is what a provider's own Ask calls. What
// it returns is held to the contract of a provider: a match has earned it.
func (v *Vendor) Ask(ctx context.Context, q *idverify.Question, s Steps) (*idverify.Result, error) {
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

// notSent is an error of Encode's, whatever it says of delivery and bill.
func (v *Vendor) notSent(err error) *idverify.Error {
	var known *idverify.Error
	if !errors.As(err, &known) || known == nil {
		return v.own.RefuseFor(err, idverify.CodeInvalidRequest, "", "the request could not be made")
	}
	return v.own.Unsent(known)
}

// answered is an error of Decode's. The request was sent, and may be on the bill, even
// where the error says that it was not.
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

// Misconfigured is the error of a provider's New for one of its fields. It is printed:
// problem must not hold the field's value.
func (v *Vendor) Misconfigured(field, problem string) *idverify.Error {
	return v.own.Misconfigured(field, problem)
}

// Threshold is a rule at a threshold from the provider's own configuration, where 0 is
// the rule's. It fails with CodeInvalidConfig for one that is not on the scale, and for a
// fraction on a scale that ends above 1. Compare with [idverify.Rule.IsMilderThan], and
// say so in [Steps].
func (v *Vendor) Threshold(rule idverify.Rule, field string, threshold float64) (idverify.Rule, error) {
	return v.own.Threshold(rule, field, threshold)
}

// MaxFAR is a rule at a published threshold for a false-accept rate, for a provider's
// method WithMaxFAR. It fails with CodeInvalidConfig where none was published.
func (v *Vendor) MaxFAR(rule idverify.Rule, rate float64) (idverify.Rule, error) {
	return v.own.MaxFAR(rule, rate)
}

// Name is the vendor's.
func (v *Vendor) Name() string { return v.name }

// CloseIdleConnections closes the connections of the default transport that no call
// uses. The Client of the settings is left alone.
func (v *Vendor) CloseIdleConnections() { v.own.HTTP.CloseIdleConnections() }
