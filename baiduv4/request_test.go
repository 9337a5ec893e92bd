package baiduv4_test

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/baiduv4"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
)

// recording returns a client whose vendor is a real server that records its
// requests.
func recording(t *testing.T, change ...func(*baiduv4.Config)) (*baiduv4.Client, *map[string]string) {
	t.Helper()
	got := &map[string]string{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+tokenPath, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, tokenPath, r.RequestURI, "nothing secret in the URL")
		assert.Equal(t, "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
		assert.NoError(t, r.ParseForm())
		assert.Equal(t, url.Values{
			"grant_type": {"client_credentials"}, "client_id": {apiKey}, "client_secret": {secretKey},
		}, r.PostForm)
		_, _ = io.WriteString(w, fixture(t, "token.json"))
	})
	mux.HandleFunc("POST "+verifyPath, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, url.Values{"access_token": {"EXAMPLE-ACCESS-TOKEN"}}, r.URL.Query())
		assert.Equal(t, "application/json", r.Header.Get("Content-Type"))
		assert.Empty(t, r.TransferEncoding, "not chunked")
		content, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, strconv.Itoa(len(content)), r.Header.Get("Content-Length"))
		*got = map[string]string{} // all values are strings, or this fails
		assert.NoError(t, json.Unmarshal(content, got))
		_, _ = io.WriteString(w, fixture(t, "ok.json"))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return newClient(t, append(change, func(c *baiduv4.Config) { c.HTTP.BaseURL = server.URL })...), got
}

// personAnd is what every request has, with the default controls.
func personAnd(more map[string]string) map[string]string {
	want := map[string]string{
		"id_card_number": number, "name": name,
		"quality_control": "NONE", "liveness_control": "NORMAL", "spoofing_control": "NORMAL",
		"get_liveness_score": "1", "get_spoofing_score": "1",
	}
	for k, v := range more {
		want[k] = v
	}
	return want
}

func TestRequest_EveryFormOfEvidence(t *testing.T) {
	c, got := recording(t)
	photo := idverifytest.Photo()
	encoded := base64.StdEncoding.EncodeToString(photo)
	for _, test := range []struct {
		evidence idverify.Evidence
		want     map[string]string
	}{
		{idverify.Photo(idverify.Bytes(photo)), map[string]string{"image_type": "BASE64", "image": encoded}},
		{idverify.Photo(idverify.Bytes([]byte("of no known format"))), map[string]string{
			"image_type": "BASE64", "image": base64.StdEncoding.EncodeToString([]byte("of no known format"))}},
		{baiduv4.FaceToken("face/token+=="), map[string]string{"image_type": "FACE_TOKEN", "image": "face/token+=="}},
		{baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: idverify.Bytes(photo)}, map[string]string{
			"app": "ios", "sec_level": "common", "image_type": "BASE64", "image": encoded}},
		{baiduv4.SealedCapture{App: baiduv4.AppAndroid, SKey: "2fwYi/al==", DeviceID: "72c18d", Data: "<sealed>&\n"}, map[string]string{
			"app": "android", "sec_level": "lite", "skey": "2fwYi/al==", "x_device_id": "72c18d", "data": "<sealed>&\n", "image_type": "BASE64"}},
	} {
		res, err := c.Verify(t.Context(), request(test.evidence))
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, personAnd(test.want), *got)
	}
}

func TestRequest_ControlsAndRequestedScores(t *testing.T) {
	for _, test := range []struct {
		quality   baiduv4.QualityControl
		liveness  baiduv4.LivenessControl
		synthetic baiduv4.SyntheticControl
		want      map[string]string
	}{
		{baiduv4.QualityLow, baiduv4.LivenessLow, baiduv4.SyntheticLow, map[string]string{
			"quality_control": "LOW", "liveness_control": "LOW", "spoofing_control": "LOW", "get_liveness_score": "1", "get_spoofing_score": "1"}},
		{baiduv4.QualityNormal, baiduv4.LivenessNormal, baiduv4.SyntheticNormal, map[string]string{
			"quality_control": "NORMAL", "liveness_control": "NORMAL", "spoofing_control": "NORMAL", "get_liveness_score": "1", "get_spoofing_score": "1"}},
		{baiduv4.QualityHigh, baiduv4.LivenessHigh, baiduv4.SyntheticNone, map[string]string{
			"quality_control": "HIGH", "liveness_control": "HIGH", "spoofing_control": "NONE", "get_liveness_score": "1"}},
		{baiduv4.QualityNone, baiduv4.LivenessNone, baiduv4.SyntheticHigh, map[string]string{
			"quality_control": "NONE", "liveness_control": "NONE", "spoofing_control": "HIGH", "get_spoofing_score": "1"}},
		{baiduv4.QualityNone, baiduv4.LivenessNone, baiduv4.SyntheticNone, map[string]string{
			"quality_control": "NONE", "liveness_control": "NONE", "spoofing_control": "NONE"}},
	} {
		c, got := recording(t, func(c *baiduv4.Config) {
			c.Quality, c.Liveness, c.Synthetic = test.quality, test.liveness, test.synthetic
		})
		_, err := c.Verify(t.Context(), request(baiduv4.FaceToken("face")))
		require.NoError(t, err)
		for field, value := range map[string]string{"id_card_number": number, "name": name, "image_type": "FACE_TOKEN", "image": "face"} {
			test.want[field] = value
		}
		assert.Equal(t, test.want, *got)
	}
}

