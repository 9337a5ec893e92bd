package idverifytest

import (
	"crypto/sha256"
	"io"
	"mime"
	"net/http"
)

// Limits of the service for a picture. Its page says 4 MB and 10 KB, but not whether
// of the file or of its base64 text: the stand-in accepts what is right for both.
const (
	huaweiIVSMaxBase64 = 4_000_000
	huaweiIVSMinBase64 = 10_240
	huaweiIVSMinSide   = 300
	huaweiIVSMaxSide   = 4000
	huaweiIVSMaxUUID   = 64
)

// huaweiIVSRequest is a request to Huawei. root is nil for what is no JSON.
type huaweiIVSRequest struct {
	vendor *vendor
	r      *http.Request
	root   *node
	digest []byte
}

// readHuaweiIVS hashes the body while it reads it.
func readHuaweiIVS(c *call) request {
	hash := sha256.New()
	c.r.Body = io.NopCloser(io.TeeReader(c.r.Body, hash))
	req := huaweiIVSRequest{vendor: c.vendor, r: c.r, root: c.readJSON("face_image")}
	req.digest = hash.Sum(nil)
	if face := req.one().at("face_image"); face != nil {
		c.rec.Evidence, c.rec.EvidenceBytes = "face_image", face.value.size
	}
	return req
}

func (q huaweiIVSRequest) list() *node { return q.root.at("data").at("req_data") }

// one returns the first person of the request, nil without one.
func (q huaweiIVSRequest) one() *node {
	if list := q.list(); list != nil && len(list.items) > 0 {
		return list.items[0]
	}
	return nil
}

func (q huaweiIVSRequest) subject() string { return q.one().at("verification_id").text() }

func (q huaweiIVSRequest) judge(s *Server) reply {
	if q.r.Method != http.MethodPost {
		return huaweiIVSSays(s, notFound)
	}
	if wrong := huaweiIVSSigned(s, q.r, q.digest); wrong != "" {
		return huaweiIVSError(wrong)
	}
	if wrong := q.invalid(); wrong != "" {
		return huaweiIVSError(wrong)
	}
	who := q.vendor.whoIs(q.one().at("verification_name").text(), q.subject())
	if !who.unseen() {
		if wrong := huaweiIVSFace(q.one().at("face_image")); wrong != "" {
			return huaweiIVSError(wrong)
		}
	}
	a := huaweiIVSPeople[who]
	if who == personMatch {
		a.similarity = s.scoresOfMatch(q.vendor).Similarity
	}
	if _, isVerdict := huaweiIVSVerdicts[a.code]; !isVerdict {
		return huaweiIVSError(a.code)
	}
	isDetailed := q.one().at("detail").isTrue()
	return huaweiIVSVerdict(a.code, q.root.at("meta").at("uuid").text(), a.similarity, isDetailed)
}

// invalid returns what is wrong with the request's form, except the picture.
func (q huaweiIVSRequest) invalid() string {
	kind, _, _ := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	uuid := q.root.at("meta").at("uuid")
	list, one := q.list(), q.one()
	switch {
	case kind != "application/json":
		return "IVS.0012"
	case !q.root.isObject(), !q.root.at("meta").isObject(), q.isRepeated():
		return "IVS.0001"
	case uuid != nil && uuid.kind != jsonNull && (uuid.kind != jsonString || len([]rune(uuid.text())) > huaweiIVSMaxUUID):
		return "IVS.0011: The parameter meta.uuid is invalid"
	case list == nil, list.kind == jsonNull:
		return "IVS.0003: The parameter req_data is null"
	case list.kind != jsonArray:
		return "IVS.0011: The parameter req_data is invalid"
	case len(list.items) > 1:
		return "IVS.0002"
	case !one.isObject():
		return "IVS.0003: The parameter req_data is null"
	}
	return huaweiIVSMembers(one)
}

func (q huaweiIVSRequest) isRepeated() bool {
	for _, n := range []*node{q.root, q.root.at("meta"), q.root.at("data"), q.one()} {
		if n != nil && n.repeated != "" {
			return true
		}
	}
	return false
}

// huaweiIVSMembers returns what is wrong with the one person of the request. The
// text names the member.
func huaweiIVSMembers(one *node) string {
	for _, name := range []string{"verification_name", "verification_id", "face_image"} {
		member := one.at(name)
		switch {
		case member.isEmpty():
			return "IVS.0003: The parameter " + name + " is null"
		case member.kind != jsonString:
			return "IVS.0011: The parameter " + name + " is invalid"
		}
	}
	for _, name := range []string{"detail", "crop"} {
		if member := one.at(name); member != nil && member.kind != jsonBool && member.kind != jsonNull {
			return "IVS.0011: The parameter " + name + " is invalid"
		}
	}
	switch {
	case !validName(one.at("verification_name").text()):
		return "IVS.0011: The parameter verification_name is invalid"
	case !validNumber(one.at("verification_id").text()):
		return "IVS.0011: The parameter verification_id is invalid"
	}
	return ""
}

// huaweiIVSFace returns what is wrong with the picture. Its base64 may not have line
// feeds.
func huaweiIVSFace(face *node) string {
	v := face.value
	switch {
	case v.size > huaweiIVSMaxBase64, v.size < huaweiIVSMinBase64:
		return "IVS.0004: The image size is invalid"
	case v.notBase64, v.image.format != "jpeg", v.image.cut:
		return "IVS.0006: The face image is invalid"
	case min(v.image.width, v.image.height) < huaweiIVSMinSide, max(v.image.width, v.image.height) > huaweiIVSMaxSide:
		return "IVS.0006: The face image is invalid"
	}
	return ""
}
