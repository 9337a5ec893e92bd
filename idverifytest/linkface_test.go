package idverifytest_test

import (
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

func TestLinkface_Persons(t *testing.T) {
	srv := idverifytest.Start(t)
	const mismatch = "Name and idcard number doesn’t match"
	for _, want := range []struct {
		person         idverifytest.Person
		http           int
		status, reason string
		verify, hack   string
		billed         bool
	}{
		{idverifytest.Match(), 200, "OK", "", "0.9312", "0.0214", true},
		{idverifytest.FaceMismatch(), 200, "OK", "", "0.3127", "0.0214", true},
		{idverifytest.IdentityMismatch(), 400, "PHOTO_SERVICE_ERROR", mismatch, "", "", true},
		{idverifytest.IdentityNotFound(), 400, "PHOTO_SERVICE_ERROR", "Invalid idcard number", "", "", false},
		{idverifytest.ReferencePhotoUnavailable(), 400, "PHOTO_SERVICE_ERROR", "Gongan photo doesn’t exist", "", "", true},
		{idverifytest.AttackSuspected(), 200, "OK", "", "0.9312", "0.9953", true},
		{idverifytest.SyntheticFace(), 200, "OK", "", "0.9312", "0.9871", true},
		{idverifytest.AtThreshold(), 200, "OK", "", "0.7", "0.0214", true},
		{idverifytest.AboveThreshold(), 200, "OK", "", "0.7001", "0.0214", true},
		{idverifytest.BelowThreshold(), 200, "OK", "", "0.6999", "0.0214", true},
		{idverifytest.PersonFor(idverify.CodeNoFace), 400, "NO_FACE_DETECTED", "", "", "", false},
		{idverifytest.PersonFor(idverify.CodePoorPhoto), 400, "NO_FACE_DETECTED", "", "", "", true},
		{idverifytest.PersonFor(idverify.CodeBadCapture), 400, "WRONG_LIVENESS_DATA", "", "", "", false},
		{idverifytest.PersonFor(idverify.CodeMultipleFaces), 200, "OK", "", "0.9312", "0.0214", true},
		{idverifytest.PersonFor(idverify.CodeRateLimited), 403, "RATE_LIMIT_EXCEEDED", "", "", "", false},
		{idverifytest.PersonFor(idverify.CodeQuotaExceeded), 403, "OUT_OF_QUOTA", "", "", "", false},
		{idverifytest.PersonFor(idverify.CodeSourceUnavailable), 400, "PHOTO_SERVICE_ERROR", "Gongan service timeout", "", "", false},
		{idverifytest.PersonFor(idverify.CodeVendorUnavailable), 500, "INTERNAL_ERROR", "", "", "", false},
		{idverifytest.Person{Name: "别的名字", IDNumber: idverifytest.Match().IDNumber}, 400, "PHOTO_SERVICE_ERROR", mismatch, "", "", true},
		{idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}, 400, "PHOTO_SERVICE_ERROR", "Invalid idcard number", "", "", false},
	} {
		t.Run(want.person.Name, func(t *testing.T) {
			srv.Reset()
			a := linkface(t, srv, linkfaceFields(want.person)...)
			assert.Equal(t, want.http, a.status)
			assert.Equal(t, want.status, a.text("status"))
			assert.Regexp(t, regexp.MustCompile(`^TID[0-9a-f]{32}$`), a.text("request_id"))
			if want.reason != "" {
				assert.Equal(t, want.reason, a.text("reason"))
			}
			if want.verify == "" {
				assert.NotContains(t, a.body, "verify_score")
				assert.NotContains(t, a.body, "hack_score")
			} else {
				assert.Equal(t, want.verify, a.text("verify_score"))
				assert.Equal(t, want.hack, a.text("hack_score"))
				assert.Len(t, a.text("liveness_data_id"), 32)
			}
			assert.Equal(t, want.billed, srv.Bill().Total() == 1)
		})
	}
}

