package tencent

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/picture"
)

const path = "/face/idcardcompare"

// maxRequestBytes is the vendor's limit for a whole request, form and all. It gives
// no limit for the picture itself, and recommends 775×498 pixels or more.
const maxRequestBytes = 6 << 20

// photoLimits: the vendor explicitly refuses GIF; the other formats are those that
// its SDKs send.
var photoLimits = exchange.Limits{Formats: []picture.Format{picture.JPEG, picture.PNG, picture.BMP}}

// photoPart is the file name of the picture in the form. It is our own, because a
// real file name may say who is in the picture.
type photoPart struct{ fileName, contentType string }

var photoParts = map[picture.Format]photoPart{
	picture.JPEG:    {"photo.jpg", "image/jpeg"},
	picture.PNG:     {"photo.png", "image/png"},
	picture.BMP:     {"photo.bmp", "image/bmp"},
	picture.Unknown: {"photo", "application/octet-stream"},
}

// encode builds the request: JSON around a URL, a form around a photo.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	req := httpx.Request{Method: http.MethodPost, Path: path}
	session, err := c.session(call)
	if err != nil {
		return req, err
	}
	call.OwnID = session
	switch ev := call.Evidence.(type) {
	case idverify.PhotoURLEvidence:
		req.Body, err = c.encodeURL(call, session, ev.URL())
	case idverify.PhotoEvidence:
		req.Body, err = c.encodePhoto(call, session, ev.Media())
	}
	if err != nil {
		return req, err
	}
	if size := req.Body.Len(); size > maxRequestBytes {
		return req, call.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the request would have %d bytes, the vendor takes %d", size, maxRequestBytes))
	}
	return req, nil
}

// session is the session_id: the caller's reference, or a random one.
func (c *Client) session(call *exchange.Call) (string, error) {
	if call.Reference != "" {
		return call.Reference, nil
	}
	var id [16]byte
	if _, err := io.ReadFull(c.signer.random, id[:]); err != nil {
		return "", c.noRandomness()
	}
	return hex.EncodeToString(id[:]), nil
}

func (c *Client) encodeURL(call *exchange.Call, session, address string) (*body.Body, error) {
	if err := call.URL(address, "PhotoURL"); err != nil {
		return nil, err
	}
	return body.JSON([]body.Member{
		{Name: "appid", Value: c.signer.appID.Reveal()},
		{Name: "idcard_number", Value: call.Subject.IDNumber()},
		{Name: "idcard_name", Value: call.Subject.Name()},
		{Name: "url", Value: address},
		{Name: "session_id", Value: session},
	})
}

// encodePhoto sends the picture's raw bytes. The vendor's page mentions base64, but
// its own SDKs send raw bytes.
func (c *Client) encodePhoto(call *exchange.Call, session string, media idverify.Media) (*body.Body, error) {
	photo, err := call.Picture(media, photoLimits)
	if err != nil {
		return nil, err
	}
	part := photoParts[photo.Picture.Format]
	return body.Multipart([]body.Field{
		{Name: "appid", Value: c.signer.appID.Reveal()},
		{Name: "idcard_number", Value: call.Subject.IDNumber()},
		{Name: "idcard_name", Value: call.Subject.Name()},
		{Name: "session_id", Value: session},
	}, &body.File{
		Field:       "image",
		FileName:    part.fileName,
		ContentType: part.contentType,
		Media:       photo,
	})
}

func (c *Client) noRandomness() error {
	return c.vendor.Refuse(idverify.CodeInvalidConfig, "Rand", "Rand gave no random bytes")
}

// formRoom is more than the form needs besides the picture.
const formRoom = 16 << 10

// PhotoLimits returns limits that are safe under every reading of the vendor's page,
// which limits the whole request to 6M and says nothing about pixels.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := photoLimits.Photo()
	safe.MaxBytes = 6_000_000 - formRoom
	return safe
}

// WidestPhotoLimits returns the limits beyond which a picture is refused before it
// is sent, for the picture itself; in addition the whole request is limited to 6
// MiB.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits {
	widest := photoLimits.Photo()
	widest.MaxBytes = maxRequestBytes
	return widest
}
