package idverifytest

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
)

// HuaweiIVS is the vendor under the name that its package gives it. It bills every
// answer that has a verification_code.
//
// What its documents leave open, and no client should rely on:
//
//   - "4 MB" is 4,000,000 characters of base64 and "10 KB" 10,240. A picture that is cut
//     off is IVS.0006, like one that is no JPEG or has sides out of range.
//   - A similarity of 65 passes and 64 does not; the vendor does not publish its
//     threshold. Answers with 2001, 2003, 2006 and 3001 have no similarity.
//   - A malformed name or number is IVS.0011, with a text that names the member.
//   - A wrong clock is answered like a wrong signature, and counts towards the lock. So
//     does a wrong security token.
//   - The path is signed as it was sent, with a prefix if it has one. Additional
//     headers may be signed.
//   - There are no IAM tokens: any token is answered with "decrypt token fail".
//     X-Project-Id and Enterprise-Project-Id may be anything.
//   - A source or a vendor that is down is the gateway's APIG.0202.
const HuaweiIVS = "huaweiivs"

// Credentials that Huawei's stand-in accepts: a permanent key, and a temporary one
// with its security token. They are made up and open nothing. Five wrong signatures in a
// row lock a key for five minutes.
const (
	HuaweiIVSAccessKey          = "EXAMPLEAKHUAWEIIVSA"
	HuaweiIVSSecretKey          = "EXAMPLESKHUAWEIIVSEXAMPLEPERMANENTKEYA"
	HuaweiIVSTemporaryAccessKey = "EXAMPLEAKHUAWEIIVSB"
	HuaweiIVSTemporarySecretKey = "EXAMPLESKHUAWEIIVSEXAMPLETEMPORARYKEYB"
	HuaweiIVSSecurityToken      = "EXAMPLE-SECURITY-TOKEN-OF-THE-TEMPORARY-KEY"
)

const huaweiIVSPath = "/v2.0/ivs-standard"

func huaweiIVSVendor() *vendor {
	return &vendor{
		name:        HuaweiIVS,
		credentials: map[string]string{"access_key": HuaweiIVSAccessKey, "secret_key": HuaweiIVSSecretKey},
		endpoints: []endpoint{{name: HuaweiIVS, path: huaweiIVSPath, maxBody: 12_000_000,
			read: readHuaweiIVS, says: huaweiIVSSays, fails: huaweiIVSFails}},
		means: map[personID]idverify.Code{
			personSourceDown: idverify.CodeVendorUnavailable, // one code for both
			personBadCapture: idverify.CodePoorPhoto,         // no answer of its own for captures
		},
		seesNoAttacks: true,
		stranger:      personNotFound,
		scores:        Scores{Similarity: 88.43},
		decides:       "verification_code",
		state:         func() any { return &huaweiIVSLocks{} },
	}
}

// huaweiIVSAnswer is what the vendor answers for one person: an error code with its
// HTTP status, or a verdict.
type huaweiIVSAnswer struct {
	code       string
	similarity float64 // 0..100; none when negative
}

const noSimilarity = -1

var huaweiIVSPeople = map[personID]huaweiIVSAnswer{
	personMatch:            {code: "1000"}, // with the similarity of SetScores
	personFaceMismatch:     {"2002", 31},
	personIdentityMismatch: {"2001", noSimilarity},
	personNotFound:         {"3001", noSimilarity},
	personNoReference:      {"2006", noSimilarity},
	personAttack:           {"1000", 88},
	personSynthetic:        {"1000", 88},
	personNoFace:           {"IVS.0009", noSimilarity},
	personBlurred:          {"2003", noSimilarity},
	personSeveral:          {"IVS.0009: more than one face", noSimilarity},
	personRateLimited:      {"APIG.0308", noSimilarity},
	personQuota:            {"APIG.0501", noSimilarity},
	personSourceDown:       {"APIG.0202", noSimilarity},
	personVendorDown:       {"APIG.0202", noSimilarity},
	personBadCapture:       {"IVS.0010", noSimilarity},
	personAtThreshold:      {"2002", 64}, // the vendor's threshold is not published
	personAboveThreshold:   {"1000", 65},
	personBelowThreshold:   {"2002", 63},
}

