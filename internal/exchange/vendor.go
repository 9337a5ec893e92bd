package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/internal/httpx"
)

// Settings are the common part of every vendor's Config.
type Settings struct {
	Name           string
	DefaultBaseURL string
	Table          *Table
	// RequestIDField and RequestIDHeader are as in [Vendor].
	RequestIDField, RequestIDHeader string
	// Credentials are all required. Their values never appear in an error.
	Credentials []Credential
	// Key is the signing key, nil if requests are not signed: see [Exchange.Key].
	Key *SigningKey
	// Paths are the paths that are added to the base URL.
	Paths []string

	// IdleTimeout is for a vendor whose idle timeout of connections is known;
	// otherwise 0.
	IdleTimeout time.Duration

	HTTP idverify.HTTP
}

// String is the vendor's name. The connections inside hold the last bytes sent;
// dumpers read every field, but use String if there is one.
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
	if err := v.checkBase(s); err != nil {
		return nil, err
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

// transport is the part of the settings that httpx needs; it knows no vendor.
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

// idleTimeout is the caller's setting, or else the vendor's default, which does not
// apply to a caller's own HTTP client.
func (s Settings) idleTimeout() time.Duration {
	if s.HTTP.IdleTimeout == 0 && s.HTTP.Client == nil {
		return s.IdleTimeout
	}
	return s.HTTP.IdleTimeout
}

// checkBase refuses base URLs that would break every path: invisible characters, and
// a vendor's whole endpoint.
func (v *Vendor) checkBase(s Settings) error {
	base := s.HTTP.BaseURL
	if len(base) > MaxText {
		return nil // httpx refuses it by its length
	}
	if problem := invisible(base); problem != "" {
		return v.Misconfigured("HTTP.BaseURL", problem)
	}
	for _, path := range s.Paths {
		if strings.HasSuffix(strings.ToLower(strings.TrimRight(base, "/")), strings.ToLower(path)) {
			return v.Misconfigured("HTTP.BaseURL", "must end before the vendor's path, which is added to it")
		}
	}
	return nil
}

// invisible names an invisible character in a key, a token or an address that does not
// belong to it, such as a file's line feed or byte order mark. It is empty if there
// is none.
func invisible(text string) string {
	at, what := idcard.FindInvisible(text)
	switch {
	case at == 0:
		return ""
	case at == utf8.RuneCountInString(text):
		return "must have no white space or invisible characters: it ends with " + what
	}
	return fmt.Sprintf("must have no white space or invisible characters: position %d is %s", at, what)
}

// Threshold is the rule at a Config's threshold; 0 means the vendor's recommended
// one.
func (v *Vendor) Threshold(rule idverify.Rule, field string, threshold float64) (idverify.Rule, error) {
	if threshold == 0 {
		return rule, nil
	}
	rule, err := rule.WithThreshold(threshold)
	switch {
	case err != nil:
		return rule, v.Misconfigured(field, strings.TrimPrefix(err.Error(), "threshold "))
	case rule.Scale.Max > 1 && threshold <= 1:
		// A fraction is a mistake that would let nearly everybody pass.
		return rule, v.Misconfigured(field, fmt.Sprintf("is a fraction, and the vendor's scale ends at %g", rule.Scale.Max))
	}
	return rule, nil
}

// Rate is the rule that uses the answer's threshold for a false accept rate from a
// Config; 0 means the rule's own rate. A higher rate is milder, and must be chosen
// explicitly.
func (v *Vendor) Rate(rule idverify.Rule, field string, rate float64) (idverify.Rule, error) {
	if rate == 0 {
		return rule, nil
	}
	rule, err := rule.WithRate(rate)
	if err != nil {
		return rule, v.Misconfigured(field, strings.TrimPrefix(err.Error(), "rate "))
	}
	return rule, nil
}

// HoldLine refuses a configured rule milder than the vendor's own threshold, for a
// vendor whose threshold is fixed: below it the vendor never passes anybody.
func (v *Vendor) HoldLine(rule, line idverify.Rule, field string) error {
	if rule.IsMilderThan(line) {
		return v.Misconfigured(field, "must not be milder than the vendor's own line")
	}
	return nil
}

// Published returns rules for a client's method Rules: copies, because a caller who
// changes a published rate must not change what decides.
func Published(rules ...idverify.Rule) []idverify.Rule {
	own := slices.Clone(rules)
	for i := range own {
		own[i].FAR = slices.Clone(own[i].FAR)
	}
	return own
}

// IsMilder reports whether rules are milder than the vendor's recommended ones: one
// has a milder threshold, or is missing.
func IsMilder(rules, recommended []idverify.Rule) bool {
	for _, want := range recommended {
		at := slices.IndexFunc(rules, func(r idverify.Rule) bool { return r.Kind == want.Kind })
		if at < 0 || rules[at].IsMilderThan(want) {
			return true
		}
	}
	return false
}

// MaxFAR is the rule at a published threshold for a false accept rate.
func (v *Vendor) MaxFAR(rule idverify.Rule, rate float64) (idverify.Rule, error) {
	if v == nil {
		return rule, v.unmade()
	}
	rule, err := rule.WithMaxFAR(rate)
	if err != nil {
		return rule, v.Misconfigured("WithMaxFAR", "cannot be met: "+err.Error())
	}
	return rule, nil
}

// CloseIdleConnections closes the idle connections of the default transport, if a New
// made one.
func (v *Vendor) CloseIdleConnections() {
	if v.unmade() == nil {
		v.HTTP.CloseIdleConnections()
	}
}
