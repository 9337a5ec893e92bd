package idverifytest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func TestTencent_Persons(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, want := range []struct {
		person     idverifytest.Person
		code       string
		similarity string
		billed     bool
	}{
		{idverifytest.Match(), "0", "89.25", true},
		{idverifytest.FaceMismatch(), "0", "31.5", true},
		{idverifytest.IdentityMismatch(), "-5803", "", true},
		{idverifytest.IdentityNotFound(), "-5804", "", true},
		{idverifytest.ReferencePhotoUnavailable(), "-5809", "", true},
		{idverifytest.AttackSuspected(), "-5016", "", false},
		{idverifytest.SyntheticFace(), "-5016", "", false},
		{idverifytest.AtThreshold(), "0", "75", true},
		{idverifytest.AboveThreshold(), "0", "75.01", true},
		{idverifytest.BelowThreshold(), "0", "74.99", true},
		{idverifytest.PersonFor(idverify.CodeNoFace), "-4012", "", false},
		{idverifytest.PersonFor(idverify.CodePoorPhoto), "-4015", "", false},
		{idverifytest.PersonFor(idverify.CodeMultipleFaces), "-4012", "", false},
		{idverifytest.PersonFor(idverify.CodeBadCapture), "-4011", "", false},
		{idverifytest.PersonFor(idverify.CodeRateLimited), "15", "", false},
		{idverifytest.PersonFor(idverify.CodeQuotaExceeded), "25", "", false},
		{idverifytest.PersonFor(idverify.CodeSourceUnavailable), "-5802", "", false},
		{idverifytest.PersonFor(idverify.CodeVendorUnavailable), "213", "", false},
		{idverifytest.Person{Name: "别的名字", IDNumber: idverifytest.Match().IDNumber}, "-5803", "", true},
		{idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}, "-5804", "", true},
	} {
		t.Run(want.person.Name, func(t *testing.T) {
			srv.Reset()
			a := tencent(t, srv, tencentFields(want.person)...)
			assert.Equal(t, 200, a.status)
			assert.Equal(t, want.code, a.text("code"))
			assert.NotEmpty(t, a.body["message"])
			if want.similarity == "" {
				assert.Empty(t, a.object("data"))
			} else {
				assert.Equal(t, json.Number(want.similarity), a.object("data")["similarity"])
				assert.Equal(t, "", a.object("data")["session_id"])
			}
			assert.Equal(t, want.billed, srv.Bill().Total() == 1)
		})
	}
}

