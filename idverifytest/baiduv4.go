package idverifytest

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"mime"
	"net/http"
	"strconv"
	"unicode/utf8"
)

const (
	baiduPath = "/rest/2.0/face/v4/mingjing/verify"
	// baiduMaxImage bounds the decoded picture; it must be smaller.
	baiduMaxImage = 10 << 20
	// baiduMaxBody is where the gateway in front answers instead. The
	// documents give no number.
	baiduMaxBody = 32 << 20
)

// baiduMessages has the words that go with the codes.
var baiduMessages = map[int]string{
	2:      "Service temporarily unavailable",
	3:      "Unsupported openapi method",
	4:      "Open api request limit reached",
	17:     "Open api daily request limit reached",
	18:     "Open api qps request limit reached",
	100:    "Invalid parameter",
	110:    "Access token invalid or no longer valid",
	111:    "Access token expired",
	216100: "invalid param",
	216201: "image format error",
	216202: "image size error",
	216507: "more than one face",
	222013: "param[image] format error",
	222015: "param[image_type] format error",
	222022: "param[id_card_number] format error",
	222023: "param[name] format error",
	222200: "request body should be json format",
	222202: "pic not has face",
	222203: "image check fail",
	222209: "face token not exist",
	222304: "image size is too large",
	222309: "image size is too small",
	222354: "id_number not exist",
	222356: "face quality too low to decide",
	222361: "identity source busy",
	223114: "face is fuzzy",
	223118: "quality control item error",
	223119: "liveness control item error",
	223120: "liveness check fail",
	223130: "spoofing control item error",
	223131: "spoofing check fail",
}

// baiduFailed makes the answer for an error, which comes with HTTP 200.
// The gateway's own codes come bare; the face service adds its envelope.
func (s *Server) baiduFailed(code int) reply { return s.baiduSays(code, baiduMessages[code]) }

func (s *Server) baiduSays(code int, message string) reply {
	body := map[string]any{"error_code": code, "error_msg": message}
	if code > 1000 {
		body["log_id"] = baiduLogID()
		body["timestamp"] = s.now().Unix()
		body["cached"] = 0
		body["result"] = nil
	}
	return jsonReply(http.StatusOK, strconv.Itoa(code), body)
}

// baiduLogID makes a number of 19 digits: more than a float64 can hold.
func baiduLogID() int64 {
	return 1_000_000_000_000_000_000 + rand.Int64N(900_000_000_000_000_000)
}

type baiduVerify struct{}

func (baiduVerify) says(s *Server, t trouble) reply {
	return s.baiduFailed([...]int{
		rateLimited: 18, quotaExceeded: 17, unavailable: 2, expired: 111, revoked: 110, notFound: 3,
	}[t])
}

// baiduRequest is a request to Baidu.
type baiduRequest struct {
	method    string
	token     string
	isJSON    bool
	tooLarge  bool
	malformed bool
	fields    map[string]any // exact names: a struct would fold their case
}

func (baiduVerify) read(r *http.Request, rec *Exchange) request {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	req := baiduRequest{
		method: r.Method,
		token:  r.URL.Query().Get("access_token"),
		isJSON: kind == "application/json",
	}
	text := readBody(r, rec, baiduMaxBody)
	req.tooLarge = rec.BodyBytes > baiduMaxBody
	_ = json.Unmarshal(text, &req.fields) // what is no object leaves nil
	req.malformed = req.fields == nil || !utf8.Valid(text)
	rec.Fields = names(req.fields)
	for _, field := range []string{"data", "image"} {
		if value := req.text(field); value != "" {
			rec.Evidence, rec.EvidenceBytes = field, int64(len(value))
			break
		}
	}
	return req
}

func (q baiduRequest) subject() string { return q.text("id_card_number") }

// text is a field's value, and empty if it is absent or no string.
func (q baiduRequest) text(name string) string {
	value, _ := q.fields[name].(string)
	return value
}

// choice is a field's value if it is one of those listed; the first of them
// is the default. Anything else, a number too, is wrong.
func (q baiduRequest) choice(name string, values ...string) (string, bool) {
	if _, given := q.fields[name]; !given {
		return values[0], true
	}
	for _, v := range values {
		if q.text(name) == v {
			return v, true
		}
	}
	return "", false
}

// level is the value of one of the three controls, known to be valid.
func (q baiduRequest) level(control string) string {
	level, _ := q.choice(control, "NONE", "LOW", "NORMAL", "HIGH")
	return level
}

func (q baiduRequest) isSealed() bool { return q.text("sec_level") == "lite" }

func (q baiduRequest) judge(s *Server) reply {
	if q.method != http.MethodPost {
		return s.baiduFailed(3)
	}
	if q.tooLarge {
		return HTMLStatus(http.StatusRequestEntityTooLarge).instead(s, baiduVerify{})
	}
	if code := s.tokenCode(q.token); code != 0 {
		return s.baiduFailed(code)
	}
	if !q.isJSON || q.malformed {
		return s.baiduFailed(222200)
	}
	if field := q.missing(); field != "" {
		return s.baiduSays(222001, "param["+field+"] is null")
	}
	if code := q.invalid(); code != 0 {
		return s.baiduFailed(code)
	}
	a := s.actFor(q.text("name"), q.text("id_card_number"), BaiduV4)
	if !a.early() {
		if code := q.badImage(); code != 0 {
			return s.baiduFailed(code)
		}
	}
	return q.compare(s, a)
}

