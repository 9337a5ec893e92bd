package idverifytest

import (
	"math/rand/v2"
	"net/http"
	"strconv"

	"github.com/idverify/idverify"
)

const (
	// BaiduV4 is the vendor under the name that its package gives it. It bills
	// verify_status 0, 1 and 2, and the error 222354.
	//
	// What its documents leave open, and no client should rely on:
	//
	//   - A number that belongs to nobody is verify_status 1, which the page gives
	//     this meaning too. [IdentityNotFound] alone gets the error 222354, which
	//     is V3's and may still come.
	//   - A picture of exactly 1920 × 1080 is accepted, although the page says
	//     smaller. A picture with a side under 64 pixels is refused with 222309: at
	//     the vendor, the rule is about the face in it.
	//   - Base64 with line breaks is 222013, like a data: prefix.
	//   - A parameter that is no string gets the code for its format, or 216100. Of a
	//     parameter given twice the last one counts; at the token endpoint it is
	//     invalid_request.
	//   - The gateway answers 413 with a page above 32 MiB, and the token endpoint
	//     400 for a request that lacks something.
	//   - An access token in the query ends before a second question mark: the
	//     vendor's own SDK for Node adds "?aipSdk=node" to it.
	BaiduV4 = "baiduv4"
	// BaiduToken is Baidu's token endpoint, so that faults and scripted answers can
	// be injected there too: see [Server.Inject] and [Server.Script]. It is no
	// vendor, and [Vendors] does not list it.
	BaiduToken = "baiduv4/token"
)

// Credentials that Baidu's stand-in accepts. They are made up and open nothing.
const (
	BaiduAPIKey    = "EXAMPLEBAIDUAPIKEY000001"
	BaiduSecretKey = "EXAMPLEBAIDUSECRETKEY00000000001"
)

// Evidence that Baidu's stand-in accepts instead of a picture.
const (
	// FaceToken is the only face token that the stand-in knows. Any other is
	// answered with 222209.
	FaceToken = "EXAMPLE0FACE0TOKEN00000000000001"

	// SealedKey, SealedDeviceID and SealedData are what Baidu's capture SDK 5.2
	// produces: skey, x_device_id and data. The stand-in cannot decrypt them, so
	// any other values that are not empty work as well.
	SealedKey      = "RVhBTVBMRS1TS0VZLTAwMQ=="
	SealedDeviceID = "EXAMPLE0DEVICE0ID000000000000001"
	SealedData     = "RVhBTVBMRS1TRUFMRUQtQ0FQVFVSRS1EQVRB"
)

const baiduPath = "/rest/2.0/face/v4/mingjing/verify"

func baiduVendor() *vendor {
	return &vendor{
		name:        BaiduV4,
		credentials: map[string]string{"client_id": BaiduAPIKey, "client_secret": BaiduSecretKey},
		evidence:    map[string]string{"face_token": FaceToken, "skey": SealedKey, "x_device_id": SealedDeviceID, "data": SealedData},
		endpoints: []endpoint{
			{name: BaiduV4, path: baiduPath, read: readBaidu, says: baiduSays, fails: baiduFails},
			{name: BaiduToken, path: baiduTokenPath, read: readBaiduToken, says: baiduTokenSays, fails: baiduTokenFails},
		},
		means: map[personID]idverify.Code{
			personBadCapture: idverify.CodeNoFace, // no answer of its own for captures: no face
		},
		stranger: personIdentityMismatch, // verify_status 1 means either: they do not match, or there is no such number
		scores:   Scores{Similarity: 92.75, Liveness: 0.9934, Synthetic: 0.0000125},
		decides:  "score",
		state:    func() any { return newBaiduTokens() },
	}
}

// baiduAnswer is what the vendor answers for one person: an error, or a status with
// scores. Scores other than the similarity can stop it early, if they were
// requested.
type baiduAnswer struct {
	code   int
	status int // verify_status
	scores Scores
	billed bool
}

