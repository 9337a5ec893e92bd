//go:build acme

package acme

import (
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/picture"
	"github.com/idverify/idverify/internal/sign"
)

const path = "/v1/face/compare"

var photoLimits = exchange.Limits{
	Formats:  []picture.Format{picture.JPEG, picture.PNG},
	MaxBytes: 2 << 20, LongSide: 4096, ShortSide: 4096,
}

// encode puts the person and the picture into JSON, the picture three levels deep.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	req := httpx.Request{Method: http.MethodPost, Path: path}
	photo, err := call.Picture(call.Evidence.(idverify.PhotoEvidence).Media(), photoLimits)
	if err != nil {
		return req, err
	}
	call.OwnID = call.Reference
	if call.OwnID == "" {
		call.OwnID = sign.Nonce()
	}
	req.Body, err = body.JSON([]body.Member{
		{Name: "Trace", Value: call.OwnID},
		{Name: "Request", Other: body.Object{
			{Name: "Person", Other: body.Object{
				{Name: "Name", Value: call.Subject.Name()},
				{Name: "Number", Value: call.Subject.IDNumber()},
			}},
			{Name: "Face", Other: body.Object{{Name: "Image", Media: photo}}},
		}},
	})
	return req, err
}

// PhotoLimits are those of the vendor's page, which says them in bytes.
func (c *Client) PhotoLimits() idverify.PhotoLimits { return photoLimits.Photo() }

// WidestPhotoLimits returns the limits beyond which a picture is refused before it
// is sent.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits { return photoLimits.Photo() }
