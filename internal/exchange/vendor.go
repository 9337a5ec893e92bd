package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
)

// Settings are what the Config of every vendor's package has in common.
type Settings struct {
	Name           string
	DefaultBaseURL string
	Table          *Table
	// RequestIDField and RequestIDHeader are as in [Vendor].
	RequestIDField, RequestIDHeader string
	// Credentials are all required. Their values never appear in an error.
	Credentials []Credential
	// Key is what requests are signed with, nil if they are not: see [Exchange.Key].
	Key *SigningKey

	// IdleTimeout is for a vendor of which it is known how long it keeps a
	// connection; 0 where it is not.
	IdleTimeout time.Duration

	HTTP idverify.HTTP
}

// String is the vendor's name: the connections below hold what was sent last,
// and dumpers, which read everything, ask for it.
func (v *Vendor) String() string { return v.Name }

// Credential is a field of a Config that must be set.
type Credential struct{ Field, Value string }

// NewVendor checks the settings. Its error is an *idverify.Error with
// CodeInvalidConfig that names the field.
func NewVendor(s Settings) (*Vendor, error) {
	v := &Vendor{Name: s.Name, Table: s.Table, RequestIDField: s.RequestIDField, RequestIDHeader: s.RequestIDHeader, Now: s.HTTP.Clock}
	for _, c := range s.Credentials {
		if err := v.takeCredential(c); err != nil {
			return nil, err
		}
	}
	if s.Key != nil {
		if err := v.takeKey(*s.Key); err != nil {
			return nil, err
		}
	}
	if v.Now == nil {
		v.Now = time.Now
	}
	client, err := httpx.New(s.transport())
	var wrong *httpx.ConfigError
	if errors.As(err, &wrong) {
		return nil, v.Misconfigured("HTTP."+wrong.Field, wrong.Problem)
	}
	if err != nil {
		return nil, v.Misconfigured("HTTP", "cannot be used")
	}
	v.HTTP = client
	return v, nil
}

// transport is what httpx, which knows no vendor, needs to know.
func (s Settings) transport() httpx.Config {
	return httpx.Config{
		BaseURL:          cmp.Or(s.HTTP.BaseURL, s.DefaultBaseURL),
		Client:           s.HTTP.Client,
		Wrap:             s.HTTP.Wrap,
		Proxy:            s.HTTP.Proxy,
		HTTP2:            s.HTTP.HTTP2,
		TLSConfig:        s.HTTP.TLSConfig,
		MaxConns:         s.HTTP.MaxConns,
		IdleTimeout:      s.idleTimeout(),
		Timeout:          s.HTTP.Timeout,
		MaxResponseBytes: s.HTTP.MaxResponseBytes,
	}
}

// idleTimeout is the caller's, else the vendor's, which nobody asked for and a
// Client does not refuse.
func (s Settings) idleTimeout() time.Duration {
	if s.HTTP.IdleTimeout == 0 && s.HTTP.Client == nil {
		return s.IdleTimeout
	}
	return s.HTTP.IdleTimeout
}

// blank also finds what nobody sees, such as the byte order mark of an editor.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// Threshold is the rule at a threshold from a Config, where 0 is the vendor's
// recommended one.
func (v *Vendor) Threshold(rule idverify.Rule, field string, threshold float64) (idverify.Rule, error) {
	if threshold == 0 {
		return rule, nil
	}
	rule, err := rule.WithThreshold(threshold)
	switch {
	case err != nil:
		return rule, v.Misconfigured(field, strings.TrimPrefix(err.Error(), "threshold "))
	case rule.Scale.Max > 1 && threshold <= 1:
		// A fraction by mistake would let nearly everybody pass.
		return rule, v.Misconfigured(field, fmt.Sprintf("is a fraction, and the vendor's scale ends at %g", rule.Scale.Max))
	}
	return rule, nil
}

// IsMilder reports whether rules are milder than those that the vendor recommends:
// one has a milder threshold, or is missing.
func IsMilder(rules, recommended []idverify.Rule) bool {
	for _, want := range recommended {
		at := slices.IndexFunc(rules, func(r idverify.Rule) bool { return r.Kind == want.Kind })
		if at < 0 || rules[at].IsMilderThan(want) {
			return true
		}
	}
	return false
}

// MaxFAR is the rule at a published threshold for a false-accept rate.
func (v *Vendor) MaxFAR(rule idverify.Rule, rate float64) (idverify.Rule, error) {
	rule, err := rule.WithMaxFAR(rate)
	if err != nil {
		return rule, v.Misconfigured("WithMaxFAR", "cannot be met: "+err.Error())
	}
	return rule, nil
}
