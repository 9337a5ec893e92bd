package canary_test

import (
	"errors"
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
	"github.com/idverify/idverify/photo"
)

// packages are those that users import: the root, and the folders in it that contain
// Go code and are no modules.
var packages = func() map[string]string {
	const root = "../../.."
	all := map[string]string{"idverify": root}
	files, _ := filepath.Glob(root + "/*/*.go")
	for _, file := range files {
		dir := filepath.Dir(file)
		if built, err := vendors.Building().MatchFile(dir, filepath.Base(file)); err != nil || !built {
			continue
		}
		if _, err := os.Stat(dir + "/go.mod"); err != nil {
			all[filepath.Base(dir)] = dir
		}
	}
	return all
}()

// samples are values of every exported type, with marks in every possible place. A
// new type that is missing here makes the test fail.
func (w *world) samples(t *testing.T) map[string]any {
	t.Helper()
	number, err := idcard.Parse("11010519000107008X")
	require.NoError(t, err)
	_, broken := idcard.Parse("110105190001070081")
	noName := idcard.CheckName("测试3甲乙")
	limit, err := idverify.NewLimiter(idverify.Rate{PerSecond: 1, InFlight: 1})
	require.NoError(t, err)
	journal, err := batch.OpenFileJournal(filepath.Join(t.TempDir(), "journal"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = journal.Close() })
	req := &idverify.Request{Name: "测试甲乙", IDNumber: number.Reveal(), Evidence: tokened().evidence(w.material)}
	subject, err := req.Subject()
	require.NoError(t, err)
	w.plantPerson(req.Name, req.IDNumber)
	w.plant("a wrong number", "110105190001070081")
	w.plant("a proxy's password", proxyPassword)
	w.plant(vendorsWords, ownWords)
	words := idverify.NewSensitive(ownWords)
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5, FAR: []idverify.FARStep{{Threshold: 0.5, Rate: 0.1}}}
	check, err := rule.Check(0.9)
	require.NoError(t, err)
	samples := w.kitSamples(t, req)
	providers := map[string]idverify.Provider{}
	for _, a := range accounts {
		provider, cfg, err := a.make(w.at(a.vendor))
		require.NoError(t, err)
		providers[a.vendor] = provider
		samples[a.vendor+".Client"], samples[a.vendor+".Config"] = provider, cfg
		for _, ev := range a.evidence(w.material) {
			samples[reflect.TypeOf(ev).String()] = ev
		}
		maps.Copy(samples, a.Samples(ownWords, w.picture[:300]))
	}
	question, err := req.Question(providers[tokened().vendor])
	require.NoError(t, err)
	question.Keep("key", w.picture[:300]) // as a wrapper of a provider does
	samples["idverify.Question"] = question
	fitter, err := photo.New(photo.Config{})
	require.NoError(t, err)
	for vendor, provider := range providers { // an unexported type that users still get
		samples["photo.Fitted("+vendor+")"] = photo.Fitted(provider)[0]
	}
	report, err := photo.Check(t.Context(), w.photo, slices.Collect(maps.Values(providers))...)
	require.NoError(t, err)
	require.NotEmpty(t, report.Vendors)
	first, second := accounts[0].vendor, accounts[1].vendor
	failure := &idverify.Error{Code: idverify.CodeUnknown, VendorMessage: words, Reply: samples[second+".Reply"], Err: errors.New("harmless")}
	attempt := idverify.Attempt{Vendor: "v", Code: idverify.CodeUnknown, Err: failure}
	failure.Attempts = []idverify.Attempt{{Vendor: "v", Code: idverify.CodeTimeout}}
	result := &idverify.Result{Code: idverify.CodeMatch, VendorMessage: words, Checks: []idverify.Check{check}, Attempts: []idverify.Attempt{attempt}, Reply: samples[first+".Reply"]}
	policy := idverify.VendorPolicy{Limiter: limit}
	client, err := idverify.New([]idverify.Provider{providers[first], providers[second]}, w.options(first)...)
	require.NoError(t, err)
	persons, claims := idverify.NewMemoryPersonStore(), idverify.NewMemoryLedger()
	claimed := idverify.ClaimRequest{ID: "0123456789abcdef", Print: "0123456789abcdef", Holder: "0123456789abcdef"}
	_, err = claims.Claim(t.Context(), idverify.ClaimRequest{ID: configMark, Print: configMark, Holder: configMark, Hold: time.Hour})
	require.NoError(t, err)
	held, err := claims.Claim(t.Context(), claimed)
	require.NoError(t, err)
	taken, err := persons.Take(t.Context(), idverify.Try{Person: configMark, ID: configMark, Limit: 1, Window: time.Hour})
	require.NoError(t, err)
	w.plant("a person's pseudonym", configMark)
	try := idverify.Try{Person: "0123456789abcdef", ID: "id", Limit: 1, Window: time.Hour} // a store gets the pseudonym
	limited := idverify.PersonLimit{Secret: []byte(personKey), Tries: 1, Window: time.Hour, Store: persons}

	maps.Copy(samples, map[string]any{
		"idverify.Next": idverify.NextSameVendor, "idverify.Attempt": attempt, "idverify.AttemptStart": idverify.AttemptStart{Vendor: "v"},
		"batch.Result": batch.Result{Key: "row", Result: result, Err: failure},
		"batch.Option": batch.WithJournal(journal, []byte(bindingSecret)), "batch.FileOption": batch.AllowOtherUsers(), "idverify.Option": idverify.WithPersonLimit(limited),
		"idverify.Billed": idverify.BilledYes, "idverify.CheckKind": idverify.CheckSynthetic, "idverify.Comparator": idverify.Above, "idverify.Direction": idverify.HigherIsBetter,
		"idverify.Scale": rule.Scale, "idverify.FARStep": rule.FAR[0], "idverify.Rule": rule, "idverify.Check": check,
		"idverify.Client": client, "idverify.Code": result.Code, "idverify.Advice": result.Advice(), "idverify.Error": failure, "idverify.Result": result,
		"idverify.Evidence": idverify.PhotoURL(w.url), "idverify.ContentEvidence": idverify.PhotoURL(w.url), "idverify.PhotoEvidence": idverify.Photo(w.photo), "idverify.PhotoURLEvidence": idverify.PhotoURL(w.url),
		"batch.FileJournal": journal, "batch.Journal": batch.Journal(journal), "batch.RunJournal": batch.RunJournal(journal), "batch.UniqueKeyJournal": batch.UniqueKeyJournal(journal), "batch.Entry": batch.Entry{Result: result, Err: failure},
		"idverify.ResultStore": resultStore{w.outlets}, "idverify.Stored": idverify.Stored{Result: *result, Print: "0123456789abcdef"}, "idverify.PersonStore": persons, "idverify.Limiter": limit, "idverify.Hooks": w.outlets.hooks(),
		"idverify.Credentials": idverify.Credentials{KeyID: configMark, KeySecret: configMark, Token: configMark},
		"idverify.PersonLimit": limited, "idverify.Try": try, "idverify.Taken": taken,
		"idverify.CallStart": idverify.CallStart{ID: "id"}, "idverify.CallEnd": idverify.CallEnd{ID: "id", Result: result, Err: failure},
		"idverify.ClaimStart": idverify.ClaimStart{CallID: "id"}, "idverify.ClaimEnd": idverify.ClaimEnd{CallID: "id", State: idverify.ClaimKept},
		"idverify.CircuitState": idverify.CircuitOpen, "idverify.CircuitChange": idverify.CircuitChange{}, "idverify.Delivery": idverify.DeliveryRefused,
		"idverify.StoreReason": idverify.StoreFailed, "idverify.StoreEvent": idverify.StoreEvent{}, "idverify.Origin": idverify.Origin("o"), "idverify.Reason": idverify.Reason("r"),
		"idverify.Media": w.photo, "idverify.Retry": idverify.Retry{}, "idverify.Failover": idverify.Failover{}, "idverify.VendorPolicy": policy, "idverify.Breaker": policy.Breaker,
		"photo.Config": photo.Config{}, "photo.Fitter": fitter, "photo.Report": report, "photo.Verdict": report.Vendors[0],
		"idverify.PhotoFormat": idverify.PhotoJPEG, "idverify.PhotoLimits": idverify.PhotoLimits{MaxBytes: 1},
		"batch.Progress": batch.Progress{Done: 1}, "idverify.Request": req, "idverify.Subject": subject, "idverify.Warning": idverify.WarnRiskyDevice,
		"idverify.Router": idverify.Router(w.router), "idverify.Sensitive": words, "idverify.CodeRow": accounts[0].Codes()[0],
		"idverify.Rate": idverify.Rate{PerSecond: 1}, "idverify.DecidedBy": idverify.DecidedByVendor,
		"idverifytest.LedgerHarness": idverifytest.LedgerHarness{}, "idverifytest.PersonStoreHarness": idverifytest.PersonStoreHarness{},
		"idverifytest.ResultStoreHarness": idverifytest.ResultStoreHarness{}, "idverifytest.TokenStoreHarness": idverifytest.TokenStoreHarness[string]{},
		"idverifytest.JournalHarness": idverifytest.JournalHarness{}, "idverifytest.LimiterHarness": idverifytest.LimiterHarness{},
		"idverifytest.StoreSetting": idverifytest.StoreSetting{}, "idverifytest.TokenStore": idverifytest.TokenStore[string](nil),
		"idverify.Ledger": claims, "idverify.ClaimRequest": claimed, "idverify.Claim": held, "idverify.ClaimState": held.State,
		"idverify.Settlement": idverify.Settlement{ID: claimed.ID, Holder: claimed.Holder, Answer: []byte("{}")}, "idverify.ClaimOutcome": idverify.OutcomeFree,
		"idverify.StartSource": idverify.StartSource(nil), "idverify.SharedRate": idverify.SharedRate{PerSecond: 1}, "batch.SharedJournal": batch.SharedJournal(nil),
		"idverify.HTTP":     idverify.HTTP{Client: through(t, "127.0.0.1:1"), BaseURL: w.at(first).baseURL},
		"idverify.Verifier": idverify.Verifier(client), "idverify.Provider": providers[second], "idverify.FARProvider": providers[first],
		"idcard.Rule": idcard.RuleLength, "idcard.Error": broken, "idcard.NameError": noName, "idcard.NameFault": idcard.NameDigit, "idcard.NameTraits": idcard.InspectName("测\ue000 甲"), "idcard.Kind": number.Kind(), "idcard.Sex": number.Sex(), "idcard.Number": number,

		"idverifytest.Server": w.standIn, "idverifytest.Bill": w.standIn.Bill(), "idverifytest.BilledCall": idverifytest.BilledCall{},
		"idverifytest.Exchange": idverifytest.Exchange{}, "idverifytest.Fault": idverifytest.Hang(), "idverifytest.Scores": idverifytest.Scores{},
		"idverifytest.Option": idverifytest.WithTLS(),
		// Made-up people and answers, which a test's author wants to see.
		"idverifytest.Person": nil, "idverifytest.Case": nil, "idverifytest.Harness": nil, "idverifytest.Answer": nil,
	})
	return samples
}

