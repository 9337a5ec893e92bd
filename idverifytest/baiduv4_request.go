package idverifytest

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// baiduMaxImage is the limit for the decoded picture, which must be smaller.
const baiduMaxImage = 10 << 20

// baiduRequest is a request to Baidu.
type baiduRequest struct {
	vendor *vendor
	method string
	token  string
	isJSON bool
	body   *node // nil if it is no JSON
}

func readBaidu(c *call) request {
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	req := baiduRequest{
		vendor: c.vendor,
		method: c.r.Method,
		isJSON: kind == "application/json",
		body:   c.readJSON("image", "data"),
	}
	// The vendor's own kit for Node glues another ? and its name to the token.
	req.token, _, _ = strings.Cut(c.query.Get("access_token"), "?")
	for _, field := range []string{"data", "image"} {
		if value := req.body.at(field); value != nil && value.value.size > 0 {
			c.rec.Evidence, c.rec.EvidenceBytes = field, value.value.size
			break
		}
	}
	return req
}

func (q baiduRequest) subject() string { return q.text("id_card_number") }

// text returns a field's value, empty if it is absent or no string.
func (q baiduRequest) text(name string) string { return q.body.at(name).text() }

// choice returns a field's value if it is one of those listed, of which the first
// is the default. Anything else, a number too, is wrong.
func (q baiduRequest) choice(name string, values ...string) (string, bool) {
	given := q.body.at(name)
	if given == nil {
		return values[0], true
	}
	for _, v := range values {
		if given.kind == jsonString && given.text() == v {
			return v, true
		}
	}
	return "", false
}

// level returns the value of one of the three controls, already validated.
func (q baiduRequest) level(control string) string {
	level, _ := q.choice(control, "NONE", "LOW", "NORMAL", "HIGH")
	return level
}

func (q baiduRequest) isSealed() bool { return q.text("sec_level") == "lite" }

func (q baiduRequest) judge(s *Server) reply {
	if q.method != http.MethodPost {
		return baiduError(s, 3)
	}
	if code := tokenCode(s, q.token); code != 0 {
		return baiduError(s, code)
	}
	if !q.isJSON || !q.body.isObject() {
		return baiduError(s, 222200)
	}
	if field := q.missing(); field != "" {
		return baiduErrorSaying(s, 222001, "param["+field+"] is null")
	}
	if code := q.invalid(); code != 0 {
		return baiduError(s, code)
	}
	who := q.vendor.whoIs(q.text("name"), q.text("id_card_number"))
	if !who.unseen() {
		if code := q.badImage(); code != 0 {
			return baiduError(s, code)
		}
	}
	return q.compare(s, baiduAnswerFor(s, q.vendor, who))
}

// missing names the first required parameter that is absent, null or empty.
func (q baiduRequest) missing() string {
	for _, field := range q.required() {
		if q.body.at(field).isEmpty() {
			return field
		}
	}
	return ""
}

// invalid returns what is wrong with the parameters, each of which is a string.
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
		if value := q.body.at(rule.field); value != nil && value.kind != jsonNull && value.kind != jsonString {
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

// badImage returns what is wrong with the picture.
func (q baiduRequest) badImage() int {
	if q.isSealed() {
		return 0
	}
	image := q.body.at("image").value
	if q.text("image_type") == "FACE_TOKEN" {
		if image.isCut() || image.text() != FaceToken {
			return 222209
		}
		return 0
	}
	if image.notBase64 { // also for a data: prefix
		return 222013
	}
	if image.decoded >= baiduMaxImage {
		return 216202
	}
	p := image.image
	long, short := max(p.width, p.height), min(p.width, p.height)
	switch {
	case p.format == "", p.cut:
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

// compare checks quality, liveness, spoofing and the source, in this order, and
// stops at the first failure, as the vendor does. A check runs only if it was
// requested.
func (q baiduRequest) compare(s *Server, a baiduAnswer) reply {
	atLeast, wantLive := map[string]float64{"LOW": 0.05, "NORMAL": 0.3, "HIGH": 0.9}[q.level("liveness_control")]
	atMost, wantReal := map[string]float64{"LOW": 0.00023, "NORMAL": 0.00048, "HIGH": 0.00109}[q.level("spoofing_control")]
	switch {
	case a.code == 222356 && q.level("quality_control") != "NONE":
		return baiduError(s, 223114)
	case wantLive && a.scores.Liveness < atLeast:
		return baiduError(s, 223120)
	case wantReal && a.scores.Synthetic > atMost:
		return baiduError(s, 223131)
	case a.code != 0:
		rep := baiduError(s, a.code)
		rep.billed = a.billed
		return rep
	}
	rep := jsonReply(http.StatusOK, "0", q.success(a))
	if q.isSealed() {
		rep.body = withDecodedImage(rep.body)
	}
	rep.billed = a.billed
	return rep
}

// withDecodedImage adds the picture of a sealed capture to an answer. It is copied
// only once, because many clients may not read such answers.
func withDecodedImage(object []byte) []byte {
	return slices.Concat(object[:len(object)-1], []byte(`,"dec_image":"`), stripesBase64(), []byte(`"}`))
}

// success is an answer without an error. Where nothing was compared, the documents
// do not say whether the score is null or absent: here it is null for verify_status
// 1 and absent for 2.
func (q baiduRequest) success(a baiduAnswer) map[string]any {
	result := map[string]any{"verify_status": a.status}
	switch a.status {
	case 0:
		result["score"] = a.scores.Similarity
	case 1:
		result["score"] = nil
	}
	if q.text("get_liveness_score") == "1" && q.level("liveness_control") != "NONE" {
		result["liveness_score"] = a.scores.Liveness
	}
	if q.text("get_spoofing_score") == "1" && q.level("spoofing_control") != "NONE" {
		result["spoofing_score"] = a.scores.Synthetic
	}
	body := map[string]any{"log_id": baiduLogID(), "result": result}
	if q.isSealed() {
		body["risk_level"] = "4"
		body["risk_tag"] = []string{}
	}
	return body
}
