package idverifytest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

// faceIDMaxText limits the base64 text: the more generous reading of the vendor's
// "3M".
const faceIDMaxText = 3 << 20

// faceIDRequest is a request for ImageRecognitionV2.
type faceIDRequest struct {
	vendor  *vendor
	r       *http.Request // its head
	hash    string        // of the body
	root    *node         // nil if it is no JSON
	isTyped bool          // application/json, with charset UTF-8 if it has one
}

// readFaceID hashes the body while it reads it.
func readFaceID(c *call) request {
	hash := sha256.New()
	c.r.Body = io.NopCloser(io.TeeReader(c.r.Body, hash))
	req := faceIDRequest{vendor: c.vendor, r: c.r, root: c.readJSON("ImageBase64")}
	req.hash = hex.EncodeToString(hash.Sum(nil))
	kind, params, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	charset := params["charset"]
	req.isTyped = kind == "application/json" && (charset == "" || strings.EqualFold(charset, "utf-8"))
	if image := req.root.at("ImageBase64"); !image.isEmpty() && image.kind == jsonString {
		c.rec.Evidence, c.rec.EvidenceBytes = "ImageBase64", image.value.size
	}
	return req
}

func (q faceIDRequest) subject() string { return q.root.at("IdCard").text() }

// judge runs the checks in an order of our own, because the vendor does not document
// its order.
func (q faceIDRequest) judge(s *Server) reply {
	if q.r.Method != http.MethodPost {
		return faceIDError("UnsupportedProtocol")
	}
	if code := faceIDSigned(q.r, q.hash, s.now()); code != "" {
		return faceIDError(code)
	}
	switch {
	case q.r.Header.Get("X-TC-Version") != "2018-03-01":
		return faceIDError("NoSuchVersion")
	case q.r.Header.Get("X-TC-Action") != "ImageRecognitionV2":
		return faceIDError("InvalidAction")
	}
	if code := q.invalid(); code != "" {
		return faceIDError(code)
	}
	extra := q.root.at("Extra").text()
	name, number := q.root.at("Name").text(), q.root.at("IdCard").text()
	switch {
	case !validName(name):
		return faceIDResult("FailedOperation.NameFormatError", 0, extra)
	case !validNumber(number):
		return faceIDResult("FailedOperation.IdFormatError", 0, extra)
	}
	who := q.vendor.whoIs(name, number)
	if !who.unseen() {
		image := q.root.at("ImageBase64").value
		switch format := image.image.format; {
		case image.size > faceIDMaxText:
			return faceIDResult("FailedOperation.LifePhotoSizeError", 0, extra)
		case image.notBase64, format != "jpeg" && format != "png":
			return faceIDError("InvalidParameterValue") // also for a data: prefix
		case image.image.cut:
			return faceIDResult("FailedOperation.ImageDecodeFailed", 0, extra)
		}
	}
	return q.answer(s, who, extra)
}

// faceIDMembers are the members of the body, and whether each is required.
var faceIDMembers = map[string]bool{"IdCard": true, "Name": true, "ImageBase64": true, "Extra": false, "Optional": false, "Encryption": false}

// invalid returns what is wrong with the body's members, or nothing.
func (q faceIDRequest) invalid() string {
	if !q.isTyped || !q.root.isObject() || q.root.repeated != "" {
		return "InvalidParameter"
	}
	for name := range q.root.members {
		if _, known := faceIDMembers[name]; !known {
			return "UnknownParameter"
		}
	}
	for name, required := range faceIDMembers {
		member := q.root.at(name)
		isGiven := member != nil && member.kind != jsonNull
		switch {
		case required && member.isEmpty():
			return "MissingParameter"
		case isGiven && name == "Encryption":
			return "FailedOperation.DecryptSystemError" // the stand-in cannot decrypt
		case isGiven && member.kind != jsonString:
			return "InvalidParameter"
		}
	}
	extra := q.root.at("Extra")
	if extra == nil || extra.kind == jsonNull {
		return ""
	}
	if n := utf8.RuneCountInString(extra.text()); n < 1 || n > 10 {
		return "InvalidParameterValue"
	}
	return ""
}

// answer returns the person's outcome.
func (q faceIDRequest) answer(s *Server, who personID, extra string) reply {
	a := faceIDPeople[who]
	if who == personMatch {
		a.sim = s.scoresOfMatch(q.vendor).Similarity
	}
	switch {
	case a.code == "" && a.sim >= faceIDLine:
		return faceIDResult("Success", a.sim, extra)
	case a.code == "":
		return faceIDResult("FailedOperation.CompareLowSimilarity", a.sim, extra)
	case strings.HasPrefix(a.code, "FailedOperation."):
		return faceIDResult(a.code, 0, extra)
	}
	return faceIDError(a.code)
}
