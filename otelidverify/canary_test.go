package otelidverify_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/otelidverify"
	//lint:ignore SA1019 it is told nothing either, as long as it is there
	"github.com/idverify/idverify/tencent"
)

// The marks that must not appear. The person's data are the stand-in's.
const (
	markKey       = "canary-key-41"
	markReference = "canary-reference-42"
)

// canaries collects texts that must not appear.
type canaries struct {
	mu    sync.Mutex
	marks map[string]string
}

func (c *canaries) add(what, mark string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.marks[what] = mark
}

// in returns the marks that a text contains, in any usual form.
func (c *canaries) in(text string) []string {
	text = strings.ToLower(text)
	var found []string
	for what, mark := range c.marks {
		quoted, _ := json.Marshal(mark) // a string always marshals
		sum := sha256.Sum256([]byte(mark))
		for form, needle := range map[string]string{
			"raw": mark, "query": url.QueryEscape(mark), "JSON": strings.Trim(string(quoted), `"`), "hex": hex.EncodeToString([]byte(mark)),
			"base64": base64.RawStdEncoding.EncodeToString([]byte(mark)), "SHA-256": hex.EncodeToString(sum[:]),
		} {
			if strings.Contains(text, strings.ToLower(needle)) {
				found = append(found, what+", "+form)
			}
		}
	}
	slices.Sort(found)
	return found
}

// These stores add the ids, pseudonyms and tokens that they receive to the canaries.
type (
	tokenCanary struct {
		*baiduv4.MemoryStore
		*canaries
	}
	personCanary struct {
		idverify.PersonStore
		*canaries
	}
	resultCanary struct{ *canaries }
)

func (s tokenCanary) Save(ctx context.Context, key string, token baiduv4.Token) error {
	s.add("token", token.Reveal())
	s.add("token's account", key)
	return s.MemoryStore.Save(ctx, key, token)
}

func (s personCanary) Take(ctx context.Context, try idverify.Try) (idverify.Taken, error) {
	s.add("pseudonym", try.Person)
	s.add("try", try.ID)
	return s.PersonStore.Take(ctx, try)
}

func (s resultCanary) Load(_ context.Context, id string) (idverify.Stored, bool, error) {
	s.add("result's id", id)
	return idverify.Stored{}, false, errors.New(id)
}

func (s resultCanary) Save(_ context.Context, _ string, stored idverify.Stored) error {
	s.add("print", stored.Print)
	return errors.New(stored.Print)
}

// Uses everything in the module, with failures of every kind, and with otelhttp and
// otelhttptrace beside it.
func TestCanary_NoPersonalDataOrKeysInTelemetry(t *testing.T) {
	tel := newTelemetry(t)
	marks := &canaries{marks: map[string]string{
		"key":         markKey,
		"Baidu's key": idverifytest.BaiduAPIKey, "Baidu's secret": idverifytest.BaiduSecretKey,
		"Tencent's id": idverifytest.TencentSecretID, "Tencent's secret": idverifytest.TencentSecretKey,
		"Linkface's id": idverifytest.LinkfaceAPIID, "Linkface's secret": idverifytest.LinkfaceAPISecret,
		"secret": string(make32()),
	}}
	vendors, root := standIn(t)
	traced := func(vendor string) idverify.HTTP {
		h := at(root, vendor)
		h.Wrap = otelidverify.Transport(tel.traced)
		return h
	}
	tc, err := tencent.New(tencent.Config{AppID: idverifytest.TencentAppID, SecretID: idverifytest.TencentSecretID,
		SecretKey: idverifytest.TencentSecretKey, HTTP: traced(idverifytest.Tencent)})
	require.NoError(t, err)
	t.Cleanup(tc.CloseIdleConnections)
	client, err := idverify.New([]idverify.Provider{
		newBaidu(t, baiduv4.Config{HTTP: traced(idverifytest.BaiduV4), Tokens: tokenCanary{baiduv4.NewMemoryStore(), marks}, OnTokenFetch: otelidverify.TokenFetches(tel.options)}),
		newLinkface(t, traced(idverifytest.Linkface)), tc,
	}, idverify.WithHooks(otelidverify.Hooks(tel.options)),
		idverify.WithPersonLimit(idverify.PersonLimit{Secret: make32(), Tries: 100, Window: time.Hour, Store: personCanary{idverify.NewMemoryPersonStore(), marks}}),
		idverify.WithResultStore(resultCanary{marks}, make32()),
		idverify.WithRetry(idverify.Retry{Base: time.Nanosecond, RateLimitedBase: time.Nanosecond, Cap: time.Millisecond}))
	require.NoError(t, err)
	_, err = otelidverify.Circuits(tel.options, client)
	require.NoError(t, err)

	var rows []*idverify.Request
	for i, p := range idverifytest.Persons() {
		marks.add("name of "+string(p.Code), p.Name)
		marks.add("number of "+string(p.Code), p.IDNumber)
		req := about(p)
		req.IdempotencyKey, req.Reference = markKey+string(rune('a'+i)), markReference
		rows = append(rows, req)
	}
	for _, faults := range [][]idverifytest.Fault{nil, {idverifytest.ResetAfterBody()}, {idverifytest.RevokedToken()}, {idverifytest.HTML502()}, {idverifytest.MalformedJSON()}, {idverifytest.RateLimited()}} {
		for _, vendor := range idverifytest.Vendors() {
			vendors.Inject(vendor, faults...)
		}
		vendors.Inject(idverifytest.BaiduToken, faults...)
		results, err := batch.Run(withBaggage(t), client, slices.Values(rows), batch.WithConcurrency(2))
		require.NoError(t, err)
		for range otelidverify.Batch(tel.options, results) {
		}
	}
	told := tel.all()
	assert.Empty(t, marks.in(told))
	tel.assertAttributes(t)
	assert.NotContains(t, told, "EXAMPLE-USER", "baggage")
	assert.Equal(t, map[string]bool{"attempt tencent, idverify.request_id": true}, tel.where(markReference),
		"a vendor that takes a reference gives it back as its request id")
	for _, what := range []string{"idverify.token.fetch", "attempt tencent", "http.client.request.duration", "batch.rows", "store.passed_over", "circuit.open"} {
		assert.Contains(t, told, what)
	}
	for _, what := range []string{"token", "token's account", "pseudonym", "try", "result's id", "print"} {
		assert.NotEmpty(t, marks.marks[what], what)
	}
}

