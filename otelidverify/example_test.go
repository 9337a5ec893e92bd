package otelidverify_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/otelidverify"
)

// A program that traces its calls. A real one would use an OTLP exporter; the vendors
// here are stand-ins, and the first one is down.
func Example() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()
	vendors.Inject(idverifytest.Linkface, idverifytest.HTML502())

	exporter := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(exporter))
	opts := otelidverify.Options{TracerProvider: provider} // the zero value uses the global providers

	// Spans of HTTP requests are optional; attempts always have spans.
	wrap := otelidverify.Transport(func(next http.RoundTripper) http.RoundTripper {
		return otelhttp.NewTransport(next, otelhttp.WithTracerProvider(provider))
	})
	lf, err := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Linkface)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	bd, err := baiduv4.New(baiduv4.Config{
		APIKey: idverifytest.BaiduAPIKey, SecretKey: idverifytest.BaiduSecretKey, OnTokenFetch: otelidverify.TokenFetches(opts),
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.BaiduV4), Wrap: wrap}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lf.CloseIdleConnections()
	defer bd.CloseIdleConnections()
	client, err := idverify.New([]idverify.Provider{lf, bd}, idverify.WithHooks(otelidverify.Hooks(opts)))
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := otelidverify.Circuits(opts, client); err != nil {
		fmt.Println(err)
		return
	}
	person := idverifytest.Match()
	res, err := client.Verify(context.Background(), &idverify.Request{
		Name: person.Name, IDNumber: person.IDNumber,
		Evidence: []idverify.Evidence{
			linkface.Capture(idverify.Bytes(idverifytest.Capture())), idverify.Photo(idverify.Bytes(idverifytest.Photo()))}})
	fmt.Println(res.Code, err)
	for _, span := range exporter.GetSpans() {
		if !strings.HasPrefix(span.Name, "HTTP") && span.Name != "idverify.token.fetch" { // no call waits for it
			fmt.Printf("%s %q\n", span.Name, span.Status.Description)
		}
	}
	// Output:
	// match <nil>
	// attempt linkface "bad_response"
	// attempt baiduv4 ""
	// idverify.verify ""
}

// Rows are counted as the loop receives them.
func ExampleBatch() {
	vendors := idverifytest.New()
	defer vendors.Close()
	server := httptest.NewServer(vendors)
	defer server.Close()
	lf, err := linkface.New(linkface.Config{
		APIID: idverifytest.LinkfaceAPIID, APISecret: idverifytest.LinkfaceAPISecret,
		HTTP: idverify.HTTP{BaseURL: idverifytest.BaseURLAt(server.URL, idverifytest.Linkface)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lf.CloseIdleConnections()
	var rows []*idverify.Request
	for _, p := range []idverifytest.Person{idverifytest.Match(), idverifytest.FaceMismatch(), idverifytest.PersonFor(idverify.CodeNoFace)} {
		rows = append(rows, &idverify.Request{Name: p.Name, IDNumber: p.IDNumber,
			Evidence: []idverify.Evidence{linkface.Capture(idverify.Bytes(idverifytest.Capture()))}})
	}
	results, err := batch.Run(context.Background(), lf, slices.Values(rows))
	if err != nil {
		fmt.Println(err)
		return
	}
	reader := metric.NewManualReader()
	opts := otelidverify.Options{MeterProvider: metric.NewMeterProvider(metric.WithReader(reader))}
	for r := range otelidverify.Batch(opts, results) {
		_ = r // handle the result here
	}
	var told metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &told); err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range told.ScopeMetrics[0].Metrics {
		if data, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "idverify.batch.rows" {
			for _, p := range data.DataPoints {
				outcome, _ := p.Attributes.Value("idverify.outcome")
				fmt.Println(outcome.AsString(), p.Value)
			}
		}
	}
	// Unordered output:
	// decided 2
	// failed 1
	// ambiguous 0
	// resumed 0
	// taken 0
}
