package vendors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
)

func baiduVendor() Vendor {
	v := Vendor{
		Name: baiduv4.Name,
		Keys: []Key{
			{Field: "APIKey", Value: idverifytest.BaiduAPIKey},
			{Field: "SecretKey", Value: idverifytest.BaiduSecretKey},
		},
		OwnThreshold: true,
		Anything:     []string{"OnTokenFetch", "Tokens"},
		Media:        idverifytest.Photo,
		Forms: []Form{
			{Media: func(m idverify.Media) idverify.Evidence { return idverify.Photo(m) }, AnyBytes: true},
			{Texts: func(token ...string) idverify.Evidence { return baiduv4.FaceToken(token[0]) },
				Known: []string{idverifytest.FaceToken}},
			{Media: func(m idverify.Media) idverify.Evidence {
				return baiduv4.PlainCapture{App: baiduv4.AppAndroid, Image: m}
			}, AnyBytes: true},
			{Texts: func(sealed ...string) idverify.Evidence {
				return baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: sealed[0], DeviceID: sealed[len(sealed)/2], Data: sealed[len(sealed)-1]}
			}, Known: []string{idverifytest.SealedKey, idverifytest.SealedDeviceID, idverifytest.SealedData}, AnyText: true},
		},
		Smallest: 1,
		Largest:  10<<20 - 1,
		Path:     "/rest/2.0/face/v4/mingjing/verify",
		Tokens: &Tokens{
			Endpoint: idverifytest.BaiduToken,
			Path:     "/oauth/2.0/token",
			Says:     func(token string) string { return fmt.Sprintf(`{"access_token":%q,"expires_in":2592000}`, token) },
			Decides:  "expires_in",
			Fetch:    fetchBaiduToken,
		},
		Codes:      baiduv4.Codes,
		LooksFirst: func(code string) bool { return strings.HasPrefix(code, "2834") }, // the plan
		Says:       baiduSays,
		Scored: func(scores map[idverify.CheckKind]string) string {
			return fmt.Sprintf(`{"log_id":9,"result":{"verify_status":0,"score":%s,"liveness_score":%s,"spoofing_score":%s}}`,
				given(scores, idverify.CheckSimilarity, "100"), given(scores, idverify.CheckLiveness, "1"), given(scores, idverify.CheckSynthetic, "0"))
		},
		Scores: map[idverify.CheckKind]string{
			idverify.CheckSimilarity: "score", idverify.CheckLiveness: "liveness_score", idverify.CheckSynthetic: "spoofing_score",
		},
		Picture: "dec_image",
		Repeats: baiduRepeats,
		Samples: baiduSamples,
		Open:    []any{baiduv4.Reply{}, baiduv4.SealedCapture{}},
		Reveals: map[string][]string{
			"baiduv4.Reply":         {"ErrorMsg", "RiskTags"},
			"baiduv4.SealedCapture": {"SKey", "DeviceID", "Data"},
			"baiduv4.Token":         {"Reveal"},
			"baiduv4.DecImage":      {"Bytes"},
		},
		Allocations: 119,
		Documented:  "`Photo`, `baiduv4.FaceToken`, `PlainCapture`, `SealedCapture`",
	}
	config := func(a Account) baiduv4.Config {
		cfg := baiduv4.Config{APIKey: v.key(a, "APIKey"), SecretKey: v.key(a, "SecretKey"), Threshold: a.Threshold, HTTP: a.HTTP}
		if a.Tokens != nil {
			cfg.Tokens = a.Tokens.(baiduv4.TokenStore)
		}
		return cfg
	}
	v.Make = func(a Account) (Provider, any, error) {
		cfg := config(a)
		p, err := made(baiduv4.New(cfg))
		return p, cfg, err
	}
	v.Refused = func(a Account) []Refused {
		return slices.Concat(
			refused(config(a), baiduv4.New, "Quality",
				func(c *baiduv4.Config) { c.Quality = "EXAMPLE" }, func(c *baiduv4.Config) { c.Quality = "low" }),
			refused(config(a), baiduv4.New, "Liveness",
				func(c *baiduv4.Config) { c.Liveness = "EXAMPLE" }, func(c *baiduv4.Config) { c.Liveness = "none" }),
			refused(config(a), baiduv4.New, "Synthetic",
				func(c *baiduv4.Config) { c.Synthetic = "EXAMPLE" }, func(c *baiduv4.Config) { c.Synthetic = " HIGH" }),
			refused(config(a), baiduv4.New, "Risk",
				func(c *baiduv4.Config) { c.Risk = "EXAMPLE" }, func(c *baiduv4.Config) { c.Risk = "warn" }))
	}
	return v
}

