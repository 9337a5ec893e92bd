package wire_test

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
	"github.com/idverify/idverify/tencent"
)

var anyURL = regexp.MustCompile(".*")

// mocked is a vendor's client over a transport of a test's own, with the body
// that stands for a row of its table.
type mocked struct {
	codes    []idverify.VendorCode
	evidence idverify.Evidence
	provider func(*testing.T, *http.Client) idverify.Provider
	body     func(idverify.VendorCode) string
}

func mockedVendors() map[string]mocked {
	photo := idverify.Photo(idverify.Bytes(idverifytest.Photo()))
	must := func(t *testing.T, p idverify.Provider, err error) idverify.Provider {
		require.NoError(t, err)
		return p
	}
	return map[string]mocked{
		"linkface": {
			codes: linkface.Codes(), evidence: linkface.CaptureID("id"),
			provider: func(t *testing.T, hc *http.Client) idverify.Provider {
				p, err := linkface.New(linkface.Config{APIID: "EXAMPLE", APISecret: "EXAMPLE", HTTP: idverify.HTTP{Client: hc}})
				return must(t, p, err)
			},
			body: func(c idverify.VendorCode) string { return fmt.Sprintf(`{"status":%q,"reason":%q}`, c.Code, c.Reason) },
		},
		"baiduv4": {
			codes: baiduv4.Codes(), evidence: photo,
			provider: func(t *testing.T, hc *http.Client) idverify.Provider {
				p, err := baiduv4.New(baiduv4.Config{APIKey: "EXAMPLE", SecretKey: "EXAMPLE", HTTP: idverify.HTTP{Client: hc}})
				return must(t, p, err)
			},
			body: func(c idverify.VendorCode) string {
				if c.Code == "verify_status" {
					return `{"result":{"verify_status":` + c.Reason + `}}`
				}
				return `{"error_code":` + c.Code + `,"error_msg":"x"}`
			},
		},
		"tencent": {
			codes: tencent.Codes(), evidence: photo,
			provider: func(t *testing.T, hc *http.Client) idverify.Provider {
				p, err := tencent.New(tencent.Config{AppID: "1250000000", SecretID: "EXAMPLE", SecretKey: "EXAMPLE", HTTP: idverify.HTTP{Client: hc}})
				return must(t, p, err)
			},
			body: func(c idverify.VendorCode) string { return fmt.Sprintf(`{"code":%s,"message":%q}`, c.Code, c.Reason) },
		},
	}
}

// Every row of every vendor's table, as the vendor sends it, through the real
// client: three exchanges where the table calls a repeat safe, one where not.
func TestEveryVendorCodeIsRepeatedOnlyWhereItIsSafe(t *testing.T) {
	for name, v := range mockedVendors() {
		for _, row := range v.codes {
			if row.Meaning == idverify.CodeMatch {
				continue // needs scores
			}
			if _, err := strconv.Atoi(row.Code); err != nil && name == "baiduv4" && row.Code != "verify_status" {
				continue // of the token endpoint
			}
			if row.Code == "100" || row.Code == "110" || row.Code == "111" {
				if name == "baiduv4" {
					continue // renews the token, and is tested there
				}
			}
			t.Run(name+"/"+row.Code+"/"+row.Reason, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { driveRow(t, v, row) })
			})
		}
	}
}

func driveRow(t *testing.T, v mocked, row idverify.VendorCode) {
	exchanges := 0
	transport := httpmock.NewMockTransport()
	transport.RegisterRegexpMatcherResponder(http.MethodPost, anyURL, httpmock.BodyContainsString("client_credentials"),
		httpmock.NewStringResponder(200, `{"access_token":"EXAMPLE","expires_in":2592000}`))
	transport.RegisterNoResponder(func(*http.Request) (*http.Response, error) {
		exchanges++
		return httpmock.NewStringResponse(max(row.HTTPStatus, 200), v.body(row)), nil
	})
	c, err := idverify.New([]idverify.Provider{v.provider(t, &http.Client{Transport: transport})})
	require.NoError(t, err)
	res, err := c.Verify(t.Context(), &idverify.Request{Name: "测试甲", IDNumber: "11010519000101001X", Evidence: []idverify.Evidence{v.evidence}})
	want := 1
	if row.Repeatable() {
		want = 3
	}
	assert.Equal(t, want, exchanges)
	var attempts []idverify.Attempt
	if e := new(idverify.Error); errors.As(err, &e) {
		attempts = e.Attempts
	} else if assert.NotNil(t, res) {
		attempts = res.Attempts
	}
	assert.Len(t, attempts, want)
	if row.Meaning.IsDecision() {
		require.NoError(t, err)
		assert.Equal(t, row.Meaning, res.Code)
		return
	}
	assert.Equal(t, row.Meaning, idverify.CodeOf(err))
}