func TestTencent_Refuses(t *testing.T) {
	srv := idverifytest.Start(t)
	good := tencentFields(idverifytest.Match())
	good = slices.Clip(good)
	noImage := change(good, field{"image", "-", ""})
	photo := string(idverifytest.Photo())
	for _, want := range []struct {
		name   string
		fields []field
		code   string
	}{
		{"no appid", change(good, field{"appid", "-", ""}), "21"},
		{"other appid", change(good, field{"appid", "1250000001", ""}), "6"},
		{"no number", change(good, field{"idcard_number", "-", ""}), "-5801"},
		{"no name", change(good, field{"idcard_name", "-", ""}), "-5801"},
		{"number format", change(good, field{"idcard_number", "110110199909090909", ""}), "-5804"},
		{"name format", change(good, field{"idcard_name", "张3", ""}), "21"},
		{"no image", noImage, "-5805"},
		{"empty image", change(good, field{"image", "", "test.jpg"}), "-5805"},
		{"gif", change(good, field{"image", "GIF89a\x01\x00", "test.gif"}), "-1400"},
		{"webp", change(good, field{"image", webp, "test.webp"}), "-1400"},
		{"heif", change(good, field{"image", heif, "test.heic"}), "-1400"},
		{"tiff of Intel's order", change(good, field{"image", tiffII, "test.tif"}), "-1400"},
		{"tiff of Motorola's order", change(good, field{"image", tiffMM, "test.tif"}), "-1400"},
		{"pdf", change(good, field{"image", pdf, "test.pdf"}), "-1400"},
		{"the beginning of a jpeg", change(good, field{"image", "\xff\xd8\xff", "test.jpg"}), "-4011"},
		{"half a jpeg", change(good, field{"image", photo[:len(photo)/2], "test.jpg"}), "-4011"},
		{"unknown format", change(good, field{"image", "a picture of a house", "test.jpg"}), "-4011"},
		{"name twice", append(good, good[2]), "21"},
		{"image twice", append(good, good[3]), "21"},
		{"second file", append(good, field{"image2", photo, "test2.jpg"}), "21"},
		{"other text", append(good, field{"note", "x", ""}), "0"},
		{"base64", change(good, field{"image", base64.StdEncoding.EncodeToString([]byte(photo)), "test.jpg"}), "-4011"},
		{"too large", change(good, field{"image", photo + strings.Repeat("\x00", 6<<20), "test.jpg"}), "23"},
		{"url counts", append(good, field{"url", idverifytest.UnreachableURL, ""}), "-5805"},
		{"url timed out", append(noImage, field{"url", idverifytest.TimeoutURL, ""}), "-1506"},
		{"http", append(noImage, field{"url", "http://pictures.example.com/1.jpg", ""}), "0"},
		{"ftp", append(noImage, field{"url", "ftp://pictures.example.com/1.jpg", ""}), "-1505"},
		{"no url", append(noImage, field{"url", "photo.jpg", ""}), "-1505"},
		{"image as text", change(good, field{"image", photo, ""}), "0"},
	} {
		t.Run(want.name, func(t *testing.T) {
			a := tencent(t, srv, want.fields...)
			assert.Equal(t, want.code, a.text("code"))
			assert.NotEmpty(t, a.body["message"])
			assert.Contains(t, a.body, "data")
		})
	}
	assert.Equal(t, 3, srv.Bill().Total(), "only those that are answered with 0 reached the source")
	seen := srv.Exchanges()
	assert.Equal(t, "image", seen[len(seen)-1].Evidence)
	assert.EqualValues(t, len(photo), seen[len(seen)-1].EvidenceBytes)
}

func TestTencent_AcceptsSixMiB(t *testing.T) {
	srv := idverifytest.Start(t)
	good := tencentFields(idverifytest.Match())
	_, body := multi(t, good...)
	room := 6<<20 - body.Len()
	for more, code := range map[int]string{0: "0", 1: "23"} {
		photo := string(idverifytest.Photo()) + strings.Repeat("\x00", room+more)
		assert.Equal(t, code, tencent(t, srv, change(good, field{"image", photo, "test.jpg"})...).text("code"), more)
	}
}

func TestTencent_JSON(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	body := func(appid, rest string) string {
		return fmt.Sprintf(`{"appid":%s,"idcard_number":%q,"idcard_name":%q%s}`, appid, p.IDNumber, p.Name, rest)
	}
	const appid = `"` + idverifytest.TencentAppID + `"`
	good := body(appid, `,"url":"https://pictures.example.com/1.jpg","session_id":"a\"b"`)
	a := tencentJSON(t, srv, good)
	assert.Equal(t, "0", a.text("code"))
	assert.Equal(t, `a"b`, a.object("data")["session_id"])
	seen := srv.Exchanges()[0]
	assert.Equal(t, []string{"appid", "idcard_name", "idcard_number", "session_id", "url"}, seen.Fields)
	assert.Equal(t, "url", seen.Evidence)

	for _, want := range []struct{ body, code string }{
		{body(appid, ""), "-5805"},
		{body(appid, `,"image":"/9j/4AAQ"`), "-5805"},
		{body(appid, `,"url":"`+idverifytest.UnreachableURL+`"`), "-5805"},
		{body(idverifytest.TencentAppID, `,"url":"https://a.example/b"`), "21"},
		{"{", "21"},
		{"", "21"},
		{"null", "21"},
		{body(appid, `,"url":"https://a.example/b","url":"https://a.example/b"`), "21"},
		{body(appid, `,"url":"https://a.example/b","session_id":null`), "0"},
	} {
		assert.Equal(t, want.code, tencentJSON(t, srv, want.body).text("code"), want.body)
	}
}

