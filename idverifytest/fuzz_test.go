package idverifytest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/idverifytest"
)

var fuzzedAt = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// asked is one request to a stand-in without a network: its answer, and what the
// stand-in recorded.
type asked struct {
	status int
	body   map[string]any // nil for an HTML page
	record idverifytest.Exchange
	billed bool
}

func (a asked) text(name string) string { return fmt.Sprint(a.body[name]) }

// pose sends one request to a new stand-in, and checks what holds for every answer:
// a final status, a JSON object unless the body was too large, no value of the
// request in it, one exchange recorded and at most one billed.
func pose(t *testing.T, srv *idverifytest.Server, method, target, contentType string, header http.Header, body []byte) asked {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, bytes.NewReader(body))
	require.NoError(t, err)
	maps.Copy(r.Header, header)
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)

	got := asked{status: w.Code}
	decoder := json.NewDecoder(w.Body)
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&got.body), "%s", w.Body)
	records := srv.Exchanges()
	require.NotEmpty(t, records)
	got.record = records[len(records)-1]
	got.billed = srv.Bill().Total() == 1
	assert.Equal(t, got.billed, got.record.Billed)
	assert.Equal(t, w.Code, got.record.Status)
	assert.EqualValues(t, len(body), got.record.BodyBytes, "a body is read to its end")
	assert.True(t, w.Code >= 200 && w.Code < 600)
	assert.NotContains(t, got.record.Fields, idverifytest.Match().IDNumber, "values are not kept")
	return got
}

// formOf reads a body with net/http: the values of every field by name, and which
// of them are files.
func formOf(t *testing.T, contentType string, body []byte) (values map[string][]string, files map[string]bool, ok bool) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", contentType)
	values, files = map[string][]string{}, map[string]bool{}
	parts, err := r.MultipartReader()
	if err != nil {
		err = r.ParseForm()
		return r.PostForm, files, err == nil
	}
	form, err := parts.ReadForm(16 << 20)
	if err != nil {
		return nil, nil, false
	}
	maps.Copy(values, form.Value)
	for name, headers := range form.File {
		for _, header := range headers {
			file, err := header.Open()
			require.NoError(t, err)
			var content bytes.Buffer
			_, err = content.ReadFrom(file)
			require.NoError(t, err)
			values[name] = append(values[name], content.String())
			files[name] = true
		}
	}
	return values, files, true
}

// only returns a field's value if it was given once.
func only(values map[string][]string, name string) string {
	if len(values[name]) != 1 {
		return ""
	}
	return values[name][0]
}

func numbers(t *testing.T, number string) bool {
	t.Helper()
	_, err := idcard.ParseAt(number, fuzzedAt)
	return err == nil
}

// people are those whose outcomes the seeds ask for.
func people() []idverifytest.Person {
	return []idverifytest.Person{idverifytest.Match(), idverifytest.FaceMismatch(), idverifytest.IdentityMismatch(),
		idverifytest.IdentityNotFound(), idverifytest.ReferencePhotoUnavailable(), idverifytest.AttackSuspected()}
}

// small is evidence short enough for a fuzzer: the start of a PNG of 480 × 640
// pixels.
const small = "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x01\xe0\x00\x00\x02\x80\x08\x02\x00\x00\x00\x8d\x6b\x0d\x63"

// written encodes a form in either encoding.
func written(f *testing.F, add func(contentType string, body []byte), fields []field) {
	f.Helper()
	contentType, body := multi(f, fields...)
	var text bytes.Buffer
	_, err := text.ReadFrom(body)
	require.NoError(f, err)
	add(contentType, text.Bytes())
	values := url.Values{}
	for _, field := range fields {
		values.Add(field.name, field.value)
	}
	add("application/x-www-form-urlencoded", []byte(values.Encode()))
}

