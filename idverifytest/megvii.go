package idverifytest

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/idverify/idverify"
)

// Megvii is the vendor under the name that its package gives it. It bills a comparison,
// ID_NUMBER_NAME_NOT_MATCH, NO_SUCH_ID_NUMBER and NO_FACE_FOUND of the source.
//
// What its documents leave open, and no client should rely on:
//
//   - "2 MB" of a request are 2,097,152 bytes. What is neither JPEG nor PNG, or is cut
//     off, is IMAGE_ERROR_UNSUPPORTED_FORMAT:image.
//   - A name is any 1 to 32 characters. A number is 18 digits, the last of which may be X
//     or x; date and check digit are not checked. A number that belongs to nobody is
//     NO_SUCH_ID_NUMBER.
//   - A comparison with pictures of the caller's own is BAD_ARGUMENTS:comparison_type. No
//     face token and no capture is known: they are INVALID_FACE_TOKEN:token and
//     DATA_VALIDATION_ERROR.
//   - A part given twice is BAD_ARGUMENTS with its name. A body that is no form is
//     MISSING_ARGUMENTS:api_key.
//   - Answers use three sets of thresholds in turn. The quality of a face is 76.5, and of
//     a blurred one 12.5. Its rect is left out.
const Megvii = "megvii"

// Credentials that Megvii's stand-in accepts. They are made up and open nothing.
const (
	MegviiAPIKey    = "EXAMPLE-MEGVII-API-KEY-000000001"
	MegviiAPISecret = "EXAMPLE-MEGVII-API-SECRET-000001"
)

const megviiPath = "/faceid/v2/verify"

func megviiVendor() *vendor {
	return &vendor{
		name:        Megvii,
		credentials: map[string]string{"api_key": MegviiAPIKey, "api_secret": MegviiAPISecret},
		endpoints:   []endpoint{{name: Megvii, path: megviiPath, maxBody: megviiMaxBody, read: readMegvii, says: megviiSays, fails: megviiFails}},
		means: map[personID]idverify.Code{
			personBadCapture: idverify.CodeUnsupportedFormat, // no code for captures: a picture that cannot be read
		},
		seesNoAttacks: true,
		stranger:      personNotFound,
		scores:        Scores{Similarity: 86.63},
		decides:       "result_faceid",
		state:         func() any { return new(atomic.Uint32) },
	}
}

// megviiRungs are the thresholds of an answer.
type megviiRungs struct {
	E3 float64 `json:"1e-3"`
	E4 float64 `json:"1e-4"`
	E5 float64 `json:"1e-5"`
	E6 float64 `json:"1e-6"`
}

// megviiThresholds differ from answer to answer, as at the vendor.
var megviiThresholds = []megviiRungs{
	{62.169, 69.315, 74.399, 78.038},
	{64, 69, 74, 79.9},
	{65.3, 71.8, 76.5, 79.9},
}

// megviiAnswer is what the vendor answers for one person: an error, a confidence, or
// a confidence relative to the same answer's threshold for 1e-4.
type megviiAnswer struct {
	message    string
	confidence float64
	isBeside   bool
	beside     float64
	attacked   bool // id_exceptions
	billed     bool
}

var megviiPeople = map[personID]megviiAnswer{
	personMatch:            {billed: true}, // with the similarity of SetScores
	personFaceMismatch:     {confidence: 31.52, billed: true},
	personIdentityMismatch: {message: "ID_NUMBER_NAME_NOT_MATCH", billed: true},
	personNotFound:         {message: "NO_SUCH_ID_NUMBER", billed: true},
	personNoReference:      {message: "NO_FACE_FOUND: data_source", billed: true},
	personAttack:           {confidence: 86.63, attacked: true, billed: true},
	personSynthetic:        {confidence: 86.63, billed: true},
	personNoFace:           {message: "NO_FACE_FOUND:image"},
	personBlurred:          {message: "LOW_QUALITY", confidence: 86.63},
	personSeveral:          {message: "MULTIPLE_FACES:image", confidence: 86.63},
	personRateLimited:      {message: "CONCURRENCY_LIMIT_EXCEEDED"},
	personQuota:            {message: "AUTHORIZATION_ERROR:Limit reached."},
	personSourceDown:       {message: "DATA_SOURCE_ERROR"},
	personVendorDown:       {message: "INTERNAL_ERROR"},
	personBadCapture:       {message: "IMAGE_ERROR_UNSUPPORTED_FORMAT:image"},
	personAtThreshold:      {isBeside: true, billed: true},
	personAboveThreshold:   {isBeside: true, beside: 0.01, billed: true},
	personBelowThreshold:   {isBeside: true, beside: -0.01, billed: true},
}

