package idverifytest

import (
	"net/http"
	"strconv"

	"github.com/idverify/idverify"
)

// Tencent is the vendor under the name that its package gives it. It bills the codes
// 0, -5803, -5809, and -5804 from the source.
//
// What its documents leave open, and no client should rely on:
//
//   - Errors have HTTP status 200; GET and unknown paths have 404.
//   - The header Content-Length is required: a chunked body is 3.
//   - A missing appid is 21, and so are a malformed name and a field given twice; a
//     malformed number is -5804.
//   - The image is the raw bytes of the picture, as the vendor's own clients
//     send it: base64 text in its place, as its page has it, cannot be decoded.
//   - A GIF, or another format that is known and not accepted, is -1400.
//   - Attacks are answered with -5016. The real interface has no check for them:
//     see [AttackSuspected].
const Tencent = "tencent"

// Credentials that Tencent's stand-in accepts. They are made up and open
// nothing.
const (
	TencentAppID     = "1250000000"
	TencentSecretID  = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001"
	TencentSecretKey = "EXAMPLEKEYEXAMPLEKEYEXAMPLEKEY01"
)

const tencentPath = "/face/idcardcompare"

func tencentVendor() *vendor {
	return &vendor{
		name:        Tencent,
		credentials: map[string]string{"appid": TencentAppID, "secret_id": TencentSecretID, "secret_key": TencentSecretKey},
		endpoints:   []endpoint{{name: Tencent, path: tencentPath, maxBody: 6 << 20, read: readTencent, says: tencentSays, fails: tencentFails}},
		means: map[personID]idverify.Code{
			personBlurred:    idverify.CodeNoFace,            // no code for a poor picture
			personSeveral:    idverify.CodeNoFace,            // no code for several faces
			personSourceDown: idverify.CodeVendorUnavailable, // one code for both
			personBadCapture: idverify.CodePoorPhoto,         // no code for captures: not decodable
		},
		stranger: personNotFound,
		scores:   Scores{Similarity: 89.25},
		decides:  "similarity",
	}
}

// tencentAnswer is what the vendor answers for one person: an error, or a
// similarity.
type tencentAnswer struct {
	code       int
	similarity float64
	billed     bool
}

var tencentPeople = map[personID]tencentAnswer{
	personMatch:            {billed: true}, // with the similarity of SetScores
	personFaceMismatch:     {similarity: 31.5, billed: true},
	personIdentityMismatch: {code: -5803, billed: true},
	personNotFound:         {code: -5804, billed: true},
	personNoReference:      {code: -5809, billed: true},
	personAttack:           {code: -5016},
	personSynthetic:        {code: -5016},
	personNoFace:           {code: -4012},
	personBlurred:          {code: -4015},
	personSeveral:          {code: -4012},
	personRateLimited:      {code: 15},
	personQuota:            {code: 25},
	personSourceDown:       {code: -5802},
	personVendorDown:       {code: 213},
	personBadCapture:       {code: -4011},
	personAtThreshold:      {similarity: 75, billed: true},
	personAboveThreshold:   {similarity: 75.01, billed: true},
	personBelowThreshold:   {similarity: 74.99, billed: true},
}

// tencentMessages are the messages for the codes that the stand-in sends. The
// vendor changes its own from time to time.
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

// tencentError makes the answer for an error. The documents do not give the HTTP
// status of errors: the stand-in sends 200.
func tencentError(code int) reply {
	message, ok := tencentMessages[code]
	if !ok {
		message = "error"
	}
	return jsonReply(http.StatusOK, strconv.Itoa(code), map[string]any{"code": code, "message": message, "data": struct{}{}})
}

func tencentSays(_ *Server, t trouble) reply {
	rep := tencentError(map[trouble]int{
		rateLimited: 15, quotaExceeded: 25, unavailable: 213, expired: 9, revoked: 14, notFound: 3, tooLarge: 23, tooMany: 21,
	}[t])
	if t == notFound {
		rep.status = http.StatusNotFound
	}
	return rep
}

// tencentFails accepts any number but 0, which is success.
func tencentFails(_ *Server, code string) (reply, bool) {
	n, err := strconv.Atoi(code)
	if err != nil || n == 0 {
		return reply{}, false
	}
	return tencentError(n), true
}
