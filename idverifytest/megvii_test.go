package idverifytest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

const megviiPath = "/faceid/v2/verify"

func megviiFields(p idverifytest.Person) []field {
	return []field{
		{name: "api_key", value: idverifytest.MegviiAPIKey},
		{name: "api_secret", value: idverifytest.MegviiAPISecret},
		{name: "comparison_type", value: "1"},
		{name: "face_image_type", value: "raw_image"},
		{name: "idcard_name", value: p.Name},
		{name: "idcard_number", value: p.IDNumber},
		{name: "image", value: string(idverifytest.Photo()), file: "test.jpg"},
	}
}

func megvii(t *testing.T, srv *idverifytest.Server, fields ...field) answer {
	t.Helper()
	contentType, body := multi(t, fields...)
	return send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Megvii)+megviiPath, contentType, body))
}

// beside is the confidence minus the same answer's threshold for 1e-4, rounded to a
// hundredth.
func beside(t *testing.T, a answer) string {
	t.Helper()
	compared := a.object("result_faceid")
	var confidence, threshold float64
	_, err := fmt.Sscan(fmt.Sprint(compared["confidence"]), &confidence)
	require.NoError(t, err)
	_, err = fmt.Sscan(fmt.Sprint(compared["thresholds"].(map[string]any)["1e-4"]), &threshold)
	require.NoError(t, err)
	return fmt.Sprintf("%+.2f", confidence-threshold)
}

func TestMegvii_Persons(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, want := range []struct {
		person  idverifytest.Person
		http    int
		message string
		billed  bool
	}{
		{idverifytest.Match(), 200, "", true},
		{idverifytest.FaceMismatch(), 200, "", true},
		{idverifytest.IdentityMismatch(), 400, "ID_NUMBER_NAME_NOT_MATCH", true},
		{idverifytest.IdentityNotFound(), 400, "NO_SUCH_ID_NUMBER", true},
		{idverifytest.ReferencePhotoUnavailable(), 400, "NO_FACE_FOUND: data_source", true},
		{idverifytest.AttackSuspected(), 200, "", true},
		{idverifytest.SyntheticFace(), 200, "", true},
		{idverifytest.AtThreshold(), 200, "", true},
		{idverifytest.AboveThreshold(), 200, "", true},
		{idverifytest.BelowThreshold(), 200, "", true},
		{idverifytest.PersonFor(idverify.CodeNoFace), 400, "NO_FACE_FOUND:image", false},
		{idverifytest.PersonFor(idverify.CodePoorPhoto), 400, "LOW_QUALITY", false},
		{idverifytest.PersonFor(idverify.CodeMultipleFaces), 400, "MULTIPLE_FACES:image", false},
		{idverifytest.PersonFor(idverify.CodeBadCapture), 400, "IMAGE_ERROR_UNSUPPORTED_FORMAT:image", false},
		{idverifytest.PersonFor(idverify.CodeRateLimited), 403, "CONCURRENCY_LIMIT_EXCEEDED", false},
		{idverifytest.PersonFor(idverify.CodeQuotaExceeded), 403, "AUTHORIZATION_ERROR:Limit reached.", false},
		{idverifytest.PersonFor(idverify.CodeSourceUnavailable), 400, "DATA_SOURCE_ERROR", false},
		{idverifytest.PersonFor(idverify.CodeVendorUnavailable), 500, "INTERNAL_ERROR", false},
		{idverifytest.Person{Name: "别的名字", IDNumber: idverifytest.Match().IDNumber}, 400, "ID_NUMBER_NAME_NOT_MATCH", true},
		{idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}, 400, "NO_SUCH_ID_NUMBER", true},
	} {
		t.Run(want.person.Name, func(t *testing.T) {
			srv.Reset()
			a := megvii(t, srv, megviiFields(want.person)...)
			assert.Equal(t, want.http, a.status)
			assert.Regexp(t, `^1700000000,[0-9a-f]{8}-`, a.text("request_id"))
			if want.message == "" {
				assert.NotContains(t, a.body, "error_message")
				assert.Contains(t, a.body, "id_exceptions")
			} else {
				assert.Equal(t, want.message, a.text("error_message"))
				assert.NotContains(t, a.body, "result_faceid")
			}
			assert.Equal(t, want.billed, srv.Bill().Total() == 1)
		})
	}
}

// Thresholds differ from answer to answer, but each person's outcome stays the
// same.
func TestMegvii_ThresholdsDifferPerAnswer(t *testing.T) {
	srv := idverifytest.Start(t)
	seen := map[string]bool{}
	for range 6 {
		for person, want := range map[idverifytest.Person]string{
			idverifytest.AtThreshold(): "+0.00", idverifytest.AboveThreshold(): "+0.01", idverifytest.BelowThreshold(): "-0.01",
		} {
			a := megvii(t, srv, megviiFields(person)...)
			assert.Equal(t, want, beside(t, a))
			seen[fmt.Sprint(a.object("result_faceid")["thresholds"])] = true
		}
	}
	assert.Len(t, seen, 3)
}

