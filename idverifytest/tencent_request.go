package idverifytest

import (
	"mime"
	"net/http"
)

// tencentText are the fields that are text, whether or not they come with a
// file name.
var tencentText = []string{"appid", "bucket", "idcard_number", "idcard_name", "url", "session_id"}

// tencentRequest is a request to Tencent.
type tencentRequest struct {
	form
	vendor        *vendor
	method        string
	authorization string
	announced     int64 // Content-Length, -1 without one
	contentType   string
}

func readTencent(c *call) request {
	req := tencentRequest{
		vendor:        c.vendor,
		method:        c.r.Method,
		authorization: c.r.Header.Get("Authorization"),
		announced:     c.r.ContentLength,
	}
	req.contentType, _, _ = mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if req.contentType == "application/json" {
		req.form = readTencentJSON(c)
	} else {
		req.form = c.readForm(formSpec{text: tencentText, evidence: map[string]look{"image": asBytes}})
	}
	req.note(c.rec, "url", "image")
	return req
}

// readTencentJSON reads a JSON object of strings. A value of another type
// counts as malformed: all of the vendor's parameters are strings.
func readTencentJSON(c *call) form {
	f := form{fields: map[string]value{}}
	root := c.readJSON("image")
	if !root.isObject() { // it has no fields, so the required ones are missing
		return f
	}
	f.repeated = root.repeated
	for name, member := range root.members {
		f.malformed = f.malformed || member.kind != jsonString && member.kind != jsonNull
		f.fields[name] = member.value
	}
	return f
}

func (q tencentRequest) subject() string { return q.text("idcard_number") }

func (q tencentRequest) judge(s *Server) reply {
	if q.method != http.MethodPost {
		return tencentSays(s, notFound)
	}
	if code := tencentSigned(q.authorization, s.now()); code != 0 {
		return tencentError(code)
	}
	if code := q.invalid(); code != 0 {
		return tencentError(code)
	}
	name, number := q.text("idcard_name"), q.text("idcard_number")
	who := q.vendor.whoIs(name, number)
	if !who.unseen() {
		if code := q.undecodable(); code != 0 {
			return tencentError(code)
		}
	}
	a := tencentPeople[who]
	if who == personMatch {
		a.similarity = s.scoresOfMatch(q.vendor).Similarity
	}
	return q.compare(a)
}

// invalid returns what is wrong with the request's form, body size and type first.
func (q tencentRequest) invalid() int {
	switch {
	case q.announced < 0:
		return 3 // the header content-length is required
	case q.contentType != "application/json" && q.contentType != "multipart/form-data":
		return 3
	case q.malformed && q.contentType == "application/json":
		return 21
	case q.malformed:
		return 3
	case q.surplus(tencentText) != "":
		return 21
	case !q.has("appid"):
		return 21
	case q.text("appid") != TencentAppID:
		return 6 // the signature was for TencentAppID
	case q.text("idcard_number") == "", q.text("idcard_name") == "":
		return -5801
	case !validName(q.text("idcard_name")), q.fields["session_id"].isCut():
		return 21
	case !validNumber(q.text("idcard_number")):
		return -5804
	}
	return 0
}

// undecodable returns what is wrong with the picture. With both a url and an image,
// the url counts. JSON cannot have an image: it would have to be bytes.
func (q tencentRequest) undecodable() int {
	if address := q.fields["url"]; address.size > 0 {
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
	image := q.fields["image"]
	if image.size == 0 || q.contentType == "application/json" {
		return -5805
	}
	if image.image.cut {
		return -4011
	}
	switch image.image.format {
	case "png", "jpeg", "bmp":
		return 0
	case "":
		return -4011
	}
	return -1400
}

func (q tencentRequest) compare(a tencentAnswer) reply {
	if a.code != 0 {
		rep := tencentError(a.code)
		rep.billed = a.billed
		return rep
	}
	rep := jsonReply(http.StatusOK, "0", map[string]any{
		"code":    0,
		"message": "OK",
		"data":    map[string]any{"similarity": a.similarity, "session_id": q.text("session_id")},
	})
	rep.billed = a.billed
	return rep
}
