package wire_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// wrongHTTP are settings that every New refuses, by the wrong field.
func wrongHTTP() map[string][]idverify.HTTP {
	wrong := map[string][]idverify.HTTP{
		"HTTP.Timeout":          {{Timeout: -time.Second}, {Timeout: -1}},
		"HTTP.MaxResponseBytes": {{MaxResponseBytes: -1}},
		"HTTP.MaxConns":         {{MaxConns: -1}},
		"HTTP.TLSConfig":        {{TLSConfig: &tls.Config{InsecureSkipVerify: true}}},
		"HTTP.IdleTimeout":      {{IdleTimeout: -1}, {IdleTimeout: time.Minute, Client: &http.Client{}}},
		"HTTP.HTTP2":            {{HTTP2: true, Client: &http.Client{}}},
		"HTTP.Proxy":            {{Proxy: http.ProxyFromEnvironment, Client: &http.Client{}}},
		"HTTP.Wrap":             {{Wrap: func(http.RoundTripper) http.RoundTripper { return nil }}},
	}
	for _, base := range []string{
		"http://vendor.example", "https://", "https://vendor.example/?a=EXAMPLE", "https://vendor.example?access_token=EXAMPLE",
		"ftp://vendor.example", "vendor.example", ":", "https://vendor.example/#EXAMPLE",
	} {
		wrong["HTTP.BaseURL"] = append(wrong["HTTP.BaseURL"], idverify.HTTP{BaseURL: base})
	}
	return wrong
}

// refusals are all Configs of a vendor that New must refuse.
func refusals(t *testing.T, v vendors.Vendor) []vendors.Refused {
	t.Helper()
	all := v.Refused(vendors.Account{})
	add := func(field string, a vendors.Account) {
		all = append(all, vendors.Refused{Field: field, New: func() (vendors.Provider, error) { return v.New(a) }})
	}
	for _, k := range v.Keys {
		bad := []string{"", "EXAMPLE SECRET", "EXAMPLE\n", "\tEXAMPLE", "EXAMPLE\u3000", "EXAMPLE\x00KEY", "EXAMPLE\x7f", "EXAMPLE\xff", k.Value + " ", k.Value + "\n"}
		if k.Digits {
			bad = append(bad, "EXAMPLE", "12e9", "+1250000000", "１２５", k.Value+"&k=x", "-1")
		}
		for _, value := range bad {
			add(k.Field, vendors.Account{Keys: map[string]string{k.Field: value}})
		}
	}
	for field, settings := range wrongHTTP() {
		for _, wrong := range settings {
			add(field, vendors.Account{HTTP: wrong})
		}
	}
	if v.OwnThreshold {
		usual := rules(t, v)[0]
		bad := []float64{-0.1, -1, math.NaN(), math.Inf(1), math.Inf(-1), usual.Scale.Max + 1e-4, usual.Scale.Max * 2}
		if usual.Pass == idverify.Above {
			bad = append(bad, usual.Scale.Max) // no score can pass it
		}
		for _, threshold := range bad {
			add("Threshold", vendors.Account{Threshold: threshold})
		}
	}
	return all
}

func TestNew_NamesRefusedField(t *testing.T) {
	for _, v := range vendors.All() {
		tried := map[string]bool{}
		for _, r := range refusals(t, v) {
			tried[r.Field] = true
			p, err := r.New()
			assert.Nil(t, p)
			var e *idverify.Error
			require.ErrorAs(t, err, &e, "%s: %s", v.Name, r.Field)
			assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
			assert.Equal(t, r.Field, e.Field, v.Name)
			assert.Equal(t, v.Name, e.Vendor)
			assert.False(t, e.Sent())
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.Contains(t, err.Error(), r.Field)
			for _, value := range []string{"EXAMPLE", "AKID", "125", "vendor.example"} {
				assert.NotContains(t, err.Error(), value, "%s: %s", v.Name, r.Field)
			}
		}
		_, cfg, err := v.Make(vendors.Account{})
		require.NoError(t, err)
		for _, field := range configFields(reflect.TypeOf(cfg)) {
			if field != "HTTP.Client" && field != "HTTP.Clock" && !slices.Contains(v.Anything, field) {
				assert.True(t, tried[field], "%s: no value of %s is refused here", v.Name, field)
			}
		}
	}
}