func TestTencent_Head(t *testing.T) {
	srv := idverifytest.Start(t)
	address := srv.BaseURL(idverifytest.Tencent) + tencentPath
	auth := sign(original(time.Now()))
	signed := func(req *http.Request) string {
		req.Header.Set("Authorization", auth)
		return send(t, srv, req).text("code")
	}
	contentType, body := multi(t, tencentFields(idverifytest.Match())...)
	chunked := newRequest(t, "POST", address, contentType, io.MultiReader(body))
	assert.Equal(t, "3", signed(chunked), "content-length is required")
	assert.Equal(t, "3", signed(newRequest(t, "POST", address, "text/plain", strings.NewReader("x"))))
	assert.Equal(t, "3", signed(newRequest(t, "POST", address, "multipart/form-data", strings.NewReader("x"))))

	for _, req := range []*http.Request{
		newRequest(t, "POST", srv.BaseURL(idverifytest.Tencent)+"/face/other", "", nil),
		newRequest(t, "GET", address, "", nil),
	} {
		a := send(t, srv, req)
		assert.Equal(t, 404, a.status)
		assert.Equal(t, "3", a.text("code"))
	}
}

// The body as shown on the vendor's page, with what looks like a typing error at
// the end of its first lines, and as a client of the vendor's sends it, with file
// names on texts.
func TestTencent_SampleBodies(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	const boundary = "--------------acebdf13572468"
	var b strings.Builder
	for _, f := range tencentFields(p)[:3] {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q;\r\n\r\n%s\r\n", boundary, f.name, f.value)
	}
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"image\"; filename=\"test.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n--%s--",
		boundary, idverifytest.Photo(), boundary)
	req := newRequest(t, "POST", srv.BaseURL(idverifytest.Tencent)+tencentPath, "multipart/form-data;boundary="+boundary, strings.NewReader(b.String()))
	req.Header.Set("Authorization", sign(original(time.Now())))
	assert.Equal(t, "0", send(t, srv, req).text("code"))

	fields := append(tencentFields(p), field{"bucket", "b", ""}, field{"url", idverifytest.MediaURL, ""}, field{"session_id", "s", ""})
	for i := range fields {
		fields[i].file = fields[i].name
	}
	assert.Equal(t, "0", tencent(t, srv, fields...).text("code"))
}

// Test vectors made with the vendor's own Python and Node code.
func TestTencent_SignatureVectors(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now }))
	const (
		python = "eFaZKL/4x3YXkycXVshjB2XdshJhPTEyNTAwMDAwMDAmYj0maz1BS0lERVhBTVBMRUVYQU1QTEVFWEFNUExFRVhBTVBMRTAwMDEmZT0xNzAwMDAwMDMwJnQ9MTcwMDAwMDAwMCZyPTEyMzQ1Njc4OSZmPQ=="
		node   = "F1LYSoBDOUjq0E2ZKW0JI1Y7mpNhPTEyNTAwMDAwMDAmaz1BS0lERVhBTVBMRUVYQU1QTEVFWEFNUExFRVhBTVBMRTAwMDEmZT0xNzAwMDAwMTAwJnQ9MTcwMDAwMDAwMCZyPTU0MzIxJnU9MCZmPQ=="
	)
	code := func(auth string) string {
		return send(t, srv, tencentRequest(t, srv, auth, tencentFields(idverifytest.Match())...)).text("code")
	}
	assert.Equal(t, "0", code(python))
	assert.Equal(t, "0", code(node))
	assert.Equal(t, "0", code(node), "these signatures may be reused")
	now = now.Add(30 * time.Second)
	assert.Equal(t, "0", code(python))
	now = now.Add(time.Second)
	assert.Equal(t, "9", code(python))
	assert.Equal(t, "0", code(node))
}