// megviiHTTP holds the HTTP status of each of the vendor's errors.
var megviiHTTP = map[string]int{
	"NO_SUCH_ID_NUMBER":              http.StatusBadRequest,
	"ID_NUMBER_NAME_NOT_MATCH":       http.StatusBadRequest,
	"IMAGE_ERROR_UNSUPPORTED_FORMAT": http.StatusBadRequest,
	"NO_FACE_FOUND":                  http.StatusBadRequest,
	"INVALID_IMAGE_SIZE":             http.StatusBadRequest,
	"MULTIPLE_FACES":                 http.StatusBadRequest,
	"LOW_QUALITY":                    http.StatusBadRequest,
	"INVALID_FACE_TOKEN":             http.StatusBadRequest,
	"INVALID_NAME_FORMAT":            http.StatusBadRequest,
	"INVALID_IDCARD_NUMBER":          http.StatusBadRequest,
	"DATA_VALIDATION_ERROR":          http.StatusBadRequest,
	"DATA_SOURCE_ERROR":              http.StatusBadRequest,
	"DELTA_USED":                     http.StatusBadRequest,
	"MEGLIVE_BIZ_NO_USED":            http.StatusBadRequest,
	"MISSING_ARGUMENTS":              http.StatusBadRequest,
	"BAD_ARGUMENTS":                  http.StatusBadRequest,
	"AUTHENTICATION_ERROR":           http.StatusForbidden,
	"AUTHORIZATION_ERROR":            http.StatusForbidden,
	"CONCURRENCY_LIMIT_EXCEEDED":     http.StatusForbidden,
	"API_NOT_FOUND":                  http.StatusNotFound,
	"INTERNAL_ERROR":                 http.StatusInternalServerError,
}

// megviiError makes the answer for an error, NAME or NAME:param.
func megviiError(message string) reply {
	name, _, _ := strings.Cut(message, ":")
	body := map[string]any{"error_message": message}
	if name != "API_NOT_FOUND" {
		body["request_id"], body["time_used"] = megviiID(), 4
	}
	return jsonReply(megviiHTTP[name], name, body)
}

// megviiID has the form of the vendor's ids: a time, and a UUID.
func megviiID() string {
	id := hexID()
	return fmt.Sprintf("1700000000,%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:])
}

func megviiSays(_ *Server, t trouble) reply {
	if t == tooLarge { // sent by a server in front of the vendor's own
		return reply{status: http.StatusRequestEntityTooLarge, code: "413", header: http.Header{"Content-Type": {"text/plain"}},
			body: []byte("Request Entity Too Large")}
	}
	return megviiError(map[trouble]string{
		rateLimited:   "CONCURRENCY_LIMIT_EXCEEDED",
		quotaExceeded: "AUTHORIZATION_ERROR:Limit reached.",
		unavailable:   "INTERNAL_ERROR",
		expired:       "AUTHORIZATION_ERROR:Denied.",
		revoked:       "AUTHENTICATION_ERROR",
		notFound:      "API_NOT_FOUND",
		tooMany:       "BAD_ARGUMENTS",
	}[t])
}

// megviiFails accepts a name, with a parameter after a colon.
func megviiFails(_ *Server, code string) (reply, bool) {
	name, _, _ := strings.Cut(code, ":")
	if megviiHTTP[name] == 0 {
		return reply{}, false
	}
	return megviiError(code), true
}

// megviiCompared is an answer with a confidence.
func megviiCompared(s *Server, a megviiAnswer, faces []megviiFace) reply {
	n := stateOf[*atomic.Uint32](s, Megvii).Add(1)
	rungs := megviiThresholds[int(n)%len(megviiThresholds)]
	if a.isBeside {
		a.confidence = math.Round((rungs.E4+a.beside)*1000) / 1000
	}
	attacked := 0
	if a.attacked {
		attacked = 1
	}
	body := map[string]any{
		"request_id":    megviiID(),
		"time_used":     1020,
		"result_faceid": map[string]any{"confidence": a.confidence, "thresholds": rungs},
		"id_exceptions": map[string]int{"id_attacked": attacked, "id_photo_monochrome": 0},
	}
	if faces != nil {
		body["faces"] = faces
	}
	rep := jsonReply(http.StatusOK, "result_faceid", body)
	rep.billed = true
	return rep
}