// A client that New did not make answers with an error, and does not panic.
func TestClient_ZeroValueIsRefused(t *testing.T) {
	for _, v := range vendors.All() {
		made, err := v.New(vendors.Account{})
		require.NoError(t, err)
		zero := reflect.New(reflect.TypeOf(made).Elem()).Interface().(idverify.Provider)
		req := &idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X", Evidence: v.OfMedia(idverify.Bytes(v.Media()))}
		res, err := idverify.VerifyWith(t.Context(), zero, req)
		assert.Nil(t, res)
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig, v.Name)
		if strict, can := zero.(idverify.FARProvider); can {
			_, err := strict.WithMaxFAR(1e-4)
			assert.ErrorIs(t, err, idverify.ErrInvalidConfig, v.Name)
		}
		zero.(interface{ CloseIdleConnections() }).CloseIdleConnections()
	}
}

// A caller that changes the rules it was given changes nobody's decisions.
func TestRules_AreCopies(t *testing.T) {
	for _, v := range vendors.All() {
		made, err := v.New(vendors.Account{})
		require.NoError(t, err)
		p := made.(interface{ Rules() []idverify.Rule })
		want := fmt.Sprintf("%+v", p.Rules())
		for _, rule := range p.Rules() {
			for i := range rule.FAR {
				rule.FAR[i] = idverify.FARStep{}
			}
		}
		assert.Equal(t, want, fmt.Sprintf("%+v", p.Rules()), v.Name)
	}
}

func configFields(of reflect.Type) []string {
	var all []string
	for i := range of.NumField() {
		field := of.Field(i)
		switch {
		case !field.IsExported():
		case field.Type == reflect.TypeFor[idverify.HTTP]():
			for _, inner := range configFields(field.Type) {
				all = append(all, field.Name+"."+inner)
			}
		default:
			all = append(all, field.Name)
		}
	}
	return all
}

// Configs, clients, evidence and replies print only their name, in every way.
func TestTypes_PrintOnlyTheirName(t *testing.T) {
	for _, v := range vendors.All() {
		p, cfg, err := v.Make(vendors.Account{Keys: v.Keyed("EXAMPLE-KEY-MARK")})
		require.NoError(t, err)
		printed := map[string]any{v.Name + ".Config": cfg, v.Name + ".Client": p}
		for name, sample := range v.Samples("EXAMPLE-MARK", idverifytest.Photo()) {
			if _, tells := v.Reveals[name]; tells {
				printed[name] = sample
			}
		}
		require.Contains(t, printed, v.Name+".Reply")
		for _, f := range v.Forms {
			for _, ev := range []idverify.Evidence{of(f.Media, idverify.Bytes([]byte("EXAMPLE-MARK"))), of(f.URL, "https://media.example/MARK"), ofTexts(f, "EXAMPLE-MARK")} {
				if ev != nil && strings.HasPrefix(ev.EvidenceKind(), v.Name) {
					printed[ev.EvidenceKind()] = ev
				}
			}
		}
		for name, value := range printed {
			assertPrints(t, name, value)
		}
	}
}

func of[T any](form func(T) idverify.Evidence, value T) idverify.Evidence {
	if form == nil {
		return nil
	}
	return form(value)
}

func ofTexts(f vendors.Form, text string) idverify.Evidence {
	if f.Texts == nil {
		return nil
	}
	return f.Texts(text)
}

func assertPrints(t *testing.T, name string, value any) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
		assert.Equal(t, name, fmt.Sprintf(verb, value), verb)
	}
	for what, text := range said(t, value) {
		want := name
		if what == "JSON" {
			want = `"` + name + `"`
		}
		assert.Equal(t, want, text, "%s of %T", what, value)
	}
}

// said is how a value appears in a log and in JSON.
func said(t *testing.T, v any) map[string]string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return map[string]string{"JSON": string(text), "the log": v.(slog.LogValuer).LogValue().String()}
}
