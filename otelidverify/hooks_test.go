package otelidverify_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
)

func TestHooks_FailoverIsNoErrorOfTheCall(t *testing.T) {
	tel, _, client := pair(t, idverifytest.HTML502())
	res, err := client.Verify(t.Context(), about(idverifytest.FaceMismatch()))
	require.NoError(t, err)
	require.Equal(t, idverify.CodeFaceMismatch, res.Code)

	assert.Equal(t, []string{
		"idverify.verify internal {code=face_mismatch origin=vendor vendor.name=baiduv4}",
		"  attempt linkface client Error: bad_response {error.type=bad_response http.response.status_code=502 ambiguous=true attempt.number=1 billed=unknown code=bad_response delivery=unanswered next=another_vendor vendor.name=linkface}",
		"  attempt baiduv4 client {http.response.status_code=200 ambiguous=false attempt.number=2 billed=yes code=face_mismatch delivery=answered vendor.code=0 vendor.name=baiduv4}",
	}, tel.tree())
	assert.Equal(t, []string{
		"attempt.duration{ambiguous=false billed=yes code=face_mismatch vendor.name=baiduv4} 1",
		"attempt.duration{error.type=bad_response ambiguous=true billed=unknown code=bad_response vendor.name=linkface} 1",
		"attempt.queue.duration{vendor.name=baiduv4} 1",
		"attempt.queue.duration{vendor.name=linkface} 1",
		"verify.duration{code=face_mismatch origin=vendor vendor.name=baiduv4} 1",
	}, tel.metrics())
}

func TestHooks_CallWithoutDecision(t *testing.T) {
	tel, _, client := pair(t, idverifytest.QuotaExceeded().Always())
	_, err := client.Verify(t.Context(), &idverify.Request{})
	require.Error(t, err)
	assert.Equal(t, []string{"idverify.verify internal Error: invalid_name {error.type=invalid_name code=invalid_name origin=refused}"}, tel.tree())
	assert.Equal(t, []string{"verify.duration{error.type=invalid_name code=invalid_name origin=refused} 1"}, tel.metrics())
}

// pair is a client of two vendors; the first one fails as told.
func pair(t *testing.T, faults ...idverifytest.Fault) (*telemetry, *idverifytest.Server, *idverify.Client) {
	t.Helper()
	tel := newTelemetry(t)
	vendors, root := standIn(t)
	vendors.Inject(idverifytest.Linkface, faults...)
	client, err := idverify.New([]idverify.Provider{
		newLinkface(t, at(root, idverifytest.Linkface)),
		newBaidu(t, baiduv4.Config{HTTP: at(root, idverifytest.BaiduV4)}),
	}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
	require.NoError(t, err)
	return tel, vendors, client
}

// The span of a caller that joined has no attempt; the span of the caller that asked
// has all.
func TestHooks_CallerWhoJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tel := newTelemetry(t)
		answer := make(chan struct{})
		asked := provider{"own", func(context.Context) (*idverify.Result, error) {
			<-answer
			return &idverify.Result{Code: idverify.CodeFaceMismatch}, nil
		}}
		client, err := idverify.New([]idverify.Provider{asked}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
		require.NoError(t, err)
		for range 2 {
			go func() {
				req := about(idverifytest.FaceMismatch())
				req.IdempotencyKey = "row-1"
				_, _ = client.Verify(t.Context(), req)
			}()
			synctest.Wait()
		}
		close(answer)
		synctest.Wait()
		assert.ElementsMatch(t, []string{
			"idverify.verify internal {code=face_mismatch origin=vendor vendor.name=own}",
			"  attempt own client {ambiguous=false attempt.number=1 billed=unknown code=face_mismatch delivery=answered vendor.name=own}",
			"idverify.verify internal {code=face_mismatch origin=shared vendor.name=own}",
		}, tel.tree())
	})
}