func TestTencent_Signature(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	srv := idverifytest.Start(t, idverifytest.WithClock(func() time.Time { return now }))
	const a, k = "a=" + idverifytest.TencentAppID, "&k=" + idverifytest.TencentSecretID
	const te = "&t=1700000000&e=1700000300"
	good := sign(a + k + te)
	raw, err := base64.StdEncoding.DecodeString(good)
	require.NoError(t, err)
	raw[0] ^= 1
	for _, want := range []struct{ name, auth, code string }{
		{"documented 2018", sign(a + "&b=" + k + "&e=1700000300&t=1700000000&r=1&u=0&f="), "0"},
		{"documented 2020", sign(original(now)), "0"},
		{"Java", sign(a + "&b=x" + k + te), "0"},
		{"90 days", sign(a + k + "&t=1700000000&e=1707776000"), "0"},
		{"none", "", "4"},
		{"not base64", "!", "5"},
		{"prefix", "Basic " + good, "5"},
		{"hex alphabet", base64.URLEncoding.EncodeToString([]byte("\xff\xff\xff")), "5"},
		{"short", "QUJD", "5"},
		{"no k", sign(a + te), "5"},
		{"no e", sign(a + k + "&t=1700000000"), "5"},
		{"no t", sign(a + k + "&e=1700000300"), "5"},
		{"single use", sign(a + k + "&t=1700000000&e=0&f=file"), "5"},
		{"file", sign(a + k + te + "&f=file"), "5"},
		{"key without a value", sign(a + k + te + "&f"), "5"},
		{"unknown key", sign(a + k + te + "&z=1"), "5"},
		{"long key", sign(a + k + te + "&ff="), "5"},
		{"user", sign(a + k + te + "&u=1"), "5"},
		{"nonce", sign(a + k + te + "&r=12345678901"), "5"},
		{"nonce in hex", sign(a + k + te + "&r=ab"), "5"},
		{"e is t", sign(a + k + "&t=1700000000&e=1700000000"), "5"},
		{"over 90 days", sign(a + k + "&t=1700000000&e=1707776001"), "5"},
		{"twice", sign(a + k + te + "&t=1700000000"), "5"},
		{"nonce of ten digits", sign(a + k + te + "&r=1234567890"), "0"},
		{"after its end", good + "!", "5"},
		{"no a", sign(k[1:] + te), "5"},
		{"t is not a number", sign(a + k + "&t=x&e=300"), "5"},
		{"e is not a number", sign(a + k + "&t=-5&e=x"), "5"},
		{"key without a name", sign(a + k + te + "&=1"), "5"},
		{"keys run together", sign(a + k + te + "&ke=1"), "5"},
		{"other appid", sign("a=1250000001" + k + te), "12"},
		{"other appid and key", sign("a=1250000001&k=AKIDother" + te), "10"},
		{"other key", sign(a + "&k=AKIDother" + te), "11"},
		{"forged", base64.StdEncoding.EncodeToString(raw), "14"},
		{"expired", sign(a + k + "&t=1699999000&e=1699999999"), "9"},
	} {
		t.Run(want.name, func(t *testing.T) {
			req := tencentRequest(t, srv, want.auth, tencentFields(idverifytest.Match())...)
			a := send(t, srv, req)
			assert.Equal(t, want.code, a.text("code"))
			assert.NotEmpty(t, a.body["message"])
		})
	}
	assert.Equal(t, 5, srv.Bill().Total())

	// net/http does not send line feeds. Base64 decoders skip them.
	req := tencentRequest(t, srv, good[:20]+"\r\n"+good[20:], tencentFields(idverifytest.Match())...)
	req.URL.Path = "/tencent" + tencentPath
	rec := httptest.NewRecorder()
	srv.ServeHTTP(rec, req)
	assert.Contains(t, rec.Body.String(), `"code":5,`)
}
