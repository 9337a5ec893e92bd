package sign_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/sign"
)

const id, secret = "EXAMPLEID0001", "EXAMPLESECRET0001"

// schemes are the four forms of signatures that vendors are known to have, each as
// its package has to write it.
var schemes = map[string]func(r sign.Request, at time.Time) string{
	"TC3-HMAC-SHA256": func(r sign.Request, at time.Time) string {
		hash, signed := r.Canonical("content-type", "host")
		day := sign.Day(at)
		scope := day + "/faceid/tc3_request"
		toSign := "TC3-HMAC-SHA256\n" + sign.Unix(at) + "\n" + scope + "\n" + hash
		return "TC3-HMAC-SHA256 Credential=" + id + "/" + scope + ", SignedHeaders=" + signed +
			", Signature=" + sign.Chain("TC3"+secret, day, "faceid", "tc3_request", toSign)
	},
	"ACS3-HMAC-SHA256": func(r sign.Request, _ time.Time) string {
		hash, signed := r.Canonical("content-type", "host", "x-acs-*")
		return "ACS3-HMAC-SHA256 Credential=" + id + ",SignedHeaders=" + signed +
			",Signature=" + sign.Chain(secret, "ACS3-HMAC-SHA256\n"+hash)
	},
	"SDK-HMAC-SHA256": func(r sign.Request, at time.Time) string {
		r.Path = strings.TrimSuffix(r.Path, "/") + "/"
		hash, signed := r.Canonical("content-type", "host", "x-project-id", "x-sdk-date", "x-security-token")
		return "SDK-HMAC-SHA256 Access=" + id + ", SignedHeaders=" + signed +
			", Signature=" + sign.Chain(secret, "SDK-HMAC-SHA256\n"+sign.Short(at)+"\n"+hash)
	},
	"HMAC-SHA256": func(r sign.Request, at time.Time) string {
		hash, signed := r.Canonical("host", "x-content-sha256", "x-date", "x-security-token")
		date := sign.Short(at)
		day := date[:sign.ShortDay]
		scope := day + "/cn-north-1/cv/request"
		return "HMAC-SHA256 Credential=" + id + "/" + scope + ", SignedHeaders=" + signed +
			", Signature=" + sign.Chain(secret, day, "cn-north-1", "cv", "request", "HMAC-SHA256\n"+date+"\n"+scope+"\n"+hash)
	},
}

// The vectors were made with the vendors' own signers.
func TestSignaturesAreThoseOfTheVendorsOwnSigners(t *testing.T) {
	var file struct {
		ID, Secret string
		Vectors    []struct {
			Scheme, Method, Host, Path, Token, Body, Authorization string
			Query, Headers                                         map[string]string
			Time                                                   time.Time
		}
	}
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &file))
	require.Equal(t, []string{id, secret}, []string{file.ID, file.Secret})
	seen := map[string]int{}
	for i, v := range file.Vectors {
		r := httptest.NewRequest(v.Method, "https://"+v.Host+sign.Path(v.Path), strings.NewReader(v.Body))
		query := url.Values{}
		for name, value := range v.Query {
			query.Set(name, value)
		}
		r.URL.RawQuery = sign.Query(query)
		for name, value := range v.Headers {
			r.Header.Set(name, value)
		}
		assert.Equal(t, v.Authorization, schemes[v.Scheme](sign.Of(r, sha256.Sum256([]byte(v.Body))), v.Time.Local()), "vector %d: %s", i, v.Scheme)
		seen[v.Scheme]++
	}
	for name := range schemes {
		assert.Greater(t, seen[name], 30, name)
	}
}

