package canary_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
)

const locationMark = "EXAMPLE-location-dingo-3318"

// faults are all faults of the stand-in, by the names of their functions.
var faults = map[string]idverifytest.Fault{
	"ResetBeforeBody":  idverifytest.ResetBeforeBody(),
	"Hang":             idverifytest.Hang(),
	"HTML502":          idverifytest.HTML502(),
	"HTMLStatus":       idverifytest.HTMLStatus(413),
	"Redirect307":      idverifytest.Redirect307("http://" + urlUser + ":" + urlPassword + "@127.0.0.1:1/" + locationMark + "?access_token=" + locationMark),
	"RateLimited":      idverifytest.RateLimited(),
	"QuotaExceeded":    idverifytest.QuotaExceeded(),
	"Unavailable":      idverifytest.Unavailable(),
	"ExpiredToken":     idverifytest.ExpiredToken(),
	"RevokedToken":     idverifytest.RevokedToken(),
	"Delay":            idverifytest.Delay(time.Millisecond),
	"SlowDrip":         idverifytest.SlowDrip(time.Microsecond),
	"ResetAfterBody":   idverifytest.ResetAfterBody(),
	"Truncated":        idverifytest.Truncated(),
	"MalformedJSON":    idverifytest.MalformedJSON(),
	"EmptyBody":        idverifytest.EmptyBody(),
	"WrongContentType": idverifytest.WrongContentType(),
	"VendorError":      idverifytest.VendorError(""), // each vendor's error has its own code
}

func TestFaults_ListIsComplete(t *testing.T) {
	for _, syntax := range parsed(t, "../../../idverifytest") {
		for _, decl := range syntax.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			if result, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "Fault" {
				assert.Contains(t, faults, f.Name.Name)
			}
		}
	}
}

// parsed are the files of a package, without its tests.
func parsed(t *testing.T, dir string) []*ast.File {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var all []*ast.File
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		all = append(all, syntax)
	}
	require.NotEmpty(t, all)
	return all
}

// Holds P-DATA-2, P-DATA-10.
func TestFaults_LeakNothing(t *testing.T) {
	for i, fault := range slices.Sorted(maps.Keys(faults)) {
		f := faults[fault]
		at := func(a account, ofTokens bool) idverifytest.Fault {
			if fault == "VendorError" {
				return idverifytest.VendorError(a.errorCode(ofTokens))
			}
			return f
		}
		one := i % len(accounts) // in the short form each fault strikes one vendor
		for _, a := range long.Or(accounts, accounts[one:one+1]) {
			t.Run(fault+"/"+a.vendor, func(t *testing.T) { strike(t, a, a.vendor, at(a, false)) })
		}
		if !long.Asked() && i%3 > 0 {
			continue
		}
		t.Run(fault+"/token", func(t *testing.T) { strike(t, tokened(), tokened().Tokens.Endpoint, at(tokened(), true)) })
	}
}

// errorCode is one of the vendor's own codes for an error.
func (a account) errorCode(ofTokens bool) string {
	for _, row := range a.Codes() {
		if row.VendorReason == "" && !row.Code.IsDecision() && a.Says(row).OfTokens == ofTokens {
			return row.VendorCode
		}
	}
	panic("no code of " + a.vendor)
}

// strike makes every call to an endpoint fail: with the provider alone, and with a
// Client that has every option.
func strike(t *testing.T, a account, endpoint string, f idverifytest.Fault) {
	w := newWorld(t)
	w.plant("a redirect's address", locationMark)
	w.standIn.Inject(endpoint, f.Always())
	reach := w.at(a.vendor)
	if f.String() == idverifytest.Hang().String() {
		reach.timeout = 20 * time.Millisecond
	}
	req := w.request(idverifytest.Match(), a.evidence(w.material)[0])
	w.verify("provider", t.Context(), a.provider(t, reach), req)

	reach.tokens = nil // so that a new token is fetched
	client, err := idverify.New([]idverify.Provider{a.provider(t, reach)}, w.options(a.vendor)...)
	require.NoError(t, err)
	w.verify("client", t.Context(), client, req)
	keyed := *req
	keyed.IdempotencyKey, keyed.Reference = "question-1", "reference-1"
	w.verify("client, with a key", t.Context(), client, &keyed)
	w.value("client", client)
	w.still("request", &keyed)
	require.NotZero(t, w.standIn.Calls(endpoint), "the fault had no effect")
}

