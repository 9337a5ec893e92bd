package vendors

import (
	"fmt"
	"math"
	"strconv"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/volcengine"
)

func volcengineVendor() Vendor {
	v := Vendor{
		Name: volcengine.Name,
		Keys: []Key{
			{Field: "AccessKeyID", Value: idverifytest.VolcengineAccessKeyID},
			{Field: "SecretAccessKey", Value: idverifytest.VolcengineSecretAccessKey},
		},
		Anything:    []string{"Credentials"},
		Media:       idverifytest.Photo,
		Forms:       []Form{{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }}},
		Smallest:    1,
		Largest:     7 << 20,
		Path:        "/",
		Signs:       true,
		Digests:     true,
		Codes:       volcengine.Codes,
		Lost:        []string{"InternalError", "FailToConnect", "InternalServiceTimeout"},
		FreeFaults:  []string{"100000"},
		NotRepeated: []string{"50430"},
		Says:        volcengineSays,
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"code":10000,"status":10000,"message":"Success","request_id":"R1","data":{"result":true,"algorithm_base_resp":{"status_code":0},`+
				`"source_comp_details":{"score":%s,"thresholds":{"1e-3":62.17,"1e-4":69.32,"1e-5":74.4,"1e-6":78.04}}}}`,
				given(scores, idverify.CheckSimilarity, "100"))
		},
		Repeats: volcengineRepeats,
		Samples: func(words string, _ []byte) map[string]any {
			return map[string]any{"volcengine.Reply": &volcengine.Reply{Code: "10000", Message: words, SubMessage: words, BytedToken: "t"}}
		},
		Open:        []any{volcengine.Reply{}},
		Reveals:     map[string][]string{"volcengine.Reply": {"Message", "SubMessage"}},
		Allocations: 184,
		Documented:  "`Photo`",
	}
	config := func(a Account) volcengine.Config {
		return volcengine.Config{AccessKeyID: v.key(a, "AccessKeyID"), SecretAccessKey: v.key(a, "SecretAccessKey"), HTTP: a.HTTP}
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := config(a)
		p, err := made(volcengine.New(cfg))
		return p, cfg, err
	}
	v.Refused = func(a Account) []Refused {
		var changes []func(*volcengine.Config)
		for _, rate := range []float64{1e-2, 1e-7, 2e-4, 1, -1e-4, 69, math.NaN(), math.Inf(1)} {
			changes = append(changes, func(c *volcengine.Config) { c.FalseAcceptRate = rate })
		}
		return refused(config(a), volcengine.New, "FalseAcceptRate", changes...)
	}
	return v
}

// volcengineSays answers with the name of a gateway's error, with a code of five
// digits, or with a sub-code of six digits under the code from the vendor's
// documents.
func volcengineSays(row idverify.CodeRow) Answer {
	answer := Answer{Status: row.HTTPStatus, ID: "R1", Message: "m " + row.VendorReason}
	_, err := strconv.Atoi(row.VendorCode)
	switch {
	case err != nil:
		answer.Body = fmt.Sprintf(`{"ResponseMetadata":{"RequestId":"R1","Error":{"CodeN":100000,"Code":%q,"Message":%q}}}`, row.VendorCode, answer.Message)
	case row.Code == idverify.CodeMatch:
		answer.Message = ""
		answer.Body = `{"code":10000,"request_id":"R1","data":{"result":true,"algorithm_base_resp":{"status_code":0}}}`
	case len(row.VendorCode) == 5:
		answer.Body = fmt.Sprintf(`{"code":%s,"status":%[1]s,"message":%q,"request_id":"R1","data":null}`, row.VendorCode, answer.Message)
	default:
		code := "10000"
		switch row.Code {
		case idverify.CodeVendorUnavailable:
			code = "50500"
		case idverify.CodeSourceUnavailable:
			code = "50501"
		}
		answer.Body = fmt.Sprintf(`{"code":%s,"message":"Success","request_id":"R1","data":{"algorithm_base_resp":{"status_code":%s,"status_message":%q}}}`,
			code, row.VendorCode, answer.Message)
	}
	return answer
}

const volcengineLikeness = `"source_comp_details":{"score":90,"thresholds":{"1e-3":62.17,"1e-4":69.32,"1e-5":74.4,"1e-6":78.04}}`

var volcengineRepeats = map[string]string{
	"match": `{"code":10000,"message":%[1]s,"request_id":%[1]s,"data":{"byted_token":%[1]s,"result":true,` +
		`"algorithm_base_resp":{"status_code":0,"status_message":%[1]s},` + volcengineLikeness + `}}`,
	"mismatch":     `{"code":10000,"message":%[1]s,"data":{"result":false,"byted_token":%[1]s,"algorithm_base_resp":{"status_code":210311,"status_message":%[1]s}}}`,
	"decision":     `{"code":10000,"request_id":%[1]s,"data":{"verify_algorithm_base_resp":{"status_code":210207,"status_message":%[1]s}}}`,
	"error":        `{"code":50200,"message":%[1]s,"request_id":%[1]s,"data":%[1]s}`,
	"gateway":      `{"ResponseMetadata":{"RequestId":%[1]s,"Action":%[1]s,"Error":{"Code":"AccessDenied","CodeN":%[1]s,"Message":%[1]s}}}`,
	"no gateway's": `{"ResponseMetadata":{"RequestId":%[1]s,"Error":{"Code":%[1]s,"CodeN":%[1]s,"Message":%[1]s}}}`,
	"unlisted":     `{"code":%[1]s,"message":%[1]s,"request_id":%[1]s}`,
	"other sub":    `{"code":10000,"message":%[1]s,"data":{"algorithm_base_resp":{"status_code":%[1]s,"status_message":%[1]s}}}`,
	"no score":     `{"code":10000,"data":{"result":true,"algorithm_base_resp":{"status_code":0},"source_comp_details":{"score":%[1]s,"thresholds":%[1]s}}}`,
	"no verdict":   `{"code":10000,"data":{"result":%[1]s,"algorithm_base_resp":{"status_code":0},` + volcengineLikeness + `}}`,
	"no code":      `{"message":%[1]s,"data":%[1]s,%[1]s:%[1]s}`,
	"said twice":   `{"code":10000,"Code":%[1]s,"message":%[1]s}`,
	"cut off":      `{"code":%[1]s,"message":%[1]s`,
}