func TestLinkface_ReportsTheSourcesAnswer(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, want := range []struct {
		person        idverifytest.Person
		capture       []byte
		status, image string
		reason        string
	}{
		{idverifytest.PersonFor(idverify.CodeNoFace), idverifytest.Capture(), "NO_FACE_DETECTED", "liveness", "Gongan status OK"},
		{idverifytest.PersonFor(idverify.CodePoorPhoto), idverifytest.Capture(), "NO_FACE_DETECTED", "liveness", "poor picture quality"},
		{idverifytest.Match(), idverifytest.CorruptCapture(), "WRONG_LIVENESS_DATA", "<nil>", "Gongan status OK"},
		{idverifytest.Match(), idverifytest.Photo(), "WRONG_LIVENESS_DATA", "<nil>", "Gongan status OK"},
		{idverifytest.Match(), []byte("<html><body>403</body></html>"), "WRONG_LIVENESS_DATA", "<nil>", "Gongan status OK"},
		{idverifytest.Match(), nil, "WRONG_LIVENESS_DATA", "<nil>", "Gongan status OK"},
	} {
		fields := change(linkfaceFields(want.person), field{"liveness_data_file", string(want.capture), "live.pb"})
		a := linkface(t, srv, fields...)
		assert.Equal(t, want.status, a.text("status"))
		assert.Equal(t, want.image, a.text("image"))
		assert.Equal(t, want.reason, a.object("identity")["reason"])
		assert.Equal(t, true, a.object("identity")["validity"])
		assert.Len(t, a.object("identity")["photo_id"], 32)
	}
	// The source comes first: with a wrong name the capture is not examined.
	fields := change(linkfaceFields(idverifytest.IdentityMismatch()),
		field{"liveness_data_file", string(idverifytest.CorruptCapture()), "live.pb"})
	assert.Equal(t, "PHOTO_SERVICE_ERROR", linkface(t, srv, fields...).text("status"))
}