var baiduPeople = map[personID]baiduAnswer{
	personMatch:            {billed: true},
	personFaceMismatch:     {scores: Scores{Similarity: 40.884}, billed: true},
	personIdentityMismatch: {status: 1, billed: true},
	personNotFound:         {code: 222354, billed: true},
	personNoReference:      {status: 2, billed: true},
	personAttack:           {scores: Scores{Liveness: 0.0021}, billed: true},
	personSynthetic:        {scores: Scores{Synthetic: 0.4172}, billed: true},
	personNoFace:           {code: 222202},
	personBlurred:          {code: 222356},
	personSeveral:          {code: 216507},
	personRateLimited:      {code: 18},
	personQuota:            {code: 17},
	personSourceDown:       {code: 222361},
	personVendorDown:       {code: 2},
	personBadCapture:       {code: 222203},
	personAtThreshold:      {scores: Scores{Similarity: 80}, billed: true},
	personAboveThreshold:   {scores: Scores{Similarity: 80.01}, billed: true},
	personBelowThreshold:   {scores: Scores{Similarity: 79.99}, billed: true},
}

// baiduAnswerFor is what Baidu answers for a person. Scores that the person does
// not set are those of Match.
func baiduAnswerFor(s *Server, v *vendor, who personID) baiduAnswer {
	a := baiduPeople[who]
	if who == personMatch {
		a.scores = s.scoresOfMatch(v)
		return a
	}
	or := func(score *float64, match float64) {
		if *score == 0 {
			*score = match
		}
	}
	or(&a.scores.Similarity, v.scores.Similarity)
	or(&a.scores.Liveness, v.scores.Liveness)
	or(&a.scores.Synthetic, v.scores.Synthetic)
	return a
}

// baiduMessages are the messages for the codes.
var baiduMessages = map[int]string{
	2:      "Service temporarily unavailable",
	3:      "Unsupported openapi method",
	4:      "Open api request limit reached",
	17:     "Open api daily request limit reached",
	18:     "Open api qps request limit reached",
	100:    "Invalid parameter",
	110:    "Access token invalid or no longer valid",
	111:    "Access token expired",
	216100: "invalid param",
	216201: "image format error",
	216202: "image size error",
	216507: "more than one face",
	222013: "param[image] format error",
	222015: "param[image_type] format error",
	222022: "param[id_card_number] format error",
	222023: "param[name] format error",
	222200: "request body should be json format",
	222202: "pic not has face",
	222203: "image check fail",
	222209: "face token not exist",
	222304: "image size is too large",
	222309: "image size is too small",
	222354: "id_number not exist",
	222356: "face quality too low to decide",
	222361: "identity source busy",
	223114: "face is fuzzy",
	223118: "quality control item error",
	223119: "liveness control item error",
	223120: "liveness check fail",
	223130: "spoofing control item error",
	223131: "spoofing check fail",
}

// baiduError makes the answer for an error, which comes with HTTP 200. The
// gateway's own codes come without the face service's envelope.
func baiduError(s *Server, code int) reply { return baiduErrorSaying(s, code, baiduMessages[code]) }

func baiduErrorSaying(s *Server, code int, message string) reply {
	body := map[string]any{"error_code": code, "error_msg": message}
	if code > 1000 {
		body["log_id"] = baiduLogID()
		body["timestamp"] = s.now().Unix()
		body["cached"] = 0
		body["result"] = nil
	}
	return jsonReply(http.StatusOK, strconv.Itoa(code), body)
}

// baiduLogID makes a number of 19 digits, which is more than a float64 can hold.
func baiduLogID() int64 {
	return 1_000_000_000_000_000_000 + rand.Int64N(900_000_000_000_000_000)
}

func baiduSays(s *Server, t trouble) reply {
	switch t {
	case tooLarge: // refused by the gateway, not by the vendor itself
		return htmlReply(http.StatusRequestEntityTooLarge)
	case revoked:
		s.RevokeTokens()
	}
	return baiduError(s, map[trouble]int{
		rateLimited: 18, quotaExceeded: 17, unavailable: 2, expired: 111, revoked: 110, notFound: 3, tooMany: 216100,
	}[t])
}

// baiduFails accepts any number above 0, because 0 is success.
func baiduFails(s *Server, code string) (reply, bool) {
	n, err := strconv.Atoi(code)
	if err != nil || n <= 0 {
		return reply{}, false
	}
	message, ok := baiduMessages[n]
	if !ok {
		message = "error " + code
	}
	return baiduErrorSaying(s, n, message), true
}
