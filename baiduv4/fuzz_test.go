package baiduv4_test

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/internal/proof/fuzztest"
)

var fuzzClock = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// inMemory is a client of its own whose vendor gives one answer to every
// verification, and one to every question for a token.
func inMemory(t *testing.T, token, verification fuzztest.Answer, change ...func(*baiduv4.Config)) (*baiduv4.Client, *traffic) {
	t.Helper()
	seen := &traffic{}
	vendor := fuzztest.Transport(func(r *http.Request) fuzztest.Answer {
		if r.URL.Path == tokenPath {
			seen.fetches++
			return token
		}
		seen.tokens = append(seen.tokens, r.URL.Query().Get("access_token"))
		return verification
	})
	return newClient(t, append(change, func(cfg *baiduv4.Config) {
		cfg.HTTP.Client = &http.Client{Transport: vendor}
		cfg.HTTP.Clock = func() time.Time { return fuzzClock }
	})...), seen
}

// traffic is what a vendor in memory was asked, by one goroutine after the other.
type traffic struct {
	fetches int
	tokens  []string // of the verifications
}

// levels are the controls at each level, with the vendor's numbers from its
// page: liveness at least, synthetic at most.
var levels = []struct {
	liveness  baiduv4.LivenessControl
	synthetic baiduv4.SyntheticControl
	least     float64
	most      float64
}{
	{baiduv4.LivenessNormal, baiduv4.SyntheticNormal, 0.3, 0.00048},
	{baiduv4.LivenessLow, baiduv4.SyntheticLow, 0.05, 0.00023},
	{baiduv4.LivenessHigh, baiduv4.SyntheticHigh, 0.9, 0.00109},
	{baiduv4.LivenessNone, baiduv4.SyntheticNone, 0, 0},
	{baiduv4.LivenessNone, baiduv4.SyntheticLow, 0, 0.00023},
	{baiduv4.LivenessHigh, baiduv4.SyntheticNone, 0.9, 0},
}

// turns are answers close to the border between decisions.
var turns = []string{
	`{"log_id":1,"result":{"score":80,"verify_status":0,"liveness_score":0.3,"spoofing_score":0.00048}}`,
	`{"log_id":1,"result":{"score":80.000000000000014,"verify_status":0,"liveness_score":0.3,"spoofing_score":0.00048}}`,
	`{"log_id":"1","result":{"score":"100","verify_status":"0","liveness_score":"1","spoofing_score":"0"}}`,
	`{"result":{"score":100.00000000000001,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`,
	`{"result":{"score":91,"verify_status":0,"liveness_score":0.29999999999999993,"spoofing_score":0.00048}}`,
	`{"result":{"score":91,"verify_status":0,"liveness_score":0.3,"spoofing_score":0.0004800000000000001}}`,
	`{"result":{"score":91,"verify_status":0,"liveness_score":0.05,"spoofing_score":0.00023}}`,
	`{"result":{"score":91,"verify_status":0,"liveness_score":0.9,"spoofing_score":0.00109}}`,
	`{"result":{"score":91,"verify_status":0,"liveness_score":0.05,"spoofing_score":null}}`,
	`{"result":{"score":91,"verify_status":0}}`,
	`{"result":{"score":null,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`,
	`{"result":{"score":91,"verify_status":null,"liveness_score":1,"spoofing_score":0}}`,
	`{"result":{"score":91,"verify_status":3,"liveness_score":1,"spoofing_score":0}}`,
	`{"result":{"score":91,"verify_status":0.0,"liveness_score":1,"spoofing_score":0}}`,
	`{"error_code":0,"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0},"dec_image":7,"risk_level":{},"risk_tag":[{}]}`,
	`{"error_code":"","result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`,
	`{"error_code":222351,"ERROR_CODE":0,"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`,
	`{"error_code":222351,"error_msg":"x","log_id":1,"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0}}`,
	`{"Error_Code":null,"RESULT":{"SCORE":91,"verify_ſtatus":0,"liveness_score":1,"spoofing_score":0}}`,
	`{"result":[]}`, `{"result":{"verify_status":1}}`, `{"error_code":999999}`, `{}`, `null`, ``, `<html>502</html>`,
}

// pageAnswer is the sample of the vendor's page, with its words for the tag.
const pageAnswer = `{
"log_id": 1370579072568000512,
"result": {
"score": 40.884,
"verify_status": 0
},
"dec_image": "/9j/4AAQSkZJRgABAgAAAQABAAD",
"risk_level": "3",
"risk_tag": [
"若判断为有风险,则会有风险标签json 数组告知风险类型,如:general_inject"
]
}`

// body is the answer that a row of the table stands for.
func body(row idverify.CodeRow) string {
	if row.VendorCode == "verify_status" {
		return `{"log_id":1,"result":{"verify_status":` + row.VendorReason + `}}`
	}
	return fmt.Sprintf(`{"error_code":%q,"error_msg":%q,"log_id":1,"result":null}`, row.VendorCode, row.VendorReason)
}

