package idverifytest

import (
	"net/http"
	"strings"

	"github.com/idverify/idverify"
)

// Linkface is the vendor under the name that its package gives it. It bills OK, no
// reference photo, a name and a number that do not agree, and a poor picture, as it
// documents.
//
// What its documents leave open, and no client should rely on:
//
//   - Missing credentials are UNAUTHORIZED, like wrong ones.
//   - A field given twice, or a second file, is INVALID_ARGUMENT, and so are two pieces
//     of evidence. An empty value is none: HTML forms send it for a field that was left
//     empty.
//   - A file name on a part that is text does not matter.
const Linkface = "linkface"

// Credentials that Linkface's stand-in accepts. They are made up and open
// nothing.
const (
	LinkfaceAPIID     = "EXAMPLE-LINKFACE-API-ID"
	LinkfaceAPISecret = "EXAMPLE-LINKFACE-API-SECRET"
)

const linkfacePath = "/identity/liveness_idnumber_verification"

func linkfaceVendor() *vendor {
	return &vendor{
		name:        Linkface,
		credentials: map[string]string{"api_id": LinkfaceAPIID, "api_secret": LinkfaceAPISecret},
		// The documents name no limit for a capture, and the SDK sends 64 MiB then.
		endpoints: []endpoint{{name: Linkface, path: linkfacePath, maxBody: 65 << 20, read: readLinkface, says: linkfaceSays, fails: linkfaceFails}},
		means: map[personID]idverify.Code{
			personSeveral:     idverify.CodeMatch, // takes the largest face
			personAtThreshold: idverify.CodeMatch, // inclusive
		},
		stranger: personNotFound,
		scores:   Scores{Similarity: 0.9312, Liveness: 0.0214},
		decides:  "verify_score",
	}
}

// linkfaceAnswer is what the vendor answers for one person. Without a status the
// face is compared.
type linkfaceAnswer struct {
	status, reason string
	scores         Scores
	billed         bool
}

// Linkface's reasons.
const (
	reasonNoPhoto  = "Gongan photo doesn’t exist"
	reasonMismatch = "Name and idcard number doesn’t match"
	reasonNoNumber = "Invalid idcard number"
	reasonTimeout  = "Gongan service timeout"
	reasonOK       = "Gongan status OK"
	reasonPoor     = "poor picture quality"
)

var linkfacePeople = map[personID]linkfaceAnswer{
	personMatch:            {billed: true},
	personFaceMismatch:     {scores: Scores{Similarity: 0.3127, Liveness: 0.0214}, billed: true},
	personIdentityMismatch: {status: "PHOTO_SERVICE_ERROR", reason: reasonMismatch, billed: true},
	personNotFound:         {status: "PHOTO_SERVICE_ERROR", reason: reasonNoNumber},
	personNoReference:      {status: "PHOTO_SERVICE_ERROR", reason: reasonNoPhoto, billed: true},
	personAttack:           {scores: Scores{Similarity: 0.9312, Liveness: 0.9953}, billed: true},
	personSynthetic:        {scores: Scores{Similarity: 0.9312, Liveness: 0.9871}, billed: true},
	personNoFace:           {status: "NO_FACE_DETECTED", reason: reasonOK},
	personBlurred:          {status: "NO_FACE_DETECTED", reason: reasonPoor, billed: true},
	personSeveral:          {scores: Scores{Similarity: 0.9312, Liveness: 0.0214}, billed: true},
	personRateLimited:      {status: "RATE_LIMIT_EXCEEDED"},
	personQuota:            {status: "OUT_OF_QUOTA"},
	personSourceDown:       {status: "PHOTO_SERVICE_ERROR", reason: reasonTimeout},
	personVendorDown:       {status: "INTERNAL_ERROR"},
	personBadCapture:       {status: "WRONG_LIVENESS_DATA", reason: reasonOK},
	personAtThreshold:      {scores: Scores{Similarity: 0.7, Liveness: 0.0214}, billed: true},
	personAboveThreshold:   {scores: Scores{Similarity: 0.7001, Liveness: 0.0214}, billed: true},
	personBelowThreshold:   {scores: Scores{Similarity: 0.6999, Liveness: 0.0214}, billed: true},
}

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
	"NO_PERMISSION":       http.StatusForbidden,
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

func linkfaceSays(_ *Server, t trouble) reply {
	switch t {
	case expired:
		return linkfaceBody{Status: "KEY_EXPIRED", Reason: "account expired"}.reply()
	case tooLarge:
		return linkfaceBody{Status: "INVALID_ARGUMENT", Reason: "request body too large"}.reply()
	case tooMany:
		return linkfaceBody{Status: "INVALID_ARGUMENT", Reason: "too many arguments"}.reply()
	}
	return linkfaceBody{Status: map[trouble]string{
		rateLimited:   "RATE_LIMIT_EXCEEDED",
		quotaExceeded: "OUT_OF_QUOTA",
		unavailable:   "INTERNAL_ERROR",
		revoked:       "UNAUTHORIZED",
		notFound:      "NOT_FOUND",
	}[t]}.reply()
}

// linkfaceFails accepts a status, with a reason after a colon.
func linkfaceFails(_ *Server, code string) (reply, bool) {
	status, reason, _ := strings.Cut(code, ":")
	if linkfaceHTTP[status] == 0 || status == "OK" {
		return reply{}, false
	}
	return linkfaceBody{Status: status, Reason: strings.TrimSpace(reason)}.reply(), true
}
