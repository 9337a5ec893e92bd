package idverifytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// aliyunSeal checks a body while it arrives, and then returns the gateway's error
// and message, or nothing.
type aliyunSeal interface {
	Write([]byte) (int, error)
	refuses(*call) (word, message string)
	wantsXML() bool
}

// aliyunKey is a key that the gateway knows.
type aliyunKey struct{ id, secret, token string }

var aliyunKeys = []aliyunKey{
	{id: AliyunAccessKeyID, secret: AliyunAccessKeySecret},
	{id: AliyunTemporaryKeyID, secret: AliyunTemporaryKeySecret, token: AliyunSecurityToken},
}

// aliyunKeyOf finds a key, and returns what is wrong with the way it was sent.
func aliyunKeyOf(id, token string) (key aliyunKey, word string) {
	at := slices.IndexFunc(aliyunKeys, func(k aliyunKey) bool { return k.id == id })
	if id == "" {
		return key, "MissingAccessKeyId"
	}
	if at < 0 {
		return key, "InvalidAccessKeyId.NotFound"
	}
	key = aliyunKeys[at]
	switch {
	case key.token != "" && token == "":
		return key, "MissingSecurityToken"
	case key.token == "" && token != "":
		return key, "InvalidSecurityToken.MismatchWithAccessKey"
	case key.token != token:
		return key, "InvalidSecurityToken.Malformed"
	}
	return key, ""
}

// aliyunTime is how far a time may differ from the gateway's.
const aliyunTime = 15 * time.Minute

// aliyunTimely returns what is wrong with a time.
func aliyunTimely(s *Server, text string) string {
	at, err := time.Parse("2006-01-02T15:04:05Z", text)
	switch {
	case err != nil:
		return "InvalidTimeStamp.Format"
	case s.now().Sub(at).Abs() > aliyunTime:
		return "InvalidTimeStamp.Expired"
	}
	return ""
}

// aliyunAction returns what is wrong with the action name.
func aliyunAction(action, version string) string {
	switch {
	case action == "":
		return "MissingParameter"
	case action != "ContrastFaceVerify":
		return "InvalidAction.NotFound"
	case version != "2019-03-07":
		return "InvalidVersion"
	}
	return ""
}

// aliyunState remembers the last nonces.
type aliyunState struct {
	mu   sync.Mutex
	seen map[string]bool
	last []string
}

const aliyunNonces, aliyunNonceBytes = 4096, 128

// isUsed records a nonce and reports whether it was used before.
func (a *aliyunState) isUsed(nonce string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen[nonce] {
		return true
	}
	if len(a.last) == aliyunNonces {
		delete(a.seen, a.last[0])
		a.last = append(a.last[:0], a.last[1:]...)
	}
	a.seen[nonce] = true
	a.last = append(a.last, nonce)
	return false
}

// aliyunFirst returns the first non-empty error name.
func aliyunFirst(words ...string) string {
	i := slices.IndexFunc(words, func(word string) bool { return word != "" })
	if i < 0 {
		return ""
	}
	return words[i]
}

func aliyunNonceWord(s *Server, nonce string) string {
	switch {
	case nonce == "":
		return "MissingParameter"
	case len(nonce) > aliyunNonceBytes:
		return "InvalidParameter"
	case stateOf[*aliyunState](s, Aliyun).isUsed(nonce):
		return "SignatureNonceUsed"
	}
	return ""
}

// aliyunV3 checks ACS3-HMAC-SHA256.
type aliyunV3 struct{ hash.Hash }

func newAliyunV3(*call) aliyunV3 { return aliyunV3{sha256.New()} }

func (aliyunV3) wantsXML() bool { return false }

func (a aliyunV3) refuses(c *call) (word, message string) {
	h := c.r.Header
	credential, names, signature, word := aliyunParts(h.Get("Authorization"))
	if word != "" {
		return word, ""
	}
	key, word := aliyunKeyOf(credential, h.Get("X-Acs-Security-Token"))
	word = aliyunFirst(aliyunAction(h.Get("X-Acs-Action"), h.Get("X-Acs-Version")), word, aliyunTimely(c.server, h.Get("X-Acs-Date")))
	if word != "" {
		return word, ""
	}
	digest := hex.EncodeToString(a.Sum(nil))
	if !aliyunSignsAll(c.r, names) || h.Get("X-Acs-Content-Sha256") != digest {
		return "SignatureDoesNotMatch", "The signed headers or the digest of the body do not fit the request."
	}
	sum := sha256.Sum256([]byte(aliyunCanonical(c.r, names, digest)))
	toSign := "ACS3-HMAC-SHA256\n" + hex.EncodeToString(sum[:])
	mac := hmac.New(sha256.New, []byte(key.secret))
	mac.Write([]byte(toSign))
	if !hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(signature)) {
		return "SignatureDoesNotMatch", "Specified signature does not match our calculation. server StringToSign is [" + toSign + "]"
	}
	return aliyunNonceWord(c.server, h.Get("X-Acs-Signature-Nonce")), ""
}

// aliyunParts takes the header apart.
func aliyunParts(authorization string) (credential string, names []string, signature, word string) {
	scheme, rest, _ := strings.Cut(authorization, " ")
	if scheme != "ACS3-HMAC-SHA256" {
		return "", nil, "", "InvalidSignatureMethod"
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(part, "=")
		fields[name] = value
	}
	if len(fields) != 3 || fields["SignedHeaders"] == "" || fields["Signature"] == "" {
		return "", nil, "", "IncompleteSignature"
	}
	return fields["Credential"], strings.Split(fields["SignedHeaders"], ";"), fields["Signature"], ""
}

// aliyunSignsAll reports whether the signed header names are sorted and present,
// and include all that are required.
func aliyunSignsAll(r *http.Request, names []string) bool {
	if !slices.IsSorted(names) || !slices.Contains(names, "host") {
		return false
	}
	for i, name := range names {
		if name != strings.ToLower(name) || i > 0 && names[i-1] == name || name != "host" && len(r.Header.Values(name)) == 0 {
			return false
		}
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		mustBe := strings.HasPrefix(name, "x-acs-") || name == "content-type" && r.ContentLength != 0
		if mustBe && !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// aliyunCanonical is the canonical request of the vendor's signing page.
func aliyunCanonical(r *http.Request, names []string, digest string) string {
	lines := []string{r.Method, "/", aliyunQuery(r.URL.Query())}
	for _, name := range names {
		values := slices.Clone(r.Header.Values(name))
		if name == "host" {
			values = []string{r.Host}
		}
		for i := range values {
			values[i] = strings.TrimSpace(values[i])
		}
		slices.Sort(values)
		lines = append(lines, name+":"+strings.Join(values, ","))
	}
	return strings.Join(append(lines, "", strings.Join(names, ";"), digest), "\n")
}

func aliyunQuery(query url.Values) string {
	var pairs []string
	for name, values := range query {
		for _, value := range values {
			pairs = append(pairs, percent(name)+"="+percent(value))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// percent escapes as RFC 3986 does, byte by byte.
func percent(text string) string {
	escaped := make([]byte, 0, len(text))
	for i := range len(text) {
		if b := text[i]; isUnreserved(b) {
			escaped = append(escaped, b)
		} else {
			escaped = append(escaped, '%', "0123456789ABCDEF"[b>>4], "0123456789ABCDEF"[b&15])
		}
	}
	return string(escaped)
}

func isUnreserved(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("-._~", b) >= 0
}
