package tencent_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the vendor's protocol signs with HMAC-SHA1
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// The result of the injected randomness below: 16 bytes of session id, 4 of the
// signature's r.
const (
	generatedSession = "000102030405060708090a0b0c0d0e0f"
	generatedNonce   = "269554195" // 0x10111213
)

func fixedRandomness() io.Reader {
	ascending := make([]byte, 20)
	for i := range ascending {
		ascending[i] = byte(i)
	}
	return bytes.NewReader(ascending)
}

func TestRequest_PhotoIsSentAsRawBytes(t *testing.T) {
	for _, tt := range []struct {
		what, fileName, contentType string
		content                     []byte
	}{
		{"JPEG", "photo.jpg", "image/jpeg", jpegPhoto},
		{"PNG", "photo.png", "image/png", pngPhoto},
		{"BMP", "photo.bmp", "image/bmp", bmpPhoto},
		{"unknown", "photo", "application/octet-stream", rawPhoto},
	} {
		t.Run(tt.what, func(t *testing.T) {
			v := serve(t, answeringFile(t, "match.json"))
			cfg := config(v.URL)
			cfg.Rand = fixedRandomness()
			_, err := newClient(t, cfg).Verify(t.Context(), photoRequest(tt.content))
			require.NoError(t, err)

			got := v.only(t)
			requireEnvelope(t, got)
			mediaType, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
			require.NoError(t, err)
			require.Equal(t, "multipart/form-data", mediaType)

			parts := readParts(t, got.content, params["boundary"])
			require.Len(t, parts, 5)
			for i, want := range []part{
				{"appid", appID}, {"idcard_number", personNumber}, {"idcard_name", personName}, {"session_id", generatedSession},
			} {
				require.Equal(t, want.header(), parts[i].header)
				require.Equal(t, want.value, string(parts[i].content))
			}
			require.Equal(t, textproto.MIMEHeader{
				"Content-Disposition": {`form-data; name="image"; filename="` + tt.fileName + `"`},
				"Content-Type":        {tt.contentType},
			}, parts[4].header)
			require.Equal(t, tt.content, parts[4].content)

			require.Equal(t, writtenByTheStandardLibrary(t, params["boundary"], parts), got.content)
		})
	}
}

func TestRequest_URLIsSentAsJSON(t *testing.T) {
	const address = photoURL + `?a=1&b=<"2">`
	v := serve(t, answeringFile(t, "match.json"))
	cfg := config(v.URL)
	cfg.Rand = fixedRandomness()
	_, err := newClient(t, cfg).Verify(t.Context(), requestWith(idverify.PhotoURL(address)))
	require.NoError(t, err)

	got := v.only(t)
	requireEnvelope(t, got)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, `{"appid":"1250000000","idcard_number":"11010519000101001X","idcard_name":"虚构张三",`+
		`"url":"https://photos.example.com/face-7f3a.jpg?a=1&b=<\"2\">","session_id":"`+generatedSession+`"}`, string(got.content))

	var fields map[string]string
	require.NoError(t, json.Unmarshal(got.content, &fields))
	require.Equal(t, map[string]string{
		"appid": appID, "idcard_number": personNumber, "idcard_name": personName,
		"url": address, "session_id": generatedSession,
	}, fields)
}

// requireEnvelope checks what holds for both forms of request.
func requireEnvelope(t *testing.T, got received) {
	t.Helper()
	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "/face/idcardcompare", got.RequestURI)
	require.Equal(t, int64(len(got.content)), got.ContentLength)
	require.Empty(t, got.TransferEncoding)
	require.Equal(t, "application/json", got.Header.Get("Accept"))
	require.Empty(t, got.Header.Values("Cookie"))
	require.Equal(t,
		"a=1250000000&b=&k="+secretID+"&e=1700000300&t=1700000000&r="+generatedNonce+"&f=",
		signedOriginal(t, got))
}

