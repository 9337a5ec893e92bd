package huaweiivs_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
)

// The signed headers are those that the vendor requires, and all account headers
// that are sent.
func TestSign_HeadersThatAreSent(t *testing.T) {
	v := serve(t, answering(200, fixture(t, "valid.json")))
	plain := newClient(t, v)
	full := newClient(t, v, func(c *huaweiivs.Config) {
		c.AccessKey, c.SecretKey = "", ""
		c.Credentials = func(context.Context) (idverify.Credentials, error) {
			return idverify.Credentials{KeyID: "EXAMPLEAK0000000002", KeySecret: secretKey, Token: "EXAMPLE-TOKEN"}, nil
		}
		c.ProjectID, c.EnterpriseProjectID = "0123456789abcdef0123456789abcdef", "0"
	})
	for _, c := range []*huaweiivs.Client{plain, full} {
		_, err := c.Verify(t.Context(), request())
		require.NoError(t, err)
	}
	seen := v.requests()
	for i, want := range []string{
		"SDK-HMAC-SHA256 Access=EXAMPLEAKHUAWEIIVSA, SignedHeaders=host;x-sdk-date, Signature=",
		"SDK-HMAC-SHA256 Access=EXAMPLEAK0000000002, SignedHeaders=enterprise-project-id;host;x-project-id;x-sdk-date;x-security-token, Signature=",
	} {
		assert.Regexp(t, "^"+want+"[0-9a-f]{64}$", seen[i].Header.Get("Authorization"))
		assert.Equal(t, "20231114T221320Z", seen[i].Header.Get("X-Sdk-Date"))
		assert.Equal(t, "application/json", seen[i].Header.Get("Content-Type"))
	}
	assert.Empty(t, seen[0].Header.Get("X-Security-Token")+seen[0].Header.Get("X-Project-Id")+seen[0].Header.Get("Enterprise-Project-Id"))
	assert.Equal(t, "EXAMPLE-TOKEN", seen[1].Header.Get("X-Security-Token"))
	assert.Equal(t, "0123456789abcdef0123456789abcdef", seen[1].Header.Get("X-Project-Id"))
	assert.Equal(t, "0", seen[1].Header.Get("Enterprise-Project-Id"))
}

// Five bad signatures lock the key, so a signature is not repeated if it may be bad for
// another reason than the time.
func TestRefusedSignature_IsNotRepeated(t *testing.T) {
	for _, refusal := range []string{
		`{"error_code":"APIG.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail"}`,
		`{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: AK access failed to reach the limit,forbidden"}`,
		`{"error_code":"APIG.0307","error_msg":"The token must be updated."}`,
		`{"code":"APIG.0303","message":"x"}`,
	} {
		v := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if !strings.Contains(refusal, "verify aksk") { // whatever the clocks say
				w.Header().Set("Date", signedAt.Add(time.Hour).Format(http.TimeFormat))
			} else {
				w.Header().Set("Date", signedAt.Add(14*time.Minute).Format(http.TimeFormat))
			}
			w.WriteHeader(401)
			_, _ = w.Write([]byte(refusal))
		})
		client, err := idverify.New([]idverify.Provider{newClient(t, v)})
		require.NoError(t, err)
		for range 3 {
			_, err = client.Verify(t.Context(), request())
			assert.Equal(t, idverify.CodeUnauthorized, idverify.CodeOf(err))
		}
		assert.Len(t, v.requests(), 3, refusal)
	}
}

// A clock that is wrong by more than the vendor allows is corrected with one more
// signature, unless the message blames the key.
func TestWrongClock(t *testing.T) {
	for behind, healed := range map[time.Duration]bool{
		14 * time.Minute: false, 16 * time.Minute: true, -16 * time.Minute: true, 23 * time.Hour: true, 25 * time.Hour: false,
	} {
		srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return signedAt.Add(behind) }))
		c, err := huaweiivs.New(huaweiivs.Config{AccessKey: accessKey, SecretKey: secretKey,
			HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.HuaweiIVS), Clock: func() time.Time { return signedAt }}})
		require.NoError(t, err)
		req := request()
		req.Name, req.IDNumber = idverifytest.Match().Name, idverifytest.Match().IDNumber
		res, err := c.Verify(t.Context(), req)
		c.CloseIdleConnections()
		switch {
		case behind == 14*time.Minute:
			require.NoError(t, err)
			assert.Empty(t, res.Warnings)
			assert.Equal(t, 1, srv.Calls(idverifytest.HuaweiIVS))
		case healed:
			require.NoError(t, err, behind)
			assert.Equal(t, []idverify.Warning{idverify.WarnClockSkew}, res.Warnings)
			assert.Equal(t, 2, srv.Calls(idverifytest.HuaweiIVS))
		default:
			e := requireError(t, res, err)
			assert.Equal(t, idverify.CodeSignatureExpired, e.Code)
			assert.Equal(t, "clock", e.VendorReason)
			assert.Equal(t, 1, srv.Calls(idverifytest.HuaweiIVS), "it is no clock that runs wrong")
		}
	}
}

