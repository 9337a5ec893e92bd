package idverifytest

import (
	"crypto/sha256"
	"io"
	"mime"
	"net/http"
)

// volcengineRequest is a request to Volcengine.
type volcengineRequest struct {
	vendor      *vendor
	method      string
	action      string
	version     string
	contentType string
	root        *node
	refused     string // the gateway's error about the signature
}

// readVolcengine hashes the body while it reads it.
func readVolcengine(c *call) request {
	hash := sha256.New()
	c.r.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(c.r.Body, hash), c.r.Body}
	q := volcengineRequest{
		vendor: c.vendor, method: c.r.Method,
		action: c.query.Get("Action"), version: c.query.Get("Version"),
		root: c.readJSON("image"),
	}
	q.contentType, _, _ = mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	q.refused = volcengineRefuses(c.r, [sha256.Size]byte(hash.Sum(nil)), c.server.now())
	if image := q.root.at("image"); image != nil {
		c.rec.Evidence, c.rec.EvidenceBytes = "image", image.value.size
	}
	return q
}

func (q volcengineRequest) subject() string { return q.root.at("idcard_no").text() }

func (q volcengineRequest) judge(s *Server) reply {
	switch {
	case q.action == "" || q.version == "":
		return volcengineGateway("MissingParameter")
	case q.action != volcengineAction || q.version != volcengineVersion || q.method != http.MethodPost:
		return volcengineGateway("InvalidActionOrVersion")
	case q.refused != "":
		return volcengineGateway(q.refused)
	}
	if code := q.invalid(); code != 0 {
		return volcengineReply(code, 0, false)
	}
	if sub := q.unfit(); sub != 0 {
		return volcengineReply(10000, sub, false)
	}
	who := q.vendor.whoIs(q.root.at("idcard_name").text(), q.subject())
	if !who.unseen() {
		if sub := q.undecodable(); sub != 0 {
			return volcengineReply(10000, sub, sub == 210301 || sub == 210302)
		}
	}
	a := volcenginePeople[who]
	if who == personMatch {
		if a.score = s.scoresOfMatch(q.vendor).Similarity; a.score < volcengineThresholds["1e-4"] {
			a.sub = 210311
		}
	}
	switch {
	case a.code != 0:
		return volcengineReply(a.code, a.sub, a.billed)
	case a.score != 0 || who == personMatch:
		return a.compared()
	}
	return volcengineReply(10000, a.sub, a.billed)
}

// invalid returns what is wrong with the request's form. A wrong req_key is
// answered like a missing permission.
func (q volcengineRequest) invalid() int {
	switch {
	case q.contentType != "application/json", !q.root.isObject(), q.root.repeated != "":
		return 50200
	case q.root.at("req_key").isEmpty():
		return 50201
	}
	for _, name := range []string{"req_key", "idcard_name", "idcard_no", "image"} {
		if n := q.root.at(name); n != nil && n.kind != jsonString && n.kind != jsonNull {
			return 50204
		}
	}
	switch {
	case q.root.at("req_key").text() != "cert_src_face_comp":
		return 50400
	case q.root.at("image") == nil:
		return 50206
	}
	return 0
}

// unfit returns what is wrong with name and number.
func (q volcengineRequest) unfit() int {
	name, number := q.root.at("idcard_name"), q.root.at("idcard_no")
	switch {
	case name.isEmpty():
		return 210203
	case !validName(name.text()):
		return 210204
	case number.isEmpty():
		return 210201
	case !validNumber(number.text()):
		return 210202
	}
	return 0
}

// undecodable returns what is wrong with the picture. Its base64 must use the
// standard alphabet, with padding, on one line and without a prefix.
func (q volcengineRequest) undecodable() int {
	image := q.root.at("image")
	switch v := image.value; {
	case image.isEmpty():
		return 210304
	case v.notBase64:
		return 201302
	case v.image.format != "jpeg" && v.image.format != "png":
		return 210301
	case v.image.cut:
		return 210302
	}
	return 0
}
