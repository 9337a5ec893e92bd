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
	// Paths are those that are added to the base URL.
	Paths []string

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

// checkBase refuses what would become part of every path: what nobody sees, and a
// vendor's whole endpoint.
func (v *Vendor) checkBase(s Settings) error {
	base := s.HTTP.BaseURL
	if len(base) > MaxText {
		return nil // which httpx refuses by its length
	}
	if problem := unseen(base); problem != "" {
		return v.Misconfigured("HTTP.BaseURL", problem)
	}
	for _, path := range s.Paths {
		if strings.HasSuffix(strings.ToLower(strings.TrimRight(base, "/")), strings.ToLower(path)) {
			return v.Misconfigured("HTTP.BaseURL", "must end before the vendor's path, which is added to it")
		}
	}
	return nil
}

// unseen names what cannot be seen in a key, a token or an address and is not
// part of it, such as the line feed or the byte order mark of a file. It is empty
// where there is nothing of the kind.
func unseen(text string) string {
	at, what := idcard.FindUnseen(text)
	switch {
	case at == 0:
		return ""
	case at == utf8.RuneCountInString(text):
		return "must have no white space or invisible characters: it ends with " + what
	}
	return fmt.Sprintf("must have no white space or invisible characters: position %d is %s", at, what)
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

// Rate is the rule by the threshold of the answer for a false-accept rate from a
// Config, where 0 is the rule's own. A higher one is milder, and an explicit choice.
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

// HoldLine refuses a configured rule that is milder than the vendor's own threshold,
// for a vendor whose threshold is fixed: below it the vendor never passes anybody.
func (v *Vendor) HoldLine(rule, line idverify.Rule, field string) error {
	if rule.IsMilderThan(line) {
		return v.Misconfigured(field, "must not be milder than the vendor's own line")
	}
	return nil
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
