package idverifytest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
)

// Volcengine is the vendor under the name that its package gives it. It bills a
// comparison, whatever its outcome, and a picture of poor quality.
//
// What its documents leave open, and no client should rely on:
//
//   - Errors of the service have HTTP status 400, but 50429 has 429 and 505xx 500. Most
//     sub-codes come under 10000 and with 200. InvalidTimestamp has 400.
//   - data is null where there is no sub-code.
//   - 10 MB of a request are 10,485,760 bytes. There is no other limit for a picture. What
//     is no base64, has line feeds or a prefix, is 201302; what is neither JPEG nor PNG
//     is 210301, and what is cut off 210302, both charged for.
//   - A signature may be 15 minutes off, and need not cover more than host and x-date.
//     The path is signed as it was sent, with a prefix if it has one.
//   - A wrong req_key is 50400, and so is a call when the calls bought are used up.
//   - The thresholds are the same in every answer. A score exactly at the threshold for
//     1e-4 has the result true.
//   - There is no daily limit of tries for a number (201403).
const Volcengine = "volcengine"

// Credentials that Volcengine's stand-in accepts: a permanent key, and a temporary one
// that comes with a token. They are made up and open nothing.
const (
	VolcengineAccessKeyID     = "AKLTEXAMPLEEXAMPLEEXAMPLE0001"
	VolcengineSecretAccessKey = "RVhBTVBMRUVYQU1QTEVFWEFNUExFRVhBTVBMRTAwMDE="

	VolcengineTemporaryKeyID     = "AKTPEXAMPLEEXAMPLEEXAMPLE0002"
	VolcengineTemporarySecretKey = "RVhBTVBMRUVYQU1QTEVFWEFNUExFRVhBTVBMRTAwMDI="
	VolcengineSecurityToken      = "STSEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0002"
)

const volcengineAction, volcengineVersion = "CertSrcFaceComp", "2022-08-31"

func volcengineVendor() *vendor {
	return &vendor{
		name:        Volcengine,
		credentials: map[string]string{"access_key_id": VolcengineAccessKeyID, "secret_access_key": VolcengineSecretAccessKey},
		endpoints: []endpoint{{
			name: Volcengine, path: "/", maxBody: 10 << 20,
			claims: func(r *http.Request) bool { return r.URL.Query().Get("Action") == volcengineAction },
			read:   readVolcengine, says: volcengineSays, fails: volcengineFails,
		}},
		means: map[personID]idverify.Code{
			personQuota:       idverify.CodePermissionDenied, // no code for a used-up quota
			personBadCapture:  idverify.CodePoorPhoto,        // no code for captures: cannot be processed
			personAtThreshold: idverify.CodeMatch,            // the vendor's threshold is inclusive here
		},
		seesNoAttacks: true,
		stranger:      personNotFound,
		scores:        Scores{Similarity: 89.25},
		decides:       "result",
	}
}

// The thresholds of every answer, by their false-accept rates. The second is the
// one that the vendor itself uses.
var volcengineThresholds = map[string]float64{"1e-3": 62.17, "1e-4": 69.32, "1e-5": 74.4, "1e-6": 78.04}

// volcengineAnswer is what the vendor answers for one person: a code, a sub-code
// where it is not 0, and a score where something was compared.
type volcengineAnswer struct {
	code, sub int
	score     float64
	billed    bool
}

var volcenginePeople = map[personID]volcengineAnswer{
	personMatch:            {billed: true}, // with the similarity of SetScores
	personFaceMismatch:     {sub: 210311, score: 31.5, billed: true},
	personIdentityMismatch: {sub: 210207},
	personNotFound:         {sub: 210205},
	personNoReference:      {sub: 210309},
	personAttack:           {score: 85.5, billed: true},
	personSynthetic:        {score: 84.5, billed: true},
	personNoFace:           {sub: 210305},
	personBlurred:          {sub: 210302, billed: true},
	personSeveral:          {sub: 210306},
	personRateLimited:      {code: 50429},
	personQuota:            {code: 50400},
	personSourceDown:       {code: 50501, sub: 100001},
	personVendorDown:       {code: 50500, sub: 100000},
	personBadCapture:       {sub: 201304},
	personAtThreshold:      {score: 69.32, billed: true},
	personAboveThreshold:   {score: 69.33, billed: true},
	personBelowThreshold:   {score: 69.31, billed: true},
}

