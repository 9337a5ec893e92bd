package volcengine_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
)

func TestRequest_MatchesTheVendorsPage(t *testing.T) {
	var drawing bytes.Buffer
	require.NoError(t, png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 480, 640))))
	path := filepath.Join(t.TempDir(), "face.png")
	require.NoError(t, os.WriteFile(path, drawing.Bytes(), 0o600))
	for _, media := range []struct {
		idverify.Media
		content []byte
	}{{idverify.Bytes(idverifytest.Photo()), idverifytest.Photo()}, {idverify.File(path), drawing.Bytes()}} {
		v := &vendor{answers: []string{fixture(t, "sample.json")}}
		req := photoRequest(nil)
		req.Evidence = []idverify.Evidence{idverify.Photo(media.Media)}
		req.Reference = "order-0001"
		_, err := newClient(t, config(v)).Verify(t.Context(), req)
		require.NoError(t, err)
		require.Len(t, v.seen, 1)
		got := v.seen[0]
		assert.Equal(t, "POST https://visual.volcengineapi.com/?Action=CertSrcFaceComp&Version=2022-08-31", got.Method+" "+got.URL.String())
		assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
		assert.Equal(t, int64(len(got.content)), got.ContentLength)
		assert.Equal(t, "20231114T221320Z", got.Header.Get("X-Date"))
		assert.NotContains(t, got.Header, "X-Security-Token")
		var body map[string]string
		require.NoError(t, json.Unmarshal(got.content, &body))
		assert.Equal(t, map[string]string{
			"req_key": "cert_src_face_comp", "idcard_name": personName, "idcard_no": personNumber,
			"image": base64.StdEncoding.EncodeToString(media.content),
		}, body)
	}
}

// The vendor charges for a picture that it cannot read.
func TestRequest_OnlyJPEGAndPNGAreSent(t *testing.T) {
	for name, content := range map[string][]byte{
		"BMP": []byte("BM made-up picture of enough bytes"), "GIF": []byte("GIF89a made-up picture"),
		"WebP": []byte("RIFF\x10\x00\x00\x00WEBPVP8 made-up"), "nothing known": []byte("no format that anybody knows"), "HTML": []byte("<html></html>"),
	} {
		v := &vendor{answers: []string{fixture(t, "sample.json")}}
		res, err := newClient(t, config(v)).Verify(t.Context(), photoRequest(content))
		e := failed(t, res, err)
		assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code, name)
		assert.Equal(t, "Evidence", e.Field)
		assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)
		assert.Empty(t, v.seen, name)
	}
}

// The limit is on the whole request: 10 MiB are sent, and no more.
func TestRequest_TenMebibytesLimit(t *testing.T) {
	if !long.Asked() {
		t.Skip("two pictures of ten megabytes are for the long form")
	}
	photo := idverifytest.Photo()
	fields := len(`{"req_key":"cert_src_face_comp","idcard_name":"","idcard_no":"","image":""}`) + len(personName) + len(personNumber)
	fits := (10<<20 - fields) / 4 * 3
	for size, sent := range map[int]int{fits: 1, fits + 1: 0} {
		v := &vendor{answers: []string{fixture(t, "sample.json")}}
		content := append(append(bytes.Clone(photo[:2]), segments(size-len(photo))...), photo[2:]...)
		require.Len(t, content, size)
		res, err := newClient(t, config(v)).Verify(t.Context(), photoRequest(content))
		require.Len(t, v.seen, sent, "%v", err)
		if sent == 1 {
			require.True(t, res.Passed())
			continue
		}
		e := failed(t, res, err)
		assert.Equal(t, idverify.CodeTooLarge, e.Code)
		assert.Equal(t, "Evidence", e.Field)
		assert.Contains(t, e.Detail, "the vendor takes 10485760")
		assert.Equal(t, idverify.BilledNo, e.Billed)
	}
}

// segments returns comment segments of a JPEG with the given number of bytes.
func segments(size int) []byte {
	var all []byte
	for size > 0 {
		n := min(size, 0xffff)
		if rest := size - n; rest > 0 && rest < 4 {
			n -= 4
		}
		all = append(all, 0xff, 0xfe, byte((n-2)>>8), byte(n-2))
		all = append(all, make([]byte, n-4)...)
		size -= n
	}
	return all
}

func TestPhotoLimits_KnownLimits(t *testing.T) {
	formats := []idverify.PhotoFormat{idverify.PhotoJPEG, idverify.PhotoPNG}
	client := newClient(t, config(&vendor{}))
	assert.Equal(t, idverify.PhotoLimits{Formats: formats, MaxBytes: 4_000_000}, client.PhotoLimits())
	assert.Equal(t, idverify.PhotoLimits{Formats: formats, MaxBase64: 10 << 20}, client.WidestPhotoLimits())
}

func TestAccepts_OnlyPhotos(t *testing.T) {
	client := newClient(t, config(&vendor{}))
	assert.True(t, client.Accepts(idverify.Photo(idverify.Bytes(idverifytest.Photo()))))
	assert.False(t, client.Accepts(idverify.PhotoURL("https://photos.example.com/a.jpg")), "the vendor fetches nothing")
}
