package canary_test

import (
	"errors"
	"go/ast"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

// packages are those that users import.
var packages = map[string]string{
	"idverify": "../../..", "linkface": "../../../linkface", "baiduv4": "../../../baiduv4", "tencent": "../../../tencent",
	"idcard": "../../../idcard", "idverifytest": "../../../idverifytest",
}

// samples are values of every exported type, with marks wherever they can
// stand. A new type that is not here makes the test fail.
func (w *world) samples(t *testing.T) map[string]any {
	t.Helper()
	number, err := idcard.Parse("11010519000107008X")
	require.NoError(t, err)
	_, broken := idcard.Parse("110105190001070081")
	limit, err := idverify.NewLimiter(1, 1)
	require.NoError(t, err)
	journal, err := idverify.OpenFileJournal(filepath.Join(t.TempDir(), "journal"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = journal.Close() })
	req := &idverify.Request{Name: "测试甲乙", IDNumber: number.Reveal(), Evidence: accounts[1].evidence(w.material)}
	subject, err := req.Subject()
	require.NoError(t, err)
	w.plantPerson(req.Name, req.IDNumber)
	w.plant("a wrong number", "110105190001070081")
	w.plant("a proxy's password", proxyPassword)
	w.plant(vendorsWords, ownWords)
	var decoded baiduv4.DecImage
	require.NoError(t, decoded.UnmarshalJSON([]byte(`"`+string(encoded(string(w.picture[:300]))["base64, +0"])+`"`)))

	words := idverify.NewSensitive(ownWords)
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, Scale: idverify.Scale{Max: 1}, Pass: idverify.AtLeast, Threshold: 0.5, FAR: []idverify.FARStep{{Threshold: 0.5, Rate: 0.1}}}
	check, err := rule.Check(0.9)
	require.NoError(t, err)
	lf := &linkface.Reply{RequestID: "id", Status: "OK", Reason: ownWords, Image: ownWords, LivenessDataID: ownWords, Identity: &linkface.Identity{PhotoID: ownWords, Reason: ownWords}}
	bd := &baiduv4.Reply{LogID: "1", ErrorCode: "7", ErrorMsg: ownWords, DecImage: decoded, RiskTags: []string{ownWords}}
	tc := &tencent.Reply{Code: "0", SessionID: "s", Message: ownWords}
	failure := &idverify.Error{Code: idverify.CodeUnknown, VendorMessage: words, Reply: tc, Err: errors.New("harmless")}
	attempt := idverify.Attempt{Vendor: "v", Code: idverify.CodeUnknown, Err: failure}
	failure.Attempts = []idverify.Attempt{{Vendor: "v", Code: idverify.CodeTimeout}}
	result := &idverify.Result{Code: idverify.CodeMatch, VendorMessage: words, Checks: []idverify.Check{check}, Attempts: []idverify.Attempt{attempt}, Reply: lf}
	policy := idverify.VendorPolicy{Limiter: limit}
	providers, configs := map[string]idverify.Provider{}, map[string]any{}
	for _, a := range accounts {
		providers[a.vendor], configs[a.vendor], err = a.make(w.at(a.vendor))
		require.NoError(t, err)
	}
	client, err := idverify.New([]idverify.Provider{providers["linkface"], providers["baiduv4"]}, w.options("linkface")...)
	require.NoError(t, err)
	tokens := baiduv4.NewMemoryStore()
	token := baiduv4.NewToken(echoToken, time.Now())
	require.NoError(t, tokens.Save(t.Context(), "key", token))
	w.plantKey("an access token", echoToken)
	persons := idverify.NewMemoryPersonStore()
	_, err = persons.Take(t.Context(), idverify.Try{Person: configMark, ID: configMark, Limit: 1, Window: time.Hour})
	require.NoError(t, err)
	w.plant("a person's pseudonym", configMark)
	evidence := accounts[1].evidence(w.material)

	return map[string]any{
		"idverify.Next": idverify.NextSameVendor, "idverify.Attempt": attempt, "idverify.AttemptStart": idverify.AttemptStart{Vendor: "v"},
		"idverify.BatchItem":   idverify.BatchItem{Key: "row", Request: req},
		"idverify.BatchResult": idverify.BatchResult{Key: "row", Result: result, Err: failure},
		"idverify.BatchOption": idverify.WithPersonBinding([]byte(bindingSecret)), "idverify.Option": idverify.WithPersonLimit(idverify.PersonLimit{Secret: []byte(personKey), Tries: 1, Window: time.Hour, Store: persons}),
		"idverify.Billed": idverify.BilledYes, "idverify.CheckKind": idverify.CheckHack, "idverify.Comparator": idverify.Above, "idverify.Direction": idverify.HigherIsBetter,
		"idverify.Scale": rule.Scale, "idverify.FARStep": rule.FAR[0], "idverify.Rule": rule, "idverify.Check": check,
		"idverify.Client": client, "idverify.Code": result.Code, "idverify.Advice": result.Advice(), "idverify.Error": failure, "idverify.Result": result,
		"idverify.Evidence": idverify.PhotoURL(w.url), "idverify.ContentEvidence": idverify.PhotoURL(w.url), "idverify.PhotoEvidence": idverify.Photo(w.photo), "idverify.PhotoURLEvidence": idverify.PhotoURL(w.url),
		"idverify.FileJournal": journal, "idverify.Journal": idverify.Journal(journal), "idverify.JournalEntry": idverify.JournalEntry{Result: result, Err: failure},
		"idverify.ResultStore": resultStore{w.outlets}, "idverify.PersonStore": persons, "idverify.Limiter": limit, "idverify.Hooks": w.outlets.hooks(),
		"idverify.Media": w.photo, "idverify.Retry": idverify.Retry{}, "idverify.Failover": idverify.Failover{}, "idverify.VendorPolicy": policy, "idverify.Breaker": policy.Breaker,
		"idverify.Progress": idverify.Progress{Done: 1}, "idverify.Request": req, "idverify.Subject": subject, "idverify.Warning": idverify.WarnRiskyDevice,
		"idverify.Router": idverify.Router(w.router), "idverify.Sensitive": words, "idverify.VendorCode": tencent.Codes()[0],
		"idverify.HTTP":     idverify.HTTP{Client: through(t, "127.0.0.1:1"), BaseURL: w.at("linkface").baseURL},
		"idverify.Verifier": idverify.Verifier(client), "idverify.Provider": providers["baiduv4"], "idverify.FARLimiter": providers["linkface"],

		"linkface.Config": configs["linkface"], "linkface.Client": providers["linkface"], "linkface.CaptureEvidence": linkface.CaptureID(w.id),
		"linkface.Reply": lf, "linkface.Identity": linkface.Identity{PhotoID: ownWords, Reason: ownWords},
		"baiduv4.Config": configs["baiduv4"], "baiduv4.Client": providers["baiduv4"], "baiduv4.Reply": bd, "baiduv4.DecImage": decoded,
		"baiduv4.QualityControl": baiduv4.QualityHigh, "baiduv4.LivenessControl": baiduv4.LivenessHigh, "baiduv4.SpoofingControl": baiduv4.SpoofingHigh, "baiduv4.App": baiduv4.AppIOS,
		"baiduv4.FaceTokenEvidence": evidence[1], "baiduv4.PlainCapture": evidence[2], "baiduv4.SealedCapture": evidence[3],
		"baiduv4.TokenStore": tokens, "baiduv4.MemoryStore": tokens, "baiduv4.Token": token,
		"tencent.Config": configs["tencent"], "tencent.Client": providers["tencent"], "tencent.Reply": tc,
		"idcard.Rule": idcard.RuleLength, "idcard.Error": broken, "idcard.Kind": number.Kind(), "idcard.Sex": number.Sex(), "idcard.Number": number,

		"idverifytest.Server": w.standIn, "idverifytest.Bill": w.standIn.Bill(), "idverifytest.BilledCall": idverifytest.BilledCall{},
		"idverifytest.Exchange": idverifytest.Exchange{}, "idverifytest.Fault": idverifytest.Hang(), "idverifytest.Scores": idverifytest.Scores{},
		"idverifytest.Option": idverifytest.WithTLS(),
		// Made-up people and answers, which a test's author wants to see.
		"idverifytest.Person": nil, "idverifytest.Case": nil, "idverifytest.Harness": nil, "idverifytest.Answer": nil,
	}
}

