package otelidverify_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

// demo is a program in which everything goes wrong that has an alert.
type demo struct {
	registry *prometheus.Registry
	options  otelidverify.Options
	hooks    idverify.Hooks
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	d := &demo{registry: prometheus.NewRegistry()}
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(d.registry))
	require.NoError(t, err)
	d.options = otelidverify.Options{MeterProvider: metric.NewMeterProvider(metric.WithReader(exporter))}
	d.hooks = otelidverify.Hooks(d.options)
	down := &idverify.Error{Code: idverify.CodeVendorUnavailable, Delivery: idverify.DeliveryAnswered}
	client, err := idverify.New([]idverify.Provider{provider{"linkface", says(nil, down)}},
		idverify.WithVendor("linkface", idverify.VendorPolicy{Breaker: idverify.Breaker{Failures: 1, OpenFor: time.Hour}}))
	require.NoError(t, err)
	_, err = client.Verify(t.Context(), about(idverifytest.Match()))
	require.Error(t, err)
	_, err = otelidverify.Circuits(d.options, client)
	require.NoError(t, err)
	return d
}

// goWrong makes some load, and one failure of each kind.
func (d *demo) goWrong(t *testing.T) {
	t.Helper()
	decision := &idverify.Result{Code: idverify.CodeMatch, Vendor: "tencent", Origin: idverify.OriginVendor}
	lost := &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered, Origin: idverify.OriginVendor}
	attempt := func(a idverify.Attempt) {
		_, end := d.hooks.Attempt(t.Context(), idverify.AttemptStart{Vendor: a.Vendor, Number: 1})
		end(a)
	}
	for range 500 {
		attempt(idverify.Attempt{Vendor: "tencent", Code: idverify.CodeMatch, Billed: idverify.BilledYes, Delivery: idverify.DeliveryAnswered, Duration: time.Second, Queued: 4 * time.Second})
		_, end := d.hooks.Call(t.Context(), idverify.CallStart{})
		end(idverify.CallEnd{Code: idverify.CodeMatch, Result: decision, Duration: 5 * time.Second})
	}
	attempt(idverify.Attempt{Vendor: "linkface", Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered, Duration: 30 * time.Second, Err: lost})
	attempt(idverify.Attempt{Vendor: "baiduv4", Code: idverify.CodeQuotaExceeded, Billed: idverify.BilledNo, Delivery: idverify.DeliveryAnswered, Err: lost})
	attempt(idverify.Attempt{Vendor: "linkface", Code: idverify.CodeCircuitOpen, Billed: idverify.BilledNo, Delivery: idverify.DeliveryNotSent, PassedOver: true, Reason: idverify.ReasonCircuitOpen, Err: lost})
	_, end := d.hooks.Call(t.Context(), idverify.CallStart{})
	end(idverify.CallEnd{Code: idverify.CodeTimeout, Err: lost, Duration: 31 * time.Second})
	_, end = d.hooks.Call(t.Context(), idverify.CallStart{})
	end(idverify.CallEnd{Code: idverify.CodeUnknown, Err: &idverify.Error{Code: idverify.CodeUnknown, Delivery: idverify.DeliveryUnanswered, Origin: idverify.OriginLedger}})
	otelidverify.TokenFetches(d.options)(t.Context(), baiduv4.TokenFetch{Reason: baiduv4.FetchRenewal, Duration: time.Second, Err: &idverify.Error{Code: idverify.CodeNetwork}})
	d.hooks.Store(idverify.StoreEvent{Store: "person", Operation: "take", Duration: 2 * time.Second, Reason: idverify.StoreTimeout})
	for range otelidverify.Batch(d.options, slices.Values([]batch.Result{{Err: lost}, {Result: decision}})) {
	}
}

// expressions are the dashboard's expressions, with its variables filled in.
func expressions(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("dashboards/grafana.json")
	require.NoError(t, err)
	var dashboard struct {
		Panels []struct {
			Type, Title string
			Targets     []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal(text, &dashboard))
	var all []string
	for _, p := range dashboard.Panels {
		assert.True(t, p.Type == "row" || len(p.Targets) > 0, "%s shows nothing", p.Title)
		for _, target := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "1m", "$vendor", ".*", "$job", ".*").Replace(target.Expr)
			assert.NotContains(t, expr, "$", p.Title)
			all = append(all, expr)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// If a metric's name changes only in the code, a panel stays empty, and an alert
// never fires.
func TestDashboards_MatchExportedMetrics(t *testing.T) {
	d := newDemo(t)
	d.goWrong(t)
	families, err := d.registry.Gather()
	require.NoError(t, err)
	exported, used := map[string]bool{}, map[string]bool{}
	for _, f := range families {
		exported[f.GetName()] = true
		if f.GetType().String() == "HISTOGRAM" {
			exported[f.GetName()+"_bucket"], exported[f.GetName()+"_count"] = true, true
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				exported[l.GetName()] = true
			}
		}
	}
	alerts, err := os.ReadFile("dashboards/alerts.yml")
	require.NoError(t, err)
	for _, text := range append(expressions(t), string(alerts)) {
		for _, name := range regexp.MustCompile(`\bidverify_\w+|\berror_type\b`).FindAllString(text, -1) {
			assert.True(t, exported[name], "nothing is exported as %s", name)
			used[name] = true
		}
	}
	for name := range exported {
		if base := regexp.MustCompile(`_(bucket|count)$`).ReplaceAllString(name, ""); strings.HasPrefix(name, "idverify_") {
			assert.True(t, used[name] || used[base] || used[base+"_bucket"] || used[base+"_count"], "nobody looks at %s", name)
		}
	}
}

// A series that its first event creates has an increase of 0, so an alert on "any" that
// only looks at the increase is silent about the first.
func TestDashboards_AlertsOnAnySeeTheFirstEvent(t *testing.T) {
	text, err := os.ReadFile("dashboards/alerts.yml")
	require.NoError(t, err)
	seen := 0
	for _, alert := range strings.Split(string(text), "- alert: ")[1:] {
		name, rest, _ := strings.Cut(alert, "\n")
		expr, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(rest), "expr:"), "labels:")
		if !strings.Contains(expr, "increase(") || !strings.HasSuffix(strings.TrimSpace(regexp.MustCompile(`(?m)^\s*for:.*$`).ReplaceAllString(expr, "")), "> 0") {
			continue // compared with a budget
		}
		if strings.Contains(expr, "idverify_batch_runs") {
			continue // the other way round: no row at all
		}
		seen++
		m := regexp.MustCompile(`(?s)increase\(([^\[]*)\[(\w+)\]\) > 0\s+or \((.*?)\s+unless (.*?) offset (\w+)\)`).FindStringSubmatch(expr)
		if assert.Len(t, m, 6, name) {
			assert.Equal(t, []string{m[1], m[1], m[2]}, m[3:], "%s looks at different series", name)
		}
	}
	assert.Equal(t, 7, seen)
}
