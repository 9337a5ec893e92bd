package volcengine

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// vectorBody is the body of the test vectors, which were made with the vendor's own
// Go SDK.
const vectorBody = `{"req_key":"cert_src_face_comp","idcard_name":"韦小宝","idcard_no":"11204416541220243X","image":"/9j/4AA+Qg=="}`

var vectorKey = idverify.Credentials{KeyID: "AKLTEXAMPLE0001", KeySecret: "RVhBTVBMRVNLMDAwMQ=="}

func signed(address string, key idverify.Credentials, at time.Time) http.Header {
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(vectorBody))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Security-Token", "of somebody else's")
	authorize(r, sha256.Sum256([]byte(vectorBody)), key, at)
	return r.Header
}

const vectorAddress = "https://visual.volcengineapi.com/?Action=CertSrcFaceComp&Version=2022-08-31"

func TestSign_MatchesVendorsSDK(t *testing.T) {
	h := signed(vectorAddress, vectorKey, time.Unix(1_700_000_000, 999_999_999).In(time.FixedZone("", 8*3600)))
	assert.Equal(t, "HMAC-SHA256 Credential=AKLTEXAMPLE0001/20231114/cn-north-1/cv/request, SignedHeaders=content-type;host;x-content-sha256;x-date, "+
		"Signature=1dccafdff7a737e8201764e837a81d46d53a2de7f4adbc6ef5aa4c2944bd9e28", h.Get("Authorization"))
	assert.Equal(t, "7c9ea2e96b7d43646d735238123c8fcc103507aa596bede4f812c7698cda7700", h.Get("X-Content-Sha256"))
	assert.Equal(t, "20231114T221320Z", h.Get("X-Date"))
	assert.NotContains(t, h, "X-Security-Token")
}

// A default port is not signed, any other port is.
func TestSign_DefaultPortIsNotSigned(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	plain := signed(vectorAddress, vectorKey, at).Get("Authorization")
	for port, same := range map[string]bool{":443": true, ":80": true, ":8443": false, ":1443": false} {
		with := signed(strings.Replace(vectorAddress, ".com", ".com"+port, 1), vectorKey, at).Get("Authorization")
		assert.Equal(t, same, with == plain, port)
	}
}

func TestSign_TokenIsSentAndSigned(t *testing.T) {
	key := vectorKey
	key.Token = "STSEXAMPLE0001"
	h := signed(vectorAddress, key, time.Unix(1_700_000_000, 0))
	assert.Equal(t, "STSEXAMPLE0001", h.Get("X-Security-Token"))
	assert.Contains(t, h.Get("Authorization"), "SignedHeaders=content-type;host;x-content-sha256;x-date;x-security-token, ")
}

// The scope's date is in UTC: until 08:00 in Beijing it is the day before.
func TestSign_DateIsUTC(t *testing.T) {
	midnight := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for at, day := range map[time.Time]string{
		midnight.Add(-time.Second): "20260101", midnight: "20260102",
		time.Date(2026, 1, 2, 7, 59, 59, 0, time.FixedZone("", 8*3600)): "20260101",
	} {
		assert.Contains(t, signed(vectorAddress, vectorKey, at).Get("Authorization"), "AKLTEXAMPLE0001/"+day+"/cn-north-1/cv/request")
	}
}

// The requests in testdata were signed with the vendor's Node and Go SDKs, which
// agree; official/volcengine can make more.
func TestSign_MatchesRecordedRequests(t *testing.T) {
	f, err := os.Open(cmp.Or(os.Getenv("IDVERIFY_VOLCENGINE_REQUESTS"), "testdata/signed.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	n := 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var v struct {
			URL, ContentType, Body, ID, Secret, Token, Authorization string
			At                                                       int64
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &v))
		r := httptest.NewRequest(http.MethodPost, v.URL, nil)
		r.Header.Set("Content-Type", v.ContentType)
		r.Header.Set("User-Agent", "none of the signature's business")
		authorize(r, sha256.Sum256([]byte(v.Body)), idverify.Credentials{KeyID: v.ID, KeySecret: v.Secret, Token: v.Token}, time.Unix(v.At, 0).Local())
		require.Equal(t, v.Authorization, r.Header.Get("Authorization"), "%d: %s", n, v.URL)
		n++
	}
	require.NoError(t, lines.Err())
	require.GreaterOrEqual(t, n, 20)
	t.Logf("our signer agrees on %d requests", n)
}