// allowed is what each instrument and each span may have, by the beginning of its name.
// Whatever is not here needs a decision: see "What is never reported" in doc.go.
var allowed = map[string]string{
	"idverify.verify.duration":        "idverify.code idverify.vendor.name idverify.origin error.type",
	"idverify.attempt.duration":       "idverify.vendor.name idverify.code idverify.billed idverify.ambiguous error.type",
	"idverify.attempt.queue.duration": "idverify.vendor.name",
	"idverify.attempt.passed_over":    "idverify.vendor.name idverify.reason",
	"idverify.circuit.open":           "idverify.vendor.name",
	"idverify.token.fetch.duration":   "idverify.vendor.name idverify.reason error.type",
	"idverify.store.duration":         "idverify.store idverify.operation error.type",
	"idverify.store.passed_over":      "idverify.store idverify.reason",
	"idverify.batch.rows":             "idverify.outcome",
	"idverify.batch.runs":             "",

	"span idverify.verify":      "idverify.code idverify.vendor.name idverify.origin error.type",
	"span idverify.token.fetch": "idverify.vendor.name idverify.reason error.type",
	"span idverify.claim":       "idverify.claim.state error.type",
	"span attempt": "idverify.vendor.name idverify.code idverify.billed idverify.ambiguous error.type idverify.attempt.number" +
		" idverify.request_id idverify.vendor.code http.response.status_code idverify.delivery idverify.next idverify.passed_over idverify.reason",
	"event idverify.backoff": "idverify.wait",
	"event idverify.queued":  "idverify.wait",
}

// assertAttributes requires that nothing has an attribute that is not allowed, and that
// a status is a code.
func (tel *telemetry) assertAttributes(t *testing.T) {
	t.Helper()
	check := func(what string, keys attribute.Set) {
		names, known := allowed[what]
		assert.True(t, known, "%s is not in the list", what)
		for _, kv := range keys.ToSlice() {
			assert.Contains(t, strings.Fields(names), string(kv.Key), what)
		}
	}
	spans := 0
	for _, s := range tel.spans.Ended() {
		name, _, isAttempt := strings.Cut(s.Name(), " ")
		if !isAttempt && !strings.HasPrefix(name, "idverify.") || s.InstrumentationScope().Name != "github.com/idverify/idverify/otelidverify" {
			continue // otelhttp's
		}
		spans++
		check("span "+name, attribute.NewSet(s.Attributes()...))
		for _, e := range s.Events() {
			check("event "+e.Name, attribute.NewSet(e.Attributes...))
		}
		assert.Empty(t, s.Links(), name)
		if said := s.Status().Description; said != "" {
			assert.Contains(t, idverify.Codes(), idverify.Code(said), name)
		}
	}
	assert.Positive(t, spans)
	for _, m := range tel.collect() {
		if !strings.HasPrefix(m.Name, "idverify.") {
			continue // otelhttp's
		}
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			for _, p := range data.DataPoints {
				check(m.Name, p.Attributes)
			}
		case metricdata.Sum[int64]:
			for _, p := range data.DataPoints {
				check(m.Name, p.Attributes)
			}
		case metricdata.Gauge[int64]:
			for _, p := range data.DataPoints {
				check(m.Name, p.Attributes)
			}
		default:
			t.Errorf("%s is a %T", m.Name, data)
		}
	}
}

// where returns the places, such as attributes, in which a mark is found.
func (tel *telemetry) where(mark string) map[string]bool {
	places := map[string]bool{}
	for _, s := range tel.spans.Ended() {
		for _, kv := range s.Attributes() {
			if strings.Contains(kv.Value.String(), mark) {
				places[s.Name()+", "+string(kv.Key)] = true
			}
		}
		if strings.Contains(fmt.Sprintf("%s %+v %+v %+v", s.Name(), s.Status(), s.Events(), s.Links()), mark) {
			places[s.Name()] = true
		}
	}
	for _, m := range tel.collect() {
		if strings.Contains(fmt.Sprintf("%+v", m), mark) {
			places[m.Name] = true
		}
	}
	return places
}

// The search finds each mark in each form, also in an exporter's output.
func TestCanary_DetectsLeaks(t *testing.T) {
	marks := &canaries{marks: map[string]string{"name": "测试一致", "token": "24.ab+/="}}
	for _, form := range []func(string) string{
		func(s string) string { return s }, url.QueryEscape, strings.ToUpper,
		func(s string) string { return hex.EncodeToString([]byte(s)) },
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	} {
		for what, mark := range marks.marks {
			assert.Contains(t, strings.Join(marks.in("x"+form(mark)+"y"), "; "), what)
		}
	}
	tel := newTelemetry(t)
	_, span := tel.options.TracerProvider.Tracer("x").Start(t.Context(), "s")
	span.AddEvent("测试一致")
	span.End()
	assert.NotEmpty(t, marks.in(tel.all()))
	assert.Equal(t, map[string]bool{"s": true}, tel.where("一致"))
	assert.Empty(t, marks.in("nothing"))
}
