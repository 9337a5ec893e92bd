package vendors

import (
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

func linkfaceVendor() Vendor {
	v := Vendor{
		Name: linkface.Name,
		Keys: []Key{
			{Field: "APIID", Value: idverifytest.LinkfaceAPIID},
			{Field: "APISecret", Value: idverifytest.LinkfaceAPISecret},
		},
		OwnThreshold: true,
		Refused:      func(Account) []Refused { return nil },
		Media:        idverifytest.Capture,
		Forms: []Form{
			{Media: func(m idverify.Media) idverify.Evidence { return linkface.Capture(m) }, Captured: true, AnyBytes: true},
			{URL: func(url string) idverify.Evidence { return linkface.CaptureURL(url) }},
			{Texts: func(id ...string) idverify.Evidence { return linkface.CaptureID(id[0]) }},
		},
		Smallest: 1,
		Largest:  10 << 20,
		NoLimit:  true,
		Path:     "/identity/liveness_idnumber_verification",
		Codes:    linkface.Codes,
		Says: func(row idverify.CodeRow) Answer {
			return Answer{Status: row.HTTPStatus, ID: "TID1", Message: row.VendorReason,
				Body: fmt.Sprintf(`{"request_id":"TID1","status":%q,"reason":%q}`, row.VendorCode, row.VendorReason)}
		},
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"request_id":"TID1","status":"OK","verify_score":%s,"hack_score":%s,"liveness_data_id":"00000000000000000000000000000002"}`,
				given(scores, idverify.CheckSimilarity, "1"), given(scores, idverify.CheckLiveness, "0"))
		},
		Scores:  map[idverify.CheckKind]string{idverify.CheckSimilarity: "verify_score", idverify.CheckLiveness: "hack_score"},
		Repeats: linkfaceRepeats,
		Samples: func(words string, _ []byte) map[string]any {
			identity := linkface.Identity{PhotoID: words, Reason: words}
			return map[string]any{
				"linkface.Identity": identity,
				"linkface.Reply":    &linkface.Reply{RequestID: "id", Status: "OK", Reason: words, Image: words, LivenessDataID: words, Identity: &identity},
			}
		},
		Open: []any{linkface.Reply{}, linkface.Identity{}},
		Reveals: map[string][]string{
			"linkface.Reply":    {"Reason", "Image", "LivenessDataID"},
			"linkface.Identity": {"PhotoID", "Reason"},
		},
		Allocations: 111,
		Documented:  "`linkface.Capture`, `CaptureURL`, `CaptureID`",
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := linkface.Config{APIID: v.key(a, "APIID"), APISecret: v.key(a, "APISecret"), Threshold: a.Threshold, HTTP: a.HTTP}
		p, err := made(linkface.New(cfg))
		return p, cfg, err
	}
	return v
}

var linkfaceRepeats = map[string]string{
	"match":          `{"request_id":%[1]s,"status":"OK","verify_score":0.9,"hack_score":0.1,"liveness_data_id":%[1]s,"reason":%[1]s,"image":%[1]s}`,
	"mismatch":       `{"request_id":%[1]s,"status":"OK","verify_score":0.1,"hack_score":0.1,"identity":{"validity":true,"photo_id":%[1]s,"reason":%[1]s}}`,
	"error":          `{"request_id":%[1]s,"status":"INVALID_ARGUMENT","reason":%[1]s,"image":%[1]s,"identity":{"validity":false,"photo_id":%[1]s,"reason":%[1]s}}`,
	"unlisted":       `{"request_id":%[1]s,"status":%[1]s,"reason":%[1]s}`,
	"no score":       `{"request_id":%[1]s,"status":"OK","verify_score":%[1]s,"hack_score":%[1]s}`,
	"no status":      `{"request_id":%[1]s,"reason":%[1]s,%[1]s:%[1]s}`,
	"wrong identity": `{"request_id":%[1]s,"status":"OK","identity":{"validity":%[1]s,"reason":%[1]s},"verify_score":1,"hack_score":0}`,
	"said twice":     `{"request_id":%[1]s,"status":"OK","STATUS":%[1]s}`,
	"cut off":        `{"request_id":%[1]s,"status":%[1]s,"reason":%[1]s`,
	"an array":       `[%[1]s]`,
}