// signedOriginal verifies the signature of a request and returns the signed text.
func signedOriginal(t *testing.T, got received) string {
	t.Helper()
	require.Len(t, got.Header.Values("Authorization"), 1)
	raw, err := base64.StdEncoding.DecodeString(got.Header.Get("Authorization"))
	require.NoError(t, err)
	require.Greater(t, len(raw), sha1.Size)
	mac := hmac.New(sha1.New, []byte(secretKey))
	mac.Write(raw[sha1.Size:])
	require.Equal(t, mac.Sum(nil), raw[:sha1.Size])
	return string(raw[sha1.Size:])
}

type part struct{ name, value string }

func (p part) header() textproto.MIMEHeader {
	return textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + p.name + `"`}}
}

type readPart struct {
	header  textproto.MIMEHeader
	content []byte
}

func readParts(t *testing.T, content []byte, boundary string) []readPart {
	t.Helper()
	reader := multipart.NewReader(bytes.NewReader(content), boundary)
	var parts []readPart
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			return parts
		}
		require.NoError(t, err)
		value, err := io.ReadAll(p)
		require.NoError(t, err)
		parts = append(parts, readPart{p.Header, value})
	}
}

func writtenByTheStandardLibrary(t *testing.T, boundary string, parts []readPart) []byte {
	t.Helper()
	var want bytes.Buffer
	writer := multipart.NewWriter(&want)
	require.NoError(t, writer.SetBoundary(boundary))
	for _, p := range parts {
		w, err := writer.CreatePart(p.header)
		require.NoError(t, err)
		_, err = w.Write(p.content)
		require.NoError(t, err)
	}
	require.NoError(t, writer.Close())
	return want.Bytes()
}

func TestRequest_ReferenceIsTheSessionID(t *testing.T) {
	for _, ev := range []idverify.Evidence{idverify.Photo(idverify.Bytes(jpegPhoto)), idverify.PhotoURL(photoURL)} {
		v := serve(t, answeringFile(t, "match_without_session.json"))
		req := requestWith(ev)
		req.Reference = "order-2024:0001"
		res, err := newClient(t, config(v.URL)).Verify(t.Context(), req)
		require.NoError(t, err)
		require.Contains(t, string(v.only(t).content), "order-2024:0001")
		require.Equal(t, "order-2024:0001", res.RequestID)
	}
}

// Holds P-WIRE-12.
func TestRequest_NewSignatureAndSessionIDForEveryCall(t *testing.T) {
	v := serve(t, answeringFile(t, "match_without_session.json"))
	client := newClient(t, config(v.URL))
	signatures, sessions := map[string]bool{}, map[string]bool{}
	for range 3 {
		res, err := client.Verify(t.Context(), requestWith(idverify.PhotoURL(photoURL)))
		require.NoError(t, err)
		require.Regexp(t, "^[0-9a-f]{32}$", res.RequestID)
		sessions[res.RequestID] = true
	}
	for _, got := range v.requests() {
		signatures[got.Header.Get("Authorization")] = true
	}
	require.Len(t, signatures, 3)
	require.Len(t, sessions, 3)
}

func TestRequest_SignatureLifetime(t *testing.T) {
	for lifetime, expires := range map[time.Duration]int64{
		0:                       1_700_000_300,
		time.Second:             1_700_000_001,
		1999 * time.Millisecond: 1_700_000_001,
		90 * 24 * time.Hour:     1_707_776_000,
	} {
		v := serve(t, answeringFile(t, "match.json"))
		cfg := config(v.URL)
		cfg.SignatureLifetime = lifetime
		_, err := newClient(t, cfg).Verify(t.Context(), photoRequest(jpegPhoto))
		require.NoError(t, err)
		require.Contains(t, signedOriginal(t, v.only(t)), fmt.Sprintf("&e=%d&t=1700000000&", expires))
	}
}

func TestRequest_FirstAcceptedEvidenceIsSent(t *testing.T) {
	v := serve(t, answeringFile(t, "match.json"))
	_, err := newClient(t, config(v.URL)).Verify(t.Context(),
		requestWith(foreignEvidence{}, idverify.PhotoURL(photoURL), idverify.Photo(idverify.Bytes(jpegPhoto))))
	require.NoError(t, err)
	require.Equal(t, "application/json", v.only(t).Header.Get("Content-Type"))
}

