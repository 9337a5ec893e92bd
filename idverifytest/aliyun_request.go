package idverifytest

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// aliyunPicture is the field of a picture in base64.
const aliyunPicture = "FaceContrastPicture"

// aliyunRequest is a request to Aliyun, with its fields from query and form.
type aliyunRequest struct {
	form
	vendor *vendor
	refuse string // error of the gateway
	told   string // and its message
	inXML  bool
}

// claimsAliyun recognises clients of the vendor by a header that only they send, or
// else by the required parameters in the query.
func claimsAliyun(r *http.Request) bool {
	query := r.URL.Query()
	return r.Header.Get("X-Acs-Action") != "" || query.Get("AccessKeyId") != "" && query.Get("SignatureMethod") != ""
}

func readAliyun(c *call) request {
	var seal aliyunSeal
	if c.r.Header.Get("Authorization") != "" {
		seal = newAliyunV3(c)
	} else {
		seal = newAliyunRPC(c)
	}
	c.r.Body = io.NopCloser(io.TeeReader(c.r.Body, seal))
	req := aliyunRequest{vendor: c.vendor, form: c.readForm(formSpec{evidence: map[string]look{aliyunPicture: asBase64}})}
	left := maxTexts
	for name, values := range c.query {
		if req.has(name) || len(values) > 1 {
			req.repeated = shown(name)
			continue
		}
		l := asText
		if name == aliyunPicture {
			l = asBase64
		}
		w := newValue(l, &left)
		_, _ = io.WriteString(w, values[0])
		req.fields[name] = w.end()
	}
	req.note(c.rec, "CertifyId", "OssObjectName", "FaceContrastPictureUrl", aliyunPicture)
	req.refuse, req.told = seal.refuses(c)
	req.inXML = seal.wantsXML()
	return req
}

func (q aliyunRequest) subject() string { return q.text("CertNo") }

func (q aliyunRequest) judge(s *Server) reply {
	rep := q.answer(s)
	if q.inXML {
		return inXML(rep)
	}
	return rep
}

func (q aliyunRequest) answer(s *Server) reply {
	switch {
	case q.refuse != "":
		return aliyunGateway(q.refuse, q.told)
	case q.malformed, q.repeated != "", !q.allUTF8(nil):
		return aliyunGateway("InvalidParameter", "")
	}
	if code, about := q.invalid(); code != "" {
		return aliyunService(code, about, nil)
	}
	if q.isMinor(s) {
		return aliyunService("405", "", nil)
	}
	who := q.vendor.whoIs(q.text("CertName"), q.text("CertNo"))
	if !who.unseen() {
		if code := q.unusable(s); code != "" {
			return aliyunService(code, "", nil)
		}
	}
	a := aliyunPeople[who]
	if a.sub == "205" && q.text("Model") == "NO_LIVENESS" {
		a.sub = "200"
	}
	if who == personMatch {
		a.score = s.scoresOfMatch(q.vendor).Similarity
	}
	switch {
	case a.word != "":
		return aliyunGateway(a.word, "")
	case a.code != "":
		return aliyunService(a.code, "", nil)
	}
	return aliyunDecision(s, a.sub, a.score)
}

// aliyunRequired are the fields that the vendor's page marks as required.
var aliyunRequired = []string{"SceneId", "OuterOrderNo", "ProductCode", "CertType", "CertName", "CertNo"}

// invalid returns what is wrong with the parameters, and the message for it.
func (q aliyunRequest) invalid() (code, about string) {
	for _, name := range aliyunRequired {
		if q.text(name) == "" {
			return "400", name + " is empty"
		}
	}
	order := q.text("OuterOrderNo")
	one := func(name string, of ...string) bool { return q.text(name) == "" || slices.Contains(of, q.text(name)) }
	_, err := strconv.ParseInt(q.text("SceneId"), 10, 64)
	switch {
	case err != nil:
		return "401", "sceneId"
	case q.text("SceneId") != AliyunSceneID:
		return "404", ""
	case len(order) > 32, strings.Trim(order, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return "401", "outerOrderNo"
	case !one("ProductCode", "ID_MIN"):
		return "401", "productCode"
	case !one("CertType", "IDENTITY_CARD"):
		return "401", "certType"
	case !one("Model", "FRONT_CAMERA_LIVENESS", "REAR_CAMERA_LIVENESS", "NO_LIVENESS"):
		return "401", "model"
	case !one("Crop", "T", "F"):
		return "401", "crop"
	case !one("EncryptType"):
		return "401", "encryptType"
	case !validName(q.text("CertName")):
		return "401", "certName is invalid"
	case !validNumber(q.text("CertNo")):
		return "401", "certNo is invalid"
	}
	return q.ways()
}

// ways checks that the picture is given in exactly one way.
func (q aliyunRequest) ways() (code, about string) {
	given := 0
	for _, name := range []string{aliyunPicture, "FaceContrastPictureUrl", "OssBucketName", "CertifyId"} {
		if q.fields[name].size > 0 {
			given++
		}
	}
	switch {
	case (q.fields["OssBucketName"].size > 0) != (q.fields["OssObjectName"].size > 0):
		return "400", "OssBucketName and OssObjectName go together"
	case given == 0:
		return "400", aliyunPicture + " is empty"
	case given > 1:
		return "420", ""
	}
	return "", ""
}

// isMinor reports whether the person is under 14.
func (q aliyunRequest) isMinor(s *Server) bool {
	born := q.text("CertNo")[6:14]
	return s.now().AddDate(-14, 0, 0).Format("20060102") < born
}

// aliyunText is the strictest reading of "below 1 MB": it limits the base64 text.
const aliyunText = 1_000_000

// unusable returns what is wrong with the picture.
func (q aliyunRequest) unusable(s *Server) string {
	switch address := q.fields["FaceContrastPictureUrl"]; {
	case address.size > 0:
		return map[download]string{notAnAddress: "401", unreachable: "419", tooSlow: "422"}[fetch(address)]
	case q.fields["CertifyId"].size > 0:
		if !aliyunHasPassed(s, q.text("CertifyId")) {
			return "423"
		}
		return ""
	case q.fields["OssBucketName"].size > 0:
		switch {
		case q.text("OssBucketName") != AliyunOSSBucket:
			return "411"
		case strings.Contains(q.text("OssObjectName"), "unreachable"):
			return "419"
		}
		return ""
	}
	picture := q.fields[aliyunPicture]
	seen := picture.image
	long, short := max(seen.width, seen.height), min(seen.width, seen.height)
	switch {
	case picture.size >= aliyunText:
		return "421"
	case picture.notBase64:
		return "419"
	case seen.format != "jpeg" && seen.format != "png", seen.cut:
		return "419"
	case long < 640, short < 480, long > 1920, short > 1080:
		return "419"
	}
	return ""
}
