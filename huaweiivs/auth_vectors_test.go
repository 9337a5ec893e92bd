package huaweiivs

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/sign"
)

// The test vectors were made with the vendor's own Go signer.
func TestAuthorization_MatchesVendorsSigner(t *testing.T) {
	var vectors []struct{ Host, Date, Project, Digest, Authorization string }
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &vectors))
	require.Len(t, vectors, 2)
	for _, v := range vectors {
		r := sign.Request{Method: http.MethodPost, Host: v.Host, Path: path, Header: http.Header{}}
		r.Header.Set("X-Sdk-Date", v.Date)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("User-Agent", "EXAMPLE")
		if v.Project != "" {
			r.Header.Set("X-Project-Id", v.Project)
		}
		_, err := hex.Decode(r.Digest[:], []byte(v.Digest))
		require.NoError(t, err)
		key := idverify.Credentials{KeyID: "EXAMPLEAK0000000001", KeySecret: "EXAMPLESK00000000000000000000000000001"}
		assert.Equal(t, v.Authorization, authorization(r, key))
		r.Path += "/"
		assert.Equal(t, v.Authorization, authorization(r, key), "the slash at the end is not doubled")
	}
}