// Whatever the vendor answers, the outcome is a decision or an error with a code,
// and a pass only if every score that the controls ask for is in the answer, in
// range, and past its threshold.
// Holds P-PASS-13.
func FuzzAnswer(f *testing.F) {
	add := func(level uint8, body string) { f.Add(http.StatusOK, "application/json", []byte(body), level) }
	for _, file := range []string{"ok.json", "ok_v3.json", "sealed.json", "identity_mismatch.json", "no_photo.json",
		"liveness_failed.json", "token_withdrawn.json", "gateway.html"} {
		add(0, fixture(f, file))
	}
	for _, row := range baiduv4.Codes() {
		add(0, body(row))
	}
	for i, at := range levels {
		add(uint8(i), pageAnswer)
		add(uint8(i), `{"result":{"score":91,"verify_status":0}}`)
		for _, scores := range [][2]float64{{at.least, at.most}, {math.Nextafter(at.least, 0), at.most}, {at.least, math.Nextafter(at.most, 1)}} {
			add(uint8(i), fmt.Sprintf(`{"result":{"score":91,"verify_status":0,"liveness_score":%.17g,"spoofing_score":%.17g}}`, scores[0], scores[1]))
		}
	}
	for _, answer := range turns {
		add(0, answer)
	}
	echo := fmt.Sprintf(`"error_msg":"%[1]s %[2]s %[3]s","log_id":"%[2]s","risk_level":"%[1]s","risk_tag":["%[2]s"],"dec_image":"%[1]s"`, name, number, secretKey)
	add(0, `{"error_code":"`+number+`",`+echo+`}`)
	add(0, `{"error_code":222023,`+echo+`}`)
	add(0, `{"result":{"score":91,"verify_status":0,"liveness_score":1,"spoofing_score":0},`+echo+`}`)
	add(0, `{"result":{"verify_status":"`+number+`"},`+echo+`}`)
	for _, status := range []int{407, 413, 429, 500} {
		f.Add(status, "application/json", []byte(turns[1]), uint8(0))
		f.Add(status, "application/json", []byte(`{"error_code":999999}`), uint8(0))
		f.Add(status, "text/html", []byte(`<html>`), uint8(0))
	}
	add(0, "\ufeff"+turns[1])
	f.Add(200, "application/octet-stream", []byte(turns[1]), uint8(0))
	f.Add(200, "text/html", []byte(turns[1]), uint8(0))
	f.Add(302, "", []byte(turns[1]), uint8(0))

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte, level uint8) {
		given := fuzztest.Of(status, contentType, body)
		at := levels[int(level)%len(levels)]
		var seen *traffic
		res, err := fuzztest.Case{
			Answer: given, Request: request(), Codes: baiduv4.Codes(), Earned: earned(given, at.least, at.most),
			Hidden: []string{name, number, apiKey, secretKey, "TOKEN-MARK"},
			Provider: func() (p fuzztest.Provider) {
				p, seen = inMemory(t, fuzztest.JSON(200, `{"access_token":"TOKEN-MARK","expires_in":2592000}`), given,
					func(cfg *baiduv4.Config) {
						cfg.Liveness, cfg.Synthetic, cfg.Risk = at.liveness, at.synthetic, baiduv4.RiskWarn
					})
				return p
			},
		}.Check(t)
		strict, _ := inMemory(t, fuzztest.JSON(200, `{"access_token":"TOKEN-MARK","expires_in":2592000}`), given,
			func(cfg *baiduv4.Config) { cfg.Liveness, cfg.Synthetic = at.liveness, at.synthetic })
		if again, err := strict.Verify(t.Context(), request()); err == nil {
			require.True(t, res.Passed() || !again.Passed(), "the stricter control let something pass")
			require.True(t, again.Code == res.Code || again.Code == idverify.CodeAttackSuspected)
		}
		exchanges := 1
		if code := vendorCode(res, err); slices.Contains([]string{"100", "110", "111"}, code) {
			exchanges = 2 // with a new token
		}
		require.Len(t, seen.tokens, exchanges)
		require.Equal(t, exchanges, seen.fetches)
	})
}

func vendorCode(res *idverify.Result, err error) string {
	if res != nil {
		return res.VendorCode
	}
	return err.(*idverify.Error).VendorCode
}

// earned evaluates the answer independently, by the vendor's page. A level of 0 is
// a control that is off.
func earned(given fuzztest.Answer, least, most float64) bool {
	a, ok := fuzztest.Succeeded(given)
	code, plainCode := a.Text("error_code")
	result, there := a.Object("result")
	status, plainStatus := result.Text("verify_status")
	score, compared := result.Number("score")
	if !ok || !plainCode || a.Has("error_code") && code != "0" || !there || !plainStatus || status != "0" ||
		!compared || score <= 80 || score > 100 {
		return false
	}
	liveness, isLive := result.Number("liveness_score")
	if least > 0 && (!isLive || liveness < least || liveness > 1) {
		return false
	}
	spoofing, isReal := result.Number("spoofing_score")
	return most == 0 || isReal && spoofing >= 0 && spoofing <= most
}

