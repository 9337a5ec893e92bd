package huaweiivs_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
)

func TestRequest_Members(t *testing.T) {
	v := serve(t, answering(200, fixture(t, "valid.json")))
	_, err := newClient(t, v).Verify(t.Context(), request())
	require.NoError(t, err)
	_, err = newClient(t, v, func(c *huaweiivs.Config) { c.Detail, c.NoCrop = true, true }).Verify(t.Context(), request())
	require.NoError(t, err)
	for i, options := range []string{"", `,"detail":true,"crop":false`} {
		r := v.requests()[i]
		assert.Equal(t, "POST /v2.0/ivs-standard", r.Method+" "+r.URL.RequestURI())
		want := `{"meta":{"uuid":"` + r.uuid() + `"},"data":{"req_data":[{"verification_name":"` + name + `","verification_id":"` + number +
			`","face_image":"` + base64.StdEncoding.EncodeToString(idverifytest.Photo()) + `"` + options + `}]}}`
		assert.Equal(t, want, string(r.content))
		assert.EqualValues(t, len(want), r.ContentLength)
	}
}

// The uuid identifies one call, and begins with the caller's reference if there is
// room for both.
func TestRequest_NewUUIDForEachCall(t *testing.T) {
	v := serve(t, answering(200, fixture(t, "valid.json")))
	c := newClient(t, v)
	seen := map[string]bool{}
	for _, reference := range []string{"", "", "order-1", "order-1", strings.Repeat("a", 31), strings.Repeat("a", 32), strings.Repeat("a", 64)} {
		req := request()
		req.Reference = reference
		res, err := c.Verify(t.Context(), req)
		require.NoError(t, err)
		all := v.requests()
		uuid := all[len(all)-1].uuid()
		assert.Equal(t, uuid, res.RequestID, "the vendor gave no other")
		assert.False(t, seen[uuid])
		seen[uuid] = true
		switch {
		case reference == "", len(reference) > 31:
			assert.Regexp(t, `^[0-9a-f]{32}$`, uuid)
		default:
			assert.Regexp(t, "^"+reference+`-[0-9a-f]{32}$`, uuid)
		}
		assert.LessOrEqual(t, len(uuid), 64)
	}
}

func jpegOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var drawing bytes.Buffer
	require.NoError(t, jpeg.Encode(&drawing, image.NewGray(image.Rect(0, 0, width, height)), nil))
	return padded(drawing.Bytes(), 8000)
}

// padded returns a picture with bytes after its end.
func padded(picture []byte, size int) []byte {
	return append(bytes.Clone(picture), make([]byte, max(0, size-len(picture)))...)
}

func TestRequest_PictureLimits(t *testing.T) {
	v := serve(t, answering(200, fixture(t, "valid.json")))
	c := newClient(t, v)
	var small, drawing bytes.Buffer
	require.NoError(t, jpeg.Encode(&small, image.NewGray(image.Rect(0, 0, 300, 300)), nil))
	require.Less(t, small.Len(), 7679)
	require.NoError(t, png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 480, 640))))
	for _, test := range []struct {
		what    string
		picture []byte
		code    idverify.Code
		says    string
	}{
		{"the smallest", padded(small.Bytes(), 7680), "", ""},
		{"one byte less", padded(small.Bytes(), 7679), idverify.CodePoorPhoto, "7679 bytes, the vendor takes no fewer than 7680 (10240 in base64)"},
		{"the largest", padded(idverifytest.Photo(), 3_000_000), "", ""},
		{"one byte more", padded(idverifytest.Photo(), 3_000_001), idverify.CodeTooLarge, "3000001 bytes, the vendor takes 3000000"},
		{"300 pixels", jpegOf(t, 300, 4000), "", ""},
		{"299 pixels", jpegOf(t, 299, 400), idverify.CodePoorPhoto, "299×400 pixels, the vendor takes no side below 300"},
		{"4001 pixels", jpegOf(t, 300, 4001), idverify.CodeTooLarge, "300×4001 pixels, the vendor takes 4000×4000"},
		{"a PNG", padded(drawing.Bytes(), 8000), idverify.CodeUnsupportedFormat, "does not read PNG"},
		{"no format", bytes.Repeat([]byte("x"), 8000), idverify.CodeUnsupportedFormat, "no picture that the vendor reads: JPEG"},
	} {
		before := len(v.requests())
		res, err := c.Verify(t.Context(), requestOf(test.picture))
		if test.code == "" {
			require.NoError(t, err, test.what)
			assert.Len(t, v.requests(), before+1)
			continue
		}
		e := requireError(t, res, err)
		assert.Equal(t, test.code, e.Code, test.what)
		assert.Contains(t, e.Detail, test.says)
		assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)
		assert.Len(t, v.requests(), before)
	}
}
