package tencent

import "github.com/idverify/idverify"

// formRoom is more than the fields of the form take beside the picture.
const formRoom = 16 << 10

// PhotoLimits are safe under every reading of the vendor's page, which bounds the whole
// request to 6M and says nothing of pixels.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := photoLimits.Photo()
	safe.MaxBytes = 6_000_000 - formRoom
	return safe
}

// WidestPhotoLimits are those beyond which a picture is refused before it is sent,
// for the picture itself; the whole request is held to 6 MiB besides.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits {
	widest := photoLimits.Photo()
	widest.MaxBytes = maxRequestBytes
	return widest
}
