package nearface

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

const key = "EXAMPLE-NEARFACE-KEY"

// people are the made-up persons that the vendor's stand-in knows, the match first.
var people = []idverifytest.Case{
	{Name: "测试甲", IDNumber: "11010519000101001X", Want: idverify.CodeMatch},
	{Name: "测试乙", IDNumber: "110105190001010028", Want: idverify.CodeFaceMismatch},
	{Name: "测试丙", IDNumber: "110105190001010036", Want: idverify.CodeIdentityMismatch},
	{Name: "测试丁", IDNumber: "110105190001010044", Want: idverify.CodeNoFace},
	{Name: "测试戊", IDNumber: "110105190001010052", Want: idverify.CodeRateLimited},
	{Name: "测试己", IDNumber: "110105190001010060", Want: idverify.CodeVendorUnavailable},
}

var answers = map[idverify.Code]string{
	idverify.CodeMatch:             `"code":"0","score":91.5`,
	idverify.CodeFaceMismatch:      `"code":"0","score":12`,
	idverify.CodeIdentityMismatch:  `"code":"1001"`,
	idverify.CodeNoFace:            `"code":"2001"`,
	idverify.CodeRateLimited:       `"code":"4290"`,
	idverify.CodeVendorUnavailable: `"code":"5001"`,
}

// standIn answers as the vendor documents it.
func standIn(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Trace  string
		Person struct{ Name, Number string }
		Photo  []byte
	}
	answer := `"code":"4001"`
	body, _ := io.ReadAll(r.Body)
	if json.Unmarshal(body, &asked) == nil && r.URL.Path == "/v2/compare" && r.Header.Get("X-Api-Key") == key && len(asked.Photo) > 0 {
		for _, p := range people {
			if p.Name == asked.Person.Name && p.IDNumber == asked.Person.Number {
				answer = answers[p.Want]
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"id":"1","trace":%q,"message":"about %s",%s}`, asked.Trace, asked.Person.Number, answer)
}

func TestConformance(t *testing.T) {
	idverifytest.TestProvider(t, idverifytest.Harness{
		New: func(_ testing.TB, baseURL string, client *http.Client) (idverify.Provider, error) {
			return New(Config{Key: key, HTTP: idverify.HTTP{BaseURL: baseURL, Client: client}})
		},
		Evidence: []idverify.Evidence{idverify.Photo(idverify.Bytes(idverifytest.Photo()))},
		StandIn:  http.HandlerFunc(standIn),
		Cases:    people,
		Keys:     []string{key},
		Shown:    []any{Config{Key: key}},
	})
}
