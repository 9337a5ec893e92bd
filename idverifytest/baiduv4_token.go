package idverifytest

import (
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const baiduTokenPath = "/oauth/2.0/token"

// WithTokenLifetime sets how long Baidu's access tokens live, in whole
// seconds, rounded down; below one second every token is expired at once. The
// default is 30 days, as Baidu has it.
func WithTokenLifetime(d time.Duration) Option {
	return func(s *Server) { stateOf[*baiduTokens](s, BaiduV4).lifetime = d.Truncate(time.Second) }
}

// baiduTokens is what the stand-in remembers of the tokens it gave: how often
// they were revoked. A token carries what else is needed to check it.
type baiduTokens struct {
	lifetime time.Duration
	revoked  atomic.Int64
}

func newBaiduTokens() *baiduTokens { return &baiduTokens{lifetime: 30 * 24 * time.Hour} }

// TokenFetches counts the requests that arrived at Baidu's token endpoint.
func (s *Server) TokenFetches() int { return s.Calls(BaiduToken) }

// RevokeTokens makes every access token of Baidu's that was given out so far
// invalid: calls with them are answered with 110.
func (s *Server) RevokeTokens() {
	s.known()
	stateOf[*baiduTokens](s, BaiduV4).revoked.Add(1)
}

// baiduTokenSays gives the general codes of the vendor's gateway for what this
// endpoint's own documents are silent about.
func baiduTokenSays(s *Server, t trouble) reply {
	switch t {
	case rateLimited:
		return baiduError(s, 4)
	case quotaExceeded:
		return baiduError(s, 17)
	case unavailable:
		return baiduError(s, 2)
	case tooLarge:
		return tokenRefused(http.StatusBadRequest, "invalid_request", "request body too large")
	case tooMany:
		return tokenRefused(http.StatusBadRequest, "invalid_request", "too many parameters")
	}
	return tokenRefused(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
}

// baiduTokenFails takes the words of this endpoint, and the gateway's numbers.
func baiduTokenFails(s *Server, code string) (reply, bool) {
	switch code {
	case "invalid_client":
		return baiduTokenSays(s, revoked), true
	case "invalid_request", "unsupported_grant_type":
		return tokenRefused(http.StatusBadRequest, code, ""), true
	}
	return baiduFails(s, code)
}

func tokenRefused(status int, code, description string) reply {
	return jsonReply(status, code, map[string]string{"error": code, "error_description": description})
}

type baiduTokenRequest struct {
	method    string
	values    url.Values
	malformed bool
	surplus   string // what the form has one too many of
}

// read takes the parameters from the query and from a plain form: the
// vendor's samples use either. In the form they stay out of access logs.
func readBaiduToken(c *call) request {
	f := c.readForm(formSpec{})
	req := baiduTokenRequest{method: c.r.Method, values: c.query, malformed: f.malformed}
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		req.surplus = f.surplus(nil)
		for name := range f.fields {
			req.values.Set(name, f.text(name))
		}
	}
	return req
}

func (baiduTokenRequest) subject() string { return "" }

func (q baiduTokenRequest) judge(s *Server) reply {
	id, secret := q.values.Get("client_id"), q.values.Get("client_secret")
	grant := q.values.Get("grant_type")
	switch {
	case q.method != http.MethodPost && q.method != http.MethodGet:
		return tokenRefused(http.StatusBadRequest, "invalid_request", "method not supported")
	case q.malformed:
		return tokenRefused(http.StatusBadRequest, "invalid_request", "malformed request body")
	case q.surplus != "":
		return tokenRefused(http.StatusBadRequest, "invalid_request", q.surplus)
	case grant == "", id == "", secret == "":
		return tokenRefused(http.StatusBadRequest, "invalid_request", "grant_type, client_id and client_secret are required")
	case grant != "client_credentials":
		return tokenRefused(http.StatusBadRequest, "unsupported_grant_type", "grant_type is not supported")
	case id != BaiduAPIKey:
		return tokenRefused(http.StatusUnauthorized, "invalid_client", "unknown client id")
	case secret != BaiduSecretKey:
		return tokenRefused(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
	}
	token := giveToken(s)
	return jsonReply(http.StatusOK, "", map[string]any{
		"access_token":   token,
		"expires_in":     int64(stateOf[*baiduTokens](s, BaiduV4).lifetime / time.Second),
		"refresh_token":  "25." + token[3:],
		"scope":          "public brain_all_scope",
		"session_key":    "EXAMPLE-SESSION-KEY",
		"session_secret": "EXAMPLE-SESSION-SECRET",
	})
}

// giveToken makes a token that carries what is needed to check it: older
// tokens stay valid, and none need be remembered.
func giveToken(s *Server) string {
	tokens := stateOf[*baiduTokens](s, BaiduV4)
	life := int64(tokens.lifetime / time.Second)
	terms := fmt.Sprintf("%d.%d.%d-%s", life, s.now().Unix()+life, tokens.revoked.Load(), hexID()[:8])
	return "24." + tokenSeal(s, terms) + "." + terms
}

func tokenSeal(s *Server, terms string) string {
	return hex.EncodeToString(s.mac("token", terms)[:16])
}

// tokenCode is the vendor's code for what is wrong with a token, or 0.
func tokenCode(s *Server, token string) int {
	if token == "" {
		return 100
	}
	parts := strings.SplitN(token, ".", 3)
	if len(parts) != 3 || !hmac.Equal([]byte(parts[1]), []byte(tokenSeal(s, parts[2]))) {
		return 110
	}
	// The seal holds, so the terms are as they were written.
	terms := strings.Split(parts[2], ".")
	until, _ := strconv.ParseInt(terms[1], 10, 64)
	revoked, _, _ := strings.Cut(terms[2], "-")
	if revoked != strconv.FormatInt(stateOf[*baiduTokens](s, BaiduV4).revoked.Load(), 10) {
		return 110
	}
	if s.now().Unix() >= until {
		return 111
	}
	return 0
}
