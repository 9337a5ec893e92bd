package aliyun

import (
	"net/http"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/picture"
	"github.com/idverify/idverify/internal/sign"
)

const path = "/"

// photoLimits: the vendor's page says "below 1 MB" and 640×480 to 1920×1080, and
// names no formats; its samples and sister interfaces have these two. Files above a
// million bytes are too large under every reading.
var photoLimits = exchange.Limits{
	Formats:      []picture.Format{picture.JPEG, picture.PNG},
	MaxBytes:     1_000_000 - 1,
	LongSide:     1920,
	ShortSide:    1080,
	MinLongSide:  640,
	MinShortSide: 480,
}

// action names the interface in the headers of a request.
var action = http.Header{"X-Acs-Action": {"ContrastFaceVerify"}, "X-Acs-Version": {"2019-03-07"}}

// encode builds the form. The vendor's own clients send Model in the query.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	req := httpx.Request{Method: http.MethodPost, Path: path, Header: action, Query: c.query}
	var room [9]body.Member
	members := append(room[:0],
		body.Member{Name: "CertName", Value: call.Subject.Name()},
		body.Member{Name: "CertNo", Value: call.Subject.IDNumber()},
		body.Member{Name: "CertType", Value: "IDENTITY_CARD"},
	)
	if c.crop {
		members = append(members, body.Member{Name: "Crop", Value: "T"})
	}
	members, err := addEvidence(members, call)
	if err != nil {
		return req, err
	}
	call.OwnID = orderOf(call.Reference)
	req.Body, err = call.Form(append(members,
		body.Member{Name: "OuterOrderNo", Value: call.OwnID},
		body.Member{Name: "ProductCode", Value: "ID_MIN"},
		body.Member{Name: "SceneId", Value: c.scene},
	))
	return req, err
}

// orderOf returns the caller's reference if the vendor accepts it, or a random
// number.
func orderOf(reference string) string {
	isPlain := func(r rune) bool { return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
	if len(reference) == orderDigits && strings.TrimFunc(reference, isPlain) == "" {
		return reference
	}
	return sign.Nonce()
}

// orderDigits is the length of an order number: one page says exactly 32, another at
// most 32.
const orderDigits = 32

const fieldURL = "FaceContrastPictureUrl"

// addEvidence adds the one way in which the picture is given.
func addEvidence(members []body.Member, call *exchange.Call) ([]body.Member, error) {
	switch ev := call.Evidence.(type) {
	case idverify.PhotoEvidence:
		photo, err := call.Picture(ev.Media(), photoLimits)
		return append(members, body.Member{Name: "FaceContrastPicture", Media: photo}), err
	case idverify.PhotoURLEvidence:
		err := call.URL(ev.URL(), "PhotoURL")
		return append(members, body.Member{Name: fieldURL, Value: ev.URL()}), err
	case OSSObjectEvidence:
		if err := call.ID(ev.bucket.Reveal(), "OSSObject's bucket"); err != nil {
			return nil, err
		}
		err := call.ID(ev.object.Reveal(), "OSSObject's object")
		return append(members,
			body.Member{Name: "OssBucketName", Value: ev.bucket.Reveal()}, body.Member{Name: "OssObjectName", Value: ev.object.Reveal()}), err
	case CertifyIDEvidence:
		err := call.ID(ev.id.Reveal(), "CertifyID")
		return append(members, body.Member{Name: "CertifyId", Value: ev.id.Reveal()}), err
	}
	return nil, call.Refuse(idverify.CodeUnsupportedEvidence, "Evidence", "this type of evidence cannot be encoded")
}

// maxSafeBytes is the largest photo that meets every reading of the vendor's "1 MB":
// its base64 has 999,996 characters.
const maxSafeBytes = 749_997

// PhotoLimits returns limits that are safe under every reading of the vendor's page:
// it says "1 MB", but not whether of the file or of its base64.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := photoLimits.Photo()
	safe.MaxBytes, safe.MaxBase64 = maxSafeBytes, 1_000_000-1
	return safe
}

// WidestPhotoLimits returns the limits beyond which a picture is refused before it
// is sent.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits { return photoLimits.Photo() }
