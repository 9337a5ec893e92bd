package idverifytest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/idverify/idverify"
)

// Aliyun is the vendor under the name that its package gives it. It bills every answer
// that has a SubCode.
//
// What its documents leave open, and no client should rely on:
//
//   - Codes of the service come with HTTP status 200, and error names of the gateway with
//     the status that most of the vendor's lists give.
//   - "Below 1 MB" is of the base64: 1,000,000 characters and more are 421. What is no
//     base64, has line feeds, is neither JPEG nor PNG, is cut off, or does not lie in
//     640 × 480 to 1920 × 1080 either way round, is 419.
//   - Every http or https address counts as the address of a picture. There is one
//     bucket; any other is 411. A CertifyId must be [AliyunCertifyID], or one that this
//     server issued for a pass.
//   - A person under 14, by this server's clock, is 405. The vendor answers 417, 418 and
//     206 because of earlier calls; the stand-in remembers none, so the same question
//     always has the same answer.
//   - An OuterOrderNo may be used again. A nonce may not: the last 4,096 are remembered.
//   - EncryptType is 401. Signatures of both kinds are valid for 15 minutes. One of the
//     older kind is checked while the form arrives, so the form's fields must be sorted
//     by name.
//   - Passed and SubCode decide. The score says nothing: a person who is refused can have
//     the same score as one who passes.
const Aliyun = "aliyun"

// Credentials that Aliyun's stand-in accepts. They are made up and open nothing.
const (
	AliyunAccessKeyID     = "LTAIEXAMPLEEXAMPLE0001"
	AliyunAccessKeySecret = "EXAMPLESECRETEXAMPLESECRET0001"
	AliyunSceneID         = "1000000006"

	// The temporary key of a role, which needs a token.
	AliyunTemporaryKeyID     = "STS.EXAMPLEEXAMPLE0001"
	AliyunTemporaryKeySecret = "EXAMPLESECRETEXAMPLESECRET0002"
	AliyunSecurityToken      = "EXAMPLESTSTOKEN/+==EXAMPLESTSTOKEN0001"
)

// What Aliyun's stand-in accepts instead of a picture: any object of this bucket
// whose name does not contain "unreachable", and the id of a verification that
// passed, this one or one issued by this server.
const (
	AliyunOSSBucket = "example-bucket"
	AliyunOSSObject = "faces/example.jpg"
	AliyunCertifyID = "00000000000000000000000000example"
)

func aliyunVendor() *vendor {
	return &vendor{
		name:        Aliyun,
		credentials: map[string]string{"access_key_id": AliyunAccessKeyID, "access_key_secret": AliyunAccessKeySecret, "scene_id": AliyunSceneID},
		evidence:    map[string]string{"oss_bucket_name": AliyunOSSBucket, "oss_object_name": AliyunOSSObject, "certify_id": AliyunCertifyID},
		endpoints: []endpoint{{name: Aliyun, path: "/", claims: claimsAliyun, maxBody: 8 << 20, holds: aliyunHolds,
			read: readAliyun, says: aliyunSays, fails: aliyunFails}},
		means: map[personID]idverify.Code{
			personNoFace:     idverify.CodePoorPhoto,        // one code for every unusable picture
			personSeveral:    idverify.CodeMatch,            // the largest face is taken
			personQuota:      idverify.CodeAccountSuspended, // calls are paid for afterwards
			personSourceDown: idverify.CodePersonRestricted, // the vendor has no source for this identity
			personBadCapture: idverify.CodePoorPhoto,
		},
		stranger: personNotFound,
		scores:   Scores{Similarity: 50.29}, // the score decides nothing
		decides:  "Passed",
		state:    func() any { return &aliyunState{seen: map[string]bool{}} },
	}
}

// aliyunAnswer is a Code of the service, a SubCode with a score that does not decide,
// or an error name of the gateway.
type aliyunAnswer struct {
	word, code, sub string
	score           float64
}

var aliyunPeople = map[personID]aliyunAnswer{
	personMatch:            {sub: "200"}, // with the similarity of SetScores
	personFaceMismatch:     {sub: "204", score: 12.5},
	personIdentityMismatch: {sub: "201"},
	personNotFound:         {sub: "202"},
	personNoReference:      {sub: "203"},
	personAttack:           {sub: "205", score: 61.25},
	personSynthetic:        {sub: "205", score: 61.25},
	personNoFace:           {code: "419"},
	personBlurred:          {code: "419"},
	personSeveral:          {sub: "200", score: 58.5},
	personRateLimited:      {word: "Throttling.User"},
	personQuota:            {code: "412"},
	personSourceDown:       {code: "417"},
	personVendorDown:       {code: "500"},
	personBadCapture:       {code: "419"},
	personAtThreshold:      {sub: "204", score: 50.29}, // the same score as of people who pass
	personAboveThreshold:   {sub: "200", score: 50.28},
	personBelowThreshold:   {sub: "204", score: 50.3},
}

