//go:build acme

package vendors

import (
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/acme"
	"github.com/idverify/idverify/idverifytest"
)

func acmeVendor() Vendor {
	v := Vendor{
		Name: acme.Name,
		Keys: []Key{
			{Field: "KeyID", Value: idverifytest.AcmeKeyID},
			{Field: "KeySecret", Value: idverifytest.AcmeKeySecret},
		},
		Refused:    func(Account) []Refused { return nil },
		Media:      idverifytest.Photo,
		Forms:      []Form{{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }, AnyBytes: true}},
		Smallest:   1,
		Largest:    2 << 20,
		Path:       "/v1/face/compare",
		Signs:      true,
		Digests:    true,
		Codes:      acme.Codes,
		Lost:       []string{"Gateway.Timeout"},
		FreeFaults: []string{"Internal"},
		Says: func(row idverify.CodeRow) Answer {
			answer := Answer{ID: "0001", Body: fmt.Sprintf(`{"Response":{"RequestId":"0001","Trace":%q,"Code":%q,"Message":"m"}}`, Reference, row.VendorCode)}
			if row.Code != idverify.CodeMatch { // without the verdict nothing is shown
				answer.Message = "m"
			}
			return answer
		},
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"Response":{"RequestId":"0001","Code":"OK","Verdict":"same","Similarity":%s}}`,
				given(scores, idverify.CheckSimilarity, "100"))
		},
		Repeats: acmeRepeats,
		Samples: func(words string, _ []byte) map[string]any {
			return map[string]any{"acme.Reply": &acme.Reply{Code: "OK", RequestID: "0001", Message: words}}
		},
		Open:        []any{acme.Reply{}},
		Reveals:     map[string][]string{"acme.Reply": {"Message"}},
		Allocations: 165,
		Documented:  "`Photo`",
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := acme.Config{KeyID: v.key(a, "KeyID"), KeySecret: v.key(a, "KeySecret"), HTTP: a.HTTP}
		p, err := made(acme.New(cfg))
		return p, cfg, err
	}
	return v
}

var acmeRepeats = map[string]string{
	"match":       `{"Response":{"RequestId":%[1]s,"Code":"OK","Message":%[1]s,"Verdict":"same","Similarity":90}}`,
	"mismatch":    `{"Response":{"RequestId":%[1]s,"Code":"OK","Message":%[1]s,"Verdict":"other","Similarity":9}}`,
	"another's":   `{"Response":{"RequestId":%[1]s,"Trace":%[1]s,"Code":"OK","Verdict":"same"}}`,
	"its own":     `{"Response":{"RequestId":%[1]s,"Trace":"` + Reference + `","Code":"OK","Verdict":"other"}}`,
	"error":       `{"Response":{"RequestId":%[1]s,"Code":"Request.Invalid","Message":%[1]s}}`,
	"unlisted":    `{"Response":{"RequestId":%[1]s,"Code":%[1]s,"Message":%[1]s}}`,
	"no verdict":  `{"Response":{"RequestId":%[1]s,"Code":"OK","Verdict":%[1]s,"Similarity":%[1]s}}`,
	"no response": `{"Response":%[1]s}`,
	"said twice":  `{"Response":{"Code":"OK","CODE":%[1]s,"RequestId":%[1]s}}`,
	"cut off":     `{"Response":{"RequestId":%[1]s,"Code":%[1]s`,
}