type foreignEvidence struct{}

func (foreignEvidence) EvidenceKind() string { return "elsewhere.capture" }

func TestRequest_SixMebibytesLimit(t *testing.T) {
	v := serve(t, answeringFile(t, "match.json"))
	client := newClient(t, config(v.URL))
	photo := func(size int64) *idverify.Request {
		content := make([]byte, size)
		copy(content, jpegPhoto)
		return photoRequest(content)
	}
	_, err := client.Verify(t.Context(), photo(1000))
	require.NoError(t, err)
	fits := 6<<20 - (v.only(t).ContentLength - 1000)

	_, err = client.Verify(t.Context(), photo(fits))
	require.NoError(t, err)
	require.Len(t, v.requests(), 2)
	require.Equal(t, int64(6<<20), v.requests()[1].ContentLength)

	res, err := client.Verify(t.Context(), photo(fits+1))
	e := failed(t, res, err)
	require.Equal(t, idverify.CodeTooLarge, e.Code)
	requireNotSent(t, e)
	require.Len(t, v.requests(), 2)
}

func TestRequest_RefusesUnsupportedFormats(t *testing.T) {
	for what, tt := range map[string]struct {
		evidence idverify.Evidence
		want     idverify.Code
	}{
		"GIF":         {idverify.Photo(idverify.Bytes(gifPhoto)), idverify.CodeUnsupportedFormat},
		"WebP":        {idverify.Photo(idverify.Bytes(webpPhoto)), idverify.CodeUnsupportedFormat},
		"zero URL":    {idverify.PhotoURLEvidence{}, idverify.CodeInvalidRequest},
		"other's own": {foreignEvidence{}, idverify.CodeUnsupportedEvidence},
	} {
		t.Run(what, func(t *testing.T) {
			v := serve(t, answeringFile(t, "match.json"))
			res, err := newClient(t, config(v.URL)).Verify(t.Context(), requestWith(tt.evidence))
			e := failed(t, res, err)
			require.Equal(t, tt.want, e.Code)
			require.Equal(t, "Evidence", e.Field)
			requireNotSent(t, e)
			require.Empty(t, v.requests())
		})
	}
}

func TestRequest_NothingIsSentWithoutRandomness(t *testing.T) {
	for _, left := range []int{0, 15, 16, 19} {
		v := serve(t, answeringFile(t, "match.json"))
		cfg := config(v.URL)
		cfg.Rand = bytes.NewReader(make([]byte, left))
		res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(jpegPhoto))
		e := failed(t, res, err)
		require.Equal(t, idverify.CodeInvalidConfig, e.Code)
		require.Equal(t, "Rand", e.Field)
		requireNotSent(t, e)
		require.Empty(t, v.requests())
	}
}

// broken fails the first time it is read.
type broken struct{ asked atomic.Int32 }

func (b *broken) Read(p []byte) (int, error) {
	if b.asked.Add(1) == 1 {
		return 0, io.ErrUnexpectedEOF
	}
	return len(p), nil
}

// A session id without randomness would be the same for other calls.
func TestRequest_NoSessionIDWithoutRandomness(t *testing.T) {
	v := serve(t, answeringFile(t, "match.json"))
	cfg := config(v.URL)
	cfg.Rand = &broken{}
	res, err := newClient(t, cfg).Verify(t.Context(), photoRequest(jpegPhoto))
	e := failed(t, res, err)
	require.Equal(t, "Rand", e.Field)
	requireNotSent(t, e)
	require.Empty(t, v.requests())
}

func requireNotSent(t *testing.T, e *idverify.Error) {
	t.Helper()
	require.False(t, e.Sent())
	require.False(t, e.Ambiguous())
	require.NotEmpty(t, e.Detail)
	require.Empty(t, e.RequestID, "the vendor knows of no call")
	require.Equal(t, idverify.BilledNo, e.Billed)
}
