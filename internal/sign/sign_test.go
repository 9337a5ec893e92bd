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

// schemes are the four known forms of signatures, each as a vendor's package has to
// write it.
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
func TestSign_MatchesVendorSigners(t *testing.T) {
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
		r := httptest.NewRequest(v.Method, "https://"+v.Host+sign.EscapePath(v.Path), strings.NewReader(v.Body))
		query := url.Values{}
		for name, value := range v.Query {
			query.Set(name, value)
		}
		r.URL.RawQuery = sign.CanonicalQuery(query)
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

// Vectors that vendors publish, and requests recorded from their Go clients.
func TestSign_MatchesPublishedVectors(t *testing.T) {
	var vectors []struct {
		Name, Host, Path, Digest string
		Query, Headers           map[string]string
		Names                    []string
		Canonical                string // the hash of the canonical request, if it is published
		Secret                   string
		Parts                    []string // {} is replaced by the hash
		Signature                string
	}
	text, err := os.ReadFile("testdata/published.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &vectors))
	require.Len(t, vectors, 5)
	for _, v := range vectors {
		r := sign.Request{Method: http.MethodPost, Host: v.Host, Path: v.Path, Header: http.Header{}}
		query := url.Values{}
		for name, value := range v.Query {
			query.Set(name, value)
		}
		r.Query = query.Encode()
		for name, value := range v.Headers {
			r.Header.Set(name, value)
		}
		_, err := hex.Decode(r.Digest[:], []byte(v.Digest))
		require.NoError(t, err)
		hash, _ := r.Canonical(v.Names...)
		if v.Canonical != "" {
			assert.Equal(t, v.Canonical, hash, v.Name)
		}
		for i, part := range v.Parts {
			v.Parts[i] = strings.ReplaceAll(part, "{}", hash)
		}
		assert.Equal(t, v.Signature, sign.Chain(v.Secret, v.Parts...), v.Name)
	}
}

// In Beijing a new day begins eight hours before it does in a signature.
func TestTimes_AreUTC(t *testing.T) {
	at := time.Date(2024, 3, 1, 7, 59, 59, 999_999_999, time.FixedZone("Beijing", 8*60*60))
	assert.Equal(t, "1709251199", sign.Unix(at))
	assert.Equal(t, "2024-02-29", sign.Day(at))
	assert.Equal(t, "2024-02-29T23:59:59Z", sign.Long(at))
	assert.Equal(t, "20240229T235959Z", sign.Short(at))
	assert.Equal(t, "20240229", sign.Short(at)[:sign.ShortDay])
	assert.Equal(t, "2024-03-01", sign.Day(at.Add(time.Nanosecond)))
}

func TestNonce_IsUnique(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		nonce := sign.Nonce()
		assert.Len(t, nonce, 32)
		assert.Empty(t, strings.Trim(nonce, "0123456789abcdef"))
		assert.False(t, seen[nonce])
		seen[nonce] = true
	}
}