// Holds P-DATA-1, P-DATA-7.
func TestAnswers_LeakNothing(t *testing.T) {
	for at, a := range accounts {
		t.Run(a.vendor, func(t *testing.T) {
			w := newWorld(t)
			provider := a.provider(t, w.at(a.vendor))
			client, err := idverify.New([]idverify.Provider{provider}, w.options(a.vendor)...)
			require.NoError(t, err)
			for i, p := range idverifytest.Persons() {
				if !long.Asked() && i%len(accounts) != at { // the short form asks each vendor about some persons only
					continue
				}
				all := a.evidence(w.material)
				req := w.request(p, all[i%len(all)])
				w.verify(string(p.Code), t.Context(), client, req)
			}
			for _, s := range a.shown(w.material) {
				req := w.request(idverifytest.Match(), s.Evidence)
				_, err := w.verify("a match", t.Context(), provider, req)
				require.Equal(t, s.accepted, err == nil, "%v", err)
				w.still("evidence", s.Evidence)
				w.still("request", req)
			}
			w.value("client", client)
			w.value("provider", provider)
			_, cfg, err := a.make(w.at(a.vendor))
			require.NoError(t, err)
			w.still("config", cfg)
			w.still("config", &cfg)
		})
	}
}

// A name in a folded form belongs to the same person as the other form.
// Holds P-DATA-1, P-DATA-12.
func TestInput_FoldedOrRefusedLeaksNothing(t *testing.T) {
	for _, a := range few {
		t.Run(a.vendor, func(t *testing.T) {
			w := newWorld(t)
			provider := a.provider(t, w.at(a.vendor))
			client, err := idverify.New([]idverify.Provider{provider}, w.options(a.vendor)...)
			require.NoError(t, err)
			evidence := a.evidence(w.material)[0]
			for what, req := range map[string]idverify.Request{
				"folded":             {Name: " 测试.甲乙 ", IDNumber: "１１０１０５１９０００１０７００８ｘ"},
				"wrong check digit":  {Name: "测试甲乙", IDNumber: "110105190001070081"},
				"no number":          {Name: "测试甲乙", IDNumber: "EXAMPLE-no-number"},
				"no date":            {Name: "测试甲乙", IDNumber: "11010519001307008X"},
				"unchecked":          {Name: "测试甲乙", IDNumber: "H1234567(8)", SkipIDNumberCheck: true},
				"a digit":            {Name: "测试3甲乙", IDNumber: "11010519000107008X"},
				"a mask":             {Name: "测试甲*乙", IDNumber: "11010519000107****"},
				"a control":          {Name: "测试\x00甲乙", IDNumber: "11010519000107008X"},
				"no UTF-8":           {Name: "测试\xff甲乙", IDNumber: "11010519000107008X"},
				"too long":           {Name: strings.Repeat("测试甲乙", 64), IDNumber: "11010519000107008X"},
				"number as key":      {Name: "测试甲乙", IDNumber: "11010519000107008X", IdempotencyKey: "k-11010519000107008x"},
				"number as ref":      {Name: "测试甲乙", IDNumber: "11010519000107008X", Reference: "11010519000107008x"},
				"name as key":        {Name: "测试甲乙", IDNumber: "11010519000107008X", IdempotencyKey: "测试甲乙"},
				"private use":        {Name: "测试\ue000甲", IDNumber: "11010519000107008X"},
				"name of a key's":    {Name: a.secrets()[0], IDNumber: "11010519000107008X"},
				"unchecked, a small": {Name: "测试甲乙", IDNumber: "11010519000107008x", SkipIDNumberCheck: true},
			} {
				w.plantPerson(strings.TrimSpace(req.Name), req.IDNumber)
				w.plantPerson("测试·甲乙", "11010519000107008X")
				req.Evidence = []idverify.Evidence{evidence}
				w.verify(what+", provider", t.Context(), provider, &req)
				w.verify(what+", client", t.Context(), client, &req)
				w.still(what, &req)
				w.still(what, req)
				w.failure(what, req.Validate())
				subject, err := req.Subject()
				w.still(what, subject)
				w.failure(what, err)
			}
		})
	}
}
