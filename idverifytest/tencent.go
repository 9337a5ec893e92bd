package idverifytest

import (
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
)

const (
	tencentPath    = "/face/idcardcompare"
	tencentMaxBody = 6 << 20
)

// tencentMessages has words for the codes that the stand-in gives. The
// vendor's own differ from time to time.
var tencentMessages = map[int]string{
	3:     "bad request",
	4:     "authorization is empty",
	5:     "authorization is malformed",
	6:     "appid of signature and request differ",
	9:     "signature expired",
	10:    "appid not found",
	11:    "secret id not found",
	12:    "appid and secret id do not match",
	14:    "signature does not match",
	15:    "too many requests",
	21:    "invalid parameter",
	23:    "request body too large",
	25:    "quota used up",
	213:   "internal error",
	-1400: "illegal image format",
	-1505: "malformed url",
	-1506: "url timed out",
	-4011: "photo cannot be decoded",
	-4012: "no face found in photo",
	-4015: "no face found in selfie",
	-5016: "not a live person",
	-5801: "id number or name missing",
	-5802: "service unavailable",
	-5803: "name and id number differ",
	-5804: "id number invalid",
	-5805: "no image, or url not fetched",
	-5809: "registered photo invalid",
}

// tencentFailed makes the answer for an error. The documents do not tell the
// HTTP status of errors: the stand-in gives 200.
func tencentFailed(code int) reply {
	return jsonReply(http.StatusOK, strconv.Itoa(code), map[string]any{
		"code": code, "message": tencentMessages[code], "data": struct{}{},
	})
}

// tencentText are the fields that are text, whether or not they come with a
// file name.
var tencentText = []string{"appid", "bucket", "idcard_number", "idcard_name", "url", "session_id"}

type tencentCompare struct{}

func (tencentCompare) says(_ *Server, t trouble) reply {
	rep := tencentFailed([...]int{
		rateLimited: 15, quotaExceeded: 25, unavailable: 213, expired: 9, revoked: 14, notFound: 3,
	}[t])
	if t == notFound {
		rep.status = http.StatusNotFound
	}
	return rep
}

// tencentRequest is a request to Tencent.
type tencentRequest struct {
	form
	method        string
	authorization string
	announced     int64 // Content-Length, -1 without
	size          int64 // of the body
	contentType   string
}

func (tencentCompare) read(r *http.Request, rec *Exchange) request {
	req := tencentRequest{
		method:        r.Method,
		authorization: r.Header.Get("Authorization"),
		announced:     r.ContentLength,
	}
	req.contentType, _, _ = mime.ParseMediaType(r.Header.Get("Content-Type"))
	if req.contentType == "application/json" {
		req.form = readFlatJSON(r, rec)
	} else {
		req.form = readForm(r, rec)
	}
	req.size = rec.BodyBytes
	req.note(rec, "url", "image")
	return req
}

// readFlatJSON reads a JSON object of strings. A value of another type counts
// as malformed: all of the vendor's parameters are strings.
func readFlatJSON(r *http.Request, rec *Exchange) form {
	text := readBody(r, rec, tencentMaxBody)
	f := form{parts: map[string]part{}}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(text, &fields) // what is no object has no field, and lacks those that are required
	for name, raw := range fields {
		var value string
		if json.Unmarshal(raw, &value) != nil {
			f.malformed = true
		}
		f.parts[name] = part{head: []byte(value), size: int64(len(value))}
	}
	rec.Fields = names(f.parts)
	return f
}

func (q tencentRequest) subject() string { return q.text("idcard_number") }

func (q tencentRequest) judge(s *Server) reply {
	if q.method != http.MethodPost {
		return tencentCompare{}.says(s, notFound)
	}
	if code := tencentSigned(q.authorization, s.now()); code != 0 {
		return tencentFailed(code)
	}
	if code := q.invalid(); code != 0 {
		return tencentFailed(code)
	}
	name, number := q.text("idcard_name"), q.text("idcard_number")
	a := s.actFor(name, number, Tencent)
	if !a.early() {
		if code := q.undecodable(); code != 0 {
			return tencentFailed(code)
		}
	}
	return q.compare(a)
}

// invalid finds what is wrong with the request's form, the body's size and
// type first.
func (q tencentRequest) invalid() int {
	switch {
	case q.announced < 0:
		return 3 // the header content-length is required
	case q.size > tencentMaxBody:
		return 23
	case q.contentType != "application/json" && q.contentType != "multipart/form-data":
		return 3
	case q.malformed && q.contentType == "application/json":
		return 21
	case q.malformed:
		return 3
	case q.tooMany(tencentText) != "":
		return 21
	case !q.has("appid"):
		return 21
	case q.text("appid") != TencentAppID:
		return 6 // the signature was for TencentAppID
	case q.text("idcard_number") == "", q.text("idcard_name") == "":
		return -5801
	case !validName(q.text("idcard_name")):
		return 21
	case !validNumber(q.text("idcard_number")):
		return -5804
	}
	return 0
}

// undecodable finds what is wrong with the picture. With a url and an image,
// the url counts. In JSON there is no image: it would have to be bytes.
func (q tencentRequest) undecodable() int {
	if address := q.text("url"); address != "" {
		switch fetch(address) {
		case notAnAddress:
			return -1505
		case unreachable:
			return -5805
		case tooSlow:
			return -1506
		}
		return 0
	}
	image := q.parts["image"]
	if image.size == 0 || q.contentType == "application/json" {
		return -5805
	}
	switch formatOf(image.head) {
	case "png", "jpeg", "bmp":
		return 0
	case "":
		return -4011
	}
	return -1400
}

func (q tencentRequest) compare(a act) reply {
	if a.says != "" {
		code, _ := strconv.Atoi(a.says)
		rep := tencentFailed(code)
		rep.billed = a.billed
		return rep
	}
	rep := jsonReply(http.StatusOK, "0", map[string]any{
		"code":    0,
		"message": "OK",
		"data":    map[string]any{"similarity": a.scores.Similarity, "session_id": q.text("session_id")},
	})
	rep.billed = a.billed
	return rep
}
