package tencent

import (
	"encoding/hex"
	"fmt"
	"io"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
)

const path = "/face/idcardcompare"

// outgoing is one request, ready to be sent.
type outgoing struct {
	session string
	body    *body.Body
}

// encode builds the request: JSON around a URL, a form around a photo.
func (c *Client) encode(call *exchange.Call) (*outgoing, error) {
	out := &outgoing{session: call.Reference}
	if out.session == "" {
		var id [16]byte
		if _, err := io.ReadFull(c.signer.random, id[:]); err != nil {
			return nil, c.noRandomness()
		}
		var text [2 * len(id)]byte
		hex.Encode(text[:], id[:])
		out.session = string(text[:])
	}
	var err error
	switch ev := call.Evidence.(type) {
	case idverify.PhotoURLEvidence:
		out.body, err = c.encodeURL(call, out.session, ev.URL())
	case idverify.PhotoEvidence:
		out.body, err = c.encodePhoto(call, out.session, ev.Media())
	}
	if err != nil {
		return nil, err
	}
	if size := out.body.Len(); size > maxRequestBytes {
		return nil, call.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the request would have %d bytes, the vendor takes %d", size, maxRequestBytes))
	}
	return out, nil
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

// encodePhoto sends the picture's bytes as they are. The vendor's page speaks
// of base64; its own software kits send raw bytes.
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