func TestNothingComesOutOfAnyPublicType(t *testing.T) {
	w := newWorld(t)
	samples := w.samples(t)
	for name, dir := range packages {
		for _, syntax := range parsed(t, dir) {
			for _, declared := range exportedTypes(syntax) {
				assert.Contains(t, samples, name+"."+declared, "a public type without a sample")
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

// revealing are the fields and methods whose purpose is to give what is
// secret, or a vendor's own words. Whatever else can be reached from a public
// value is printed, and must be harmless.
var revealing = map[string][]string{
	"idverify.Request":          {"Name", "IDNumber", "Evidence"}, // a sample of each evidence is here by itself
	"idverify.Subject":          {"Name", "IDNumber"},
	"idverify.Sensitive":        {"Reveal"},
	"idverify.PhotoURLEvidence": {"URL"},
	"linkface.Config":           {"APIID", "APISecret"},
	"linkface.Reply":            {"Reason", "Image", "LivenessDataID"},
	"linkface.Identity":         {"PhotoID", "Reason"},
	"baiduv4.Config":            {"APIKey", "SecretKey"},
	"baiduv4.Reply":             {"ErrorMsg", "RiskTags"},
	"baiduv4.SealedCapture":     {"SKey", "DeviceID", "Data"},
	"baiduv4.Token":             {"Reveal"},
	"baiduv4.DecImage":          {"Bytes"},
	"tencent.Config":            {"AppID", "SecretID", "SecretKey"},
	"tencent.Reply":             {"Message"},
	"idcard.Number":             {"Reveal", "BirthDate"},
	"idverify.Media":            {"Open"},
	// These say nothing, and do something.
	"idverify.FileJournal": {"Close"},
	"idverifytest.Server":  {"Close", "Reset", "RevokeTokens"},
}

// walk takes a value, its exported fields and what its methods without
// arguments return, and what can be reached from those.
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
	hidden := revealing[base.Type().String()]
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