func TestRequest_NameAndNumberAreFolded(t *testing.T) {
	c, got := recording(t)
	req := request()
	req.Name, req.IDNumber = "　阿迪力•买买提 ", "１１０１０５１９０００１０１００１ｘ"
	_, err := c.Verify(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "阿迪力·买买提", (*got)["name"])
	assert.Equal(t, number, (*got)["id_card_number"])
}

func TestRequest_SendsFirstAcceptedEvidenceOnly(t *testing.T) {
	c, got := recording(t)
	_, err := c.Verify(t.Context(), request(
		idverify.PhotoURL("https://media.example/x"), baiduv4.FaceToken("first"), idverify.Photo(idverify.File("never-opened.jpg"))))
	require.NoError(t, err)
	assert.Equal(t, "first", (*got)["image"])
}

// pngHeader is as much of a PNG as tells its size.
func pngHeader(width, height uint32) []byte {
	chunk := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(chunk[4:], width)
	binary.BigEndian.PutUint32(chunk[8:], height)
	chunk[12], chunk[13] = 8, 2 // bits, RGB
	png := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(png, crc32.ChecksumIEEE(chunk))
}

func bmpHeader(width, height int32) []byte {
	bmp := make([]byte, 54)
	copy(bmp, "BM")
	binary.LittleEndian.PutUint32(bmp[14:], 40)
	binary.LittleEndian.PutUint32(bmp[18:], uint32(width))
	binary.LittleEndian.PutUint32(bmp[22:], uint32(height))
	return bmp
}

func bytesOf(b []byte) idverify.Media { return idverify.Bytes(b) }

const pngEnd = "\x00\x00\x00\x00IEND\xaeB`\x82"

func sized(size int) idverify.Media {
	return idverify.Bytes(append(append(pngHeader(8, 8), pngEnd...), make([]byte, size-33-len(pngEnd))...))
}

// The vendor's page does not say whether its 10 MB limit the picture or its base64. A
// picture is refused when neither reading allows it; below 7.5 MB both do.
func TestRequest_TenMegabytesInBothReadings(t *testing.T) {
	const safe, tenMB = 7_499_997, 10_000_000
	assert.Less(t, base64.StdEncoding.EncodedLen(safe), tenMB, "safe whichever way the vendor counts")
	assert.GreaterOrEqual(t, base64.StdEncoding.EncodedLen(safe+1), tenMB)
	c, _ := answering(t, success)
	for size, want := range map[int]idverify.Code{
		safe: "", safe + 1: "", tenMB: "", 10<<20 - 1: "", 10 << 20: idverify.CodeTooLarge,
	} {
		_, err := c.Verify(t.Context(), request(idverify.Photo(sized(size))))
		assert.Equal(t, want, idverify.CodeOf(err), "%d bytes", size)
	}
	for _, row := range baiduv4.Codes() {
		if row.VendorCode == "216202" {
			assert.Contains(t, row.Note, "7.5 MB", "who is refused by the vendor is told")
			assert.Contains(t, row.NoteZH, "7.5 MB")
		}
	}
}

func TestRequest_PicturesWithinTheLimits(t *testing.T) {
	c, f := answering(t, success)
	for i, media := range []idverify.Media{
		bytesOf(pngHeader(1920, 1080)), bytesOf(pngHeader(1080, 1920)), bytesOf(bmpHeader(1920, -1080)),
		bytesOf(idverifytest.Photo()), sized(10<<20 - 1),
	} {
		for j, ev := range []idverify.Evidence{idverify.Photo(media), baiduv4.PlainCapture{App: baiduv4.AppAndroid, Image: media}} {
			_, err := c.Verify(t.Context(), request(ev))
			require.NoError(t, err)
			f.assertSeen(t, 1, 2*i+j+1)
		}
	}
}

