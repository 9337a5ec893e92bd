package idverifytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// faceIDMaxSkew is how far the time of a signature may differ from the server's, in
// either direction.
const faceIDMaxSkew = 5 * time.Minute

// faceIDAuthorization matches the only form of the header. The date and the service
// are checked separately.
var faceIDAuthorization = regexp.MustCompile(
	`^TC3-HMAC-SHA256 Credential=([^/,\s]+)/([^/,\s]+)/([^/,\s]+)/tc3_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$`)

// faceIDKeys has the secret and the token of each key.
var faceIDKeys = map[string]struct{ secret, token string }{
	TencentFaceIDSecretID:    {secret: TencentFaceIDSecretKey},
	TencentFaceIDTemporaryID: {secret: TencentFaceIDTemporaryKey, token: TencentFaceIDToken},
}

// faceIDSigned returns the vendor's code for what is wrong with a signature, or "".
// hash is the SHA-256 of the body in hexadecimal.
func faceIDSigned(r *http.Request, hash string, now time.Time) string {
	parts := faceIDAuthorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil || len(r.Header.Values("Authorization")) != 1 {
		return "AuthFailure.InvalidAuthorization"
	}
	id, date, service, signed, signature := parts[1], parts[2], parts[3], strings.Split(parts[4], ";"), parts[5]
	if !slices.Contains(signed, "content-type") || !slices.Contains(signed, "host") || !isAscending(signed) {
		return "AuthFailure.InvalidAuthorization"
	}
	stamp := r.Header.Get("X-TC-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	at := time.Unix(seconds, 0)
	switch {
	case err != nil, strconv.FormatInt(seconds, 10) != stamp, now.Sub(at).Abs() > faceIDMaxSkew:
		return "AuthFailure.SignatureExpire"
	case date != at.UTC().Format("2006-01-02"), service != "faceid":
		return "AuthFailure.InvalidAuthorization"
	}
	key, known := faceIDKeys[id]
	switch {
	case !known:
		return "AuthFailure.SecretIdNotFound"
	case r.Header.Get("X-TC-Token") != key.token:
		return "AuthFailure.TokenFailure"
	}
	if r.Header.Get("X-TC-Content-SHA256") == "UNSIGNED-PAYLOAD" {
		sum := sha256.Sum256([]byte("UNSIGNED-PAYLOAD"))
		hash = hex.EncodeToString(sum[:])
	}
	// One of the vendor's own clients signs the host without its port.
	bare, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		bare = r.Host
	}
	for _, host := range []string{r.Host, bare} {
		if hmac.Equal([]byte(signature), []byte(faceIDSign(r, host, signed, hash, stamp, date, key.secret))) {
			return ""
		}
	}
	return "AuthFailure.SignatureFailure"
}

// isAscending reports whether names are sorted and unique.
func isAscending(names []string) bool {
	for i, name := range names {
		if name == "" || i > 0 && names[i-1] >= name {
			return false
		}
	}
	return true
}

func faceIDSign(r *http.Request, host string, signed []string, hash, stamp, date, secret string) string {
	canonical := r.Method + "\n/\n\n"
	for _, name := range signed {
		value := strings.ToLower(strings.TrimSpace(r.Header.Get(name)))
		switch name { // the vendor's own clients sign these unchanged
		case "host":
			value = host
		case "content-type":
			value = r.Header.Get(name)
		}
		canonical += name + ":" + value + "\n"
	}
	canonical += "\n" + strings.Join(signed, ";") + "\n" + hash
	sum := sha256.Sum256([]byte(canonical))
	text := "TC3-HMAC-SHA256\n" + stamp + "\n" + date + "/faceid/tc3_request\n" + hex.EncodeToString(sum[:])
	key := []byte("TC3" + secret)
	for _, part := range []string{date, "faceid", "tc3_request", text} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key)
}
