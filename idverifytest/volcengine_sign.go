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
	"time"
)

// volcengineTolerance is how far the time of a signature may differ from the
// vendor's clock. The vendor does not document it; this value is common.
const volcengineTolerance = 15 * time.Minute

// volcengineErrors are the gateway's errors, with their numbers and HTTP statuses. The
// documents do not agree on the status of InvalidTimestamp: 400 or 403.
var volcengineErrors = map[string]struct{ number, status int }{
	"MissingParameter":           {100002, http.StatusBadRequest},
	"MissingAuthenticationToken": {100003, http.StatusUnauthorized},
	"MissingRequestInfo":         {100004, http.StatusBadRequest},
	"MissingSignature":           {100005, http.StatusUnauthorized},
	"InvalidTimestamp":           {100006, http.StatusBadRequest},
	"ServiceNotFound":            {100007, http.StatusNotFound},
	"InvalidActionOrVersion":     {100008, http.StatusNotFound},
	"InvalidAccessKey":           {100009, http.StatusUnauthorized},
	"SignatureDoesNotMatch":      {100010, http.StatusUnauthorized},
	"LackPolicy":                 {100012, http.StatusForbidden},
	"AccessDenied":               {100013, http.StatusForbidden},
	"InternalError":              {100014, http.StatusInternalServerError},
	"FailToConnect":              {100015, http.StatusBadGateway},
	"InternalServiceTimeout":     {100016, http.StatusGatewayTimeout},
	"FlowLimitExceeded":          {100018, http.StatusTooManyRequests},
	"InvalidAuthorization":       {0, http.StatusBadRequest},
	"InvalidCredential":          {0, http.StatusBadRequest},
	"InvalidSecretToken":         {0, http.StatusUnauthorized},
	"LackProjectPolicy":          {0, http.StatusForbidden},
}

// volcengineGateway is an error of the gateway, in its own format.
func volcengineGateway(code string) reply {
	known := volcengineErrors[code]
	status := known.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	said := map[string]any{"Code": code, "Message": "The request was refused: " + code}
	if known.number != 0 {
		said["CodeN"] = known.number
	}
	return jsonReply(status, code, map[string]any{"ResponseMetadata": map[string]any{
		"RequestId": hexID(), "Action": volcengineAction, "Version": volcengineVersion, "Service": "cv", "Region": "cn-north-1", "Error": said,
	}})
}

// volcengineSigned is a parsed signature header.
type volcengineSigned struct {
	keyID, day, region, service, ending string
	names                               []string // of the signed headers
	signature                           string
}

// readVolcengineSigned parses the header Authorization, and returns what is wrong
// with its form.
func readVolcengineSigned(header string) (s volcengineSigned, problem string) {
	if header == "" {
		return s, "MissingAuthenticationToken"
	}
	rest, ok := strings.CutPrefix(header, "HMAC-SHA256 ")
	parts := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		ok = ok && found && parts[name] == ""
		parts[name] = value
	}
	switch {
	case !ok || len(parts) > 3 || parts["SignedHeaders"] == "":
		return s, "InvalidAuthorization"
	case parts["Signature"] == "":
		return s, "MissingSignature"
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[2] != "cn-north-1" || scope[3] != "cv" || scope[4] != "request" {
		return s, "InvalidCredential"
	}
	return volcengineSigned{
		keyID: scope[0], day: scope[1], region: scope[2], service: scope[3], ending: scope[4],
		names: strings.Split(parts["SignedHeaders"], ";"), signature: parts["Signature"],
	}, ""
}

// volcengineRefuses returns the gateway's error about a signature, or nothing.
func volcengineRefuses(r *http.Request, digest [sha256.Size]byte, now time.Time) string {
	s, problem := readVolcengineSigned(r.Header.Get("Authorization"))
	if problem != "" {
		return problem
	}
	date, token := r.Header.Get("X-Date"), r.Header.Get("X-Security-Token")
	at, err := time.Parse("20060102T150405Z", date)
	switch {
	case date == "":
		return "MissingRequestInfo"
	case err != nil || now.Sub(at).Abs() > volcengineTolerance:
		return "InvalidTimestamp"
	case s.day != date[:len("20060102")]:
		return "InvalidCredential"
	case !slices.Contains(s.names, "host") || !slices.Contains(s.names, "x-date") || !slices.IsSorted(s.names):
		return "InvalidAuthorization"
	}
	secret, wants := "", ""
	switch s.keyID {
	case VolcengineAccessKeyID:
		secret = VolcengineSecretAccessKey
	case VolcengineTemporaryKeyID:
		secret, wants = VolcengineTemporarySecretKey, VolcengineSecurityToken
	default:
		return "InvalidAccessKey"
	}
	body := hex.EncodeToString(digest[:])
	claimed := r.Header.Get("X-Content-Sha256")
	if claimed != "" && claimed != body || s.signature != s.expected(r, body, secret, date) {
		return "SignatureDoesNotMatch"
	}
	if token != wants || token != "" && !slices.Contains(s.names, "x-security-token") {
		return "InvalidSecretToken"
	}
	return ""
}

// expected computes the signature that the request should have.
func (s volcengineSigned) expected(r *http.Request, body, secret, date string) string {
	canonical := r.Method + "\n" + volcenginePath(r.URL) + "\n" + volcengineQuery(r.URL.RawQuery) + "\n"
	for _, name := range s.names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
			if host, port, ok := strings.Cut(value, ":"); ok && (port == "80" || port == "443") {
				value = host
			}
		}
		canonical += name + ":" + strings.TrimSpace(value) + "\n"
	}
	canonical += "\n" + strings.Join(s.names, ";") + "\n" + body
	hashed := sha256.Sum256([]byte(canonical))
	scope := s.day + "/" + s.region + "/" + s.service + "/" + s.ending
	key := []byte(secret)
	for _, part := range []string{s.day, s.region, s.service, s.ending, "HMAC-SHA256\n" + date + "\n" + scope + "\n" + hex.EncodeToString(hashed[:])} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}

func volcenginePath(u *url.URL) string {
	if path := u.EscapedPath(); path != "" {
		return path
	}
	return "/"
}

// volcengineQuery is the query sorted by name, equal names in order of arrival, with
// everything escaped except what RFC 3986 leaves unreserved.
func volcengineQuery(raw string) string {
	if raw == "" {
		return ""
	}
	pairs := strings.Split(raw, "&")
	names := map[string]string{}
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		pairs[i] = volcengineEscape(name) + "=" + volcengineEscape(value)
		plain, _ := url.QueryUnescape(name)
		names[pairs[i]] = plain
	}
	slices.SortStableFunc(pairs, func(a, b string) int { return strings.Compare(names[a], names[b]) })
	return strings.Join(pairs, "&")
}

// volcengineEscape normalises the escapes.
func volcengineEscape(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		plain = text
	}
	var out strings.Builder
	for _, c := range []byte(plain) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}
