package vendors

import (
	"fmt"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	//lint:ignore SA1019 it is held to everything as long as it is there
	"github.com/idverify/idverify/tencent"
)

func tencentVendor() Vendor {
	v := Vendor{
		Name: tencent.Name,
		Keys: []Key{
			{Field: "AppID", Value: idverifytest.TencentAppID, Digits: true},
			{Field: "SecretID", Value: idverifytest.TencentSecretID},
			{Field: "SecretKey", Value: idverifytest.TencentSecretKey},
		},
		OwnThreshold: true,
		Anything:     []string{"Rand"},
		Media:        idverifytest.Photo,
		Forms: []Form{
			{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }, AnyBytes: true},
			{URL: func(url string) idverify.Evidence { return idverify.PhotoURL(url) }},
		},
		Smallest: 1,
		Largest:  5 << 20,
		Path:     "/face/idcardcompare",
		Signs:    true,
		Codes:    tencent.Codes,
		Says: func(row idverify.CodeRow) Answer {
			return Answer{Status: row.HTTPStatus, ID: Reference, Message: row.VendorReason,
				Body: fmt.Sprintf(`{"data":{"session_id":%q},"code":%s,"message":%q}`, Reference, row.VendorCode, row.VendorReason)}
		},
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"data":{"similarity":%s},"code":0,"message":"OK"}`,
				given(scores, idverify.CheckSimilarity, "100"))
		},
		Scores:  map[idverify.CheckKind]string{idverify.CheckSimilarity: "data.similarity"},
		Repeats: tencentRepeats,
		Samples: func(words string, _ []byte) map[string]any {
			return map[string]any{"tencent.Reply": &tencent.Reply{Code: "0", SessionID: "s", Message: words}}
		},
		Open:        []any{tencent.Reply{}},
		Reveals:     map[string][]string{"tencent.Reply": {"Message"}},
		Allocations: 122,
		Documented:  "`Photo`, `PhotoURL`",
	}
	config := func(a Account) tencent.Config {
		return tencent.Config{AppID: v.key(a, "AppID"), SecretID: v.key(a, "SecretID"), SecretKey: v.key(a, "SecretKey"),
			Threshold: a.Threshold, HTTP: a.HTTP}
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := config(a)
		p, err := made(tencent.New(cfg))
		return p, cfg, err
	}
	v.Refused = func(a Account) []Refused {
		return refused(config(a), tencent.New, "SignatureLifetime",
			func(c *tencent.Config) { c.SignatureLifetime = time.Second - 1 },
			func(c *tencent.Config) { c.SignatureLifetime = -time.Minute },
			func(c *tencent.Config) { c.SignatureLifetime = 90*24*time.Hour + 1 })
	}
	return v
}

var tencentRepeats = map[string]string{
	"match":      `{"code":0,"message":%[1]s,"data":{"similarity":90,"session_id":%[1]s}}`,
	"no session": `{"code":0,"message":%[1]s,"data":{"similarity":90}}`,
	"mismatch":   `{"code":0,"message":%[1]s,"data":{"similarity":9}}`,
	"decision":   `{"code":-5803,"message":%[1]s,"data":{}}`,
	"another's":  `{"code":-5803,"message":%[1]s,"data":{"session_id":%[1]s}}`,
	"error":      `{"code":21,"message":%[1]s,"data":{}}`,
	"its own":    `{"code":21,"message":%[1]s,"data":{"session_id":"` + Reference + `"}}`,
	"unlisted":   `{"code":%[1]s,"message":%[1]s,"data":{"session_id":%[1]s}}`,
	"no score":   `{"code":0,"message":%[1]s,"data":{"similarity":%[1]s,"session_id":%[1]s}}`,
	"no code":    `{"message":%[1]s,"data":%[1]s,%[1]s:%[1]s}`,
	"said twice": `{"code":0,"Code":%[1]s,"message":%[1]s}`,
	"cut off":    `{"code":%[1]s,"message":%[1]s`,
}
