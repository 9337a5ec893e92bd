package idverifytest

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"net/http"
)

// The three forms of a capture; a request has one.
const (
	linkfaceFile = "liveness_data_file"
	linkfaceURL  = "liveness_data_url"
	linkfaceID   = "liveness_data_id"
)

// linkfaceText are the fields that are text, whether or not they come with a
// file name.
var linkfaceText = []string{"api_id", "api_secret", "name", "id_number", linkfaceURL, linkfaceID}

// linkfaceRequest is a request to Linkface. The vendor's samples send the
// credentials in the query or in the form.
type linkfaceRequest struct {
	form
	vendor        *vendor
	method        string
	apiID, secret string
}

func readLinkface(c *call) request {
	req := linkfaceRequest{
		form:   c.readForm(formSpec{text: linkfaceText, evidence: map[string]look{linkfaceFile: asBytes}}),
		vendor: c.vendor,
		method: c.r.Method,
	}
	for _, field := range []string{linkfaceFile, linkfaceURL, linkfaceID} {
		if req.isBlank(field) {
			delete(req.fields, field)
		}
	}
	req.note(c.rec, linkfaceFile, linkfaceURL, linkfaceID)
	req.apiID, req.secret = c.query.Get("api_id"), c.query.Get("api_secret")
	if req.has("api_id") {
		req.apiID = req.text("api_id")
	}
	if req.has("api_secret") {
		req.secret = req.text("api_secret")
	}
	return req
}

// isBlank recognises what a browser sends for a form field that was left empty. An
// empty file with a name does not count as blank.
func (q linkfaceRequest) isBlank(evidence string) bool {
	v := q.fields[evidence]
	return v.size == 0 && !(v.isFile && evidence == linkfaceFile)
}

func (q linkfaceRequest) subject() string { return q.text("id_number") }

func (q linkfaceRequest) judge(s *Server) reply {
	if q.method != http.MethodPost {
		return linkfaceSays(s, notFound)
	}
	if q.apiID != LinkfaceAPIID || q.secret != LinkfaceAPISecret {
		return linkfaceBody{Status: "UNAUTHORIZED"}.reply()
	}
	if !q.allUTF8(linkfaceText) {
		return linkfaceBody{Status: "ENCODING_ERROR", Image: "liveness"}.reply()
	}
	if reason := q.invalid(s); reason != "" {
		return linkfaceBody{Status: "INVALID_ARGUMENT", Reason: reason}.reply()
	}
	who := q.vendor.whoIs(q.text("name"), q.text("id_number"))
	a := linkfacePeople[who]
	if who.unseen() {
		return linkfaceBody{Status: a.status}.reply()
	}
	if status := q.fetch(); status != "" {
		return linkfaceBody{Status: status, Image: "liveness"}.reply()
	}
	if who == personMatch {
		a.scores = s.scoresOfMatch(q.vendor)
	}
	return q.compare(s, a)
}

// invalid names the first invalid argument. The vendor documents the message for
// the name and the number only.
func (q linkfaceRequest) invalid(s *Server) string {
	given := 0
	for _, field := range []string{linkfaceFile, linkfaceURL, linkfaceID} {
		if q.has(field) {
			given++
		}
	}
	switch {
	case q.malformed:
		return "malformed request body"
	case q.surplus(linkfaceText) != "":
		return q.surplus(linkfaceText)
	case !validName(q.text("name")):
		return "Invalid name"
	case !validNumber(q.text("id_number")):
		return "Invalid idcard number"
	case given != 1:
		return "exactly one of " + linkfaceFile + ", " + linkfaceURL + ", " + linkfaceID + " is required"
	case q.has(linkfaceFile) && !q.fields[linkfaceFile].isFile:
		return linkfaceFile + " must be a file"
	case q.has(linkfaceURL) && fetch(q.fields[linkfaceURL]) == notAnAddress:
		return "Invalid " + linkfaceURL
	case q.has(linkfaceID) && !s.gaveLivenessID(q.text(linkfaceID)):
		return "Invalid " + linkfaceID
	}
	return ""
}

// fetch returns the status for a failed download.
func (q linkfaceRequest) fetch() string {
	switch fetch(q.fields[linkfaceURL]) {
	case unreachable:
		return "DOWNLOAD_ERROR"
	case tooSlow:
		return "DOWNLOAD_TIMEOUT"
	}
	return ""
}

// compare asks the source first, and then examines the capture, as the vendor does:
// an invalid capture is reported together with the source's answer.
func (q linkfaceRequest) compare(s *Server, a linkfaceAnswer) reply {
	if a.status == "PHOTO_SERVICE_ERROR" {
		rep := linkfaceBody{Status: a.status, Reason: a.reason}.reply()
		rep.billed = a.billed
		return rep
	}
	if q.corrupt() {
		a = linkfaceAnswer{status: "WRONG_LIVENESS_DATA", reason: reasonOK}
	}
	body := linkfaceBody{Status: "OK"}
	if a.status != "" {
		photo := hexID()
		body.Status = a.status
		body.Identity = &linkfaceIdentity{Validity: true, PhotoID: &photo, Reason: a.reason}
		if a.status == "NO_FACE_DETECTED" {
			body.Image = "liveness"
		}
	} else {
		body.HackScore, body.VerifyScore = &a.scores.Liveness, &a.scores.Similarity
		if !q.has(linkfaceID) {
			body.LivenessDataID = s.giveLivenessID()
		}
	}
	rep := body.reply()
	rep.billed = a.billed
	return rep
}

func (q linkfaceRequest) corrupt() bool {
	file, ok := q.fields[linkfaceFile]
	return ok && (file.size == 0 || bytes.HasPrefix(file.head, []byte(corruptMark)) || isNoCapture(file.head, file.image.format))
}

// giveLivenessID makes an id that the server can recognise as its own, so the
// capture need not be kept.
func (s *Server) giveLivenessID() string {
	id := hexID()[:16]
	return id + hex.EncodeToString(s.mac("liveness", id)[:8])
}

func (s *Server) gaveLivenessID(id string) bool {
	if len(id) != 32 {
		return false
	}
	own := hex.EncodeToString(s.mac("liveness", id[:16])[:8])
	return hmac.Equal([]byte(own), []byte(id[16:]))
}