// Linkface's stand-in compares, and bills, only a form in which an independent
// parser finds the account's credentials, one name, one valid number and one
// capture.
func FuzzLinkfaceRequest(f *testing.F) {
	add := func(contentType string, body []byte) { f.Add(contentType, body) }
	for _, person := range people() {
		fields := change(linkfaceFields(person), field{name: "liveness_data_file", value: "EXAMPLE-CAPTURE\n", file: "live.pb"})
		written(f, add, fields)
	}
	fields := change(linkfaceFields(idverifytest.Match()), field{name: "liveness_data_file", value: "EXAMPLE-CAPTURE\n", file: "live.pb"})
	bare := change(fields, field{name: "liveness_data_file", value: "-"})
	for _, with := range [][]field{
		change(fields, field{name: "liveness_data_file", value: "EXAMPLE-CORRUPT\n", file: "live.pb"}),
		append(fields, fields[2]), append(fields, fields[3]), append(fields, fields[4]), append(fields, field{name: "liveness_data_url", value: idverifytest.MediaURL}), bare,
		append(bare, field{name: "liveness_data_url", value: idverifytest.MediaURL}),
		append(bare, field{name: "liveness_data_url", value: idverifytest.UnreachableURL}),
		append(bare, field{name: "liveness_data_url", value: idverifytest.TimeoutURL}),
		append(bare, field{name: "liveness_data_id", value: strings.Repeat("0", 32)}),
		append(bare, field{name: "liveness_data_file", value: "", file: "empty.pb"}),
		change(fields, field{name: "name", value: "\xff\xfe"}), change(fields, field{name: "api_secret", value: "wrong"}),
		change(fields, field{name: "api_id", value: "wrong"}), change(fields, field{name: "api_id", value: "-"}),
	} {
		written(f, add, with)
	}
	f.Add("multipart/form-data", []byte("--x\r\n"))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"name\";\r\n\r\n测试甲\r\n"))
	f.Add("application/x-www-form-urlencoded", []byte("name=%zz&name=1;2"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		srv := idverifytest.New(idverifytest.WithClock(func() time.Time { return fuzzedAt }))
		defer srv.Close()
		a := pose(t, srv, http.MethodPost, "/linkface"+linkfacePath, contentType, nil, body)
		assert.Equal(t, a.record.VendorCode, a.text("status"))
		assert.Contains(t, linkfaceStatuses, a.text("status"))
		assert.Equal(t, linkfaceStatuses[a.text("status")], a.status)
		if !a.billed {
			assert.NotEqual(t, "OK", a.text("status"))
			return
		}
		values, files, ok := formOf(t, contentType, body)
		require.True(t, ok)
		assert.Equal(t, idverifytest.LinkfaceAPIID, only(values, "api_id"))
		assert.Equal(t, idverifytest.LinkfaceAPISecret, only(values, "api_secret"))
		assert.True(t, numbers(t, only(values, "id_number")))
		assert.NotEmpty(t, only(values, "name"))
		captures := 0
		for _, name := range []string{"liveness_data_file", "liveness_data_url", "liveness_data_id"} {
			if only(values, name) != "" || files[name] && name == "liveness_data_file" {
				captures++
			}
		}
		assert.Equal(t, 1, captures)
		if a.text("status") == "OK" {
			assert.Contains(t, idverifytest.Persons(), personNamed(only(values, "name"), only(values, "id_number")))
		}
	})
}

func personNamed(name, number string) idverifytest.Person {
	all := idverifytest.Persons()
	i := slices.IndexFunc(all, func(p idverifytest.Person) bool { return p.Name == name && p.IDNumber == number })
	if i < 0 {
		return idverifytest.Person{}
	}
	return all[i]
}

// linkfaceStatuses are the statuses of the vendor's page, each with its HTTP
// status.
var linkfaceStatuses = map[string]int{
	"OK": 200, "PHOTO_SERVICE_ERROR": 400, "ENCODING_ERROR": 400, "DOWNLOAD_TIMEOUT": 400, "DOWNLOAD_ERROR": 400,
	"WRONG_LIVENESS_DATA": 400, "NO_FACE_DETECTED": 400, "INVALID_ARGUMENT": 400, "UNAUTHORIZED": 401, "KEY_EXPIRED": 401,
	"RATE_LIMIT_EXCEEDED": 403, "NO_PERMISSION": 403, "OUT_OF_QUOTA": 403, "NOT_FOUND": 404, "INTERNAL_ERROR": 500,
}

