package idverifytest

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/idverify/idverify"
)

// TencentFaceID is ImageRecognitionV2 under the name that its package gives it. It bills
// Success, CompareLowSimilarity and IdNameMisMatch.
//
// What its documents leave open, and no client should rely on:
//
//   - Codes that begin with FailedOperation come in Result, all others in Error, and
//     all with HTTP status 200. An unknown path is InvalidAction with 404.
//   - "3M" of base64 is 3,145,728 characters; above it is LifePhotoSizeError. What is no
//     base64, has line feeds or a prefix, or is neither JPEG nor PNG, is
//     InvalidParameterValue, and a picture that is cut off ImageDecodeFailed.
//   - Sim is 0 where nothing was compared. Extra comes back in Result's answers only.
//   - A signature may cover Host without its port, as the vendor's own SDK for Node signs,
//     and the word UNSIGNED-PAYLOAD instead of the body. A member Encryption is
//     DecryptSystemError.
//   - Attacks are LifePhotoDetectFake; the vendor does not document what the real interface
//     looks for.
//   - A call above a quota is LimitExceeded. The limits per second, person and name do not
//     exist here.
const TencentFaceID = "tencentfaceid"

// Credentials that its stand-in accepts: a permanent key, and a temporary one, which
// needs its token. They are made up and open nothing.
const (
	TencentFaceIDSecretID  = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0002"
	TencentFaceIDSecretKey = "EXAMPLEKEYEXAMPLEKEYEXAMPLEKEY02"

	TencentFaceIDTemporaryID  = "AKIDEXAMPLETEMPORARYEXAMPLE00000003"
	TencentFaceIDTemporaryKey = "EXAMPLETEMPORARYKEYEXAMPLEKEY003"
	TencentFaceIDToken        = "EXAMPLETOKENEXAMPLETOKENEXAMPLETOKEN0003"
)

func tencentFaceIDVendor() *vendor {
	return &vendor{
		name:        TencentFaceID,
		credentials: map[string]string{"secret_id": TencentFaceIDSecretID, "secret_key": TencentFaceIDSecretKey},
		endpoints: []endpoint{{
			name: TencentFaceID, path: "/", maxBody: 10 << 20,
			claims: func(r *http.Request) bool { return r.Header.Get("X-TC-Action") != "" },
			read:   readFaceID, says: faceIDSays, fails: faceIDFails,
		}},
		means: map[personID]idverify.Code{
			personBadCapture:  idverify.CodePoorPhoto, // no code for captures
			personAtThreshold: idverify.CodeMatch,     // 70 counts as the same person
		},
		stranger: personNotFound,
		scores:   Scores{Similarity: 91.27},
		decides:  "Sim",
	}
}

// faceIDPeople has the vendor's code for each person and the similarity, if any. With
// an empty code the face is compared, and the vendor's own threshold decides.
var faceIDPeople = map[personID]struct {
	code string
	sim  float64
}{
	personMatch:            {}, // with the similarity of SetScores
	personFaceMismatch:     {sim: 31.5},
	personIdentityMismatch: {code: "FailedOperation.IdNameMisMatch"},
	personNotFound:         {code: "FailedOperation.IdNoExistSystem"},
	personNoReference:      {code: "FailedOperation.IdPhotoNoExist"},
	personAttack:           {code: "FailedOperation.LifePhotoDetectFake"},
	personSynthetic:        {code: "FailedOperation.LifePhotoDetectFake"},
	personNoFace:           {code: "FailedOperation.LifePhotoDetectNoFaces"},
	personBlurred:          {code: "FailedOperation.LifePhotoPoorQuality"},
	personSeveral:          {code: "FailedOperation.LifePhotoDetectFaces"},
	personRateLimited:      {code: "RequestLimitExceeded"},
	personQuota:            {code: "LimitExceeded"},
	personSourceDown:       {code: "FailedOperation.CompareLibServiceUnavailable"},
	personVendorDown:       {code: "InternalError"},
	personBadCapture:       {code: "FailedOperation.LifePhotoPoorQuality"},
	personAtThreshold:      {sim: 70},
	personAboveThreshold:   {sim: 70.01},
	personBelowThreshold:   {sim: 69.99},
}

// faceIDLine is the vendor's own threshold: below it the vendor itself says no.
const faceIDLine = 70

// faceIDWords are descriptions for some codes. The vendor changes its own from time
// to time.
var faceIDWords = map[string]string{
	"Success":                              "成功",
	"FailedOperation.CompareLowSimilarity": "比对相似度未达到通过标准",
	"FailedOperation.IdNameMisMatch":       "姓名和身份证号不一致，请核实",
	"FailedOperation.IdNoExistSystem":      "库中无此号，请到户籍所在地进行核实",
	"FailedOperation.IdPhotoNoExist":       "未查询到身份信息，请确认姓名和身份证是否正确",
	"FailedOperation.LifePhotoDetectFake":  "实人比对没通过",
}

// faceIDResult is an answer of the product itself.
func faceIDResult(code string, sim float64, extra string) reply {
	words := faceIDWords[code]
	if words == "" {
		words = "操作失败"
	}
	response := map[string]any{"Sim": sim, "Result": code, "Description": words, "RequestId": uuid()}
	if extra != "" {
		response["Extra"] = extra
	}
	rep := jsonReply(http.StatusOK, code, map[string]any{"Response": response})
	switch code {
	case "Success", "FailedOperation.CompareLowSimilarity", "FailedOperation.IdNameMisMatch":
		rep.billed = true
	}
	return rep
}

// faceIDError is an error answer. Its status is 200 too.
func faceIDError(code string) reply {
	return jsonReply(http.StatusOK, code, map[string]any{"Response": map[string]any{
		"Error":     map[string]string{"Code": code, "Message": "The request was refused (" + code + ")."},
		"RequestId": uuid(),
	}})
}

func faceIDSays(_ *Server, t trouble) reply {
	rep := faceIDError(map[trouble]string{
		rateLimited: "RequestLimitExceeded", quotaExceeded: "LimitExceeded", unavailable: "InternalError",
		expired: "AuthFailure.SignatureExpire", revoked: "AuthFailure.SignatureFailure",
		notFound: "InvalidAction", tooLarge: "RequestSizeLimitExceeded", tooMany: "InvalidParameter",
	}[t])
	if t == notFound {
		rep.status = http.StatusNotFound
	}
	return rep
}

var faceIDCode = regexp.MustCompile(`^[A-Z][A-Za-z]{2,63}(\.[A-Z][A-Za-z]{2,63})?$`)

// faceIDFails accepts anything that looks like a code, except that of success. Codes of
// the product come in Result. They are not billed, because a fault acts before the
// vendor.
func faceIDFails(_ *Server, code string) (reply, bool) {
	switch {
	case !faceIDCode.MatchString(code), code == "Success":
		return reply{}, false
	case strings.HasPrefix(code, "FailedOperation."):
		rep := faceIDResult(code, 0, "")
		rep.billed = false
		return rep, true
	}
	return faceIDError(code), true
}

// uuid is in the form used in all of the vendor's samples.
func uuid() string {
	id := hexID()
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:]}, "-")
}