// If the key is wrong too, no further second signature is made.
func TestWrongClock_WithWrongKey(t *testing.T) {
	refuse := func(w http.ResponseWriter) {
		w.Header().Set("Date", signedAt.Add(time.Hour).Format(http.TimeFormat))
		w.WriteHeader(401)
		_, _ = w.Write([]byte(fixture(t, "signature.json")))
	}
	var accepts atomic.Bool
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if accepts.Load() {
			answering(200, fixture(t, "valid.json"))(w, r)
			return
		}
		refuse(w)
	})
	c := newClient(t, v)
	for i, want := range []int{2, 3, 4, 5} {
		_, err := c.Verify(t.Context(), request())
		require.Error(t, err)
		assert.Len(t, v.requests(), want, "call %d", i)
	}
	accepts.Store(true)
	_, err := c.Verify(t.Context(), request())
	require.NoError(t, err)
	accepts.Store(false)
	before := len(v.requests())
	for range 2 { // a clock difference is known by now, and the first refusal only discards it
		_, err = c.Verify(t.Context(), request())
		require.Error(t, err)
	}
	assert.LessOrEqual(t, len(v.requests())-before, 3)
}

// After the vendor has accepted a signature, another clock change is corrected too.
func TestWrongClock_CorrectedAgain(t *testing.T) {
	var ahead atomic.Int64
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return signedAt.Add(time.Duration(ahead.Load())) }))
	c := newClient(t, serve(t, answering(500, "")), func(c *huaweiivs.Config) { c.HTTP.BaseURL = srv.BaseURL(idverifytest.HuaweiIVS) })
	req := request()
	req.Name, req.IDNumber = idverifytest.Match().Name, idverifytest.Match().IDNumber
	for _, hour := range []time.Duration{time.Hour, -time.Hour, 2 * time.Hour} {
		ahead.Store(int64(hour))
		before := srv.Calls(idverifytest.HuaweiIVS)
		_, err := c.Verify(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, 2, srv.Calls(idverifytest.HuaweiIVS)-before)
	}
}

// An error of the service's own also means that the gateway has accepted the
// signature.
func TestWrongClock_CorrectedAgainAfterServiceError(t *testing.T) {
	var ahead atomic.Int64
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		theirs := signedAt.Add(time.Duration(ahead.Load()))
		w.Header().Set("Date", theirs.Format(http.TimeFormat))
		if r.Header.Get("X-Sdk-Date") != theirs.Format("20060102T150405Z") {
			w.WriteHeader(401)
			_, _ = w.Write([]byte(fixture(t, "signature.json")))
			return
		}
		w.WriteHeader(400)
		_, _ = w.Write([]byte(`{"error_code":"IVS.0010","error_msg":"x"}`))
	})
	c := newClient(t, v)
	for i, hour := range []time.Duration{time.Hour, -time.Hour, 2 * time.Hour} {
		ahead.Store(int64(hour))
		_, err := c.Verify(t.Context(), request())
		assert.Equal(t, idverify.CodePoorPhoto, idverify.CodeOf(err))
		assert.Len(t, v.requests(), 2*(i+1))
	}
}

// Of many concurrent calls with a wrong clock, only one is signed again.
func TestWrongClock_ConcurrentCalls(t *testing.T) {
	const calls = 8
	var arrived sync.WaitGroup
	arrived.Add(calls)
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Sdk-Date") == "20231114T221320Z" {
			arrived.Done()
			arrived.Wait()
		}
		w.Header().Set("Date", signedAt.Add(time.Hour).Format(http.TimeFormat))
		w.WriteHeader(401)
		_, _ = w.Write([]byte(fixture(t, "signature.json")))
	})
	c := newClient(t, v)
	var all sync.WaitGroup
	for range calls {
		all.Go(func() { _, _ = c.Verify(t.Context(), request()) })
	}
	all.Wait()
	assert.Len(t, v.requests(), calls+1)
}

// Errors do not show the key from the vendor's messages.
func TestSignature_IsHidden(t *testing.T) {
	v := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(401)
		_, _ = w.Write([]byte(`{"error_code":"APIG.0301","error_msg":"no ` + accessKey + ` ` + r.Header.Get("Authorization") + `"}`))
	})
	res, err := newClient(t, v).Verify(t.Context(), request())
	said := requireError(t, res, err).VendorMessage.Reveal()
	assert.NotContains(t, said, accessKey)
	_, signature, _ := strings.Cut(v.requests()[0].Header.Get("Authorization"), "Signature=")
	require.Len(t, signature, 64)
	assert.NotContains(t, said, signature)
}

// The body is digested before the key is requested: unreadable media need no key, and
// a slow disk does not use up a temporary key's lifetime.
func TestCredentials_RequestedAfterBodyIsDigested(t *testing.T) {
	asked := 0
	client := newClient(t, serve(t, answering(500, "")), func(cfg *huaweiivs.Config) {
		cfg.AccessKey, cfg.SecretKey = "", ""
		cfg.Credentials = func(context.Context) (idverify.Credentials, error) {
			asked++
			return idverify.Credentials{KeyID: "EXAMPLE-ID", KeySecret: "EXAMPLE-SECRET"}, nil
		}
	})
	req := request()
	photo := idverifytest.Photo()
	req.Evidence = []idverify.Evidence{idverify.Photo(idverify.Bytes(photo[:len(photo)-2]))}
	res, err := client.Verify(t.Context(), req)
	require.Nil(t, res)
	require.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
	require.Zero(t, asked)
}