// A foreign provider may put personal data where a word is expected.
func TestHooks_InvalidWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // on a busy machine an attempt would wait for its turn
		tel := newTelemetry(t)
		broken := provider{"own", says(nil, &idverify.Error{Code: "张三", Vendor: "张三", VendorCode: "张三", RequestID: "张三 1", Delivery: idverify.DeliveryAnswered})}
		client, err := idverify.New([]idverify.Provider{broken}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
		require.NoError(t, err)
		_, err = client.Verify(t.Context(), about(idverifytest.Match()))
		require.Error(t, err)
		named := provider{"own", says(&idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "张三"}, nil)}
		client, err = idverify.New([]idverify.Provider{named}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
		require.NoError(t, err)
		_, err = client.Verify(t.Context(), about(idverifytest.Match()))
		require.NoError(t, err)
		assert.Equal(t, []string{
			"idverify.verify internal Error: _OTHER {error.type=_OTHER code=_OTHER origin=vendor}",
			"  attempt own client Error: _OTHER {error.type=_OTHER ambiguous=false attempt.number=1 billed=unknown code=_OTHER delivery=answered vendor.code=[hidden] vendor.name=own}",
			"idverify.verify internal {code=face_mismatch origin=vendor vendor.name=_OTHER}",
			"  attempt own client {ambiguous=false attempt.number=1 billed=unknown code=face_mismatch delivery=answered vendor.name=own}",
		}, tel.tree())
		for _, line := range tel.metrics() {
			assert.NotContains(t, line, "张三")
		}
	})
}

func TestHooks_AttemptsJoinCallersTrace(t *testing.T) {
	tel := newTelemetry(t)
	client, err := idverify.New([]idverify.Provider{provider{"own", func(ctx context.Context) (*idverify.Result, error) {
		_, span := tel.options.TracerProvider.Tracer("x").Start(ctx, "within")
		span.End()
		return nil, errors.New("said nothing")
	}}}, idverify.WithHooks(otelidverify.Hooks(tel.options)))
	require.NoError(t, err)
	ctx, span := tel.options.TracerProvider.Tracer("x").Start(t.Context(), "above")
	_, err = client.Verify(ctx, about(idverifytest.Match()))
	require.Error(t, err)
	span.End()
	assert.Equal(t, []string{
		"above internal {}",
		"  idverify.verify internal Error: unknown {error.type=unknown code=unknown origin=vendor}",
		"    attempt own client Error: unknown {error.type=unknown ambiguous=true attempt.number=1 billed=unknown code=unknown delivery=unanswered vendor.name=own}",
		"      within internal {}",
	}, tel.tree())
}

// Durations are in seconds, and the bounds reach 30.
func TestHooks_DurationsAreSeconds(t *testing.T) {
	tel := newTelemetry(t)
	_, end := otelidverify.Hooks(tel.options).Call(t.Context(), idverify.CallStart{})
	end(idverify.CallEnd{Code: idverify.CodeMatch, Result: &idverify.Result{Code: idverify.CodeMatch}, Duration: 12e9})
	m := tel.collect()[0]
	assert.Equal(t, "s", m.Unit)
	point := m.Data.(metricdata.Histogram[float64]).DataPoints[0]
	assert.InDelta(t, 12, point.Sum, 1e-9)
	assert.Equal(t, []float64{0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 30}, point.Bounds)
}

// A span that is not sampled is still measured.
func TestHooks_WithoutSampling(t *testing.T) {
	tel := newTelemetry(t)
	tel.options.TracerProvider = sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()), sdktrace.WithSpanProcessor(tel.spans))
	client, err := idverify.New([]idverify.Provider{provider{"own", says(&idverify.Result{Code: idverify.CodeFaceMismatch}, nil)}},
		idverify.WithHooks(otelidverify.Hooks(tel.options)))
	require.NoError(t, err)
	_, err = client.Verify(t.Context(), about(idverifytest.Match()))
	require.NoError(t, err)
	assert.Empty(t, tel.tree())
	assert.Len(t, tel.metrics(), 3)
}