// volcengineMessages are the messages for the codes and sub-codes that the stand-in
// sends.
var volcengineMessages = map[int]string{
	10000:  "Success",
	50200:  "Parameter Invalid",
	50201:  "Parameter Missing",
	50204:  "Parameter Type Invalid",
	50206:  "Image Missing",
	50213:  "Request Body Too Large",
	50400:  "Access Denied: Internal Error",
	50429:  "Request Has Reached API Limit, Please Try Later",
	50500:  "Internal Error",
	50501:  "Internal RPC Error",
	100000: "INTERNAL_ERROR",
	100001: "SOURCE_ERROR",
	201302: "IMAGE_DECODE_ERROR",
	201304: "IMAGE_PROCESS_ERROR",
	210201: "ID_NUMBER_EMPTY",
	210202: "ID_NUMBER_INVALID",
	210203: "NAME_EMPTY",
	210204: "NAME_INVALID",
	210205: "ID_NUMBER_NOT_FOUND",
	210207: "NAME_NUMBER_NOT_MATCH",
	210301: "IMAGE_FORMAT_UNSUPPORTED",
	210302: "IMAGE_LOW_QUALITY",
	210304: "IMAGE_EMPTY",
	210305: "NO_FACE",
	210306: "MULTIPLE_FACES",
	210309: "NO_REFERENCE_PHOTO",
	210311: "FACE_NOT_MATCH",
}

// volcengineStatus is the HTTP status of the service's codes. The documents say only
// that it is not 200 for an error.
func volcengineStatus(code int) int {
	switch {
	case code == 10000:
		return http.StatusOK
	case code == 50429:
		return http.StatusTooManyRequests
	case code >= 50500 && code < 60000:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// volcengineReply is an answer of the service without a comparison.
func volcengineReply(code, sub int, billed bool) reply {
	rep := volcengineBody(code, sub, billed, nil)
	if sub == 0 {
		rep = volcengineBody(code, -1, billed, nil)
	}
	return rep
}

// volcengineBody is an answer of the service. data is null without a sub-code, as it
// is for errors.
func volcengineBody(code, sub int, billed bool, data map[string]any) reply {
	body := map[string]any{
		"code": code, "status": code, "message": volcengineWord(code), "request_id": hexID(), "time_elapsed": "84.448ms", "data": nil,
	}
	said := strconv.Itoa(code)
	if sub >= 0 {
		units := 0
		if billed {
			units = 1
		}
		inner := map[string]any{
			"byted_token": hexID(), "binary_data_base64": []string{},
			"algorithm_base_resp": map[string]any{"status_code": sub, "status_message": volcengineWord(sub)},
			"req_measure_info":    map[string]any{"measure_type": "query_num", "value": units},
		}
		for name, value := range data {
			inner[name] = value
		}
		body["data"] = inner
		if sub > 0 {
			said = strconv.Itoa(sub)
		}
	}
	rep := jsonReply(volcengineStatus(code), said, body)
	rep.billed = billed
	return rep
}

func volcengineWord(code int) string {
	switch word, ok := volcengineMessages[code]; {
	case ok:
		return word
	case code == 0:
		return "SUCCESS"
	}
	return "ERROR"
}

// compared is an answer with a score, a verdict and the thresholds.
func (a volcengineAnswer) compared() reply {
	return volcengineBody(10000, a.sub, a.billed, map[string]any{
		"result":              a.sub == 0 && a.score >= volcengineThresholds["1e-4"],
		"source_comp_details": map[string]any{"score": a.score, "thresholds": volcengineThresholds},
	})
}

func volcengineSays(_ *Server, t trouble) reply {
	switch t {
	case expired:
		return volcengineGateway("InvalidTimestamp")
	case revoked:
		return volcengineGateway("InvalidAccessKey")
	case notFound:
		return volcengineGateway("InvalidActionOrVersion")
	case unavailable:
		return volcengineReply(50500, 100000, false)
	}
	return volcengineReply(map[trouble]int{rateLimited: 50429, quotaExceeded: 50400, tooLarge: 50213, tooMany: 50200}[t], 0, false)
}

// volcengineFails accepts the name of a gateway error, a five-digit code of the
// service, or a six-digit sub-code.
func volcengineFails(_ *Server, code string) (reply, bool) {
	n, err := strconv.Atoi(code)
	switch {
	case err != nil && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == "" && code != "":
		return volcengineGateway(code), true
	case err != nil || n == 10000 || n < 10000 || n > 999999:
		return reply{}, false
	case n == 100000:
		return volcengineReply(50500, n, false), true
	case n == 100001:
		return volcengineReply(50501, n, false), true
	case n > 99999:
		return volcengineReply(10000, n, false), true
	}
	return volcengineReply(n, 0, false), true
}
