package idverifytest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/gif"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/long"
)

func TestBaidu_Persons(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	for _, want := range []struct {
		person idverifytest.Person
		code   string // "<nil>" is success
		status string
		score  string
		billed bool
	}{
		{idverifytest.Match(), "<nil>", "0", "92.75", true},
		{idverifytest.FaceMismatch(), "<nil>", "0", "40.884", true},
		{idverifytest.IdentityMismatch(), "<nil>", "1", "", true},
		{idverifytest.IdentityNotFound(), "222354", "", "", true},
		{idverifytest.ReferencePhotoUnavailable(), "<nil>", "2", "", true},
		{idverifytest.AttackSuspected(), "223120", "", "", false},
		{idverifytest.SyntheticFace(), "223131", "", "", false},
		{idverifytest.AtThreshold(), "<nil>", "0", "80", true},
		{idverifytest.AboveThreshold(), "<nil>", "0", "80.01", true},
		{idverifytest.BelowThreshold(), "<nil>", "0", "79.99", true},
		{idverifytest.PersonFor(idverify.CodeNoFace), "222202", "", "", false},
		{idverifytest.PersonFor(idverify.CodePoorPhoto), "223114", "", "", false},
		{idverifytest.PersonFor(idverify.CodeMultipleFaces), "216507", "", "", false},
		{idverifytest.PersonFor(idverify.CodeBadCapture), "222203", "", "", false},
		{idverifytest.PersonFor(idverify.CodeRateLimited), "18", "", "", false},
		{idverifytest.PersonFor(idverify.CodeQuotaExceeded), "17", "", "", false},
		{idverifytest.PersonFor(idverify.CodeSourceUnavailable), "222361", "", "", false},
		{idverifytest.PersonFor(idverify.CodeVendorUnavailable), "2", "", "", false},
		{idverifytest.Person{Name: "别的名字", IDNumber: idverifytest.Match().IDNumber}, "<nil>", "1", "", true},
		{idverifytest.Person{Name: "张三", IDNumber: "11010519491231002X"}, "<nil>", "1", "", true},
	} {
		t.Run(want.person.Name, func(t *testing.T) {
			srv.Reset()
			a := baidu(t, srv, token, baiduBody(want.person))
			assert.Equal(t, 200, a.status)
			assert.Equal(t, want.code, a.text("error_code"))
			assert.Equal(t, want.billed, srv.Bill().Total() == 1)
			if want.code != "<nil>" {
				assert.NotEmpty(t, a.body["error_msg"])
				assert.Nil(t, a.body["result"])
				return
			}
			assert.Len(t, a.text("log_id"), 19)
			assert.Equal(t, json.Number(want.status), a.object("result")["verify_status"])
			if want.score == "" {
				assert.Nil(t, a.object("result")["score"])
			} else {
				assert.Equal(t, json.Number(want.score), a.object("result")["score"])
			}
			assert.NotContains(t, a.object("result"), "liveness_score", "not asked for")
			assert.NotContains(t, a.body, "risk_level", "not a sealed capture")
		})
	}
}

// A check that was not requested does not run. For spoofing_control LOW is the
// strictest level, for liveness_control the most lenient.
func TestBaidu_Controls(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	code := func(person idverifytest.Person, control, level string) string {
		body := baiduBody(person)
		delete(body, "quality_control")
		delete(body, "liveness_control")
		delete(body, "spoofing_control")
		body[control] = level
		return baidu(t, srv, token, body).text("error_code")
	}
	assert.Equal(t, "<nil>", code(idverifytest.AttackSuspected(), "liveness_control", "NONE"))
	assert.Equal(t, "<nil>", code(idverifytest.SyntheticFace(), "spoofing_control", "NONE"))
	assert.Equal(t, "222356", code(idverifytest.PersonFor(idverify.CodePoorPhoto), "quality_control", "NONE"))

	set := idverifytest.DefaultScores(idverifytest.BaiduV4)
	set.Liveness, set.Synthetic = 0.3, 0.00048 // both exactly at NORMAL
	srv.SetScores(idverifytest.BaiduV4, set)
	for _, want := range []struct{ control, level, code string }{
		{"liveness_control", "LOW", "<nil>"},
		{"liveness_control", "NORMAL", "<nil>"},
		{"liveness_control", "HIGH", "223120"},
		{"spoofing_control", "LOW", "223131"},
		{"spoofing_control", "NORMAL", "<nil>"},
		{"spoofing_control", "HIGH", "<nil>"},
	} {
		assert.Equal(t, want.code, code(idverifytest.Match(), want.control, want.level), "%s %s", want.control, want.level)
	}

	for level, least := range map[string]float64{"LOW": 0.05, "NORMAL": 0.3, "HIGH": 0.9} {
		set.Liveness = least
		srv.SetScores(idverifytest.BaiduV4, set)
		assert.Equal(t, "<nil>", code(idverifytest.Match(), "liveness_control", level), level)
		set.Liveness = least - 1e-6
		srv.SetScores(idverifytest.BaiduV4, set)
		assert.Equal(t, "223120", code(idverifytest.Match(), "liveness_control", level), level)
	}
	for level, most := range map[string]float64{"LOW": 0.00023, "NORMAL": 0.00048, "HIGH": 0.00109} {
		set.Synthetic = most
		srv.SetScores(idverifytest.BaiduV4, set)
		assert.Equal(t, "<nil>", code(idverifytest.Match(), "spoofing_control", level), level)
		set.Synthetic = most + 1e-9
		srv.SetScores(idverifytest.BaiduV4, set)
		assert.Equal(t, "223131", code(idverifytest.Match(), "spoofing_control", level), level)
	}
	set.Liveness, set.Synthetic = -1, 2
	srv.SetScores(idverifytest.BaiduV4, set)
	assert.Equal(t, "<nil>", code(idverifytest.Match(), "liveness_control", "NONE"), "whatever the score")
}

