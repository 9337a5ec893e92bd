package otelidverify_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/otelidverify"
)

// telemetry is what a program's SDK recorded.
type telemetry struct {
	t       *testing.T
	spans   *tracetest.SpanRecorder
	reader  *metric.ManualReader
	options otelidverify.Options
}

func newTelemetry(t *testing.T) *telemetry {
	t.Helper()
	tel := &telemetry{t: t, spans: tracetest.NewSpanRecorder(), reader: metric.NewManualReader()}
	tel.options = otelidverify.Options{
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(tel.spans)),
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(tel.reader)),
	}
	return tel
}

// tree is the finished spans as lines, children under their parents.
func (tel *telemetry) tree() []string {
	ended := tel.spans.Ended()
	slices.SortStableFunc(ended, func(a, b sdktrace.ReadOnlySpan) int { return a.StartTime().Compare(b.StartTime()) })
	known := map[string]bool{}
	for _, s := range ended {
		known[s.SpanContext().SpanID().String()] = true
	}
	var lines []string
	var grow func(parent, indent string)
	grow = func(parent, indent string) {
		for _, s := range ended {
			own := s.Parent().SpanID().String()
			if own == parent || parent == "" && !known[own] {
				lines = append(lines, indent+spanLine(s))
				grow(s.SpanContext().SpanID().String(), indent+"  ")
			}
		}
	}
	grow("", "")
	return lines
}

func spanLine(s sdktrace.ReadOnlySpan) string {
	line := s.Name() + " " + s.SpanKind().String()
	if s.Status().Code != codes.Unset {
		line += " " + s.Status().Code.String() + ": " + s.Status().Description
	}
	line += " " + attributes(s.Attributes())
	for _, e := range s.Events() {
		if !isPauseOfTheMachine(e) {
			line += " [" + e.Name + "]"
		}
	}
	return line
}

// isPauseOfTheMachine reports whether an attempt without a limiter seems to have
// waited for one, because the machine was busy. Waits for the limiters in these tests
// take seconds.
func isPauseOfTheMachine(e sdktrace.Event) bool {
	set := attribute.NewSet(e.Attributes...)
	wait, _ := set.Value("idverify.wait")
	return e.Name == "idverify.queued" && wait.AsFloat64() < 0.5
}

// attributes are sorted, without those that differ in every call.
func attributes(all []attribute.KeyValue) string {
	set := attribute.NewSet(all...)
	var texts []string
	for _, kv := range set.ToSlice() {
		if key := string(kv.Key); key != "idverify.request_id" && !strings.HasPrefix(key, "server.") {
			texts = append(texts, strings.TrimPrefix(key, "idverify.")+"="+kv.Value.String())
		}
	}
	return "{" + strings.Join(texts, " ") + "}"
}

// metrics are all series, sorted: a histogram by its count, others by their value.
func (tel *telemetry) metrics() []string {
	tel.t.Helper()
	var lines []string
	add := func(name string, set attribute.Set, value any) {
		lines = append(lines, fmt.Sprint(strings.TrimPrefix(name, "idverify."), attributes(set.ToSlice()), " ", value))
	}
	for _, m := range tel.collect() {
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			for _, p := range data.DataPoints {
				add(m.Name, p.Attributes, p.Count)
			}
		case metricdata.Sum[int64]:
			for _, p := range data.DataPoints {
				add(m.Name, p.Attributes, p.Value)
			}
		case metricdata.Gauge[int64]:
			for _, p := range data.DataPoints {
				add(m.Name, p.Attributes, p.Value)
			}
		default:
			tel.t.Fatalf("%s is a %T", m.Name, data)
		}
	}
	slices.Sort(lines)
	return lines
}

func (tel *telemetry) collect() []metricdata.Metrics {
	tel.t.Helper()
	var all metricdata.ResourceMetrics
	require.NoError(tel.t, tel.reader.Collect(context.Background(), &all))
	var metrics []metricdata.Metrics
	for _, scope := range all.ScopeMetrics {
		metrics = append(metrics, scope.Metrics...)
	}
	return metrics
}

// standIn serves all vendors at one address.
func standIn(t *testing.T) (*idverifytest.Server, string) {
	t.Helper()
	vendors := idverifytest.New()
	server := httptest.NewServer(vendors)
	t.Cleanup(func() {
		server.Close()
		vendors.Close()
	})
	return vendors, server.URL
}

func newLinkface(t *testing.T, h idverify.HTTP) *linkface.Client {
	t.Helper()
	c, err := linkface.New(linkface.Config{APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret, HTTP: h})
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func newBaidu(t *testing.T, cfg baiduv4.Config) *baiduv4.Client {
	t.Helper()
	cfg.APIKey, cfg.SecretKey = idverifytest.BaiduAPIKey, idverifytest.BaiduSecretKey
	c, err := baiduv4.New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func at(root, vendor string) idverify.HTTP {
	return idverify.HTTP{BaseURL: idverifytest.BaseURLAt(root, vendor)}
}

// about is a question with evidence that both vendors read.
func about(p idverifytest.Person) *idverify.Request {
	return &idverify.Request{Name: p.Name, IDNumber: p.IDNumber, Evidence: []idverify.Evidence{
		linkface.Capture(idverify.Bytes(idverifytest.Capture())), idverify.Photo(idverify.Bytes(idverifytest.Photo()))}}
}

// provider is a vendor of a test.
type provider struct {
	name string
	says func(context.Context) (*idverify.Result, error)
}

func (p provider) Name() string                    { return p.name }
func (provider) Accepts(ev idverify.Evidence) bool { return ev != nil }

func (p provider) Ask(ctx context.Context, _ *idverify.Question) (*idverify.Result, error) {
	return p.says(ctx)
}

func says(res *idverify.Result, err error) func(context.Context) (*idverify.Result, error) {
	return func(context.Context) (*idverify.Result, error) { return res, err }
}

// bounds are the bounds of the first histogram.
func bounds(t *testing.T, tel *telemetry) []float64 {
	t.Helper()
	data, ok := tel.collect()[0].Data.(metricdata.Histogram[float64])
	require.True(t, ok)
	return data.DataPoints[0].Bounds
}

// all is everything that the SDK recorded, as one text: spans and measurements as
// exporters write them, and as Go prints them.
func (tel *telemetry) all() string {
	tel.t.Helper()
	var text bytes.Buffer
	spans, err := stdouttrace.New(stdouttrace.WithWriter(&text))
	require.NoError(tel.t, err)
	require.NoError(tel.t, spans.ExportSpans(context.Background(), tel.spans.Ended()))
	for _, s := range tel.spans.Ended() {
		fmt.Fprintf(&text, "%s %+v %+v %+v %+v\n", s.Name(), s.Status(), s.Attributes(), s.Events(), s.Links())
	}
	metrics, err := stdoutmetric.New(stdoutmetric.WithWriter(&text))
	require.NoError(tel.t, err)
	var all metricdata.ResourceMetrics
	require.NoError(tel.t, tel.reader.Collect(context.Background(), &all))
	require.NoError(tel.t, metrics.Export(context.Background(), &all))
	fmt.Fprintf(&text, "%+v\n", all)
	return text.String()
}
