package tencentfaceid

import (
	"net/http"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/picture"
	"github.com/idverify/idverify/internal/sign"
)

const (
	path    = "/"
	action  = "ImageRecognitionV2"
	version = "2018-03-01"
)

// idleTimeout is the same as in the vendor's own Go client, because the server
// closes idle connections without notice.
const idleTimeout = 30 * time.Second

// maxPhotoBytes gives 3 × 2^20 characters of base64, the more generous reading of
// "3M".
const maxPhotoBytes = 3 << 20 / 4 * 3

// photoLimits: the vendor's page says "jpg and png only", and gives no limit in pixels.
var photoLimits = exchange.Limits{Formats: []picture.Format{picture.JPEG, picture.PNG}, NothingElse: true, MaxBytes: maxPhotoBytes}

// maxExtra is the vendor's limit for Extra, in characters.
const maxExtra = 10

// newExtra identifies one call: no other call in progress has the same.
func newExtra() string { return sign.Nonce()[:maxExtra] }

// headers are the same for every request. Like the vendor's own clients, they contain
// no region for this action. Encryption is not used.
var headers = http.Header{"X-Tc-Action": {action}, "X-Tc-Version": {version}}

func (c *Client) encode(call *exchange.Call, extra string) (httpx.Request, error) {
	req := httpx.Request{Method: http.MethodPost, Path: path, Header: headers}
	photo, err := call.Picture(call.Evidence.(idverify.PhotoEvidence).Media(), photoLimits)
	if err != nil {
		return req, err
	}
	req.Body, err = body.JSON([]body.Member{
		{Name: "IdCard", Value: call.Subject.IDNumber()},
		{Name: "Name", Value: call.Subject.Name()},
		{Name: "Extra", Value: extra},
		{Name: "ImageBase64", Media: photo},
	})
	return req, err
}

// PhotoLimits returns limits that are safe under every reading of the vendor's page: it
// says "3M" of base64 text, and nothing about pixels.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := photoLimits.Photo()
	safe.MaxBase64 = 3_000_000
	safe.MaxBytes = safe.MaxBase64 / 4 * 3
	return safe
}

// WidestPhotoLimits returns the limits beyond which a picture is refused before it
// is sent.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits {
	widest := photoLimits.Photo()
	widest.MaxBase64 = maxPhotoBytes / 3 * 4
	return widest
}
