package exchange

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func settings(h idverify.HTTP) Settings {
	return Settings{Name: "sample", DefaultBaseURL: "https://sample.example", IdleTimeout: 7 * time.Second, HTTP: h}
}

// A forgotten field would be accepted but have no effect.
func TestVendor_EverySettingReachesTransport(t *testing.T) {
	whole := idverify.HTTP{
		BaseURL: "https://vendor.example", Client: &http.Client{},
		Wrap:  func(next http.RoundTripper) http.RoundTripper { return next },
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
		HTTP2: true, TLSConfig: &tls.Config{}, MaxConns: 1, IdleTimeout: 2, Timeout: 3, MaxResponseBytes: 4,
	}
	given, taken := reflect.ValueOf(whole), reflect.ValueOf(settings(whole).transport())
	for i := range given.NumField() {
		name := given.Type().Field(i).Name
		if !given.Type().Field(i).IsExported() || name == "Clock" { // the vendor's own
			continue
		}
		field := taken.FieldByName(name)
		require.True(t, field.IsValid(), name)
		assert.False(t, given.Field(i).IsZero(), "%s has no sample here", name)
		if field.Comparable() {
			assert.True(t, field.Equal(given.Field(i)), name)
		} else {
			assert.Equal(t, given.Field(i).Pointer(), field.Pointer(), name)
		}
	}

	now := time.Unix(1, 0)
	v, err := NewVendor(settings(idverify.HTTP{Clock: func() time.Time { return now }}))
	require.NoError(t, err)
	assert.Equal(t, now, v.Now())
}

// A vendor's defaults are no error beside a caller's HTTP client.
func TestVendor_Defaults(t *testing.T) {
	bare := settings(idverify.HTTP{}).transport()
	assert.Equal(t, "https://sample.example", bare.BaseURL)
	assert.Equal(t, 7*time.Second, bare.IdleTimeout)
	assert.Equal(t, time.Second, settings(idverify.HTTP{IdleTimeout: time.Second}).transport().IdleTimeout)
	_, err := NewVendor(settings(idverify.HTTP{Client: &http.Client{}}))
	assert.NoError(t, err)
}

// A key with an editor's invisible characters is refused here, instead of by the
// vendor as unknown; so is a base URL that includes a path of the vendor.
// Holds P-DATA-11.
func TestVendor_RefusesInvisibleCharacters(t *testing.T) {
	for value, problem := range map[string]string{
		"EXAMPLE\n":     "it ends with a line feed",
		"EXAMPLE ":      "it ends with a blank",
		"EXAMPLE\u3164": "it ends with an invisible character",
		"\ufeffEXAMPLE": "position 1 is a byte order mark",
		"EXA\u200bMPLE": "position 4 is an invisible character",
		"EXAMPLE\x00":   "it ends with a control character",
		"EXAMPLE\xff":   "must be UTF-8 text",
	} {
		s := settings(idverify.HTTP{})
		s.Credentials = []Credential{{"Key", value}}
		_, err := NewVendor(s)
		e := asError(t, nil, err)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, "Key", e.Field)
		assert.Contains(t, e.Detail, problem)
		assert.NotContains(t, e.Error(), "EXA")
	}
	for base, problem := range map[string]string{
		"https://vendor.example/ ":             "it ends with a blank",
		"https://vendor.example\n":             "it ends with a line feed",
		"https://vendor.example/\ufeff":        "it ends with a byte order mark",
		"\ufeffhttps://vendor.example":         "position 1 is a byte order mark",
		"https://vendor.example/a b":           "position 25 is a blank",
		"https://vendor.example/v1/verify":     "must end before the vendor's path",
		"https://vendor.example/x/V1/Verify//": "must end before the vendor's path",
		"https://vendor.example/token":         "must end before the vendor's path",
	} {
		s := settings(idverify.HTTP{BaseURL: base})
		s.Paths = []string{"/v1/verify", "/token"}
		_, err := NewVendor(s)
		e := asError(t, nil, err)
		assert.Equal(t, "HTTP.BaseURL", e.Field)
		assert.Contains(t, e.Detail, problem)
	}
	s := settings(idverify.HTTP{BaseURL: "https://gateway.example/vendor/v1/"})
	s.Paths = []string{"/v1/verify"}
	_, err := NewVendor(s)
	assert.NoError(t, err)
}

func TestVendor_NamesRefusedSetting(t *testing.T) {
	for field, h := range map[string]idverify.HTTP{
		"HTTP.BaseURL":          {BaseURL: "ftp://vendor.example"},
		"HTTP.Timeout":          {Timeout: -1},
		"HTTP.MaxResponseBytes": {MaxResponseBytes: -1},
		"HTTP.MaxConns":         {MaxConns: -1},
		"HTTP.IdleTimeout":      {IdleTimeout: -1},
		"HTTP.HTTP2":            {HTTP2: true, Client: &http.Client{}},
		"HTTP.TLSConfig":        {TLSConfig: &tls.Config{InsecureSkipVerify: true}},
		"HTTP.Proxy":            {Proxy: http.ProxyFromEnvironment, Client: &http.Client{}},
		"HTTP.Wrap":             {Wrap: func(http.RoundTripper) http.RoundTripper { return nil }},
	} {
		_, err := NewVendor(settings(h))
		var e *idverify.Error
		require.True(t, errors.As(err, &e), field)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, field, e.Field)
		assert.Contains(t, e.Detail, field)
	}
}

func TestVendor_RefusesUnpublishedRate(t *testing.T) {
	v := &Vendor{Name: "v"}
	same, err := v.Rate(climbing, "FalseAcceptRate", 0)
	require.NoError(t, err)
	assert.Equal(t, climbing, same)
	milder, err := v.Rate(climbing, "FalseAcceptRate", 1e-3)
	require.NoError(t, err)
	assert.True(t, IsMilder([]idverify.Rule{milder}, []idverify.Rule{climbing}), "every result has the warning")
	for _, rate := range []float64{-1, 1, 2e-4, 80} {
		_, err := v.Rate(climbing, "FalseAcceptRate", rate)
		assert.ErrorContains(t, err, "FalseAcceptRate must be one of the vendor's: 0.001, 0.0001, 1e-05", "%v", rate)
	}
	assert.NoError(t, v.HoldLine(climbing, climbing, "FalseAcceptRate"))
	err = v.HoldLine(milder, climbing, "FalseAcceptRate")
	require.ErrorIs(t, err, idverify.ErrInvalidConfig)
	assert.ErrorContains(t, err, "must not be milder")
}

func TestVendor_NoRateWhereVendorDecides(t *testing.T) {
	v := &Vendor{Name: "v"}
	_, err := v.MaxFAR(verdict, 1e-4)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	assert.ErrorContains(t, err, "no false-accept rate was published")
	_, err = v.MaxFAR(similar, 1e-4)
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig, "a threshold without a rate has none")
	strict, err := v.MaxFAR(climbing, 1e-5)
	require.NoError(t, err)
	assert.Equal(t, 1e-5, strict.Rate)
}
