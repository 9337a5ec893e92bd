//go:build acme

package idverifytest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// askAcme sends a request like a client; change may modify it at the end.
func askAcme(s *Server, p Person, nonce string, change func(*http.Request)) string {
	body, _ := json.Marshal(map[string]any{"Trace": "t", "Request": map[string]any{
		"Person": map[string]any{"Name": p.Name, "Number": p.IDNumber}, "Face": map[string]any{"Image": base64.StdEncoding.EncodeToString(Photo())}}})
	r := httptest.NewRequest(http.MethodPost, "/acme"+acmePath, bytes.NewReader(body))
	date, digest := s.now().UTC().Format("20060102T150405Z"), sha256.Sum256(body)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Acme-Date", date)
	r.Header.Set("X-Acme-Nonce", nonce)
	const names = "content-type;host;x-acme-date;x-acme-nonce"
	hash := sha256.Sum256([]byte("POST\n/acme" + acmePath + "\n\ncontent-type:application/json\nhost:" + r.Host + "\nx-acme-date:" + date + "\nx-acme-nonce:" + nonce +
		"\n\n" + names + "\n" + hex.EncodeToString(digest[:])))
	signature := acmeMAC(acmeMAC([]byte(AcmeKeySecret), date[:8]), acmeAlgorithm+"\n"+date+"\n"+hex.EncodeToString(hash[:]))
	r.Header.Set("Authorization", acmeAlgorithm+" Credential="+AcmeKeyID+", SignedHeaders="+names+", Signature="+hex.EncodeToString(signature))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var said struct {
		Response struct{ Code, Verdict, Trace string }
	}
	_ = json.Unmarshal(w.Body.Bytes(), &said)
	return fmt.Sprint(w.Code, " ", said.Response.Code, " ", said.Response.Verdict, " ", said.Response.Trace)
}

func TestAcme_SignatureCoversRequestAndIsUsedOnce(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s := New(WithClock(func() time.Time { return now }))
	defer s.Close()
	assert.Equal(t, "200 OK same t", askAcme(s, Match(), "1", nil))
	assert.Equal(t, "401 Auth.Signature  t", askAcme(s, Match(), "1", nil), "the nonce was used")
	assert.Equal(t, "200 OK other t", askAcme(s, FaceMismatch(), "2", nil))
	for name, change := range map[string]func(*http.Request){
		"another host":   func(r *http.Request) { r.Host = "elsewhere" },
		"another path":   func(r *http.Request) { r.URL.RawQuery = "x=1" },
		"another nonce":  func(r *http.Request) { r.Header.Set("X-Acme-Nonce", "3") },
		"another body":   func(r *http.Request) { r.Body = http.NoBody },
		"no nonce":       func(r *http.Request) { r.Header.Del("X-Acme-Nonce") },
		"nothing signed": func(r *http.Request) { r.Header.Del("Authorization") },
	} {
		assert.Contains(t, askAcme(s, Match(), "4", change), "401 Auth.Signature", name)
	}
	late := func(r *http.Request) { now = now.Add(acmeTolerance + time.Second) }
	assert.Equal(t, "401 Auth.Expired  t", askAcme(s, Match(), "5", late))
	assert.Equal(t, 2, s.Bill().Total())
}

func TestAcme_KeyIsLockedAfterWrongSignatures(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	s := New(WithClock(func() time.Time { return now }))
	defer s.Close()
	for range acmeWrong {
		assert.Equal(t, "401 Auth.Signature  t", askAcme(s, Match(), "1", func(r *http.Request) { r.Header.Set("Authorization", "x") }))
	}
	assert.Equal(t, "401 Auth.Locked  t", askAcme(s, Match(), "1", nil), "correct signatures fail, too")
	now = now.Add(acmeTolerance)
	assert.Equal(t, "200 OK same t", askAcme(s, Match(), "1", nil))
}
