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
	"time"
)

const baiduTokenPath = "/oauth/2.0/token"

// baiduTokens is the endpoint that gives access tokens for keys.
type baiduTokens struct{}

// says gives the general codes of the vendor's gateway for what this
// endpoint's own documents are silent about.
func (baiduTokens) says(s *Server, t trouble) reply {
	switch t {
	case rateLimited:
		return s.baiduFailed(4)
	case quotaExceeded:
		return s.baiduFailed(17)
	case unavailable:
		return s.baiduFailed(2)
	}
	return tokenRefused(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
}

func tokenRefused(status int, code, description string) reply {
	return jsonReply(status, code, map[string]string{"error": code, "error_description": description})
}

type baiduTokenRequest struct {
	method    string
	values    url.Values
	malformed bool
	tooMany   string // what the form has one too many of
}

// read takes the parameters from the query and from a plain form: the
// vendor's samples use either. In the form they stay out of access logs.
func (baiduTokens) read(r *http.Request, rec *Exchange) request {
	f := readForm(r, rec)
	req := baiduTokenRequest{method: r.Method, values: r.URL.Query(), malformed: f.malformed}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		req.tooMany = f.tooMany(nil)
		for name := range f.parts {
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
	case q.tooMany != "":
		return tokenRefused(http.StatusBadRequest, "invalid_request", q.tooMany)
	case grant == "", id == "", secret == "":
		return tokenRefused(http.StatusBadRequest, "invalid_request", "grant_type, client_id and client_secret are required")
	case grant != "client_credentials":
		return tokenRefused(http.StatusBadRequest, "unsupported_grant_type", "grant_type is not supported")
	case id != BaiduAPIKey:
		return tokenRefused(http.StatusUnauthorized, "invalid_client", "unknown client id")
	case secret != BaiduSecretKey:
		return tokenRefused(http.StatusUnauthorized, "invalid_client", "Client authentication failed")
	}
	token := s.giveToken()
	return jsonReply(http.StatusOK, "", map[string]any{
		"access_token":   token,
		"expires_in":     int64(s.tokenLifetime / time.Second),
		"refresh_token":  "25." + token[3:],
		"scope":          "public brain_all_scope",
		"session_key":    "EXAMPLE-SESSION-KEY",
		"session_secret": "EXAMPLE-SESSION-SECRET",
	})
}

// RevokeTokens makes every access token of Baidu's that was given out so far
// invalid: calls with them are answered with 110.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokenEpoch++
}

// giveToken makes a token that carries what is needed to check it: older
// tokens stay valid, and none need be remembered.
func (s *Server) giveToken() string {
	s.mu.Lock()
	epoch := s.tokenEpoch
	s.mu.Unlock()
	life := int64(s.tokenLifetime / time.Second)
	terms := fmt.Sprintf("%d.%d.%d-%s", life, s.now().Unix()+life, epoch, hexID()[:8])
	return "24." + s.tokenSeal(terms) + "." + terms
}

func (s *Server) tokenSeal(terms string) string {
	return hex.EncodeToString(s.mac("token", terms)[:16])
}

// tokenCode is the vendor's code for what is wrong with a token, or 0.
func (s *Server) tokenCode(token string) int {
	if token == "" {
		return 100
	}
	parts := strings.SplitN(token, ".", 3)
	if len(parts) != 3 || !hmac.Equal([]byte(parts[1]), []byte(s.tokenSeal(parts[2]))) {
		return 110
	}
	// The seal holds, so the terms are as they were written.
	terms := strings.Split(parts[2], ".")
	until, _ := strconv.ParseInt(terms[1], 10, 64)
	epoch, _, _ := strings.Cut(terms[2], "-")
	s.mu.Lock()
	current := strconv.Itoa(s.tokenEpoch)
	s.mu.Unlock()
	if epoch != current {
		return 110
	}
	if s.now().Unix() >= until {
		return 111
	}
	return 0
}
