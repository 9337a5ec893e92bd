package idverifytest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"net/http"
)

const linkfacePath = "/identity/liveness_idnumber_verification"

// linkfaceHTTP holds the HTTP status of each of Linkface's statuses.
var linkfaceHTTP = map[string]int{
	"OK":                  http.StatusOK,
	"PHOTO_SERVICE_ERROR": http.StatusBadRequest,
	"ENCODING_ERROR":      http.StatusBadRequest,
	"DOWNLOAD_TIMEOUT":    http.StatusBadRequest,
	"DOWNLOAD_ERROR":      http.StatusBadRequest,
	"WRONG_LIVENESS_DATA": http.StatusBadRequest,
	"NO_FACE_DETECTED":    http.StatusBadRequest,
	"INVALID_ARGUMENT":    http.StatusBadRequest,
	"UNAUTHORIZED":        http.StatusUnauthorized,
	"KEY_EXPIRED":         http.StatusUnauthorized,
	"RATE_LIMIT_EXCEEDED": http.StatusForbidden,
	"OUT_OF_QUOTA":        http.StatusForbidden,
	"NOT_FOUND":           http.StatusNotFound,
	"INTERNAL_ERROR":      http.StatusInternalServerError,
}

type linkfaceBody struct {
	RequestID      string            `json:"request_id"`
	Status         string            `json:"status"`
	HackScore      *float64          `json:"hack_score,omitempty"`
	VerifyScore    *float64          `json:"verify_score,omitempty"`
	LivenessDataID string            `json:"liveness_data_id,omitempty"`
	Image          string            `json:"image,omitempty"`
	Reason         string            `json:"reason,omitempty"`
	Identity       *linkfaceIdentity `json:"identity,omitempty"`
}

type linkfaceIdentity struct {
	Validity bool    `json:"validity"`
	PhotoID  *string `json:"photo_id"`
	Reason   string  `json:"reason"`
}

func (b linkfaceBody) reply() reply {
	b.RequestID = "TID" + hexID()
	return jsonReply(linkfaceHTTP[b.Status], b.Status, b)
}

// hexID makes 32 random hexadecimal digits.
func hexID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// The three forms of a capture, of which a request has one.
const (
	linkfaceFile = "liveness_data_file"
	linkfaceURL  = "liveness_data_url"
	linkfaceID   = "liveness_data_id"
)

// linkfaceText are the fields that are text, whether or not they come with a
// file name.
var linkfaceText = []string{"api_id", "api_secret", "name", "id_number", linkfaceURL, linkfaceID}

type linkfaceVerify struct{}

func (linkfaceVerify) says(_ *Server, t trouble) reply {
	if t == expired {
		return linkfaceBody{Status: "KEY_EXPIRED", Reason: "account expired"}.reply()
	}
	return linkfaceBody{Status: [...]string{
		rateLimited:   "RATE_LIMIT_EXCEEDED",
		quotaExceeded: "OUT_OF_QUOTA",
		unavailable:   "INTERNAL_ERROR",
		revoked:       "UNAUTHORIZED",
		notFound:      "NOT_FOUND",
	}[t]}.reply()
}

// linkfaceRequest is a request to Linkface. The vendor's samples put the
// credentials into the query or into the form.
type linkfaceRequest struct {
	form
	method        string
	apiID, secret string
}

func (linkfaceVerify) read(r *http.Request, rec *Exchange) request {
	req := linkfaceRequest{form: readForm(r, rec), method: r.Method}
	for _, field := range []string{linkfaceFile, linkfaceURL, linkfaceID} {
		if req.isBlank(field) {
			delete(req.parts, field)
		}
	}
	req.note(rec, linkfaceFile, linkfaceURL, linkfaceID)
	query := r.URL.Query()
	req.apiID, req.secret = query.Get("api_id"), query.Get("api_secret")
	if req.has("api_id") {
		req.apiID = req.text("api_id")
	}
	if req.has("api_secret") {
		req.secret = req.text("api_secret")
	}
	return req
}

// isBlank tells what a browser sends for a form's field that was left empty. A
// file without a single byte is not that: it has a name.
func (q linkfaceRequest) isBlank(evidence string) bool {
	p := q.parts[evidence]
	return p.size == 0 && !(p.isFile && evidence == linkfaceFile)
}

func (q linkfaceRequest) subject() string { return q.text("id_number") }

func (q linkfaceRequest) judge(s *Server) reply {
	if q.method != http.MethodPost {
		return linkfaceVerify{}.says(s, notFound)
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
	a := s.actFor(q.text("name"), q.text("id_number"), Linkface)
	if a.early() {
		return linkfaceBody{Status: a.says}.reply()
	}
	if status := q.fetch(); status != "" {
		return linkfaceBody{Status: status, Image: "liveness"}.reply()
	}
	return q.compare(s, a)
}

// invalid names the first argument that is wrong. The vendor documents the
// words for the name and the number only.
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
	case q.tooMany(linkfaceText) != "":
		return q.tooMany(linkfaceText)
	case !validName(q.text("name")):
		return "Invalid name"
	case !validNumber(q.text("id_number")):
		return "Invalid idcard number"
	case given != 1:
		return "exactly one of " + linkfaceFile + ", " + linkfaceURL + ", " + linkfaceID + " is required"
	case q.has(linkfaceFile) && !q.parts[linkfaceFile].isFile:
		return linkfaceFile + " must be a file"
	case q.has(linkfaceURL) && fetch(q.text(linkfaceURL)) == notAnAddress:
		return "Invalid " + linkfaceURL
	case q.has(linkfaceID) && !s.gaveLivenessID(q.text(linkfaceID)):
		return "Invalid " + linkfaceID
	}
	return ""
}

// fetch is the status that a failed download has.
func (q linkfaceRequest) fetch() string {
	switch fetch(q.text(linkfaceURL)) {
	case unreachable:
		return "DOWNLOAD_ERROR"
	case tooSlow:
		return "DOWNLOAD_TIMEOUT"
	}
	return ""
}

// compare asks the source first, and then looks at the capture, as the vendor
// does: what is wrong with the capture comes with the source's answer.
func (q linkfaceRequest) compare(s *Server, a act) reply {
	if a.says == "PHOTO_SERVICE_ERROR" {
		rep := linkfaceBody{Status: a.says, Reason: a.detail}.reply()
		rep.billed = a.billed
		return rep
	}
	if q.corrupt() {
		a = act{says: "WRONG_LIVENESS_DATA", detail: reasonOK}
	}
	body := linkfaceBody{Status: "OK"}
	if a.says != "" {
		photo := hexID()
		body.Status = a.says
		body.Identity = &linkfaceIdentity{Validity: true, PhotoID: &photo, Reason: a.detail}
		if a.says == "NO_FACE_DETECTED" {
			body.Image = "liveness"
		}
	} else {
		body.HackScore, body.VerifyScore = &a.scores.Hack, &a.scores.Similarity
		if !q.has(linkfaceID) {
			body.LivenessDataID = s.giveLivenessID()
		}
	}
	rep := body.reply()
	rep.billed = a.billed
	return rep
}

func (q linkfaceRequest) corrupt() bool {
	file, ok := q.parts[linkfaceFile]
	return ok && (file.size == 0 || bytes.HasPrefix(file.head, []byte(corruptMark)))
}

// giveLivenessID makes an id that the server can recognise as its own: the
// capture itself need not be kept.
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
