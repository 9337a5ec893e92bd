package vendors

import (
	"context"
	"fmt"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/tencentfaceid"
)

func tencentFaceIDVendor() Vendor {
	v := Vendor{
		Name: tencentfaceid.Name,
		Keys: []Key{
			{Field: "SecretID", Value: idverifytest.TencentFaceIDSecretID},
			{Field: "SecretKey", Value: idverifytest.TencentFaceIDSecretKey},
		},
		OwnThreshold: true,
		FixesLine:    true,
		Anything:     []string{"Credentials"},
		Media:        idverifytest.Photo,
		Forms: []Form{
			{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }},
		},
		Smallest:   1,
		Largest:    2 << 20,
		Path:       "/",
		Signs:      true,
		Digests:    true,
		Codes:      tencentfaceid.Codes,
		FreeFaults: []string{"FailedOperation.DetectEngineSystemError"},
		LooksFirst: func(code string) bool { return code == "FailedOperation.RequestLimitExceeded" },
		Says: func(row idverify.CodeRow) Answer {
			a := Answer{Status: row.HTTPStatus, ID: tencentFaceIDRequest}
			if row.Code != idverify.CodeMatch {
				a.Message = "EXAMPLE words"
			}
			if row.Code == idverify.CodeMatch || strings.HasPrefix(row.VendorCode, "FailedOperation.") {
				a.Body = fmt.Sprintf(`{"Response":{"Result":%q,"Description":%q,"RequestId":%q}}`, row.VendorCode, a.Message, a.ID)
				return a
			}
			a.Body = fmt.Sprintf(`{"Response":{"Error":{"Code":%q,"Message":%q},"RequestId":%q}}`, row.VendorCode, a.Message, a.ID)
			return a
		},
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"Response":{"Sim":%s,"Result":"Success","Description":"成功","RequestId":%q}}`,
				given(scores, idverify.CheckSimilarity, "100"), tencentFaceIDRequest)
		},
		Scores:  map[idverify.CheckKind]string{idverify.CheckSimilarity: "Response.Sim"},
		Repeats: tencentFaceIDRepeats,
		Samples: func(words string, _ []byte) map[string]any {
			return map[string]any{"tencentfaceid.Reply": &tencentfaceid.Reply{
				Result: "Success", Description: words, ErrorMessage: words, RequestID: tencentFaceIDRequest}}
		},
		Open:        []any{tencentfaceid.Reply{}},
		Reveals:     map[string][]string{"tencentfaceid.Reply": {"Description", "ErrorMessage"}},
		Allocations: 165,
		Documented:  "`Photo`",
	}
	config := func(a Account) tencentfaceid.Config {
		return tencentfaceid.Config{SecretID: v.key(a, "SecretID"), SecretKey: v.key(a, "SecretKey"), Threshold: a.Threshold, HTTP: a.HTTP}
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := config(a)
		p, err := made(tencentfaceid.New(cfg))
		return p, cfg, err
	}
	v.Refused = func(a Account) []Refused {
		all := refused(config(a), tencentfaceid.New, "Threshold",
			func(c *tencentfaceid.Config) { c.Threshold = 69.99 },
			func(c *tencentfaceid.Config) { c.Threshold = 2 })
		return append(all, refused(config(a), tencentfaceid.New, "SecretID", func(c *tencentfaceid.Config) {
			c.Credentials = func(context.Context) (idverify.Credentials, error) { return idverify.Credentials{}, nil }
		})...)
	}
	return v
}

const tencentFaceIDRequest = "11111111-2222-4333-8444-555555555501"

var tencentFaceIDRepeats = map[string]string{
	"match":       `{"Response":{"Sim":90,"Result":"Success","Description":%[1]s,"RequestId":%[1]s}}`,
	"mismatch":    `{"Response":{"Sim":9,"Result":"FailedOperation.CompareLowSimilarity","Description":%[1]s,"RequestId":%[1]s}}`,
	"below":       `{"Response":{"Sim":9,"Result":"Success","Description":%[1]s,"RequestId":%[1]s}}`,
	"decision":    `{"Response":{"Sim":0,"Result":"FailedOperation.IdNameMisMatch","Description":%[1]s}}`,
	"another's":   `{"Response":{"Sim":90,"Result":"Success","Extra":%[1]s,"RequestId":%[1]s}}`,
	"error":       `{"Response":{"Error":{"Code":"InvalidParameter","Message":%[1]s},"RequestId":%[1]s}}`,
	"its own":     `{"Response":{"Error":{"Code":"InvalidParameter","Message":%[1]s},"RequestId":"` + tencentFaceIDRequest + `"}}`,
	"unlisted":    `{"Response":{"Result":%[1]s,"Description":%[1]s,"RequestId":%[1]s}}`,
	"other error": `{"Response":{"Error":{"Code":%[1]s,"Message":%[1]s},"RequestId":%[1]s}}`,
	"both":        `{"Response":{"Sim":90,"Result":"Success","Error":{"Code":%[1]s,"Message":%[1]s},"RequestId":%[1]s}}`,
	"no score":    `{"Response":{"Sim":%[1]s,"Result":"Success","RequestId":%[1]s}}`,
	"no response": `{"Response":%[1]s,%[1]s:%[1]s}`,
	"said twice":  `{"Response":{"Result":"Success","result":%[1]s,"Sim":90}}`,
	"cut off":     `{"Response":{"Result":%[1]s,"Description":%[1]s`,
}
