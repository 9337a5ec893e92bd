package tencentfaceid

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/sign"
)

const vectorBody = `{"IdCard":"11204416541220243X","Name":"韦小宝","ImageBase64":"/9j/4AAQ"}`

func vectorRequest(contentType string) sign.Request {
	return sign.Request{
		Method: http.MethodPost, Host: "faceid.tencentcloudapi.com", Path: "/a/proxy's/path",
		Header: http.Header{"Content-Type": {contentType}, "X-Tc-Action": {action}}, Digest: sha256.Sum256([]byte(vectorBody)),
	}
}

// The test vectors were made with the vendor's own clients. A proxy's path prefix is not
// signed, because the vendor does not see it.
func TestSign_MatchesVendorsClients(t *testing.T) {
	var vectors []struct{ Name, ContentType, Canonical, Signature string }
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &vectors))
	require.NotEmpty(t, vectors)
	for _, v := range vectors {
		r := vectorRequest(v.ContentType)
		got := authorization(r, idverify.Credentials{KeyID: "AKIDEXAMPLE", KeySecret: "SECRETKEYEXAMPLE"}, time.Unix(1_700_000_000, 0))
		require.Equal(t, "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2023-11-14/faceid/tc3_request, SignedHeaders=content-type;host, Signature="+v.Signature, got, v.Name)
		r.Path = path
		hash, _ := r.Canonical("content-type", "host")
		require.Equal(t, v.Canonical, hash, v.Name)
	}
}

// In Beijing the next day begins eight hours earlier.
func TestSign_DateIsUTC(t *testing.T) {
	beijing := time.FixedZone("UTC+8", 8*60*60)
	for at, day := range map[time.Time]string{
		time.Date(2024, 3, 1, 7, 59, 59, 0, beijing):   "2024-02-29",
		time.Date(2024, 3, 1, 8, 0, 0, 0, beijing):     "2024-03-01",
		time.Date(2024, 2, 29, 23, 59, 59, 0, beijing): "2024-02-29",
	} {
		got := authorization(vectorRequest("application/json"), idverify.Credentials{KeyID: "AKIDEXAMPLE", KeySecret: "s"}, at)
		require.Contains(t, got, "Credential=AKIDEXAMPLE/"+day+"/faceid/tc3_request,")
	}
}