// missing names the first required parameter that is absent, null or empty.
func (q baiduRequest) missing() string {
	for _, field := range q.required() {
		if value := q.fields[field]; value == nil || value == "" {
			return field
		}
	}
	return ""
}

// invalid finds what is wrong with the parameters, each of which is a string.
func (q baiduRequest) invalid() int {
	if !validNumber(q.text("id_card_number")) {
		return 222022
	}
	if !validName(q.text("name")) {
		return 222023
	}
	for _, rule := range []struct {
		field  string
		code   int
		values []string
	}{
		{"app", 216100, []string{"", "ios", "android"}},
		{"sec_level", 216100, []string{"common", "lite"}},
		{"image_type", 222015, []string{"BASE64", "FACE_TOKEN"}},
		{"quality_control", 223118, []string{"NONE", "LOW", "NORMAL", "HIGH"}},
		{"liveness_control", 223119, []string{"NONE", "LOW", "NORMAL", "HIGH"}},
		{"spoofing_control", 223130, []string{"NONE", "LOW", "NORMAL", "HIGH"}},
		{"get_liveness_score", 216100, []string{"0", "1"}},
		{"get_spoofing_score", 216100, []string{"0", "1"}},
	} {
		if _, ok := q.choice(rule.field, rule.values...); !ok {
			return rule.code
		}
	}
	for _, rule := range []struct {
		field string
		code  int
	}{{"image", 222013}, {"skey", 216100}, {"x_device_id", 216100}, {"data", 216100}} {
		if value := q.fields[rule.field]; value != nil && q.text(rule.field) != value {
			return rule.code
		}
	}
	return 0
}

// required lists the fields that this kind of request must have. With a sealed
// capture the picture is in data.
func (q baiduRequest) required() []string {
	if q.isSealed() {
		return []string{"id_card_number", "name", "app", "skey", "x_device_id", "data"}
	}
	return []string{"id_card_number", "name", "image"}
}

// badImage finds what is wrong with the picture that was sent.
func (q baiduRequest) badImage() int {
	if q.isSealed() {
		return 0
	}
	value := q.text("image")
	if q.text("image_type") == "FACE_TOKEN" {
		if value != FaceToken {
			return 222209
		}
		return 0
	}
	data, err := base64.StdEncoding.DecodeString(value)
	if err != nil { // so it is with a data: prefix
		return 222013
	}
	if len(data) >= baiduMaxImage {
		return 216202
	}
	p := sniff(data)
	long, short := max(p.width, p.height), min(p.width, p.height)
	switch {
	case p.format == "":
		return 222203
	case p.format != "png" && p.format != "jpeg" && p.format != "bmp":
		return 216201
	case long > 1920, short > 1080:
		return 222304
	case long > 0 && short < 64:
		return 222309
	}
	return 0
}

// compare goes through quality, liveness, spoofing and the source, and stops
// at the first that fails, as the vendor does. Each is asked for.
func (q baiduRequest) compare(s *Server, a act) reply {
	atLeast, wantLive := map[string]float64{"LOW": 0.05, "NORMAL": 0.3, "HIGH": 0.9}[q.level("liveness_control")]
	atMost, wantReal := map[string]float64{"LOW": 0.00023, "NORMAL": 0.00048, "HIGH": 0.00109}[q.level("spoofing_control")]
	switch {
	case a.says == "222356" && q.level("quality_control") != "NONE":
		return s.baiduFailed(223114)
	case wantLive && a.scores.Liveness < atLeast:
		return s.baiduFailed(223120)
	case wantReal && a.scores.Spoofing > atMost:
		return s.baiduFailed(223131)
	case a.says != "":
		code, _ := strconv.Atoi(a.says)
		rep := s.baiduFailed(code)
		rep.billed = a.billed
		return rep
	}
	rep := jsonReply(http.StatusOK, "0", q.success(a))
	rep.billed = a.billed
	return rep
}

// success is an answer without an error. Where there is nothing to compare,
// the documents leave open whether the score is null or absent: here it is
// null for verify_status 1 and absent for 2.
func (q baiduRequest) success(a act) map[string]any {
	status, _ := strconv.Atoi(a.detail)
	result := map[string]any{"verify_status": status}
	switch status {
	case 0:
		result["score"] = a.scores.Similarity
	case 1:
		result["score"] = nil
	}
	if q.text("get_liveness_score") == "1" && q.level("liveness_control") != "NONE" {
		result["liveness_score"] = a.scores.Liveness
	}
	if q.text("get_spoofing_score") == "1" && q.level("spoofing_control") != "NONE" {
		result["spoofing_score"] = a.scores.Spoofing
	}
	body := map[string]any{"log_id": baiduLogID(), "result": result}
	if q.isSealed() {
		body["dec_image"] = base64.StdEncoding.EncodeToString(stripes())
		body["risk_level"] = "4"
		body["risk_tag"] = []string{}
	}
	return body
}