// Holds P-PAY-20.
func TestRequest_InvalidEvidenceIsNotSent(t *testing.T) {
	c, f := answering(t, success)
	sealed := func(change func(*baiduv4.SealedCapture)) idverify.Evidence {
		s := baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: "k", DeviceID: "d", Data: "x"}
		change(&s)
		return s
	}
	type refusal struct {
		evidence idverify.Evidence
		code     idverify.Code
		field    string
	}
	tests := map[string]refusal{
		"photo URL":       {idverify.PhotoURL("https://media.example/x"), idverify.CodeUnsupportedEvidence, "Evidence"},
		"no token":        {baiduv4.FaceTokenEvidence{}, idverify.CodeInvalidRequest, "FaceToken"},
		"token not UTF-8": {baiduv4.FaceToken("\xff"), idverify.CodeInvalidRequest, "FaceToken"},
		"sealed app":      {sealed(func(s *baiduv4.SealedCapture) { s.App = "" }), idverify.CodeInvalidRequest, "SealedCapture.App"},
		"sealed odd app":  {sealed(func(s *baiduv4.SealedCapture) { s.App = "IOS" }), idverify.CodeInvalidRequest, "SealedCapture.App"},
		"sealed key":      {sealed(func(s *baiduv4.SealedCapture) { s.SKey = "" }), idverify.CodeInvalidRequest, "SealedCapture.SKey"},
		"sealed device":   {sealed(func(s *baiduv4.SealedCapture) { s.DeviceID = "" }), idverify.CodeInvalidRequest, "SealedCapture.DeviceID"},
		"sealed data":     {sealed(func(s *baiduv4.SealedCapture) { s.Data = "" }), idverify.CodeInvalidRequest, "SealedCapture.Data"},
		"sealed bytes":    {sealed(func(s *baiduv4.SealedCapture) { s.Data = "\xff\xd8" }), idverify.CodeInvalidRequest, "SealedCapture.Data"},
		"sealed twice":    {sealed(func(s *baiduv4.SealedCapture) { s.DataFrom = bytesOf([]byte("x")) }), idverify.CodeInvalidRequest, "SealedCapture.Data"},
		"sealed empty":    {sealed(func(s *baiduv4.SealedCapture) { s.Data, s.DataFrom = "", bytesOf(nil) }), idverify.CodeInvalidRequest, "SealedCapture.Data"},
		"sealed blank":    {sealed(func(s *baiduv4.SealedCapture) { s.Data, s.DataFrom = "", bytesOf([]byte(" \n")) }), idverify.CodeInvalidRequest, "SealedCapture.Data"},
		"sealed gone": {sealed(func(s *baiduv4.SealedCapture) {
			s.Data, s.DataFrom = "", idverify.File("testdata/missing-zhangsan.txt")
		}),
			idverify.CodeUnreadableEvidence, "Evidence"},
		"plain app":   {baiduv4.PlainCapture{Image: bytesOf(idverifytest.Photo())}, idverify.CodeInvalidRequest, "PlainCapture.App"},
		"plain image": {baiduv4.PlainCapture{App: baiduv4.AppIOS}, idverify.CodeInvalidRequest, "PlainCapture.Image"},
	}
	for name, media := range map[string]struct {
		media idverify.Media
		code  idverify.Code
	}{
		"GIF":        {bytesOf([]byte("GIF89a\x01\x00\x01\x00")), idverify.CodeUnsupportedFormat},
		"WebP":       {bytesOf([]byte("RIFF\x00\x00\x00\x00WEBPVP8 ")), idverify.CodeUnsupportedFormat},
		"HEIF":       {bytesOf([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")), idverify.CodeUnsupportedFormat},
		"10 MiB":     {sized(10 << 20), idverify.CodeTooLarge},
		"too wide":   {bytesOf(pngHeader(1921, 1080)), idverify.CodeTooLarge},
		"too high":   {bytesOf(pngHeader(1080, 1921)), idverify.CodeTooLarge},
		"too square": {bytesOf(pngHeader(1081, 1081)), idverify.CodeTooLarge},
		// A portrait with its depth has megabytes of segments before the frame.
		"too wide behind 2 MB": {bytesOf([]byte("\xff\xd8" + strings.Repeat("\xff\xe1\xff\xff"+strings.Repeat("A", 0xfffd), 32) +
			"\xff\xc0\x00\x0b\x08\x0f\xc0\x0b\xd0\x01\x01\x11\x00\xff\xd9")), idverify.CodeTooLarge},
		"too wide BMP": {bytesOf(bmpHeader(1921, -1080)), idverify.CodeTooLarge},
	} {
		tests["photo "+name] = refusal{idverify.Photo(media.media), media.code, "Evidence"}
		if !media.media.IsZero() {
			tests["plain "+name] = refusal{baiduv4.PlainCapture{App: baiduv4.AppIOS, Image: media.media}, media.code, "Evidence"}
		}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := c.Verify(t.Context(), request(test.evidence))
			e := requireError(t, res, err)
			assert.Equal(t, test.code, e.Code)
			assert.Equal(t, test.field, e.Field)
			assert.Equal(t, idverify.BilledNo, e.Billed)
			assert.False(t, e.Sent())
			assert.False(t, e.Repeatable())
		})
	}
	f.assertSeen(t, 0, 0)
}

