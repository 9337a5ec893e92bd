package vendors

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
)

func huaweiIVSVendor() Vendor {
	v := Vendor{
		Name: huaweiivs.Name,
		Keys: []Key{
			{Field: "AccessKey", Value: idverifytest.HuaweiIVSAccessKey},
			{Field: "SecretKey", Value: idverifytest.HuaweiIVSSecretKey},
		},
		Anything: []string{"Credentials", "Detail", "NoCrop"},
		Media:    idverifytest.Photo,
		Forms:    []Form{{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }, JPEGOnly: true}},
		Smallest: 7680,
		Largest:  3_000_000,
		Path:     "/v2.0/ivs-standard",
		Signs:    true,
		Digests:  true,
		Codes:    huaweiivs.Codes,
		Lost: []string{"APIG.0201", "APIG.0202", "APIG.0203", "APIG.0601", "APIG.0605", "APIG.0606", "APIG.0608", "APIG.0609",
			"APIG.0610", "APIG.0611", "APIG.0612", "APIG.0613", "APIG.0705"},
		NotRepeated: []string{"APIG.0103", "APIG.0104", "APIG.0105", "APIG.0106"},
		Says:        huaweiIVSSays,
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"result":{"count":1,"resp_data":[{"verification_result":"valid","verification_code":1000,"similarity":%s}]}}`,
				given(scores, idverify.CheckSimilarity, `"88"`))
		},
		Repeats: huaweiIVSRepeats,
		Samples: func(words string, _ []byte) map[string]any {
			return map[string]any{"huaweiivs.Reply": &huaweiivs.Reply{ServiceName: words, Code: "1000", Message: words, Result: words}}
		},
		Open:        []any{huaweiivs.Reply{}},
		Reveals:     map[string][]string{"huaweiivs.Reply": {"ServiceName", "Message", "Result"}},
		Allocations: 148,
		Documented:  "`Photo`",
	}
	config := func(a Account) huaweiivs.Config {
		return huaweiivs.Config{AccessKey: v.key(a, "AccessKey"), SecretKey: v.key(a, "SecretKey"), HTTP: a.HTTP}
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := config(a)
		p, err := made(huaweiivs.New(cfg))
		return p, cfg, err
	}
	v.Refused = func(a Account) []Refused {
		wrong := func(set func(*huaweiivs.Config, string)) (changes []func(*huaweiivs.Config)) {
			for _, id := range []string{"a b", "EXAMPLE\n", "项目", "a\r\nX-A: b", strings.Repeat("0", 65)} {
				changes = append(changes, func(c *huaweiivs.Config) { set(c, id) })
			}
			return changes
		}
		all := refused(config(a), huaweiivs.New, "ProjectID", wrong(func(c *huaweiivs.Config, id string) { c.ProjectID = id })...)
		all = append(all, refused(config(a), huaweiivs.New, "EnterpriseProjectID", wrong(func(c *huaweiivs.Config, id string) { c.EnterpriseProjectID = id })...)...)
		return append(all, refused(config(a), huaweiivs.New, "AccessKey", func(c *huaweiivs.Config) { c.Credentials = noCredentials })...)
	}
	return v
}

// huaweiIVSPhrases are texts that select a row of a code.
var huaweiIVSPhrases = map[string]string{
	"several faces": "more than one face", "locked": "AK access failed to reach the limit,forbidden",
	"no such key": "Get secretKey failed,ak not exist", "token": "decrypt token fail",
}

func huaweiIVSSays(row idverify.CodeRow) Answer {
	text := row.VendorReason
	if phrase, ok := huaweiIVSPhrases[text]; ok {
		text = phrase
	}
	says := Answer{Status: row.HTTPStatus, ID: "EXAMPLE-REQUEST-1", Message: text, Header: http.Header{"X-Request-Id": {"EXAMPLE-REQUEST-1"}}}
	if number, err := strconv.Atoi(row.VendorCode); err == nil {
		word := "invalid"
		switch number {
		case 1000:
			word = "valid"
		case 3001:
			word = "nonexistent"
		}
		says.Body = fmt.Sprintf(`{"result":{"count":1,"resp_data":[{"verification_result":%q,"verification_code":%d,"verification_message":%q}]}}`, word, number, text)
		return says
	}
	if row.HTTPStatus == 0 {
		says.Status = http.StatusInternalServerError
	}
	if row.VendorReason == "clock" {
		says.Header.Set("Date", "Mon, 01 Jan 1900 00:00:00 GMT")
	}
	says.Body = fmt.Sprintf(`{"error_code":%q,"error_msg":%q}`, row.VendorCode, text)
	return says
}

var huaweiIVSRepeats = map[string]string{
	"match":      `{"result":{"service_name":%[1]s,"count":1,"resp_data":[{"verification_result":"valid","verification_message":%[1]s,"verification_code":1000,"similarity":"88"}]}}`,
	"mismatch":   `{"result":{"service_name":%[1]s,"resp_data":[{"verification_result":"invalid","verification_message":%[1]s,"verification_code":2002,"similarity":%[1]s}]}}`,
	"decision":   `{"result":{"resp_data":[{"verification_result":"nonexistent","verification_message":%[1]s,"verification_code":3001}]}}`,
	"another's":  `{"meta":{"uuid":%[1]s},"result":{"resp_data":[{"verification_result":"valid","verification_message":%[1]s,"verification_code":1000,"similarity":"88"}]}}`,
	"error":      `{"error_code":"IVS.0003","error_msg":%[1]s,"request_id":%[1]s}`,
	"named":      `{"error_code":"IVS.0011","error_msg":%[1]s}`,
	"gateway":    `{"code":"APIGW.0301","message":%[1]s,"request_id":%[1]s}`,
	"nested":     `{"error":{"code":%[1]s,"message":%[1]s,"title":%[1]s}}`,
	"unlisted":   `{"error_code":%[1]s,"error_msg":%[1]s,"request_id":%[1]s}`,
	"no code":    `{"result":{"resp_data":[{"verification_result":%[1]s,"verification_message":%[1]s,"verification_code":%[1]s,"similarity":%[1]s}]}}`,
	"no word":    `{"result":{"resp_data":[{"verification_result":%[1]s,"verification_message":%[1]s,"verification_code":1000,"similarity":"88"}]}}`,
	"no result":  `{"meta":%[1]s,"result":%[1]s,%[1]s:%[1]s}`,
	"said twice": `{"error_code":"IVS.0003","Error_Code":%[1]s,"error_msg":%[1]s}`,
	"cut off":    `{"request_id":%[1]s,"error_code":%[1]s,"error_msg":%[1]s`,
}
