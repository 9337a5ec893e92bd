package vendors

import (
	"fmt"
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/megvii"
)

func megviiVendor() Vendor {
	v := Vendor{
		Name: megvii.Name,
		Keys: []Key{
			{Field: "APIKey", Value: idverifytest.MegviiAPIKey},
			{Field: "APISecret", Value: idverifytest.MegviiAPISecret},
		},
		Anything: []string{"LargestFace", "TryRotations", "ReturnFaces"},
		Media:    idverifytest.Photo,
		Forms: []Form{
			{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }, AnyBytes: true},
		},
		LongestName: 32,
		Smallest:    1,
		Largest:     2<<20 - 4096,
		Path:        "/faceid/v2/verify",
		Codes:       megvii.Codes,
		FreeFaults:  []string{"INTERNAL_ERROR"},
		Says:        megviiSays,
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"request_id":"R1","time_used":1020,"result_faceid":{"confidence":%s,"thresholds":%s},"id_exceptions":{"id_attacked":0,"id_photo_monochrome":0}}`,
				given(scores, idverify.CheckSimilarity, "100"), megviiThresholds)
		},
		Repeats:   megviiRepeats,
		RepeatsAt: map[string]int{"decision": http.StatusBadRequest, "error": http.StatusBadRequest, "argument": http.StatusBadRequest},
		Samples: func(words string, _ []byte) map[string]any {
			quality := 76.5
			face := megvii.Face{Quality: &quality}
			return map[string]any{
				"megvii.Face": face,
				"megvii.Reply": &megvii.Reply{RequestID: "id", ErrorMessage: words, Confidence: &quality,
					Thresholds: []idverify.FARStep{{Threshold: 69, Rate: 1e-4}}, Faces: []megvii.Face{face}},
			}
		},
		Open:        []any{megvii.Reply{}},
		Reveals:     map[string][]string{"megvii.Reply": {"ErrorMessage"}},
		Allocations: 114,
		Documented:  "`Photo`",
	}
	config := func(a Account) megvii.Config {
		return megvii.Config{APIKey: v.key(a, "APIKey"), APISecret: v.key(a, "APISecret"), HTTP: a.HTTP}
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := config(a)
		p, err := made(megvii.New(cfg))
		return p, cfg, err
	}
	v.Refused = func(a Account) []Refused {
		return append(
			refused(config(a), megvii.New, "FalseAcceptRate",
				func(c *megvii.Config) { c.FalseAcceptRate = 1e-2 },
				func(c *megvii.Config) { c.FalseAcceptRate = -1e-4 },
				func(c *megvii.Config) { c.FalseAcceptRate = 5e-4 }),
			refused(config(a), megvii.New, "QualityThreshold",
				func(c *megvii.Config) { c.QualityThreshold = -1 },
				func(c *megvii.Config) { c.QualityThreshold = 101 })...)
	}
	return v
}

const megviiThresholds = `{"1e-3":62.169,"1e-4":69.315,"1e-5":74.399,"1e-6":78.038}`

// megviiSays answers with an error_message, except for the two rows without one.
func megviiSays(row idverify.CodeRow) Answer {
	switch {
	case row.Code == idverify.CodeMatch:
		return Answer{ID: "R1", Body: `{"request_id":"R1","time_used":1,"result_faceid":{}}`}
	case row.HTTPStatus == http.StatusRequestEntityTooLarge:
		return Answer{Status: row.HTTPStatus, Body: row.VendorCode}
	}
	message := row.VendorCode
	if row.VendorReason != "" {
		message += ":" + row.VendorReason
	}
	return Answer{Status: row.HTTPStatus, ID: "R1", Message: message, Body: fmt.Sprintf(`{"request_id":"R1","time_used":4,"error_message":%q}`, message)}
}

var megviiRepeats = map[string]string{
	"match":      `{"request_id":%[1]s,"result_faceid":{"confidence":90,"thresholds":` + megviiThresholds + `},"id_exceptions":{"id_attacked":%[1]s},"faces":[{"quality":76.5}]}`,
	"mismatch":   `{"request_id":%[1]s,"result_faceid":{"confidence":9,"thresholds":` + megviiThresholds + `},"faces":%[1]s,%[1]s:1}`,
	"decision":   `{"request_id":%[1]s,"error_message":"ID_NUMBER_NAME_NOT_MATCH"}`,
	"error":      `{"request_id":%[1]s,"error_message":%[1]s}`,
	"argument":   `{"request_id":%[1]s,"error_message":"BAD_ARGUMENTS:","faces":%[1]s}`,
	"no score":   `{"request_id":%[1]s,"result_faceid":{"confidence":%[1]s,"thresholds":%[1]s}}`,
	"no rung":    `{"request_id":%[1]s,"result_faceid":{"confidence":90,"thresholds":{"1e-3":%[1]s,"1e-4":69,"1e-5":74,"1e-6":79}}}`,
	"no result":  `{"request_id":%[1]s,"error":%[1]s,"result_faceid":%[1]s}`,
	"said twice": `{"request_id":%[1]s,"error_message":%[1]s,"Error_Message":%[1]s}`,
	"cut off":    `{"request_id":%[1]s,"error_message":%[1]s`,
	"an array":   `[%[1]s]`,
}