func TestBaidu_ScoresOnRequest(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	body := baiduBody(idverifytest.Match())
	body["get_liveness_score"], body["get_spoofing_score"] = "1", "1"
	result := baidu(t, srv, token, body).object("result")
	assert.Equal(t, json.Number("0.9934"), result["liveness_score"])
	assert.Equal(t, json.Number("0.0000125"), result["spoofing_score"])

	for _, other := range []string{"liveness", "spoofing"} {
		asked := baiduBody(idverifytest.Match())
		asked["get_"+other+"_score"] = "1"
		result = baidu(t, srv, token, asked).object("result")
		assert.Contains(t, result, other+"_score")
		assert.Len(t, result, 3, "score, verify_status and what was asked for")
	}

	body["liveness_control"], body["spoofing_control"] = "NONE", "NONE"
	result = baidu(t, srv, token, body).object("result")
	assert.NotContains(t, result, "liveness_score")
	assert.NotContains(t, result, "spoofing_score")
}

func TestBaidu_SealedCapture(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	sealed := func() map[string]any {
		body := baiduBody(idverifytest.Match())
		delete(body, "image")
		body["app"], body["sec_level"] = "android", "lite"
		body["skey"], body["x_device_id"] = idverifytest.SealedKey, idverifytest.SealedDeviceID
		body["data"] = idverifytest.SealedData
		return body
	}
	a := baidu(t, srv, token, sealed())
	assert.Equal(t, "<nil>", a.text("error_code"))
	assert.Equal(t, "4", a.body["risk_level"])
	assert.Equal(t, []any{}, a.body["risk_tag"])
	picture, err := base64.StdEncoding.DecodeString(a.text("dec_image"))
	require.NoError(t, err)
	assert.Equal(t, idverifytest.Photo(), picture)

	for _, field := range []string{"id_card_number", "name", "app", "skey", "x_device_id", "data"} {
		body := sealed()
		delete(body, field)
		assert.Equal(t, "222001", baidu(t, srv, token, body).text("error_code"), field)
	}
	body := sealed()
	body["image"] = baiduBody(idverifytest.Match())["image"]
	assert.Equal(t, "<nil>", baidu(t, srv, token, body).text("error_code"))
	seen := srv.Exchanges()
	assert.Equal(t, "data", seen[len(seen)-1].Evidence, "the picture is in data")

	body = sealed()
	body["sec_level"] = "common"
	assert.Equal(t, "222001", baidu(t, srv, token, body).text("error_code"), "common needs an image")
}

// inLines breaks base64 into lines, as some libraries do by default.
func inLines(text, end string) string {
	var lines strings.Builder
	for len(text) > 76 {
		lines.WriteString(text[:76] + end)
		text = text[76:]
	}
	return lines.String() + text
}

func encodePNG(t *testing.T, width, height int) string {
	t.Helper()
	var buf bytes.Buffer
	require.NoError(t, png.Encode(&buf, image.NewGray(image.Rect(0, 0, width, height))))
	return base64.StdEncoding.EncodeToString(buf.Bytes())
}

