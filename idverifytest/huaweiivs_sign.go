package idverifytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The gateway's messages about signatures. It has one code for all of them, and none
// for a wrong clock.
const (
	huaweiIVSIAM     = "APIG.0301: Incorrect IAM authentication information: "
	huaweiIVSWrong   = huaweiIVSIAM + "verify aksk signature fail"
	huaweiIVSNoKey   = huaweiIVSIAM + "Get secretKey failed,ak not exist"
	huaweiIVSLocked  = huaweiIVSIAM + "AK access failed to reach the limit,forbidden"
	huaweiIVSExpired = huaweiIVSIAM + "token expires"
	huaweiIVSNoToken = huaweiIVSIAM + "x-auth-token not found"
	huaweiIVSForeign = huaweiIVSIAM + "decrypt token fail"
)

const (
	huaweiIVSLifetime  = 15 * time.Minute // how long a signature is valid, before and after its time
	huaweiIVSLockAfter = 5                // wrong signatures in a row
	huaweiIVSLockedFor = 5 * time.Minute
)

// huaweiIVSSecrets returns the secret of a key, and the token that must come with
// it.
var huaweiIVSSecrets = map[string][2]string{
	HuaweiIVSAccessKey:          {HuaweiIVSSecretKey, ""},
	HuaweiIVSTemporaryAccessKey: {HuaweiIVSTemporarySecretKey, HuaweiIVSSecurityToken},
}

// huaweiIVSLocks counts the wrong signatures of the only two keys, without storing
// the keys: a printed server would show them.
type huaweiIVSLocks struct {
	mu                   sync.Mutex
	permanent, temporary huaweiIVSLock
}

type huaweiIVSLock struct {
	wrong int
	until time.Time
}

// enter records a signature with a key, and reports whether the key is locked.
func (l *huaweiIVSLocks) enter(key string, right bool, now time.Time) (locked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := &l.permanent
	if key == HuaweiIVSTemporaryAccessKey {
		k = &l.temporary
	}
	switch {
	case now.Before(k.until):
		return true
	case right:
		*k = huaweiIVSLock{}
		return false
	}
	if k.wrong++; k.wrong == huaweiIVSLockAfter {
		*k = huaweiIVSLock{until: now.Add(huaweiIVSLockedFor)}
	}
	return false
}

// huaweiIVSSigned checks the signature, and returns what is wrong with it, or "".
func huaweiIVSSigned(s *Server, r *http.Request, digest []byte) string {
	header := r.Header.Get("Authorization")
	fields, isOurs := strings.CutPrefix(header, "SDK-HMAC-SHA256 ")
	switch {
	case header == "" && r.Header.Get("X-Auth-Token") == "":
		return huaweiIVSNoToken
	case !isOurs: // not the token of this key
		return huaweiIVSForeign
	}
	var key, signed, signature string
	if n, err := fmt.Sscanf(fields, "Access=%s SignedHeaders=%s Signature=%s", &key, &signed, &signature); n != 3 || err != nil {
		return huaweiIVSWrong
	}
	key, signed = strings.TrimSuffix(key, ","), strings.TrimSuffix(signed, ",")
	secret, known := huaweiIVSSecrets[key]
	if !known {
		return huaweiIVSNoKey
	}
	now := s.now()
	right := huaweiIVSFresh(r, now) && huaweiIVSHasToken(r, signed, secret[1]) &&
		hmac.Equal([]byte(signature), []byte(huaweiIVSSignature(r, signed, secret[0], digest)))
	switch {
	case stateOf[*huaweiIVSLocks](s, HuaweiIVS).enter(key, right, now):
		return huaweiIVSLocked
	case !right:
		return huaweiIVSWrong
	}
	return ""
}

func huaweiIVSFresh(r *http.Request, now time.Time) bool {
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Sdk-Date"))
	return err == nil && now.Sub(at).Abs() <= huaweiIVSLifetime
}

// huaweiIVSHasToken requires that a temporary key comes with its token, signed, and
// a permanent key without one.
func huaweiIVSHasToken(r *http.Request, signed, token string) bool {
	given := r.Header.Get("X-Security-Token")
	return given == token && (token == "" || slices.Contains(strings.Split(signed, ";"), "x-security-token"))
}

// huaweiIVSSignature computes the signature of a request over the headers that it
// names. It is "" when the names are unsorted, not in lower case or lack x-sdk-date,
// or when a header was not sent exactly once.
func huaweiIVSSignature(r *http.Request, signed, secret string, digest []byte) string {
	names := strings.Split(signed, ";")
	if !slices.IsSorted(names) || !slices.Contains(names, "x-sdk-date") || strings.ToLower(signed) != signed {
		return ""
	}
	canonical := r.Method + "\n" + huaweiIVSEscapedPath(r.URL.Path) + "\n" + huaweiIVSQuery(r.URL.RawQuery) + "\n"
	for _, name := range names {
		values := r.Header.Values(name)
		if name == "host" {
			values = []string{r.Host}
		}
		if len(values) != 1 {
			return ""
		}
		canonical += name + ":" + strings.TrimSpace(values[0]) + "\n"
	}
	canonical += "\n" + signed + "\n" + hex.EncodeToString(digest)
	hash := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "SDK-HMAC-SHA256\n%s\n%x", r.Header.Get("X-Sdk-Date"), hash)
	return hex.EncodeToString(mac.Sum(nil))
}

// huaweiIVSEscapedPath ends with a slash, also if the request's path does not.
func huaweiIVSEscapedPath(path string) string {
	var out strings.Builder
	for _, c := range []byte(strings.TrimSuffix(path, "/") + "/") {
		if c == '/' {
			out.WriteByte(c)
			continue
		}
		out.WriteString(huaweiIVSEscaped(string([]byte{c})))
	}
	return out.String()
}

func huaweiIVSEscaped(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// huaweiIVSQuery sorts by name, and then by value.
func huaweiIVSQuery(raw string) string {
	var pairs [][2]string
	for _, pair := range strings.FieldsFunc(raw, func(r rune) bool { return r == '&' }) {
		name, value, _ := strings.Cut(pair, "=")
		name, _ = url.QueryUnescape(name)
		value, _ = url.QueryUnescape(value)
		pairs = append(pairs, [2]string{name, value})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		if c := strings.Compare(a[0], b[0]); c != 0 {
			return c
		}
		return strings.Compare(a[1], b[1])
	})
	for i, p := range pairs {
		pairs[i][0] = huaweiIVSEscaped(p[0]) + "=" + huaweiIVSEscaped(p[1])
	}
	var all []string
	for _, p := range pairs {
		all = append(all, p[0])
	}
	return strings.Join(all, "&")
}