// huaweiIVSVerdicts are the messages of the verdicts.
var huaweiIVSVerdicts = map[string][2]string{
	"1000": {"valid", "Successful certification"},
	"2001": {"invalid", "The name and ID number do not match"},
	"2002": {"invalid", "The face does not match"},
	"2003": {"invalid", "The picture is of poor quality"},
	"2006": {"invalid", "There is no card photo"},
	"3001": {"nonexistent", "The ID number does not exist"},
}

// huaweiIVSVerdict makes the answer of a comparison. Every verdict is billed.
func huaweiIVSVerdict(code, uuid string, similarity float64, detail bool) reply {
	one := map[string]any{
		"verification_result": huaweiIVSVerdicts[code][0], "verification_message": huaweiIVSVerdicts[code][1],
	}
	one["verification_code"], _ = strconv.Atoi(code)
	switch {
	case similarity < 0:
	case detail:
		one["similarity"] = strconv.FormatFloat(similarity*10, 'f', 2, 64)
	default:
		one["similarity"] = strconv.FormatFloat(math.Round(similarity), 'f', -1, 64)
	}
	said := map[string]any{"result": map[string]any{"service_name": "ivs-standard", "count": 1, "resp_data": []any{one}}}
	if uuid != "" {
		said["meta"] = map[string]string{"uuid": uuid}
	}
	rep := jsonReply(http.StatusOK, code, said)
	rep.header.Set("X-Request-Id", hexID())
	rep.billed = true
	return rep
}

// huaweiIVSStatuses are the HTTP statuses of codes other than 400. The gateway's 0201
// has several; the code here names one after a colon.
var huaweiIVSStatuses = map[string]int{
	"0101": 404, "0103": 500, "0104": 500, "0105": 500, "0106": 500, "0202": 502, "0203": 504,
	"0301": 401, "0302": 403, "0303": 401, "0304": 403, "0305": 401, "0306": 403, "0307": 401, "0308": 429, "0310": 403,
	"0401": 403, "0402": 403, "0404": 403, "0501": 405, "0502": 405, "0601": 500, "0605": 500, "0606": 500, "0608": 500,
	"0609": 500, "0610": 502, "0611": 503, "0612": 500, "0613": 503, "0705": 500, "0801": 403, "0802": 403,
}

// huaweiIVSError makes the answer for a code, after which a colon and a text may
// follow; for the gateway's 0201 the text is the status. The service's errors have
// no request_id, the gateway's have one.
func huaweiIVSError(code string) reply {
	code, text, _ := strings.Cut(code, ": ")
	family, number, _ := strings.Cut(code, ".")
	said := map[string]any{"error_code": code, "error_msg": text}
	status := http.StatusBadRequest
	if family != "IVS" {
		said["request_id"] = hexID()
		if other := huaweiIVSStatuses[number]; other != 0 {
			status = other
		}
		if given, err := strconv.Atoi(text); err == nil && isStatus(given) {
			status = given
		}
	}
	if text == "" {
		said["error_msg"] = "error"
	}
	rep := jsonReply(status, code, said)
	rep.header.Set("X-Request-Id", hexID())
	return rep
}

func huaweiIVSSays(_ *Server, t trouble) reply {
	return huaweiIVSError(map[trouble]string{
		rateLimited: "APIG.0308: Throttled", quotaExceeded: "APIG.0501", unavailable: "APIG.0202", expired: huaweiIVSExpired,
		revoked: huaweiIVSWrong, notFound: "APIG.0101", tooLarge: "APIG.0201: 413", tooMany: "IVS.0001",
	}[t])
}

var huaweiIVSCode = regexp.MustCompile(`^(IVS|APIGW?)\.\d{4}(: .+)?$`)

// huaweiIVSFails accepts the codes of the service and of its gateway in both
// spellings, and every verdict except a match.
func huaweiIVSFails(_ *Server, code string) (reply, bool) {
	if _, ok := huaweiIVSVerdicts[code]; ok && code != "1000" {
		rep := huaweiIVSVerdict(code, "", noSimilarity, false)
		rep.billed = false // the gateway answers before the vendor does any work
		return rep, true
	}
	if !huaweiIVSCode.MatchString(code) {
		return reply{}, false
	}
	return huaweiIVSError(code), true
}