// Holds P-DATA-1.
func TestPublicTypes_LeakNothing(t *testing.T) {
	w := newWorld(t)
	samples := w.samples(t)
	for name, dir := range packages {
		for _, syntax := range parsed(t, dir) {
			for _, declared := range exportedTypes(syntax) {
				_, known := samples[name+"."+declared]
				assert.True(t, known, "%s.%s is a public type without a sample", name, declared)
			}
		}
	}
	for name, sample := range samples {
		if sample != nil {
			w.walk(name, reflect.ValueOf(sample), 3)
		}
	}
}

func exportedTypes(syntax *ast.File) []string {
	var names []string
	for _, decl := range syntax.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() {
				names = append(names, spec.Name.Name)
			}
		}
	}
	return names
}

// revealing are the fields and methods that return secrets, or a vendor's own words,
// on purpose. Everything else that can be reached from a public value is printed, and
// must be harmless.
var revealing = map[string][]string{
	"idverify.Request":          {"Name", "IDNumber", "Evidence"}, // each kind of evidence has its own sample
	"idverify.Subject":          {"Name", "IDNumber"},
	"idverify.Sensitive":        {"Reveal"},
	"idverify.PersonLimit":      {"Secret"},
	"idverify.Credentials":      {"KeyID", "KeySecret", "Token"},
	"idverify.PhotoURLEvidence": {"URL"},
	"idcard.Number":             {"Reveal", "BirthDate"},
	"idverify.Media":            {"Open"},
	// What a provider's author sets, and what arrives.
	"providerkit.Config":  {"Keys"},
	"providerkit.Request": {"Header", "Query"},
	"providerkit.Said":    {"Code", "Message"},
	"providerkit.Answer":  {"Content"},
	// These return nothing, and have an effect.
	"batch.FileJournal":   {"Close"},
	"idverifytest.Server": {"Close", "Reset", "RevokeTokens"},
}

