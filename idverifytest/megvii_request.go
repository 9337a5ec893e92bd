package idverifytest

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	megviiMaxBody = 2 << 20 // of the whole request
	megviiMaxSide = 4096    // pixels
	megviiMaxName = 32      // characters
)

// megviiText are the fields that are text, whether or not they come with a file name.
var megviiText = []string{"api_key", "api_secret", "comparison_type", "face_image_type", "idcard_name", "idcard_number",
	"fail_when_multiple_faces", "face_quality_threshold", "multi_oriented_detection", "return_faces", "face_token", "delta"}

// megviiEvidence lists what each face_image_type must have.
var megviiEvidence = map[string][]string{
	"raw_image":     {"image"},
	"meglive":       {"delta", "image_best"},
	"meglive_flash": {"meglive_flash_result"},
	"facetoken":     {"face_token"},
}

// megviiRequest is a request to Megvii.
type megviiRequest struct {
	form
	vendor *vendor
	method string
	isForm bool // multipart/form-data, the only supported type
}

func readMegvii(c *call) request {
	req := megviiRequest{
		form:   c.readForm(formSpec{text: megviiText, evidence: map[string]look{"image": asBytes}}),
		vendor: c.vendor,
		method: c.r.Method,
	}
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	req.isForm = kind == "multipart/form-data"
	req.note(c.rec, "image", "face_token")
	return req
}

func (q megviiRequest) subject() string { return q.number() }

// number also accepts the lower-case x that the vendor accepts.
func (q megviiRequest) number() string {
	number := q.text("idcard_number")
	if strings.HasSuffix(number, "x") {
		return number[:len(number)-1] + "X"
	}
	return number
}

func (q megviiRequest) judge(s *Server) reply {
	if q.method != http.MethodPost {
		return megviiSays(s, notFound)
	}
	if message := q.invalid(); message != "" {
		return megviiError(message)
	}
	who := q.vendor.whoIs(q.text("idcard_name"), q.number())
	a := megviiPeople[who]
	if who.unseen() {
		return megviiError(a.message)
	}
	if message := q.undecodable(); message != "" {
		return megviiError(message)
	}
	if who == personMatch {
		a.confidence = s.scoresOfMatch(q.vendor).Similarity
	}
	return q.compare(s, who, a)
}

// invalid returns the first argument that is missing or invalid.
func (q megviiRequest) invalid() string {
	if !q.isForm {
		return "MISSING_ARGUMENTS:api_key"
	}
	for _, name := range []string{"api_key", "api_secret"} {
		if !q.has(name) {
			return "MISSING_ARGUMENTS:" + name
		}
	}
	if q.text("api_key") != MegviiAPIKey || q.text("api_secret") != MegviiAPISecret {
		return "AUTHENTICATION_ERROR"
	}
	if q.malformed {
		return "BAD_ARGUMENTS"
	}
	if q.repeated != "" {
		return "BAD_ARGUMENTS:" + q.repeated
	}
	for _, check := range []func() string{q.badKind, q.badOptions, q.badPerson} {
		if message := check(); message != "" {
			return message
		}
	}
	return ""
}

// badKind requires a still picture that is compared with the source.
func (q megviiRequest) badKind() string {
	for _, name := range []string{"comparison_type", "face_image_type"} {
		if !q.has(name) {
			return "MISSING_ARGUMENTS:" + name
		}
	}
	if q.text("comparison_type") != "1" { // 0 needs pictures of the caller's own
		return "BAD_ARGUMENTS:comparison_type"
	}
	needs, known := megviiEvidence[q.text("face_image_type")]
	if !known {
		return "BAD_ARGUMENTS:face_image_type"
	}
	for _, name := range needs {
		if !q.has(name) {
			return "MISSING_ARGUMENTS:" + name
		}
	}
	switch {
	case q.has("face_token"):
		return "INVALID_FACE_TOKEN:token" // the stand-in issues none
	case q.text("face_image_type") != "raw_image":
		return "DATA_VALIDATION_ERROR" // the stand-in has no capture SDK either
	case !q.fields["image"].isFile:
		return "BAD_ARGUMENTS:image"
	}
	return ""
}