func TestBaidu_Refuses(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	var moving bytes.Buffer
	require.NoError(t, gif.Encode(&moving, image.NewGray(image.Rect(0, 0, 100, 100)), nil))
	encode := base64.StdEncoding.EncodeToString
	for _, want := range []struct {
		name, field string
		value       any // nil removes the field
		code        string
	}{
		{"number format", "id_card_number", "110105194912310021", "222022"},
		{"name format", "name", "张3", "222023"},
		{"image type", "image_type", "URL", "222015"},
		{"quality", "quality_control", "normal", "223118"},
		{"liveness", "liveness_control", "VERY", "223119"},
		{"spoofing", "spoofing_control", 1, "223130"},
		{"liveness score", "get_liveness_score", 1, "216100"},
		{"spoofing score", "get_spoofing_score", "yes", "216100"},
		{"number as a number", "id_card_number", 110105, "222022"},
		{"name as an object", "name", map[string]any{}, "222023"},
		{"image as an array", "image", []any{}, "222013"},
		{"image type as a number", "image_type", 1, "222015"},
		{"quality as a bool", "quality_control", true, "223118"},
		{"liveness as an array", "liveness_control", []any{"LOW"}, "223119"},
		{"key as a number", "skey", 1, "216100"},
		{"device as a number", "x_device_id", 1, "216100"},
		{"data as an object", "data", map[string]any{}, "216100"},
		{"level as a number", "sec_level", 1, "216100"},
		{"app", "app", "windows", "216100"},
		{"level", "sec_level", "heavy", "216100"},
		{"data prefix", "image", "data:image/jpeg;base64," + encode(idverifytest.Photo()), "222013"},
		{"not base64", "image", "***", "222013"},
		{"lines of 76", "image", inLines(encode(idverifytest.Photo()), "\n"), "222013"},
		{"lines that end as in mail", "image", inLines(encode(idverifytest.Photo()), "\r\n"), "222013"},
		{"truncated base64", "image", encode(idverifytest.Photo())[:4001], "222013"},
		{"URL alphabet", "image", "_-8=", "222013"},
		{"unknown format", "image", encode([]byte("a picture of a house")), "222203"},
		{"gif", "image", encode(moving.Bytes()), "216201"},
		{"webp", "image", encode([]byte(webp)), "216201"},
		{"heif", "image", encode([]byte(heif)), "216201"},
		{"tiff of Intel's order", "image", encode([]byte(tiffII)), "216201"},
		{"tiff of Motorola's order", "image", encode([]byte(tiffMM)), "216201"},
		{"pdf", "image", encode([]byte(pdf)), "216201"},
		{"too short for a webp", "image", encode([]byte(webp[:8])), "222203"},
		{"too wide", "image", encodePNG(t, 1921, 1080), "222304"},
		{"upright and too wide", "image", encodePNG(t, 1081, 1920), "222304"},
		{"full size", "image", encodePNG(t, 1920, 1080), "<nil>"},
		{"full size upright", "image", encodePNG(t, 1080, 1920), "<nil>"},
		{"tiny", "image", encodePNG(t, 63, 200), "222309"},
		{"small", "image", encodePNG(t, 64, 200), "<nil>"},
		{"bmp", "image", encode(append([]byte("BM"), make([]byte, 60)...)), "<nil>"},
		{"bmp of OS/2", "image", encode([]byte("BM" + strings.Repeat("\x00", 12) + "\x0c\x00\x00\x00\x80\x02\xe0\x01\x01\x00\x18\x00" + strings.Repeat("\x00", 99))), "<nil>"},
		{"the beginning of a jpeg", "image", encode([]byte("\xff\xd8\xff")), "222203"},
		{"half a jpeg", "image", encode(idverifytest.Photo()[:len(idverifytest.Photo())/2]), "222203"},
		{"10 MiB", "image", encode(append(idverifytest.Photo(), make([]byte, 10<<20-len(idverifytest.Photo()))...)), "216202"},
		{"a byte less", "image", encode(append(idverifytest.Photo(), make([]byte, 10<<20-len(idverifytest.Photo())-1)...)), "<nil>"},
	} {
		t.Run(want.name, func(t *testing.T) {
			body := baiduBody(idverifytest.Match())
			body[want.field] = want.value
			if want.value == nil {
				delete(body, want.field)
			}
			a := baidu(t, srv, token, body)
			assert.Equal(t, want.code, a.text("error_code"))
			assert.Equal(t, want.code == "<nil>", a.text("error_msg") == "<nil>")
			assert.NotEmpty(t, a.text("error_msg"))
		})
	}
	assert.Equal(t, 6, srv.Bill().Total(), "only accepted requests")
}