// reveals are those of a type, including a vendor's types.
func reveals(name string) []string {
	for _, a := range accounts {
		if name == a.vendor+".Config" {
			var keys []string
			for _, k := range a.Keys {
				keys = append(keys, k.Field)
			}
			return keys
		}
		if own, ok := a.Reveals[name]; ok {
			return own
		}
	}
	return revealing[name]
}

// walk records a value, its exported fields and the results of its methods without
// arguments, and everything that can be reached from those.
func (o *outlets) walk(where string, v reflect.Value, depth int) {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() || depth == 0 || v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	o.still(where, v.Interface())
	if err, ok := v.Interface().(error); ok {
		o.failure(where, err)
	}
	base := v
	if v.Kind() == reflect.Pointer {
		base = v.Elem()
	}
	hidden := reveals(base.Type().String())
	if base.Kind() == reflect.Struct {
		for i := range base.NumField() {
			field := base.Type().Field(i)
			if field.IsExported() && !slices.Contains(hidden, field.Name) {
				o.walk(where+"."+field.Name, base.Field(i), depth-1)
			}
		}
	}
	if base.Kind() == reflect.Slice && base.Len() > 0 {
		o.walk(where+"[0]", base.Index(0), depth-1)
	}
	if !strings.HasPrefix(base.Type().PkgPath(), "github.com/idverify/") {
		return
	}
	for i := range v.NumMethod() {
		method := v.Type().Method(i)
		if v.Method(i).Type().NumIn() > 0 || slices.Contains(hidden, method.Name) {
			continue
		}
		for _, result := range v.Method(i).Call(nil) {
			o.walk(where+"."+method.Name+"()", result, depth-1)
		}
	}
}