// published are vectors that the vendors print, and captures of their Go clients.
func TestSignaturesAreThoseThatVendorsPublish(t *testing.T) {
	headers := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	for name, c := range map[string]struct {
		r         sign.Request
		digest    string
		names     []string
		hash      string // of the canonical request, if it is published
		secret    string
		parts     []string // {} stands for the hash
		signature string
	}{
		"TC3, the vendor's own": {
			r:         sign.Request{Host: "cvm.tencentcloudapi.com", Header: headers("Content-Type", "application/json; charset=utf-8", "X-TC-Action", "describeinstances")},
			digest:    "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064",
			names:     []string{"content-type", "host", "x-tc-action"},
			hash:      "7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84",
			secret:    "TC3" + strings.Repeat("*", 32),
			parts:     []string{"2019-02-25", "cvm", "tc3_request", "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{}"},
			signature: "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
		},
		"ACS3, the vendor's own": {
			r: sign.Request{
				Host:  "ecs.cn-shanghai.aliyuncs.com",
				Query: url.Values{"RegionId": {"cn-shanghai"}, "ImageId": {"win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}},
				Header: headers("x-acs-action", "RunInstances", "x-acs-version", "2014-05-26", "x-acs-date", "2023-10-26T10:22:32Z", "x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d",
					"x-acs-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "Accept", "application/json"),
			},
			digest:    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			names:     []string{"content-type", "host", "x-acs-*"},
			secret:    "YourAccessKeySecret",
			parts:     []string{"ACS3-HMAC-SHA256\n{}"},
			signature: "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
		},
		"SDK": {
			r: sign.Request{Host: "ivs.cn-north-4.myhuaweicloud.com", Path: "/v2.0/ivs-standard/",
				Header: headers("X-Sdk-Date", "20231114T221320Z", "X-Project-Id", "0123456789abcdef0123456789abcdef", "Content-Type", "application/json")},
			digest:    "106982582112bbdf29ac37966afe81681c2538ef0167342c8d21bfa46be741ab",
			names:     []string{"host", "x-project-id", "x-sdk-date"},
			secret:    "EXAMPLESK00000000000000000000000000001",
			parts:     []string{"SDK-HMAC-SHA256\n20231114T221320Z\n{}"},
			signature: "0a6f4fd96a74e7342398f762a8993b77e7a95c10e84036b1b994a4ce6b49ca52",
		},
		"HMAC-SHA256 with a region": {
			r: sign.Request{Host: "visual.volcengineapi.com", Query: url.Values{"Version": {"2022-08-31"}, "Action": {"CertSrcFaceComp"}},
				Header: headers("X-Date", "20231114T221320Z", "X-Content-Sha256", "7c9ea2e96b7d43646d735238123c8fcc103507aa596bede4f812c7698cda7700", "Content-Type", "application/json")},
			digest:    "7c9ea2e96b7d43646d735238123c8fcc103507aa596bede4f812c7698cda7700",
			names:     []string{"content-type", "host", "x-content-sha256", "x-date", "x-security-token"},
			hash:      "bf39e534ae8e978dff9d5626a714ba8def88be48a326ae084056a3e8c21161a6",
			secret:    "RVhBTVBMRVNLMDAwMQ==",
			parts:     []string{"20231114", "cn-north-1", "cv", "request", "HMAC-SHA256\n20231114T221320Z\n20231114/cn-north-1/cv/request\n{}"},
			signature: "1dccafdff7a737e8201764e837a81d46d53a2de7f4adbc6ef5aa4c2944bd9e28",
		},
	} {
		c.r.Method = http.MethodPost
		_, err := hex.Decode(c.r.Digest[:], []byte(c.digest))
		require.NoError(t, err)
		hash, _ := c.r.Canonical(c.names...)
		if c.hash != "" {
			assert.Equal(t, c.hash, hash, name)
		}
		for i, part := range c.parts {
			c.parts[i] = strings.ReplaceAll(part, "{}", hash)
		}
		assert.Equal(t, c.signature, sign.Chain(c.secret, c.parts...), name)
	}
	assert.Equal(t, "fa39102cdff379fa429e2d12d217ffba9d9d826830f5131c8fe2d002a206b0e6",
		sign.Chain("RVhBTVBMRVNLMDAwMQ==", "20231114", "cn-north-1", "cv", "request"), "a key on the way")
}

// In Beijing it is a new day eight hours before it is one in a signature.
func TestTimesAreInUTC(t *testing.T) {
	at := time.Date(2024, 3, 1, 7, 59, 59, 999_999_999, time.FixedZone("Beijing", 8*60*60))
	assert.Equal(t, "1709251199", sign.Unix(at))
	assert.Equal(t, "2024-02-29", sign.Day(at))
	assert.Equal(t, "2024-02-29T23:59:59Z", sign.Long(at))
	assert.Equal(t, "20240229T235959Z", sign.Short(at))
	assert.Equal(t, "20240229", sign.Short(at)[:sign.ShortDay])
	assert.Equal(t, "2024-03-01", sign.Day(at.Add(time.Nanosecond)))
}

func TestNoncesAreNeverTheSame(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		nonce := sign.Nonce()
		assert.Len(t, nonce, 32)
		assert.Empty(t, strings.Trim(nonce, "0123456789abcdef"))
		assert.False(t, seen[nonce])
		seen[nonce] = true
	}
}