func TestLinkface_Refuses(t *testing.T) {
	srv := idverifytest.Start(t)
	good := linkfaceFields(idverifytest.Match())
	good = slices.Clip(good)
	noFile := change(good, field{"liveness_data_file", "-", ""})
	for _, want := range []struct {
		name           string
		fields         []field
		http           int
		status, reason string
	}{
		{"no credentials", change(good, field{"api_id", "-", ""}), 401, "UNAUTHORIZED", ""},
		{"wrong id", change(good, field{"api_id", "x", ""}), 401, "UNAUTHORIZED", ""},
		{"wrong secret", change(good, field{"api_secret", "x", ""}), 401, "UNAUTHORIZED", ""},
		{"GBK", change(good, field{"name", "\xd5\xc5\xc8\xfd", ""}), 400, "ENCODING_ERROR", ""},
		{"no name", change(good, field{"name", "-", ""}), 400, "INVALID_ARGUMENT", "Invalid name"},
		{"GBK with a file name", change(good, field{"name", "\xd5\xc5\xc8\xfd", "name.txt"}), 400, "ENCODING_ERROR", ""},
		{"GBK in an address with a file name", append(noFile, field{"liveness_data_url", "\xd5\xc5", "url.txt"}), 400, "ENCODING_ERROR", ""},
		{"GBK in an id with a file name", append(noFile, field{"liveness_data_id", "\xd5\xc5", "id.txt"}), 400, "ENCODING_ERROR", ""},
		{"GBK in another field", append(good, field{"note", "\xd5\xc5", ""}), 400, "ENCODING_ERROR", ""},
		{"short id", append(noFile, field{"liveness_data_id", "x", ""}), 400, "INVALID_ARGUMENT", "liveness_data_id"},
		{"bad name", change(good, field{"name", "张3", ""}), 400, "INVALID_ARGUMENT", "Invalid name"},
		{"no number", change(good, field{"id_number", "-", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"check digit", change(good, field{"id_number", "110105194912310021", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"no such day", change(good, field{"id_number", "110105194902310026", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"leading zero", change(good, field{"id_number", "010105190001019993", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"no digit within", change(good, field{"id_number", "110105190001019:93", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"leading letter", change(good, field{"id_number", "a10105190001019991", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"19 digits", change(good, field{"id_number", idverifytest.Match().IDNumber + "0", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"lower-case x", change(good, field{"id_number", "11010519491231002x", ""}), 400, "INVALID_ARGUMENT", "Invalid idcard number"},
		{"none of three", noFile, 400, "INVALID_ARGUMENT", "exactly one of liveness_data_file"},
		{"three that are empty", append(noFile, field{"liveness_data_file", "", ""}, field{"liveness_data_url", "", ""},
			field{"liveness_data_id", "", "id.txt"}), 400, "INVALID_ARGUMENT", "exactly one of liveness_data_file"},
		{"two of three", append(good, field{"liveness_data_url", idverifytest.MediaURL, ""}), 400, "INVALID_ARGUMENT", "exactly one of liveness_data_file"},
		{"name twice", append(good, good[2]), 400, "INVALID_ARGUMENT", "name is given twice"},
		{"name twice and not the same", append(good, field{"name", "张三", ""}), 400, "INVALID_ARGUMENT", "name is given twice"},
		{"capture twice", append(good, good[4]), 400, "INVALID_ARGUMENT", "liveness_data_file is given twice"},
		{"second file", append(good, field{"other", "x", "other.pb"}), 400, "INVALID_ARGUMENT", "a second file is given"},
		{"file as text", append(noFile, field{"liveness_data_file", "x", ""}), 400, "INVALID_ARGUMENT", "must be a file"},
		{"foreign id", append(noFile, field{"liveness_data_id", strings.Repeat("0", 32), ""}), 400, "INVALID_ARGUMENT", "liveness_data_id"},
		{"no address", append(noFile, field{"liveness_data_url", "ftp://x/y", ""}), 400, "INVALID_ARGUMENT", "liveness_data_url"},
		{"address without a host", append(noFile, field{"liveness_data_url", "https:///unreachable", ""}), 400, "INVALID_ARGUMENT", "liveness_data_url"},
		{"unreachable", append(noFile, field{"liveness_data_url", idverifytest.UnreachableURL, ""}), 400, "DOWNLOAD_ERROR", ""},
		{"timeout", append(noFile, field{"liveness_data_url", idverifytest.TimeoutURL, ""}), 400, "DOWNLOAD_TIMEOUT", ""},
	} {
		t.Run(want.name, func(t *testing.T) {
			a := linkface(t, srv, want.fields...)
			assert.Equal(t, want.http, a.status)
			assert.Equal(t, want.status, a.text("status"))
			assert.Contains(t, a.text("reason"), want.reason)
			if strings.HasPrefix(want.status, "DOWNLOAD") || want.status == "ENCODING_ERROR" {
				assert.Equal(t, "liveness", a.text("image"))
			}
		})
	}
	assert.Zero(t, srv.Bill().Total())
}

// HTML forms send empty values for empty fields, and some clients give every part a
// file name.
func TestLinkface_AcceptsFormsOfCommonClients(t *testing.T) {
	srv := idverifytest.Start(t)
	good := slices.Clip(linkfaceFields(idverifytest.Match()))
	a := linkface(t, srv, append(good, field{"liveness_data_url", "", ""}, field{"liveness_data_id", "", ""})...)
	assert.Equal(t, "OK", a.text("status"))

	// No file chosen: the part's name is there, and its value is empty.
	byURL := append(change(good, field{"liveness_data_file", "-", ""}), field{"liveness_data_url", idverifytest.MediaURL, ""})
	contentType, body := multi(t, append(byURL, field{"liveness_data_file", "", "unnamed"})...)
	whole, err := io.ReadAll(body)
	require.NoError(t, err)
	sent := strings.Replace(string(whole), `filename="unnamed"`, `filename=""`, 1)
	a = send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Linkface)+linkfacePath, contentType, strings.NewReader(sent)))
	assert.Equal(t, "OK", a.text("status"))
	exchanges := srv.Exchanges()
	assert.Equal(t, "liveness_data_url", exchanges[len(exchanges)-1].Evidence)

	byID := append(change(byURL, field{"liveness_data_url", "-", ""}), field{"liveness_data_id", a.text("liveness_data_id"), ""})
	for _, fields := range [][]field{byURL, byID} {
		for i := range fields {
			fields[i].file = fields[i].name + ".txt"
		}
		a = linkface(t, srv, fields...)
		assert.Equal(t, "OK", a.text("status"))
	}
	exchanges = srv.Exchanges()
	assert.Equal(t, "liveness_data_id", exchanges[len(exchanges)-1].Evidence)

	for i := range good {
		good[i].file = good[i].name
	}
	assert.Equal(t, "OK", linkface(t, srv, good...).text("status"))

	// Only for an address that ends in .invalid does the path choose the outcome.
	a = linkface(t, srv, change(byURL, field{"liveness_data_url", "https://media.example/unreachable", ""})...)
	assert.Equal(t, "OK", a.text("status"))
}

func TestLinkface_Paths(t *testing.T) {
	srv := idverifytest.Start(t)
	base := srv.BaseURL(idverifytest.Linkface)
	for _, req := range []*http.Request{
		newRequest(t, http.MethodPost, base+"/identity/other", "", nil),
		newRequest(t, http.MethodGet, base+linkfacePath, "", nil),
	} {
		a := send(t, srv, req)
		assert.Equal(t, 404, a.status)
		assert.Equal(t, "NOT_FOUND", a.text("status"))
	}
}

// An unreadable form is refused and not billed.
func TestLinkface_BrokenForms(t *testing.T) {
	srv := idverifytest.Start(t)
	const query = "?api_id=" + idverifytest.LinkfaceAPIID + "&api_secret=" + idverifytest.LinkfaceAPISecret
	address := srv.BaseURL(idverifytest.Linkface) + linkfacePath + query
	contentType, body := multi(t, linkfaceFields(idverifytest.Match())[2:]...)
	whole, err := io.ReadAll(body)
	require.NoError(t, err)
	p := idverifytest.Match()
	coded := strings.Replace(string(whole), "name=\"name\"\r\n\r\n"+p.Name,
		"name=\"name\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"+p.Name+"\x01", 1)
	plain := url.Values{"name": {p.Name}, "id_number": {p.IDNumber}, "liveness_data_url": {idverifytest.MediaURL}}.Encode()
	large := strings.Repeat("x", 200<<10)
	for _, want := range []struct{ contentType, body, reason string }{
		{contentType, string(whole), ""},
		{contentType, string(whole[:len(whole)-100]) + large, "malformed request body"},
		{contentType, coded, "malformed request body"},
		{"text/plain", plain, "Invalid name"},
		{"application/x-www-form-urlencoded", plain + "&x=%", "malformed request body"},
		{contentType, string(whole[:len(whole)-10]), "malformed request body"},
		{contentType, string(whole[:200]), "malformed request body"},
		{"multipart/form-data", string(whole), "malformed request body"},
		{"application/x-www-form-urlencoded", "name=%", "malformed request body"},
		{"application/x-www-form-urlencoded", "name=a&name=a", "name is given twice"},
		{"application/json", "{}", "Invalid name"},
		{"", string(whole), "Invalid name"},
	} {
		a := send(t, srv, newRequest(t, "POST", address, want.contentType, strings.NewReader(want.body)))
		if want.reason == "" {
			assert.Equal(t, "OK", a.text("status"))
			continue
		}
		assert.Equal(t, "INVALID_ARGUMENT", a.text("status"))
		assert.Equal(t, want.reason, a.text("reason"), "%s %.40q", want.contentType, want.body)
	}
	assert.Equal(t, 1, srv.Bill().Total())
}

// The samples for curl and HTTPie send the credentials in the query.
func TestLinkface_QueryCredentials(t *testing.T) {
	srv := idverifytest.Start(t)
	contentType, body := multi(t, linkfaceFields(idverifytest.Match())[2:]...)
	query := url.Values{"api_id": {idverifytest.LinkfaceAPIID}, "api_secret": {idverifytest.LinkfaceAPISecret}}
	a := send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Linkface)+linkfacePath+"?"+query.Encode(), contentType, body))
	assert.Equal(t, "OK", a.text("status"))
}

// Clients that upload nothing send a plain form.
func TestLinkface_ByURLAndByID(t *testing.T) {
	srv := idverifytest.Start(t)
	p := idverifytest.Match()
	form := url.Values{
		"api_id": {idverifytest.LinkfaceAPIID}, "api_secret": {idverifytest.LinkfaceAPISecret},
		"name": {p.Name}, "id_number": {p.IDNumber}, "liveness_data_url": {idverifytest.MediaURL},
	}
	post := func() answer {
		return send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Linkface)+linkfacePath,
			"application/x-www-form-urlencoded", strings.NewReader(form.Encode())))
	}
	first := post()
	require.Equal(t, "OK", first.text("status"))
	form.Del("liveness_data_url")
	form.Set("liveness_data_id", first.text("liveness_data_id"))
	second := post()
	assert.Equal(t, "OK", second.text("status"))
	assert.NotContains(t, second.body, "liveness_data_id")

	other := idverifytest.Start(t)
	srv = other
	assert.Equal(t, "INVALID_ARGUMENT", post().text("status"), "an id from another server")
}