func sealedFrom(m idverify.Media) baiduv4.SealedCapture {
	return baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: "k", DeviceID: "d", DataFrom: m}
}

// The data of a sealed capture is streamed unchanged from any source.
func TestRequest_SealedDataIsStreamed(t *testing.T) {
	c, got := recording(t)
	data := strings.Repeat("QUJD<&>张\u2028\U00020000\"\\\n", 20_000)
	path := filepath.Join(t.TempDir(), "data")
	require.NoError(t, os.WriteFile(path, []byte(data), 0o600))
	inField := sealedFrom(idverify.Media{})
	inField.Data = data
	for name, capture := range map[string]baiduv4.SealedCapture{
		"field": inField, "bytes": sealedFrom(bytesOf([]byte(data))), "file": sealedFrom(idverify.File(path)),
		"reader": sealedFrom(idverify.ReaderAt(strings.NewReader(data), int64(len(data)))),
	} {
		res, err := c.Verify(t.Context(), request(capture))
		require.NoError(t, err, name)
		assert.True(t, res.Passed())
		assert.Equal(t, personAnd(map[string]string{
			"app": "ios", "sec_level": "lite", "skey": "k", "x_device_id": "d", "data": data, "image_type": "BASE64"}), *got, name)
	}
}

func TestRequest_ChangedSealedDataIsNotSent(t *testing.T) {
	whole := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil && r.URL.Path == verifyPath {
			whole++
		}
		_, _ = io.WriteString(w, fixture(t, "token.json"))
	}))
	defer server.Close()
	c := newClient(t, func(c *baiduv4.Config) { c.HTTP.BaseURL = server.URL })
	content := strings.Repeat("QUJD", 50_000)
	m := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		now := content
		content = content[:len(content)-1] + "\n"
		return io.NopCloser(strings.NewReader(now)), int64(len(now)), nil
	})
	res, err := c.Verify(t.Context(), request(sealedFrom(m)))
	e := requireError(t, res, err)
	assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
	assert.Equal(t, idverify.BilledNo, e.Billed)
	assert.False(t, e.Sent())
	server.Close()
	assert.Zero(t, whole)
}

// Every text has a limit that is checked before the text is copied or searched.
// Holds P-WIRE-11.
func TestRequest_OverlongTextsAreRefusedCheaply(t *testing.T) {
	c, f := answering(t, success)
	const most = 20 << 20
	huge := long.Or[int64](64<<20, 21<<20)
	text, control := strings.Repeat("a", int(huge)), strings.Repeat("\x01", 8<<20)
	capture := func(skey, device, data string) idverify.Evidence {
		return baiduv4.SealedCapture{App: baiduv4.AppIOS, SKey: skey, DeviceID: device, Data: data}
	}
	for what, test := range map[string]struct {
		evidence idverify.Evidence
		code     idverify.Code
		field    string
		limit    int
	}{
		"token":              {baiduv4.FaceToken(text[:4097]), idverify.CodeInvalidRequest, "FaceToken", 4096},
		"huge token":         {baiduv4.FaceToken(text), idverify.CodeInvalidRequest, "FaceToken", 4096},
		"control token":      {baiduv4.FaceToken(control), idverify.CodeInvalidRequest, "FaceToken", 4096},
		"key":                {capture(text, "d", "x"), idverify.CodeInvalidRequest, "SealedCapture.SKey", 4096},
		"device":             {capture("k", control, "x"), idverify.CodeInvalidRequest, "SealedCapture.DeviceID", 4096},
		"data":               {capture("k", "d", text[:most+1]), idverify.CodeTooLarge, "SealedCapture.Data", most},
		"huge data":          {capture("k", "d", text), idverify.CodeTooLarge, "SealedCapture.Data", most},
		"control characters": {capture("k", "d", control), idverify.CodeTooLarge, "SealedCapture.Data", most},
		"stream":             {sealedFrom(idverify.ReaderAt(strings.NewReader(text), huge)), idverify.CodeTooLarge, "SealedCapture.Data", most},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		res, err := c.Verify(t.Context(), request(test.evidence))
		runtime.ReadMemStats(&after)
		e := requireError(t, res, err)
		assert.Equal(t, test.code, e.Code, what)
		assert.Equal(t, test.field, e.Field, what)
		assert.Contains(t, e.Detail, strconv.Itoa(test.limit), what)
		assert.Contains(t, e.Detail, test.field, what)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<10), what)
	}
	f.assertSeen(t, 0, 0)
}
