package exchange

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/redact"
)

// Settings are what the Config of every vendor's package has in common.
type Settings struct {
	Name           string
	DefaultBaseURL string
	Table          *Table
	RequestIDField string
	// Credentials are all required. Their values never appear in an error.
	Credentials []Credential

	BaseURL          string
	HTTPClient       *http.Client
	TLSClientConfig  *tls.Config
	MaxConnsPerHost  int
	Timeout          time.Duration
	MaxResponseBytes int64
	Clock            func() time.Time
}

// String is the vendor's name: the connections below hold what was sent last,
// and dumpers, which read everything, ask for it.
func (v *Vendor) String() string { return v.Name }

// Credential is a field of a Config that must be set.
type Credential struct{ Field, Value string }

// NewVendor checks the settings. Its error is an *idverify.Error with
// CodeInvalidConfig that names the field.
func NewVendor(s Settings) (*Vendor, error) {
	v := &Vendor{Name: s.Name, Table: s.Table, RequestIDField: s.RequestIDField, Now: s.Clock}
	for _, c := range s.Credentials {
		switch {
		case c.Value == "":
			return nil, v.Misconfigured(c.Field, "is required")
		case !utf8.ValidString(c.Value), strings.ContainsFunc(c.Value, blank):
			return nil, v.Misconfigured(c.Field, "must be text without white space")
		}
		v.Secrets = append(v.Secrets, redact.NewSecret(c.Value))
	}
	if v.Now == nil {
		v.Now = time.Now
	}
	if s.BaseURL == "" {
		s.BaseURL = s.DefaultBaseURL
	}
	client, err := httpx.New(httpx.Config{
		BaseURL:          s.BaseURL,
		HTTPClient:       s.HTTPClient,
		TLSClientConfig:  s.TLSClientConfig,
		MaxConnsPerHost:  s.MaxConnsPerHost,
		Timeout:          s.Timeout,
		MaxResponseBytes: s.MaxResponseBytes,
	})
	var wrong *httpx.ConfigError
	if errors.As(err, &wrong) {
		return nil, v.Misconfigured(wrong.Field, wrong.Problem)
	}
	if err != nil {
		return nil, v.Misconfigured("HTTPClient", "cannot be used")
	}
	v.HTTP = client
	return v, nil
}

func blank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// Misconfigured is the error for a field of the vendor's Config.
func (v *Vendor) Misconfigured(field, problem string) *idverify.Error {
	return &idverify.Error{
		Code: idverify.CodeInvalidConfig, Vendor: v.Name, Field: field,
		Detail: field + " " + problem, Billed: idverify.BilledNo,
	}
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

// MaxFAR is the rule at a published threshold for a false-accept rate.
func (v *Vendor) MaxFAR(rule idverify.Rule, rate float64) (idverify.Rule, error) {
	rule, err := rule.WithMaxFAR(rate)
	if err != nil {
		return rule, v.Misconfigured("WithMaxFAR", "cannot be met: "+err.Error())
	}
	return rule, nil
}
