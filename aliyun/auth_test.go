package aliyun

import (
	"context"
	"crypto/sha256"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// Test vectors made with the vendor's own functions and made-up keys; the third has
// a temporary key.
func TestSign_MatchesVendorsClients(t *testing.T) {
	const body = "CertName=%E9%9F%A6%E5%B0%8F%E5%AE%9D&CertNo=11204416541220243X&CertType=IDENTITY_CARD&FaceContrastPicture=%2F9j%2F4AAQ%2B%2F8%3D&OuterOrderNo=idv0123456789abcdef0123456789abc&ProductCode=ID_MIN&SceneId=1000000006"
	const all = "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
	for _, vector := range []struct{ target, token, names, signature string }{
		{"https://cloudauth.aliyuncs.com/", "", all, "d1ef134e628968a761063ae75582af51aff9216fac425f8375c0bf48596a540d"},
		{"https://cloudauth.aliyuncs.com/?Model=NO_LIVENESS", "", all, "688f1c267c0259de019efb6d417a4734a36f50ee0688e197d5679dc613bc2dd7"},
		{"https://cloudauth.aliyuncs.com/behind/a/proxy/?Model=NO_LIVENESS", "", all, "688f1c267c0259de019efb6d417a4734a36f50ee0688e197d5679dc613bc2dd7"},
		{"https://cloudauth.aliyuncs.com/", "STSTOKENEXAMPLE/+==",
			"content-type;host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version",
			"f3ac6415438c2b1107f51ef5c3c3965825b064fa79069b37a3e546f107a04889"},
	} {
		r := httptest.NewRequest("POST", vector.target, strings.NewReader(body))
		r.Header = action.Clone()
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("User-Agent", "not signed")
		key := idverify.Credentials{KeyID: "LTAIEXAMPLEEXAMPLE0001", KeySecret: "EXAMPLESECRETEXAMPLESECRET0001", Token: vector.token}
		at := time.Date(2026, 1, 2, 11, 4, 5, 999, time.FixedZone("Beijing", 8*60*60))
		authorize(r, sha256.Sum256([]byte(body)), key, at, "0123456789abcdef0123456789abcdef")
		require.Equal(t, "ACS3-HMAC-SHA256 Credential=LTAIEXAMPLEEXAMPLE0001,SignedHeaders="+vector.names+",Signature="+vector.signature,
			r.Header.Get("Authorization"))
		require.Equal(t, "2026-01-02T03:04:05Z", r.Header.Get("X-Acs-Date"))
		require.Equal(t, "238cb70d355e6535d30482a9981f98dd5c31316e95b16db984eaae06fc62ca8e", r.Header.Get("X-Acs-Content-Sha256"))
		require.Equal(t, vector.token, r.Header.Get("X-Acs-Security-Token"))
	}
}

// late answers that the signed time is an hour off.
type late struct{ at time.Time }

func (l late) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusBadRequest, Request: r, Header: http.Header{"Date": {l.at.Add(time.Hour).Format(http.TimeFormat)}},
		Body: io.NopCloser(strings.NewReader(`{"RequestId":"R","Code":"InvalidTimeStamp.Expired"}`))}, nil
}

// A signer of an abandoned attempt uses nothing that its call has learned since.
func TestSign_KeepsTheClockOfItsAttempt(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	client, err := New(Config{AccessKeyID: "EXAMPLE-ID", AccessKeySecret: "EXAMPLE-SECRET", SceneID: "1000000006",
		HTTP: idverify.HTTP{Client: &http.Client{Transport: late{at}}, Clock: func() time.Time { return at }}})
	require.NoError(t, err)
	req := &idverify.Request{Name: "虚构张三", IDNumber: "11010519000101001X", Evidence: []idverify.Evidence{CertifyID("EXAMPLE-CERTIFY-ID")}}
	q, err := req.Question(client)
	require.NoError(t, err)
	call, err := client.vendor.Begin(t.Context(), q)
	require.NoError(t, err)
	sent, err := client.encode(call)
	require.NoError(t, err)
	require.NoError(t, client.sign(call, &sent))
	require.NoError(t, call.Send(t.Context(), sent))
	_, err = client.decode(call)
	require.True(t, call.RefusedForTime(err))
	anew := sent
	require.NoError(t, client.sign(call, &anew))
	for want, signer := range map[string]func(context.Context, *http.Request, [sha256.Size]byte) error{
		"2026-01-02T03:04:05Z": sent.Sign, "2026-01-02T04:04:05Z": anew.Sign,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		require.NoError(t, signer(t.Context(), r, [sha256.Size]byte{}))
		require.Equal(t, want, r.Header.Get("X-Acs-Date"))
	}
}
