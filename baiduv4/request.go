package baiduv4

import (
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/picture"
)

const path = "/rest/2.0/face/v4/mingjing/verify"

// limits are the vendor's limits for a picture: under 10 MiB before base64, the
// most generous reading of its page; the strictest is under 10 MB after base64,
// which is 7,499,997 bytes before it. It also says "under 1920×1080", but a picture
// of exactly that size is so common that it is sent for the vendor to judge.
var limits = exchange.Limits{
	Formats:   []picture.Format{picture.PNG, picture.JPEG, picture.BMP},
	MaxBytes:  10<<20 - 1,
	LongSide:  1920,
	ShortSide: 1080,
}

// encode builds the JSON object. The vendor requires every value as a string.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	req := httpx.Request{Method: http.MethodPost, Path: path}
	face, err := encodeEvidence(call)
	if err != nil {
		return req, err
	}
	var room [16]body.Member
	members := append(room[:0],
		body.Member{Name: "id_card_number", Value: call.Subject.IDNumber()},
		body.Member{Name: "name", Value: call.Subject.Name()},
		body.Member{Name: "quality_control", Value: string(c.controls.quality)},
		body.Member{Name: "liveness_control", Value: string(c.controls.liveness)},
		body.Member{Name: "spoofing_control", Value: string(c.controls.synthetic)},
	)
	if isOn(livenessRules[c.controls.liveness]) {
		members = append(members, body.Member{Name: "get_liveness_score", Value: "1"})
	}
	if isOn(syntheticRules[c.controls.synthetic]) {
		members = append(members, body.Member{Name: "get_spoofing_score", Value: "1"})
	}
	req.Body, err = body.JSON(append(members, face...))
	return req, err
}

func encodeEvidence(call *exchange.Call) ([]body.Member, error) {
	switch ev := call.Evidence.(type) {
	case idverify.PhotoEvidence:
		return encodePicture(call, ev.Media())
	case FaceTokenEvidence:
		return encodeFaceToken(call, ev)
	case PlainCapture:
		return encodePlain(call, ev)
	case SealedCapture:
		return encodeSealed(call, ev)
	}
	return nil, call.Refuse(idverify.CodeUnsupportedEvidence, "Evidence", "this type of evidence cannot be encoded")
}

const imageType, image = "image_type", "image"

func encodePicture(call *exchange.Call, media idverify.Media) ([]body.Member, error) {
	picture, err := call.Picture(media, limits)
	if err != nil {
		return nil, err
	}
	return []body.Member{{Name: imageType, Value: "BASE64"}, {Name: image, Media: picture}}, nil
}

func encodeFaceToken(call *exchange.Call, face FaceTokenEvidence) ([]body.Member, error) {
	token := face.token.Reveal()
	if err := call.Token("FaceToken", "FaceToken", token); err != nil {
		return nil, err
	}
	return []body.Member{{Name: imageType, Value: "FACE_TOKEN"}, {Name: image, Value: token}}, nil
}

func encodePlain(call *exchange.Call, capture PlainCapture) ([]body.Member, error) {
	if err := capture.App.check(call, "PlainCapture.App"); err != nil {
		return nil, err
	}
	if capture.Image.IsZero() {
		return nil, call.Refuse(idverify.CodeInvalidRequest, "PlainCapture.Image", "is required")
	}
	picture, err := encodePicture(call, capture.Image)
	if err != nil {
		return nil, err
	}
	return append([]body.Member{
		{Name: "app", Value: string(capture.App)},
		{Name: "sec_level", Value: "common"},
	}, picture...), nil
}

// maxSealed limits the data of a sealed capture, for which the vendor's page gives
// no number: the largest picture fits, even encrypted and base64-encoded twice.
const maxSealed = 20 << 20

// encodeSealed sends no image: the picture is inside data.
func encodeSealed(call *exchange.Call, capture SealedCapture) ([]body.Member, error) {
	if err := capture.App.check(call, "SealedCapture.App"); err != nil {
		return nil, err
	}
	for _, f := range []struct{ name, value string }{
		{"SealedCapture.SKey", capture.SKey},
		{"SealedCapture.DeviceID", capture.DeviceID},
	} {
		if err := call.Token(f.name, f.name, f.value); err != nil {
			return nil, err
		}
	}
	if capture.Data != "" && !capture.DataFrom.IsZero() {
		return nil, call.Refuse(idverify.CodeInvalidRequest, "SealedCapture.Data", "must be empty beside DataFrom")
	}
	data, err := call.Text(capture.source(), "SealedCapture.Data", maxSealed)
	if err != nil {
		return nil, err
	}
	return []body.Member{
		{Name: "app", Value: string(capture.App)},
		{Name: "sec_level", Value: "lite"},
		{Name: "skey", Value: capture.SKey},
		{Name: "x_device_id", Value: capture.DeviceID},
		{Name: "data", Text: data},
		{Name: imageType, Value: "BASE64"},
	}, nil
}

func (a App) check(call *exchange.Call, field string) error {
	if a != AppIOS && a != AppAndroid {
		return call.Refuse(idverify.CodeInvalidRequest, field, "must be AppIOS or AppAndroid")
	}
	return nil
}

// PhotoLimits returns limits that are safe under every reading of the vendor's page:
// it says "under 10 MB" and "under 1920×1080", and not whether that is of the file or
// of its base64.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := limits.Photo()
	safe.MaxBytes, safe.MaxBase64 = 0, 10_000_000-1
	safe.LongSide, safe.ShortSide = 1919, 1079
	return safe
}

// WidestPhotoLimits returns the limits beyond which a picture is refused before it
// is sent.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits { return limits.Photo() }
