package aliyun_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/aliyun"
	"github.com/idverify/idverify/idverifytest"
)

func TestRequest_Content(t *testing.T) {
	v := &vendor{body: fixture(t, "vendor_sample.json")}
	cfg := v.config()
	cfg.PhotoURLs, cfg.Crop = true, true
	client := newClient(t, cfg)
	for field, ev := range map[string]idverify.Evidence{
		"FaceContrastPicture":    photo(),
		"FaceContrastPictureUrl": idverify.PhotoURL(idverifytest.MediaURL),
		"OssObjectName":          aliyun.OSSObject("bucket", "faces/+1.jpg"),
		"CertifyId":              aliyun.CertifyID("0001"),
	} {
		v.seen, v.forms = nil, nil
		_, err := client.Verify(t.Context(), requestWith(ev))
		require.NoError(t, err, field)
		require.Len(t, v.seen, 1)
		r, form := v.seen[0], v.forms[0]
		assert.Equal(t, "POST https://cloudauth.aliyuncs.com/?Model=FRONT_CAMERA_LIVENESS", r.Method+" "+r.URL.String())
		for name, want := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
			"X-Acs-Action": "ContrastFaceVerify", "X-Acs-Version": "2019-03-07", "X-Acs-Date": "2026-01-02T03:04:05Z"} {
			assert.Equal(t, want, r.Header.Get(name))
		}
		for name, want := range map[string]string{"SceneId": scene, "ProductCode": "ID_MIN", "CertType": "IDENTITY_CARD", "Crop": "T",
			"CertName": idverifytest.Match().Name, "CertNo": idverifytest.Match().IDNumber} {
			assert.Equal(t, want, form.Get(name))
		}
		assert.NotEmpty(t, form.Get(field))
		given := 0
		for _, way := range []string{"FaceContrastPicture", "FaceContrastPictureUrl", "OssObjectName", "CertifyId"} {
			given += len(form[way])
		}
		assert.Equal(t, 1, given, "the picture goes in one way")
		assert.Equal(t, len(form["OssObjectName"]), len(form["OssBucketName"]))
	}
}

// The caller's reference becomes the order number if the vendor accepts it; any other
// reference does not fail the call.
func TestRequest_OuterOrderNoIsReferenceOrRandom(t *testing.T) {
	const whole = "order000000000000000000000000017"
	const ends = "09azAZorder000000000000000000017"
	seen := map[string]bool{}
	references := []string{whole, ends, "", "", "order-17", strings.Repeat("a", 33)}
	for _, other := range "-_.:" {
		references = append(references, strings.Repeat("a", 31)+string(other))
	}
	for _, reference := range references {
		v := &vendor{status: 500, body: "<html>"}
		req := requestWith(photo())
		req.Reference = reference
		res, err := newClient(t, v.config()).Verify(t.Context(), req)
		e := failed(t, res, err)
		order := v.forms[0].Get("OuterOrderNo")
		assert.Regexp(t, "^[0-9A-Za-z]{32}$", order)
		assert.Equal(t, reference == whole || reference == ends, order == reference, reference)
		assert.Equal(t, order, e.RequestID, "the vendor can be asked about the call")
		assert.False(t, seen[order])
		seen[order] = true
	}
}

// pictureOf is a PNG of a size in pixels, and of bytes if it is to have more.
func pictureOf(t *testing.T, width, height, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
	content := b.Bytes()
	if more := size - len(content); more > 0 { // before the end, in a chunk that readers ignore
		end := content[len(content)-12:]
		chunk := append([]byte{byte((more - 12) >> 24), byte((more - 12) >> 16), byte((more - 12) >> 8), byte(more - 12)}, "teXt"...)
		content = append(append(append(bytes.Clone(content[:len(content)-12]), chunk...), make([]byte, more-8)...), end...)
	}
	return content
}

func TestRequest_PictureLimitsAreCheckedBeforeSending(t *testing.T) {
	for what, tt := range map[string]struct {
		content []byte
		code    idverify.Code // "" is sent
		detail  string
	}{
		"the largest that is safe": {pictureOf(t, 640, 480, 749_997), "", ""},
		"the largest":              {pictureOf(t, 640, 480, 999_999), "", ""},
		"a byte too many":          {pictureOf(t, 640, 480, 1_000_000), idverify.CodeTooLarge, "1000000 bytes, the vendor takes 999999"},
		"upright":                  {pictureOf(t, 480, 640, 0), "", ""},
		"the most pixels":          {pictureOf(t, 1920, 1080, 0), "", ""},
		"the most, upright":        {pictureOf(t, 1080, 1920, 0), "", ""},
		"too long":                 {pictureOf(t, 1921, 1080, 0), idverify.CodeTooLarge, "1921×1080 pixels, the vendor takes 1920×1080"},
		"too short":                {pictureOf(t, 639, 480, 0), idverify.CodePoorPhoto, "639×480 pixels, the vendor wants 640×480 or more"},
		"too narrow":               {pictureOf(t, 479, 640, 0), idverify.CodePoorPhoto, "479×640 pixels, the vendor wants 640×480 or more"},
		"a GIF":                    {[]byte("GIF89a made-up picture"), idverify.CodeUnsupportedFormat, "GIF"},
		"a BMP":                    {append([]byte("BM\x40\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x80\x02\x00\x00\xe0\x01\x00\x00"), make([]byte, 40)...), idverify.CodeUnsupportedFormat, "BMP"},
	} {
		v := &vendor{body: fixture(t, "vendor_sample.json")}
		res, err := newClient(t, v.config()).Verify(t.Context(), requestWith(idverify.Photo(idverify.Bytes(tt.content))))
		if tt.code == "" {
			require.NoError(t, err, what)
			continue
		}
		e := failed(t, res, err)
		assert.Equal(t, tt.code, e.Code, what)
		assert.Contains(t, e.Detail, tt.detail, what)
		assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)
		assert.Empty(t, v.seen)
	}
}

func TestPhotoLimits_SafeAndWidest(t *testing.T) {
	client := newClient(t, new(vendor).config())
	safe, widest := client.PhotoLimits(), client.WidestPhotoLimits()
	assert.EqualValues(t, 749_997, safe.MaxBytes)
	assert.Less(t, (safe.MaxBytes+2)/3*4, int64(1_000_000), "its base64 is below 1 MB too")
	assert.GreaterOrEqual(t, (safe.MaxBytes+1+2)/3*4, int64(1_000_000), "and no larger one's")
	assert.EqualValues(t, 999_999, widest.MaxBytes)
	assert.Equal(t, []int{1920, 1080, 640, 480}, []int{widest.LongSide, widest.ShortSide, widest.MinLongSide, widest.MinShortSide})
}

func TestRequest_NamesAndIDsMustBeText(t *testing.T) {
	for _, ev := range []idverify.Evidence{
		aliyun.OSSObject("", "x"), aliyun.OSSObject("x", ""), aliyun.OSSObject("x", "a\nb"), aliyun.CertifyID(""), aliyun.CertifyID(" "),
		aliyun.OSSObjectEvidence{}, aliyun.CertifyIDEvidence{}, aliyun.CertifyID(strings.Repeat("a", 4097)),
	} {
		v := &vendor{}
		res, err := newClient(t, v.config()).Verify(t.Context(), requestWith(ev))
		e := failed(t, res, err)
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
		assert.Equal(t, "Evidence", e.Field)
		assert.Empty(t, v.seen)
	}
}