// The token endpoint can say what it wants: without a token that the answer
// holds nothing is asked, nothing billed, and nothing decided.
func FuzzTokenAnswer(f *testing.F) {
	add := func(status int, body string) { f.Add(status, "application/json", []byte(body)) }
	for _, file := range []string{"token.json", "token_unknown_client.json", "token_withdrawn.json", "liveness_failed.json", "gateway.html"} {
		add(http.StatusOK, fixture(f, file))
		add(http.StatusUnauthorized, fixture(f, file))
	}
	for _, row := range baiduv4.Codes() {
		add(http.StatusOK, body(row))
		add(http.StatusUnauthorized, fmt.Sprintf(`{"error":%q,"error_description":%q}`, row.VendorCode, row.VendorReason))
	}
	for _, answer := range []string{
		`{"access_token":"TOKEN-MARK","expires_in":2592000,"error_code":0}`,
		`{"access_token":"TOKEN-MARK","expires_in":"2592000"}`,
		`{"access_token":"TOKEN-MARK","expires_in":1}`,
		`{"access_token":"TOKEN-MARK","expires_in":0.5}`,
		`{"access_token":"TOKEN-MARK","expires_in":1e-9}`,
		`{"access_token":"TOKEN-MARK","expires_in":0}`,
		`{"access_token":"TOKEN-MARK","expires_in":-1}`,
		`{"access_token":"TOKEN-MARK","expires_in":1e18}`,
		`{"access_token":"TOKEN-MARK","expires_in":315360000}`,
		`{"access_token":"TOKEN-MARK"}`,
		`{"access_token":"","expires_in":2592000}`,
		`{"access_token":" \u0000&=+%","expires_in":2592000}`,
		`{"access_token":7,"expires_in":2592000}`,
		`{"access_token":{},"expires_in":2592000}`,
		`{"access_token":"TOKEN-MARK","access_token":"OTHER","expires_in":2592000}`,
		`{"access_token":"TOKEN-MARK","expires_in":2592000,"error":"invalid_client"}`,
		`{"access_token":"TOKEN-MARK","expires_in":2592000,"error_code":18}`,
		`{"error":"invalid_client","error_description":"` + apiKey + ` ` + secretKey + `"}`,
		`{"error":"` + apiKey + `","error_description":"` + secretKey + `"}`,
		"\ufeff" + `{"access_token":"TOKEN-MARK","expires_in":2592000}`,
		`{}`, `[]`, ``,
	} {
		add(http.StatusOK, answer)
		add(http.StatusTooManyRequests, answer)
	}

	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		given := fuzztest.Of(status, contentType, body)
		token, usable := readToken(given)
		c, seen := inMemory(t, given, fuzztest.JSON(200, turns[1]))
		res, err := c.Verify(t.Context(), request())
		_, again := inMemoryVerdict(t, given)
		require.Equal(t, err, again, "the same answer read twice")
		fuzztest.CheckOutcome(t, res, err, c.Rules(), append(tokenMarks(token), name, number, apiKey, secretKey)...)
		if err == nil {
			require.True(t, usable, "a token that the answer does not hold")
			require.True(t, res.Passed())
			require.Equal(t, []string{token}, seen.tokens)
			return
		}
		e := requireError(t, res, err)
		require.Empty(t, seen.tokens, "a verification without a usable token")
		require.False(t, usable && given.Usual(), "a usable token was refused: %v", err)
		require.Equal(t, idverify.BilledNo, e.Billed)
		require.False(t, e.Sent() || e.Ambiguous())
		require.False(t, e.Code == idverify.CodeUnknown && e.Repeatable())
		require.Equal(t, 1, seen.fetches)
	})
}

func inMemoryVerdict(t *testing.T, token fuzztest.Answer) (*idverify.Result, error) {
	c, _ := inMemory(t, token, fuzztest.JSON(200, turns[1]))
	return c.Verify(t.Context(), request())
}

// tokenMarks leaves out tokens that may stand in any text by chance.
func tokenMarks(token string) []string {
	if len(token) < 8 {
		return nil
	}
	return []string{token}
}

// readToken reads the answer a second time: a token, with a lifetime of up to
// ten years, and no error of either kind beside it.
func readToken(given fuzztest.Answer) (string, bool) {
	a, ok := fuzztest.Succeeded(given)
	token, plainToken := a.Text("access_token")
	seconds, limited := a.Number("expires_in")
	failure, plainFailure := a.Text("error")
	_, plainDescription := a.Text("error_description")
	code, plainCode := a.Text("error_code")
	plain := plainToken && plainFailure && plainDescription && plainCode
	failed := failure != "" || a.Has("error_code") && code != "0"
	lifetime := time.Duration(0)
	if limited && seconds > 0 && seconds <= 10*365*24*3600 {
		lifetime = time.Duration(seconds * float64(time.Second))
	}
	return token, ok && plain && !failed && token != "" && lifetime > 0
}
