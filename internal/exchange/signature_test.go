package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/httpx"
)

const (
	signedKey  = "EXAMPLE-TEMPORARY-KEY-ID-0001"
	signedName = "测试甲"
)

// signing is a call to a server that answers with the given handler.
func signing(t *testing.T, answer http.HandlerFunc) *Call {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	c := answered(0)
	c.ctx = t.Context()
	client, err := httpx.New(httpx.Config{BaseURL: server.URL, Timeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	c.Vendor.HTTP = client
	return c
}

// signs signs as vendors do.
func signs(_ context.Context, r *http.Request, digest [sha256.Size]byte) error {
	r.Header.Set("X-Date", "20260102T030405Z")
	r.Header.Set("X-Security-Token", "EXAMPLE-SECURITY-TOKEN-/+==0001")
	sum := sha256.Sum256([]byte(r.Host + r.URL.RequestURI() + hex.EncodeToString(digest[:])))
	r.Header.Set("Authorization", fmt.Sprintf("X-HMAC Credential=%s/20260102/cn/request, SignedHeaders=host;x-date, Signature=%x", signedKey, sum))
	return nil
}

func signedRequest(t *testing.T) httpx.Request {
	t.Helper()
	json, err := body.JSON([]body.Member{{Name: "name", Value: signedName}})
	require.NoError(t, err)
	return httpx.Request{Method: http.MethodPost, Path: "/", Body: json, Sign: signs}
}

// The body's digest is computed first. If the vendor's message repeats a signature,
// it is hidden, in whole and in parts.
func TestSignature_CoversBodyAndIsHidden(t *testing.T) {
	var sent string
	c := signing(t, func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		again := httptest.NewRequest(r.Method, "http://"+r.Host+r.RequestURI, nil)
		_ = signs(t.Context(), again, sha256.Sum256(content))
		sent = r.Header.Get("Authorization")
		assert.Equal(t, again.Header.Get("Authorization"), sent)
		_, _ = io.WriteString(w, `{}`)
	})
	require.NoError(t, c.Send(t.Context(), signedRequest(t)))
	_, signature, _ := strings.Cut(sent, "Signature=")
	for _, quoted := range []string{sent, signature, signedKey, "EXAMPLE-SECURITY-TOKEN-/+==0001"} {
		_, err := c.Coded(Said{Code: "busy", Message: "not " + quoted})
		assert.Equal(t, "not [hidden]", asError(t, nil, err).VendorMessage.Reveal())
	}
	assert.Equal(t, "expired at 20260102T030405Z", c.Scrub("expired at 20260102T030405Z"), "a date is not secret")
}

// A signature is not taken for the request id of an answer that broke off.
func TestSignature_IsNotTakenForRequestID(t *testing.T) {
	c := signing(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "1000")
		_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
		_, _ = io.WriteString(w, `{"request_id":"`+signature+`","status":`)
	})
	c.RequestIDField = "request_id"
	e := asError(t, nil, c.Send(t.Context(), signedRequest(t)))
	assert.True(t, e.Ambiguous())
	assert.NotRegexp(t, "[0-9a-f]{64}", e.RequestID)
}

// Whatever error a signer returns, nothing was sent and nothing of the error is
// shown.
func TestSignature_SignerErrorSendsNothing(t *testing.T) {
	requests := 0
	c := signing(t, func(http.ResponseWriter, *http.Request) { requests++ })
	odd := &idverify.Error{Code: idverify.CodeUnauthorized, Vendor: "other", Detail: "no key", Delivery: idverify.DeliveryAnswered, Billed: idverify.BilledYes}
	for name, test := range map[string]struct {
		fails  error
		code   idverify.Code
		detail string
	}{
		"any error":        {errors.New("no key for " + signedKey), idverify.CodeUnknown, "the request could not be signed"},
		"our own error":    {c.Refuse(idverify.CodeUnauthorized, "Credentials", "no key"), idverify.CodeUnauthorized, "no key"},
		"an unusual error": {fmt.Errorf("%s: %w", signedKey, odd), idverify.CodeUnauthorized, "no key"},
	} {
		req := signedRequest(t)
		req.Sign = func(context.Context, *http.Request, [sha256.Size]byte) error { return test.fails }
		e := asError(t, nil, c.Send(t.Context(), req))
		assert.Equal(t, test.code, e.Code, name)
		assert.Equal(t, test.detail, e.Detail, name)
		assert.Equal(t, "v", e.Vendor, name)
		assert.Equal(t, idverify.DeliveryNotSent, e.Delivery, name)
		assert.Equal(t, idverify.BilledNo, e.Billed, name)
		for err := error(e); err != nil; err = errors.Unwrap(err) {
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), signedKey, name)
		}
	}
	assert.Equal(t, "other", odd.Vendor, "an error is not changed")
	assert.Zero(t, requests)
}

// If the digest cannot be computed, nothing is signed or sent.
func TestSignature_FailedDigestSendsNothing(t *testing.T) {
	c := signing(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") })
	left, leave := context.WithCancel(t.Context())
	leave()
	c.ctx = left
	e := asError(t, nil, c.Send(t.Context(), signedRequest(t)))
	assert.Equal(t, idverify.CodeCanceled, e.Code)
	assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)
}
