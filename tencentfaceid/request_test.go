package tencentfaceid_test

import (
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestRequest_MatchesTheVendorsPage(t *testing.T) {
	v := &vendor{answer: fixture(t, "match.json")}
	req := photoRequest(pngPhoto)
	req.Reference = "order-2024-0001"
	_, err := newClient(t, config(v)).Verify(t.Context(), req)
	require.NoError(t, err)

	got := v.only(t)
	assert.Equal(t, http.MethodPost+" https://faceid.tencentcloudapi.com/", got.Method+" "+got.URL.String())
	assert.Equal(t, int64(len(got.content)), got.ContentLength)
	for name, want := range map[string]string{
		"Content-Type": "application/json", "X-TC-Action": "ImageRecognitionV2", "X-TC-Version": "2018-03-01", "X-TC-Timestamp": "1700000000",
		"X-TC-Token": "", "X-TC-Region": "", "X-TC-Content-SHA256": "",
	} {
		assert.Equal(t, want, got.Header.Get(name), name)
	}
	assert.Regexp(t, "^TC3-HMAC-SHA256 Credential="+secretID+"/2023-11-14/faceid/tc3_request, SignedHeaders=content-type;host, Signature=[0-9a-f]{64}$", got.Header.Get("Authorization"))

	members := got.members(t)
	extra := members["Extra"]
	assert.Regexp(t, "^[0-9a-f]{10}$", extra, "and not the reference, which does not fit")
	assert.Equal(t, map[string]string{
		"IdCard": personNumber, "Name": personName, "Extra": extra, "ImageBase64": base64.StdEncoding.EncodeToString(pngPhoto),
	}, members)
}

// The Extra names a call: two of them never share one.
func TestRequest_NewExtraForEveryCall(t *testing.T) {
	v := &vendor{answer: fixture(t, "match.json")}
	client := newClient(t, config(v))
	extras := map[string]bool{}
	for range 50 {
		_, err := client.Verify(t.Context(), photoRequest(jpegPhoto))
		require.NoError(t, err)
	}
	for _, got := range v.seen {
		extras[got.members(t)["Extra"]] = true
	}
	require.Len(t, extras, 50)
}

func TestRequest_PictureLimits(t *testing.T) {
	photo := func(size int) []byte {
		content := make([]byte, size)
		copy(content, "\xff\xd8\xff\xdb")
		copy(content[size-2:], "\xff\xd9")
		return content
	}
	v := &vendor{answer: fixture(t, "match.json")}
	client := newClient(t, config(v))
	const most = 2_359_296 // 3 × 2^20 characters of base64
	require.EqualValues(t, most, client.WidestPhotoLimits().MaxBytes)
	require.EqualValues(t, 2_250_000, client.PhotoLimits().MaxBytes)
	require.EqualValues(t, 3_000_000, client.PhotoLimits().MaxBase64)

	_, err := client.Verify(t.Context(), photoRequest(photo(most)))
	require.NoError(t, err)
	require.Len(t, v.only(t).members(t)["ImageBase64"], 3<<20)

	for _, tt := range []struct {
		content []byte
		code    idverify.Code
		detail  string
	}{
		{photo(most + 1), idverify.CodeTooLarge, "the picture has 2359297 bytes, the vendor takes 2359296"},
		{[]byte("BM made-up picture of enough bytes, which is a bitmap"), idverify.CodeUnsupportedFormat, "the vendor does not read BMP pictures"},
		{[]byte("GIF89a made-up picture"), idverify.CodeUnsupportedFormat, "the vendor does not read GIF pictures"},
		{[]byte("a made-up picture of a house"), idverify.CodeUnsupportedFormat, "the media is no picture that the vendor reads: JPEG or PNG"},
	} {
		res, err := client.Verify(t.Context(), photoRequest(tt.content))
		e := failed(t, res, err)
		assert.Equal(t, []any{tt.code, "Evidence", idverify.DeliveryNotSent, idverify.BilledNo}, []any{e.Code, e.Field, e.Delivery, e.Billed})
		assert.Equal(t, tt.detail, e.Detail)
	}
	require.Len(t, v.seen, 1)
}