func (q megviiRequest) badOptions() string {
	for _, name := range []string{"fail_when_multiple_faces", "multi_oriented_detection", "return_faces"} {
		if q.has(name) && !slices.Contains([]string{"0", "1"}, q.text(name)) {
			return "BAD_ARGUMENTS:" + name
		}
	}
	if q.has("face_quality_threshold") {
		if n, err := strconv.Atoi(q.text("face_quality_threshold")); err != nil || n < 0 || n > 100 {
			return "BAD_ARGUMENTS:face_quality_threshold"
		}
	}
	return ""
}

func (q megviiRequest) badPerson() string {
	for _, name := range []string{"idcard_name", "idcard_number"} {
		if !q.has(name) {
			return "MISSING_ARGUMENTS:" + name
		}
	}
	name, number := q.text("idcard_name"), q.number()
	switch n := utf8.RuneCountInString(name); {
	case !utf8.ValidString(name), n < 1, n > megviiMaxName:
		return "INVALID_NAME_FORMAT"
	case len(number) != 18, strings.Trim(number[:17], "0123456789") != "", !strings.Contains("0123456789X", number[17:]):
		return "INVALID_IDCARD_NUMBER"
	}
	return ""
}

// undecodable returns what is wrong with the picture.
func (q megviiRequest) undecodable() string {
	image := q.fields["image"].image
	switch {
	case image.width > megviiMaxSide, image.height > megviiMaxSide:
		return "INVALID_IMAGE_SIZE:image"
	case image.cut, image.format != "jpeg" && image.format != "png":
		return "IMAGE_ERROR_UNSUPPORTED_FORMAT:image"
	}
	return ""
}

// megviiQuality is the quality of the faces in the stand-in's pictures.
const (
	megviiQuality     = 76.5
	megviiPoorQuality = 12.5
)

// megviiFace is one of the faces.
type megviiFace struct {
	Quality          float64     `json:"quality"`
	QualityThreshold float64     `json:"quality_threshold"`
	Orientation      json.Number `json:"orientation,omitempty"`
}

func (q megviiRequest) threshold() float64 {
	if n, err := strconv.Atoi(q.text("face_quality_threshold")); err == nil {
		return float64(n)
	}
	return 30
}

// faces is the content of return_faces, nil where it is not requested.
func (q megviiRequest) faces(who personID) []megviiFace {
	if q.text("return_faces") != "1" {
		return nil
	}
	one := megviiFace{Quality: megviiQuality, QualityThreshold: q.threshold()}
	if q.text("multi_oriented_detection") == "1" {
		one.Orientation = "0"
	}
	switch who {
	case personBlurred:
		one.Quality = megviiPoorQuality
	case personNoFace:
		return []megviiFace{}
	case personSeveral:
		return []megviiFace{one, one}
	}
	return []megviiFace{one}
}

// compare examines the picture, and then asks the source.
func (q megviiRequest) compare(s *Server, who personID, a megviiAnswer) reply {
	quality := megviiQuality
	switch {
	case who == personBlurred:
		quality = megviiPoorQuality
		a.message = ""
	case who == personSeveral && q.text("fail_when_multiple_faces") == "0":
		a.message = ""
	}
	if a.message == "" && quality < q.threshold() {
		a.message = "LOW_QUALITY"
	}
	if a.message == "" {
		return megviiCompared(s, a, q.faces(who))
	}
	rep := megviiError(a.message)
	if faces := q.faces(who); faces != nil && slices.Contains([]string{"LOW_QUALITY", "MULTIPLE_FACES", "NO_FACE_FOUND"}, rep.code) && !a.billed {
		var body map[string]any
		_ = json.Unmarshal(rep.body, &body) // its own
		body["faces"] = faces
		rep = jsonReply(rep.status, rep.code, body)
	}
	rep.billed = a.billed
	return rep
}
