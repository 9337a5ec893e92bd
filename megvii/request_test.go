package megvii_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/megvii"
)

// part is one part of a form, in order of arrival.
type part struct{ name, fileName, contentType, value string }

// sent is what one call sends.
func sent(t *testing.T, req *idverify.Request, change ...func(*megvii.Config)) (address string, parts []part) {
	t.Helper()
	c := newClient(t, append(change, func(cfg *megvii.Config) {
		cfg.HTTP.Client = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			address = r.URL.String()
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			assert.Equal(t, r.ContentLength, int64(len(body)))
			_, boundary, _ := strings.Cut(r.Header.Get("Content-Type"), "multipart/form-data; boundary=")
			in := multipart.NewReader(bytes.NewReader(body), boundary)
			for {
				p, err := in.NextRawPart()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				value, err := io.ReadAll(p)
				require.NoError(t, err)
				parts = append(parts, part{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(value)})
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(fixture(t, "match.json")))}, nil
		})}
	})...)
	_, err := c.Verify(t.Context(), req)
	require.NoError(t, err)
	return address, parts
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// The parts are as in the vendor's own sample: texts without a content type, and
// the picture last. Key and secret are not in the URL.
func TestRequest_FormMatchesTheVendorsSample(t *testing.T) {
	req := request()
	req.Reference = "ORDER-1"
	address, parts := sent(t, req)
	assert.Equal(t, "https://api.megvii.com/faceid/v2/verify", address)
	assert.Equal(t, []part{
		{"api_key", "", "", apiKey}, {"api_secret", "", "", apiSecret},
		{"comparison_type", "", "", "1"}, {"face_image_type", "", "", "raw_image"}, {"fail_when_multiple_faces", "", "", "1"},
		{"idcard_name", "", "", name}, {"idcard_number", "", "", number},
		{"image", "photo.jpg", "image/jpeg", string(idverifytest.Photo())},
	}, parts)
}

func TestRequest_Options(t *testing.T) {
	_, parts := sent(t, request(), func(cfg *megvii.Config) {
		cfg.QualityThreshold, cfg.LargestFace, cfg.TryRotations, cfg.ReturnFaces = 45, true, true, true
	})
	got := map[string]string{}
	for _, p := range parts[2:9] {
		got[p.name] = p.value
	}
	assert.Equal(t, map[string]string{"comparison_type": "1", "face_image_type": "raw_image", "fail_when_multiple_faces": "0",
		"face_quality_threshold": "45", "multi_oriented_detection": "1", "return_faces": "1", "idcard_name": name}, got)
}

// The vendor would refuse these, perhaps at a charge, so they are not sent.
func TestRequest_LimitsAreCheckedBeforeSending(t *testing.T) {
	c := answering(t, http.StatusOK, fixture(t, "match.json"))
	photo := func(b []byte) *idverify.Request {
		req := request()
		req.Evidence = []idverify.Evidence{idverify.Photo(idverify.Bytes(b))}
		return req
	}
	ending := []byte{0xff, 0xd9}
	jpeg := func(size int) []byte {
		p := idverifytest.Photo()
		return append(append(p[:len(p)-2:len(p)-2], make([]byte, size-len(p))...), ending...)
	}
	wide := idverifytest.Photo()
	at := bytes.Index(wide, []byte{0xff, 0xc0})
	wide[at+7], wide[at+8] = 0x10, 0x01 // 4,097 wide
	long := request()
	long.Name = strings.Repeat("测", 33)
	for name, test := range map[string]struct {
		req    *idverify.Request
		code   idverify.Code
		detail string
	}{
		"a picture too large": {photo(jpeg(2<<20 + 1)), idverify.CodeTooLarge, "the picture has 2097153 bytes, the vendor takes 2097152"},
		"a request too large": {photo(jpeg(2 << 20)), idverify.CodeTooLarge, "the vendor takes 2097152"},
		"a picture too wide":  {photo(wide), idverify.CodeTooLarge, "the picture has 4097×640 pixels, the vendor takes 4096×4096"},
		"a BMP":               {photo(append([]byte("BM"), make([]byte, 100)...)), idverify.CodeUnsupportedFormat, "BMP"},
		"a long name":         {long, idverify.CodeInvalidName, "the name has 33 characters, the vendor takes 32"},
	} {
		res, err := c.Verify(t.Context(), test.req)
		e := requireError(t, res, err)
		assert.Equal(t, test.code, e.Code, name)
		assert.Contains(t, e.Detail, test.detail, name)
		assert.Equal(t, idverify.DeliveryNotSent, e.Delivery, name)
	}
	long.Name = strings.Repeat("测", 32)
	for _, req := range []*idverify.Request{long, photo(jpeg(2<<20 - 4096))} {
		_, err := c.Verify(t.Context(), req)
		assert.NoError(t, err)
	}
}

// A photo within the safe limits fits together with the longest form, whichever
// megabyte the vendor means.
func TestPhotoLimits_SafePhotoFitsWithTheForm(t *testing.T) {
	safe, widest := newClient(t).PhotoLimits(), newClient(t).WidestPhotoLimits()
	assert.EqualValues(t, 2_000_000-16<<10, safe.MaxBytes)
	assert.EqualValues(t, 2<<20, widest.MaxBytes)
	assert.Equal(t, []idverify.PhotoFormat{idverify.PhotoJPEG, idverify.PhotoPNG}, safe.Formats)
	assert.Equal(t, []int{4096, 4096}, []int{safe.LongSide, safe.ShortSide})
}