// Tencent's stand-in compares, and bills, only a form or an object in which an
// independent parser finds the account, one name, one valid number and a picture.
func FuzzTencentRequest(f *testing.F) {
	add := func(contentType string, body []byte) { f.Add(contentType, body) }
	for _, person := range people() {
		fields := change(tencentFields(person), field{name: "image", value: small, file: "test.png"})
		written(f, add, append(fields, field{name: "session_id", value: "EXAMPLE-SESSION"}))
		f.Add("application/json", fmt.Appendf(nil, `{"appid":%q,"idcard_number":%q,"idcard_name":%q,"url":%q}`,
			idverifytest.TencentAppID, person.IDNumber, person.Name, idverifytest.MediaURL))
	}
	person := idverifytest.Match()
	// The two samples on the vendor's page; the form's headers end with semicolons.
	f.Add("application/json", fmt.Appendf(nil, "{\n\"appid\":\"123456\",\n\"idcard_number\":%q,\n\"idcard_name\":%q,\n\"url\":\"http://test-123456.image.myqcloud.com/test.jpg\"\n}", person.IDNumber, person.Name))
	const dashes = "----------------acebdf13572468"
	page := "--" + dashes + "\r\nContent-Disposition: form-data; name=\"appid\";\r\n\r\n" + idverifytest.TencentAppID +
		"\r\n--" + dashes + "\r\nContent-Disposition: form-data; name=\"idcard_number\";\r\n\r\n" + person.IDNumber +
		"\r\n--" + dashes + "\r\nContent-Disposition: form-data; name=\"idcard_name\";\r\n\r\n" + person.Name +
		"\r\n--" + dashes + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"test.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" + small +
		"\r\n--" + dashes + "--\r\n"
	f.Add("multipart/form-data;boundary="+dashes, []byte(page))
	f.Add("multipart/form-data;boundary="+dashes, []byte(strings.Replace(page, small, "GIF89a", 1)))
	for _, text := range []string{`{"appid":1250000000}`, `{"appid":"1250000000","APPID":"x"}`, `[]`, `null`, `{`, `{"appid":"1250000000","idcard_number":null}`} {
		f.Add("application/json; charset=utf-8", []byte(text))
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		srv := idverifytest.New(idverifytest.WithClock(func() time.Time { return fuzzedAt }))
		defer srv.Close()
		header := http.Header{"Authorization": {sign(original(fuzzedAt))}}
		a := pose(t, srv, http.MethodPost, "/tencent"+tencentPath, contentType, header, body)
		assert.Equal(t, a.record.VendorCode, a.text("code"))
		assert.Equal(t, http.StatusOK, a.status)
		if a.text("code") == "0" {
			assert.True(t, a.billed)
		}
		if !a.billed {
			return
		}
		values, _, ok := formOf(t, contentType, body)
		var object map[string]string
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "application/json") {
			ok = json.Unmarshal(body, &object) == nil
			values = map[string][]string{}
			for name, value := range object {
				values[name] = []string{value}
			}
		}
		require.True(t, ok)
		assert.Equal(t, idverifytest.TencentAppID, only(values, "appid"))
		assert.True(t, numbers(t, only(values, "idcard_number")))
		assert.NotEmpty(t, only(values, "idcard_name"))
		assert.NotEmpty(t, only(values, "url")+only(values, "image"))
		if a.text("code") == "0" {
			assert.Contains(t, idverifytest.Persons(), personNamed(only(values, "idcard_name"), only(values, "idcard_number")))
		}
	})
}

// Tencent's stand-in accepts a signature only if it was made with the secret key
// for its own account and has not expired, in any order of fields.
func FuzzTencentAuthorization(f *testing.F) {
	now := fuzzedAt.Unix()
	account := "a=" + idverifytest.TencentAppID + "&b=&k=" + idverifytest.TencentSecretID
	for _, text := range []string{
		original(fuzzedAt),
		fmt.Sprintf("%s&e=%d&t=%d&r=54321&u=0&f=", account, now+100, now),
		fmt.Sprintf("%s&t=%d&e=%d", account, now, now+300),
		fmt.Sprintf("%s&e=%d&t=%d&r=1&f=", account, now-1, now-31),
		fmt.Sprintf("%s&e=0&t=%d&r=1&f=file", account, now),
		fmt.Sprintf("%s&e=%d&t=%d&r=12345678901", account, now+30, now),
		fmt.Sprintf("%s&e=%d&t=%d&r=1&u=7", account, now+90*86400+1, now),
		"a=1&b=&k=x&e=9223372036854775807&t=-9223372036854775808&r=&f=", "a=1&a=1", "&&", "",
	} {
		f.Add([]byte(text), true, []byte(nil))
		f.Add([]byte(text), false, []byte("EXAMPLE-DIGEST-00020"))
	}
	f.Fuzz(func(t *testing.T, text []byte, signed bool, digest []byte) {
		authorization := base64.StdEncoding.EncodeToString(append(slices.Clone(digest), text...))
		if signed {
			authorization = sign(string(text))
		}
		srv := idverifytest.New(idverifytest.WithClock(func() time.Time { return fuzzedAt }))
		defer srv.Close()
		a := pose(t, srv, http.MethodPost, "/tencent"+tencentPath, "application/json",
			http.Header{"Authorization": {authorization}}, []byte(`{}`))
		code := a.text("code")
		assert.Contains(t, []string{"21", "4", "5", "9", "10", "11", "12", "14"}, code)
		if code != "21" { // the signature was accepted, and the empty object is refused
			return
		}
		assert.True(t, signed, "a signature made without the key")
		values := map[string]string{}
		for pair := range strings.SplitSeq(string(text), "&") {
			key, value, _ := strings.Cut(pair, "=")
			assert.NotContains(t, values, key)
			values[key] = value
		}
		assert.Equal(t, idverifytest.TencentAppID, values["a"])
		assert.Equal(t, idverifytest.TencentSecretID, values["k"])
		var from, until int64
		_, err := fmt.Sscan(values["t"]+" "+values["e"], &from, &until)
		require.NoError(t, err)
		assert.True(t, from < until && until >= now && until-from <= 90*86400, "%d until %d at %d", from, until, now)
	})
}