func TestBaidu_AcceptsEveryDocumentedValue(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	levels := []string{"NONE", "LOW", "NORMAL", "HIGH"}
	for field, values := range map[string][]string{
		"app": {"", "ios", "android"}, "sec_level": {"common"}, "image_type": {"BASE64"},
		"quality_control": levels, "liveness_control": levels, "spoofing_control": levels,
		"get_liveness_score": {"0", "1"}, "get_spoofing_score": {"0", "1"},
	} {
		for _, value := range values {
			body := baiduBody(idverifytest.Match())
			body[field] = value
			assert.Equal(t, "<nil>", baidu(t, srv, token, body).text("error_code"), "%s %q", field, value)
		}
	}
}

func TestBaidu_NamesMissingParameter(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	for _, field := range []string{"image", "id_card_number", "name"} {
		for _, value := range []any{nil, ""} {
			body := baiduBody(idverifytest.Match())
			body[field] = value // JSON has null for nil
			a := baidu(t, srv, token, body)
			assert.Equal(t, "222001", a.text("error_code"))
			assert.Equal(t, "param["+field+"] is null", a.text("error_msg"))
		}
		body := baiduBody(idverifytest.Match())
		delete(body, field)
		assert.Equal(t, "param["+field+"] is null", baidu(t, srv, token, body).text("error_msg"))
	}
}

func TestBaidu_FaceToken(t *testing.T) {
	srv := idverifytest.Start(t)
	token := baiduToken(t, srv)
	body := baiduBody(idverifytest.Match())
	body["image_type"], body["image"] = "FACE_TOKEN", idverifytest.FaceToken
	assert.Equal(t, "<nil>", baidu(t, srv, token, body).text("error_code"))
	body["image"] = "another"
	assert.Equal(t, "222209", baidu(t, srv, token, body).text("error_code"))
}

func TestBaidu_RequiresJSON(t *testing.T) {
	srv := idverifytest.Start(t)
	address := srv.BaseURL(idverifytest.BaiduV4) + baiduPath + "?access_token=" + baiduToken(t, srv)
	text, err := json.Marshal(baiduBody(idverifytest.Match()))
	require.NoError(t, err)
	upper := strings.Replace(string(text), `"name"`, `"Name"`, 1)
	for _, want := range []struct{ method, contentType, body, code string }{
		{"POST", "application/json; charset=utf-8", string(text), "<nil>"},
		{"POST", "application/x-www-form-urlencoded", string(text), "222200"},
		{"POST", "", string(text), "222200"},
		{"POST", "application/json", "", "222200"},
		{"POST", "application/json", "null", "222200"},
		{"POST", "application/json", string(text) + "x", "222200"},
		{"POST", "application/json", strings.Replace(string(text), "测", "\xb2\xe2", 1), "222200"},
		{"POST", "application/json", upper, "222001"},
		{"GET", "", "", "3"},
	} {
		a := send(t, srv, newRequest(t, want.method, address, want.contentType, strings.NewReader(want.body)))
		assert.Equal(t, want.code, a.text("error_code"), "%.60q", want.body)
	}
	a := send(t, srv, newRequest(t, "POST", srv.BaseURL(idverifytest.BaiduV4)+"/rest/2.0/other", "", nil))
	assert.Equal(t, "3", a.text("error_code"))
	if !long.Asked() {
		return // without a hundred megabytes
	}
	a = send(t, srv, newRequest(t, "POST", address, "application/json", strings.NewReader(strings.Repeat(" ", 32<<20))))
	assert.Equal(t, "222200", a.text("error_code"))
	a = send(t, srv, newRequest(t, "POST", address, "application/json", strings.NewReader(strings.Repeat(" ", 32<<20+1))))
	assert.Equal(t, 413, a.status)
	assert.Contains(t, a.header.Get("Content-Type"), "text/html")
}

// The gateway's own codes come bare; the face service adds its envelope.
func TestBaidu_ErrorsHaveTheirOwnShape(t *testing.T) {
	srv := idverifytest.Start(t)
	a := baidu(t, srv, "", baiduBody(idverifytest.Match()))
	assert.Equal(t, "100", a.text("error_code"))
	assert.Len(t, a.body, 2)
	token := baiduToken(t, srv)
	a = baidu(t, srv, token, baiduBody(idverifytest.PersonFor(idverify.CodeNoFace)))
	assert.Len(t, a.text("log_id"), 19)
	for _, field := range []string{"timestamp", "cached", "result"} {
		assert.Contains(t, a.body, field)
	}
	a = baidu(t, srv, token, baiduBody(idverifytest.IdentityMismatch()))
	assert.Contains(t, a.object("result"), "score", "null for verify_status 1")
	a = baidu(t, srv, token, baiduBody(idverifytest.ReferencePhotoUnavailable()))
	assert.NotContains(t, a.object("result"), "score", "absent for verify_status 2")
}