// aliyunMessages are messages for codes of the service.
var aliyunMessages = map[string]string{
	"200": "success", "400": "parameter is empty", "401": "parameter is invalid", "404": "scene is not configured",
	"405": "minor", "411": "no permission", "412": "arrears", "417": "no available source", "418": "too many failures",
	"419": "picture is unavailable", "420": "several pictures", "421": "picture is too large", "422": "download timeout",
	"423": "invalid CertifyId", "500": "system error",
}

// aliyunService answers as the service does: always with HTTP 200.
func aliyunService(code, message string, result map[string]any) reply {
	if message == "" {
		message = aliyunMessages[code]
	}
	body := map[string]any{"Code": code, "Message": message, "RequestId": aliyunID()}
	if result != nil {
		body["ResultObject"] = result
	}
	rep := jsonReply(http.StatusOK, code, body)
	rep.header.Set("Content-Type", "application/json;charset=utf-8")
	return rep
}

// aliyunDecision is a billed answer about the person.
func aliyunDecision(s *Server, sub string, score float64) reply {
	passed := "F"
	if sub == "200" {
		passed = "T"
	}
	attack := "F"
	if sub == "205" {
		attack = "T"
	}
	material, _ := json.Marshal(map[string]any{
		"faceAttack":         attack,
		"facialPictureFront": map[string]any{"qualityScore": 88.36, "verifyScore": score},
	})
	rep := aliyunService("200", "", map[string]any{
		"CertifyId": aliyunCertified(s, passed), "SubCode": sub, "Passed": passed, "IdentityInfo": "null", "MaterialInfo": string(material),
	})
	rep.billed = true
	return rep
}

// aliyunCertified makes an id that later shows this server whether the verification
// passed.
func aliyunCertified(s *Server, passed string) string {
	random := hexID()[:16]
	return random + fmt.Sprintf("%x", s.mac("aliyun certify "+passed, random)[:8])
}

func aliyunHasPassed(s *Server, id string) bool {
	return id == AliyunCertifyID || len(id) == 32 && fmt.Sprintf("%x", s.mac("aliyun certify T", id[:16])[:8]) == id[16:]
}

// aliyunID is a request id as the vendor writes it.
func aliyunID() string {
	id := strings.ToUpper(hexID())
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}

// aliyunStatuses are the HTTP statuses other than 400 of the gateway's error names,
// by the whole name or the part before the dot.
var aliyunStatuses = map[string]int{
	"InvalidAccessKeyId.NotFound": 404, "InvalidApi": 404, "InvalidAction": 404, "InvalidProduct": 404, "InvalidRegion": 404, "NoSuchVersion": 404,
	"Forbidden": 403, "NoPermission": 403, "Error": 403, "ActionUnauthorized": 403, "UnauthorizedOperation": 403,
	"InternalError": 500, "UnknownError": 500, "ServiceUnavailable": 503,
}

// aliyunError is an error of the gateway that all of the vendor's services share.
type aliyunError struct {
	XMLName                                     xml.Name `xml:"Error" json:"-"`
	RequestId, HostId, Code, Message, Recommend string
}

func aliyunGateway(word, message string) reply {
	head, _, _ := strings.Cut(word, ".")
	status := http.StatusBadRequest
	for _, name := range []string{head, word} {
		if known, ok := aliyunStatuses[name]; ok {
			status = known
		}
	}
	if message == "" {
		message = "The request was refused: " + word + "."
	}
	rep := jsonReply(status, word, aliyunError{RequestId: aliyunID(), HostId: "cloudauth.aliyuncs.com", Code: word, Message: message,
		Recommend: "https://api.example.invalid/troubleshoot?q=" + word})
	rep.header.Set("Content-Type", "application/json;charset=utf-8")
	return rep
}

// inXML renders a gateway error for a client that did not ask for JSON.
func inXML(rep reply) reply {
	var e aliyunError
	if json.Unmarshal(rep.body, &e) != nil || e.HostId == "" {
		return rep
	}
	text, _ := xml.Marshal(e) // only texts, so it cannot fail
	rep.header.Set("Content-Type", "text/xml;charset=utf-8")
	rep.body = append([]byte(xml.Header), text...)
	return rep
}

func aliyunSays(_ *Server, t trouble) reply {
	if code, ok := map[trouble]string{quotaExceeded: "412", unavailable: "500", tooLarge: "421"}[t]; ok {
		return aliyunService(code, "", nil)
	}
	return aliyunGateway(map[trouble]string{
		rateLimited: "Throttling.User", expired: "InvalidTimeStamp.Expired", revoked: "InvalidAccessKeyId.Inactive",
		notFound: "InvalidApi.NotFound", tooMany: "InvalidParameter",
	}[t], "")
}

var aliyunWord = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$`)

// aliyunFails accepts an error name of the gateway, a Code of the service, and every
// SubCode but 200.
func aliyunFails(s *Server, code string) (reply, bool) {
	switch {
	case aliyunWord.MatchString(code):
		return aliyunGateway(code, ""), true
	case len(code) != 3 || strings.Trim(code, "0123456789") != "" || code == "200":
		return reply{}, false
	case code[:2] == "20":
		rep := aliyunDecision(s, code, 0)
		rep.billed = false // the gateway answers before the vendor does any work
		return rep, true
	}
	return aliyunService(code, "", nil), true
}
