package megvii

import (
	"fmt"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/picture"
)

const path = "/faceid/v2/verify"

// The fields of the form.
const (
	partKey      = "api_key"
	partSecret   = "api_secret"
	partKind     = "comparison_type"
	partEvidence = "face_image_type"
	partName     = "idcard_name"
	partNumber   = "idcard_number"
	partSeveral  = "fail_when_multiple_faces"
	partQuality  = "face_quality_threshold"
	partRotate   = "multi_oriented_detection"
	partFaces    = "return_faces"
	partImage    = "image"
)

var parts = []string{partKey, partSecret, partKind, partEvidence, partName, partNumber, partSeveral, partQuality, partRotate, partFaces, partImage}

const (
	// maxRequestBytes is the vendor's limit for a whole request, form and all, and
	// on a picture.
	maxRequestBytes = 2 << 20
	maxNameLength   = 32 // characters
	maxQuality      = 100
)

// limits: the vendor lists no formats; these two are known to work.
var limits = exchange.Limits{
	Formats:  []picture.Format{picture.JPEG, picture.PNG},
	MaxBytes: maxRequestBytes,
	LongSide: 4096, ShortSide: 4096,
}

// photoPart is the file name of the picture in the form. It is our own, because a
// real file name may say who is in the picture.
type photoPart struct{ fileName, contentType string }

var photoParts = map[picture.Format]photoPart{
	picture.JPEG:    {"photo.jpg", "image/jpeg"},
	picture.PNG:     {"photo.png", "image/png"},
	picture.Unknown: {"photo", "application/octet-stream"},
}

// options are the form fields that are the same for every call. The one about
// several faces is sent even when it is the vendor's default, because a pass
// depends on it.
func options(cfg Config) []body.Field {
	several := "1"
	if cfg.LargestFace {
		several = "0"
	}
	all := []body.Field{
		{Name: partKind, Value: "1"}, // with the authoritative source
		{Name: partEvidence, Value: "raw_image"},
		{Name: partSeveral, Value: several},
	}
	if cfg.QualityThreshold > 0 {
		all = append(all, body.Field{Name: partQuality, Value: strconv.Itoa(cfg.QualityThreshold)})
	}
	if cfg.TryRotations {
		all = append(all, body.Field{Name: partRotate, Value: "1"})
	}
	if cfg.ReturnFaces {
		all = append(all, body.Field{Name: partFaces, Value: "1"})
	}
	return all
}

// encode builds the form: credentials, options, name, number and the photo.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	form, err := c.form(call)
	return httpx.Request{Method: http.MethodPost, Path: path, Body: form}, err
}

func (c *Client) form(call *exchange.Call) (*body.Body, error) {
	if n := utf8.RuneCountInString(call.Subject.Name()); n > maxNameLength {
		return nil, call.Refuse(idverify.CodeInvalidName, "Name",
			fmt.Sprintf("the name has %d characters, the vendor takes %d", n, maxNameLength))
	}
	photo, err := call.Picture(call.Evidence.(idverify.PhotoEvidence).Media(), limits)
	if err != nil {
		return nil, err
	}
	part := photoParts[photo.Picture.Format]
	fields := c.credentials.addTo(make([]body.Field, 0, len(c.options)+4))
	fields = append(append(fields, c.options...),
		body.Field{Name: partName, Value: call.Subject.Name()},
		body.Field{Name: partNumber, Value: call.Subject.IDNumber()})
	form, err := body.Multipart(fields, &body.File{
		Field: partImage, FileName: part.fileName, ContentType: part.contentType, Media: photo,
	})
	if err == nil && form.Len() > maxRequestBytes {
		return nil, call.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the request would have %d bytes, the vendor takes %d", form.Len(), maxRequestBytes))
	}
	return form, err
}

// formRoom is more than the form needs besides the picture.
const formRoom = 16 << 10

// PhotoLimits returns limits that are safe under every reading of the vendor's page,
// which limits the whole request to 2 MB.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := limits.Photo()
	safe.MaxBytes = 2_000_000 - formRoom
	return safe
}

// WidestPhotoLimits returns the limits beyond which a picture is refused before it
// is sent, for the picture itself; in addition the whole request is limited to 2
// MiB.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits { return limits.Photo() }
