package idverifytest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// tencentMaxLife is how far ahead a signature may expire.
const tencentMaxLife = 90 * 24 * time.Hour

// tencentSigned checks the header Authorization and returns the vendor's code for
// what is wrong with it, or 0. The header is the base64 of an HMAC-SHA1 followed by
// the signed text. The vendor's own clients write that text in five orders, so any
// order is accepted.
func tencentSigned(header string, now time.Time) int {
	if header == "" {
		return 4
	}
	// The strict decoder refuses only what the vendor's samples never produce.
	raw, err := base64.StdEncoding.Strict().DecodeString(header)
	if err != nil || len(raw) <= sha1.Size || strings.ContainsAny(header, "\r\n") {
		return 5
	}
	mac, text := raw[:sha1.Size], string(raw[sha1.Size:])
	fields := signedFields(text)
	if !plausible(fields) {
		return 5
	}
	switch {
	case fields["a"] != TencentAppID && fields["k"] == TencentSecretID:
		return 12
	case fields["a"] != TencentAppID:
		return 10
	case fields["k"] != TencentSecretID:
		return 11
	}
	h := hmac.New(sha1.New, []byte(TencentSecretKey))
	h.Write([]byte(text))
	if !hmac.Equal(mac, h.Sum(nil)) {
		return 14
	}
	if expires, _ := strconv.ParseInt(fields["e"], 10, 64); now.Unix() > expires {
		return 9
	}
	return 0
}

// signedFields splits key=value pairs joined by &. Values are literal. Any other
// text has no fields.
func signedFields(text string) map[string]string {
	fields := map[string]string{}
	for _, pair := range strings.Split(text, "&") {
		key, value, ok := strings.Cut(pair, "=")
		_, double := fields[key]
		if !ok || double || len(key) != 1 || !strings.Contains("abketruf", key) {
			return nil
		}
		fields[key] = value
	}
	return fields
}

// plausible checks each field: who signed, from when until when, for any file and
// any user.
func plausible(fields map[string]string) bool {
	from, errT := strconv.ParseInt(fields["t"], 10, 64)
	until, errE := strconv.ParseInt(fields["e"], 10, 64)
	nonce := fields["r"]
	switch {
	case fields["a"] == "", fields["k"] == "", errT != nil, errE != nil:
		return false
	case until <= from, until-from > int64(tencentMaxLife/time.Second):
		return false
	case len(nonce) > 10, strings.Trim(nonce, "0123456789") != "":
		return false
	case fields["u"] != "" && fields["u"] != "0", fields["f"] != "":
		return false
	}
	return true
}
