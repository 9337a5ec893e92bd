package volcengine

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/picture"
)

// All interfaces of the host have this path; Action and Version say which one is
// called, and req_key which of its algorithms.
const (
	path    = "/"
	action  = "CertSrcFaceComp"
	version = "2022-08-31"
	reqKey  = "cert_src_face_comp"
)

var query = url.Values{"Action": {action}, "Version": {version}} // shared, read only

// maxRequestBytes is the vendor's limit for a whole request. Its page says 10 MB
// without saying decimal or binary; sizes between the two are sent for the vendor
// to judge.
const maxRequestBytes = 10 << 20

// photoLimits: the vendor documents neither formats nor pixels, and charges for a
// picture that it cannot read. Every vendor reads these two formats.
var photoLimits = exchange.Limits{Formats: []picture.Format{picture.JPEG, picture.PNG}, NothingElse: true}

// encode builds the request. The vendor accepts no id or reference from the caller.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	req := httpx.Request{Method: http.MethodPost, Path: path, Query: query}
	photo, err := call.Picture(call.Evidence.(idverify.PhotoEvidence).Media(), photoLimits)
	if err != nil {
		return req, err
	}
	req.Body, err = body.JSON([]body.Member{
		{Name: "req_key", Value: reqKey},
		{Name: "idcard_name", Value: call.Subject.Name()},
		{Name: "idcard_no", Value: call.Subject.IDNumber()},
		{Name: "image", Media: photo},
	})
	if err != nil {
		return req, err
	}
	if size := req.Body.Len(); size > maxRequestBytes {
		return req, call.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the request would have %d bytes with the picture in base64, the vendor takes %d", size, maxRequestBytes))
	}
	return req, nil
}

// maxSafeBytes is safe under every reading of the vendor's documents, which mention
// a limit without giving it.
const maxSafeBytes = 4_000_000

// PhotoLimits returns limits that are believed to be safe: the vendor documents only
// the size of the whole request.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := photoLimits.Photo()
	safe.MaxBytes = maxSafeBytes
	return safe
}

// WidestPhotoLimits returns the limits beyond which a picture is refused before it
// is sent, for the picture itself; in addition the whole request is limited to 10
// MiB.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits {
	widest := photoLimits.Photo()
	widest.MaxBase64 = maxRequestBytes
	return widest
}
