package huaweiivs

import (
	"fmt"
	"net/http"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/httpx"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/picture"
	"github.com/idverify/idverify/internal/sign"
)

const path = "/v2.0/ivs-standard"

// The vendor limits the picture's base64 to "4M" and "10KB", without saying whether
// these are decimal or binary. The stricter reading is correct in both cases.
const (
	maxBase64    = 4_000_000
	minBase64    = 10 << 10
	maxPhoto     = maxBase64 / 4 * 3
	minPhoto     = minBase64 / 4 * 3
	maxSide      = 4000
	minSide      = 300
	maxUUID      = 64
	nonceLength  = 32
	uuidJoinedBy = "-"
)

var photoLimits = exchange.Limits{Formats: []picture.Format{picture.JPEG}, NothingElse: true, MaxBytes: maxPhoto, LongSide: maxSide, ShortSide: maxSide}

// encode builds the request. The list has exactly one element, because the vendor
// accepts no more.
func (c *Client) encode(call *exchange.Call) (httpx.Request, error) {
	req := httpx.Request{Method: http.MethodPost, Path: path, Header: c.headers()}
	ev, _ := call.Evidence.(idverify.PhotoEvidence)
	photo, err := c.photo(call, ev.Media())
	if err != nil {
		return req, err
	}
	call.OwnID = uuid(call.Reference)
	one := body.Object{
		{Name: "verification_name", Value: call.Subject.Name()},
		{Name: "verification_id", Value: call.Subject.IDNumber()},
		{Name: "face_image", Media: photo},
	}
	if c.config.detail {
		one = append(one, body.Member{Name: "detail", Other: body.Bool(true)})
	}
	if c.config.noCrop {
		one = append(one, body.Member{Name: "crop", Other: body.Bool(false)})
	}
	req.Body, err = body.JSON([]body.Member{
		{Name: "meta", Other: body.Object{{Name: "uuid", Value: call.OwnID}}},
		{Name: "data", Other: body.Object{{Name: "req_data", Other: body.List{one}}}},
	})
	return req, err
}

// headers are the account's headers. Their names are in Go's canonical form: a name
// that differs only in case would be sent twice and signed once.
func (c *Client) headers() http.Header {
	var headers http.Header
	add := func(name, value string) {
		if value == "" {
			return
		}
		if headers == nil {
			headers = http.Header{}
		}
		headers.Set(name, value)
	}
	add("X-Project-Id", c.config.projectID)
	add("Enterprise-Project-Id", c.config.enterpriseProjectID)
	return headers
}

// uuid identifies one call, so that its answer can be distinguished from the answer
// to another call with the same Reference.
func uuid(reference string) string {
	nonce := sign.Nonce()
	if reference == "" || len(reference)+len(uuidJoinedBy)+nonceLength > maxUUID {
		return nonce
	}
	return reference + uuidJoinedBy + nonce
}

// photo checks the picture against the vendor's limits.
func (c *Client) photo(call *exchange.Call, m idverify.Media) (*media.Seen, error) {
	photo, err := call.Picture(m, photoLimits)
	if err != nil {
		return nil, err
	}
	info := photo.Picture
	switch {
	case photo.Size() < minPhoto:
		return nil, call.Refuse(idverify.CodePoorPhoto, "Evidence",
			fmt.Sprintf("the picture has %d bytes, the vendor takes no fewer than %d (%d in base64)", photo.Size(), minPhoto, minBase64))
	case info.Width > 0 && min(info.Width, info.Height) < minSide:
		return nil, call.Refuse(idverify.CodePoorPhoto, "Evidence",
			fmt.Sprintf("the picture has %d×%d pixels, the vendor takes no side below %d", info.Width, info.Height, minSide))
	}
	return photo, nil
}

// PhotoLimits returns limits that are safe under every reading of the vendor's page,
// which does not say what its KB and MB are.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := photoLimits.Photo()
	safe.MinBytes, safe.MaxBase64, safe.MinBase64 = minPhoto, maxBase64, minBase64
	safe.MinLongSide, safe.MinShortSide = minSide, minSide
	return safe
}

// WidestPhotoLimits returns the limits beyond which a picture is refused before it is
// sent: the same.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits { return c.PhotoLimits() }