// baiduSays answers with a number; with a verify_status in a result; or, for words,
// from the token endpoint.
func baiduSays(row idverify.CodeRow) Answer {
	if row.Code == idverify.CodeMatch {
		return Answer{ID: "9", Body: `{"log_id":9,"result":{"verify_status":0}}`}
	}
	if _, err := strconv.Atoi(row.VendorCode); err == nil {
		answer := Answer{ID: "9", Message: "m", Body: fmt.Sprintf(`{"error_code":%s,"error_msg":"m","log_id":9,"result":null}`, row.VendorCode)}
		if slices.Contains([]string{"100", "110", "111"}, row.VendorCode) {
			answer.Exchanges = 2 // the second one with a new token
		}
		return answer
	}
	if row.VendorCode == "verify_status" {
		return Answer{ID: "9", Body: fmt.Sprintf(`{"log_id":9,"result":{"verify_status":%s,"score":100,"liveness_score":1,"spoofing_score":0}}`, row.VendorReason)}
	}
	return Answer{Status: http.StatusUnauthorized, OfTokens: true, Body: fmt.Sprintf(`{"error":%q,"error_description":%q}`, row.VendorCode, row.VendorReason)}
}

// fetchBaiduToken fetches a token without the library.
func fetchBaiduToken(base string, client *http.Client) (any, error) {
	answer, err := client.PostForm(base+"/oauth/2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {idverifytest.BaiduAPIKey}, "client_secret": {idverifytest.BaiduSecretKey},
	})
	if err != nil {
		return nil, errors.New("no token from the stand-in")
	}
	defer answer.Body.Close()
	var said struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil || said.AccessToken == "" {
		return nil, fmt.Errorf("no token from the stand-in: HTTP %d", answer.StatusCode)
	}
	return fixedToken{baiduv4.NewToken(said.AccessToken, time.Now().Add(time.Duration(said.ExpiresIn)*time.Second))}, nil
}

func baiduPicture(content []byte) baiduv4.DecImage {
	var picture baiduv4.DecImage
	text, _ := json.Marshal(content) // JSON writes bytes as base64
	_ = picture.UnmarshalJSON(text)
	return picture
}

func baiduSamples(words string, picture []byte) map[string]any {
	token, store := baiduv4.NewToken(words, time.Now()), baiduv4.NewMemoryStore()
	_ = store.Save(context.Background(), "key", token)
	return map[string]any{
		"baiduv4.Reply":          &baiduv4.Reply{LogID: "1", ErrorCode: "7", ErrorMsg: words, DecImage: baiduPicture(picture), RiskTags: []string{words}},
		"baiduv4.DecImage":       baiduPicture(picture),
		"baiduv4.QualityControl": baiduv4.QualityHigh, "baiduv4.LivenessControl": baiduv4.LivenessHigh,
		"baiduv4.SyntheticControl": baiduv4.SyntheticHigh, "baiduv4.RiskControl": baiduv4.RiskWarn, "baiduv4.App": baiduv4.AppIOS,
		"baiduv4.Token": token, "baiduv4.TokenStore": store, "baiduv4.MemoryStore": store,
		"baiduv4.TokenFetch": baiduv4.TokenFetch{Reason: baiduv4.FetchRefused}, "baiduv4.FetchReason": baiduv4.FetchCold,
	}
}

var baiduRepeats = map[string]string{
	"match":         `{"log_id":%[1]s,"error_msg":%[1]s,"result":{"verify_status":0,"score":90,"liveness_score":1,"spoofing_score":0},"dec_image":"PICTURE","risk_level":%[1]s,"risk_tag":[%[1]s]}`,
	"mismatch":      `{"log_id":%[1]s,"result":{"verify_status":1},"risk_level":"1","risk_tag":%[1]s}`,
	"error":         `{"log_id":%[1]s,"error_code":222202,"error_msg":%[1]s,"dec_image":"PICTURE"}`,
	"token refused": `{"log_id":%[1]s,"error_code":110,"error_msg":%[1]s}`,
	"unlisted":      `{"log_id":%[1]s,"error_code":%[1]s,"error_msg":%[1]s}`,
	"no score":      `{"log_id":%[1]s,"result":{"verify_status":0,"score":%[1]s}}`,
	"other status":  `{"log_id":%[1]s,"result":{"verify_status":%[1]s}}`,
	"no result":     `{"log_id":%[1]s,"result":%[1]s}`,
	"said twice":    `{"log_id":%[1]s,"result":null,"Result":%[1]s}`,
	"cut off":       `{"log_id":%[1]s,"error_msg":%[1]s,"dec_image":"PICTURE`,
}