func TestMegvii_Refuses(t *testing.T) {
	srv := idverifytest.Start(t)
	good := megviiFields(idverifytest.Match())
	photo := string(idverifytest.Photo())
	wide := strings.Replace(photo, "\x02\x80\x01\xe0", "\x02\x80\x10\x01", 1)
	require.NotEqual(t, photo, wide)
	var missing []string
	for _, part := range []string{"api_key", "api_secret", "comparison_type", "face_image_type", "image", "idcard_name", "idcard_number"} {
		missing = append(missing, megvii(t, srv, change(good, field{part, "-", ""})...).text("error_message"))
	}
	assert.Equal(t, []string{"MISSING_ARGUMENTS:api_key", "MISSING_ARGUMENTS:api_secret", "MISSING_ARGUMENTS:comparison_type", "MISSING_ARGUMENTS:face_image_type",
		"MISSING_ARGUMENTS:image", "MISSING_ARGUMENTS:idcard_name", "MISSING_ARGUMENTS:idcard_number"}, missing)
	for _, want := range []struct {
		name    string
		with    field
		message string
	}{
		{"key", field{"api_key", "EXAMPLE", ""}, "AUTHENTICATION_ERROR"},
		{"secret", field{"api_secret", "EXAMPLE", ""}, "AUTHENTICATION_ERROR"},
		{"own pictures", field{"comparison_type", "0", ""}, "BAD_ARGUMENTS:comparison_type"},
		{"kind", field{"face_image_type", "photo", ""}, "BAD_ARGUMENTS:face_image_type"},
		{"capture", field{"face_image_type", "meglive", ""}, "MISSING_ARGUMENTS:delta"},
		{"several", field{"fail_when_multiple_faces", "2", ""}, "BAD_ARGUMENTS:fail_when_multiple_faces"},
		{"rotation", field{"multi_oriented_detection", "true", ""}, "BAD_ARGUMENTS:multi_oriented_detection"},
		{"faces", field{"return_faces", "", ""}, "BAD_ARGUMENTS:return_faces"},
		{"quality", field{"face_quality_threshold", "30.5", ""}, "BAD_ARGUMENTS:face_quality_threshold"},
		{"quality too high", field{"face_quality_threshold", "101", ""}, "BAD_ARGUMENTS:face_quality_threshold"},
		{"long name", field{"idcard_name", strings.Repeat("测", 33), ""}, "INVALID_NAME_FORMAT"},
		{"bad UTF-8", field{"idcard_name", "\xff\xfe", ""}, "INVALID_NAME_FORMAT"},
		{"17 characters", field{"idcard_number", "11010519000101001", ""}, "INVALID_IDCARD_NUMBER"},
		{"a Y", field{"idcard_number", "11010519000101001Y", ""}, "INVALID_IDCARD_NUMBER"},
		{"image as text", field{"image", photo, ""}, "BAD_ARGUMENTS:image"},
		{"too wide", field{"image", wide, "test.jpg"}, "INVALID_IMAGE_SIZE:image"},
		{"half a picture", field{"image", photo[:len(photo)/2], "test.jpg"}, "IMAGE_ERROR_UNSUPPORTED_FORMAT:image"},
		{"a gif", field{"image", "GIF89a\x01\x00", "test.gif"}, "IMAGE_ERROR_UNSUPPORTED_FORMAT:image"},
		{"no bytes", field{"image", "", "test.jpg"}, "IMAGE_ERROR_UNSUPPORTED_FORMAT:image"},
	} {
		assert.Equal(t, want.message, megvii(t, srv, change(good, want.with)...).text("error_message"), want.name)
	}
	assert.Equal(t, "BAD_ARGUMENTS:idcard_name", megvii(t, srv, append(good, good[4])...).text("error_message"))
	large := megvii(t, srv, change(good, field{"image", photo + strings.Repeat("\x00", 2<<20), "test.jpg"})...)
	assert.Equal(t, http.StatusRequestEntityTooLarge, large.status)
	assert.Equal(t, "Request Entity Too Large", string(large.raw))
	plain := send(t, srv, newRequest(t, http.MethodPost, srv.BaseURL(idverifytest.Megvii)+megviiPath, "application/x-www-form-urlencoded", strings.NewReader("api_key=x")))
	assert.Equal(t, "MISSING_ARGUMENTS:api_key", plain.text("error_message"))
	get := send(t, srv, newRequest(t, http.MethodGet, srv.BaseURL(idverifytest.Megvii)+megviiPath, "", nil))
	assert.Equal(t, http.StatusNotFound, get.status)
	assert.Equal(t, map[string]any{"error_message": "API_NOT_FOUND"}, get.body, "without a request_id")
	assert.Zero(t, srv.Bill().Total())
}

func TestMegvii_Options(t *testing.T) {
	srv := idverifytest.Start(t)
	poor, several := megviiFields(idverifytest.PersonFor(idverify.CodePoorPhoto)), megviiFields(idverifytest.PersonFor(idverify.CodeMultipleFaces))
	assert.Equal(t, 200, megvii(t, srv, append(poor, field{"face_quality_threshold", "12", ""})...).status)
	assert.Equal(t, "LOW_QUALITY", megvii(t, srv, append(poor, field{"face_quality_threshold", "13", ""})...).text("error_message"))
	assert.Equal(t, "LOW_QUALITY", megvii(t, srv, append(megviiFields(idverifytest.Match()), field{"face_quality_threshold", "77", ""})...).text("error_message"))
	assert.Equal(t, 200, megvii(t, srv, append(several, field{"fail_when_multiple_faces", "0", ""})...).status)
	shown := append(several, field{"return_faces", "1", ""}, field{"multi_oriented_detection", "1", ""})
	assert.Len(t, megvii(t, srv, shown...).body["faces"], 2)
	assert.NotContains(t, megvii(t, srv, several...).body, "faces")
	lower := megviiFields(idverifytest.Person{Name: "测试合成", IDNumber: "11010519000107999x"})
	assert.Equal(t, 200, megvii(t, srv, lower...).status, "a small x is accepted")
}
