//go:build acme

package acme_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestRequest_NestedAndSigned(t *testing.T) {
	sent, res, err := asked(t, http.StatusOK, fixture(t, "match.json"))
	require.NoError(t, err)
	require.True(t, res.Passed())
	require.Len(t, sent, 1)
	r := sent[0]
	assert.Equal(t, strings.TrimSpace(fixture(t, "request.json")), string(r.content))
	assert.Equal(t, []string{"POST", "/v1/face/compare", "application/json", "20300102T030405Z"},
		[]string{r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("X-Acme-Date")})
	nonce, digest := r.Header.Get("X-Acme-Nonce"), sha256.Sum256(r.content)
	assert.Len(t, nonce, 32)
	canonical := sha256.Sum256([]byte("POST\n/v1/face/compare\n\ncontent-type:application/json\nhost:" + r.Host + "\nx-acme-date:20300102T030405Z\nx-acme-nonce:" + nonce +
		"\n\ncontent-type;host;x-acme-date;x-acme-nonce\n" + hex.EncodeToString(digest[:])))
	key := mac([]byte(keySecret), "20300102")
	signature := hex.EncodeToString(mac(key, "ACME-HMAC-SHA256\n20300102T030405Z\n"+hex.EncodeToString(canonical[:])))
	assert.Equal(t, "ACME-HMAC-SHA256 Credential="+keyID+", SignedHeaders=content-type;host;x-acme-date;x-acme-nonce, Signature="+signature, r.Header.Get("Authorization"))
}

func TestRequest_OversizedPictureIsNotSent(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:1")
	for want, photo := range map[idverify.Code][]byte{
		idverify.CodeTooLarge:          append(picture[:len(picture):len(picture)], make([]byte, 2<<20)...),
		idverify.CodeUnsupportedFormat: []byte("GIF89a made-up picture"),
	} {
		_, err := client.Verify(t.Context(), request(photo))
		assert.Equal(t, want, idverify.CodeOf(err))
		assert.NotErrorIs(t, err, idverify.ErrAmbiguous)
	}
}
