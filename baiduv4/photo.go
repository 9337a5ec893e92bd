package baiduv4

import "github.com/idverify/idverify"

// PhotoLimits are safe under every reading of the vendor's page: it says "under 10 MB"
// and "under 1920×1080", and not whether that is of the file or of its base64.
func (c *Client) PhotoLimits() idverify.PhotoLimits {
	safe := limits.Photo()
	safe.MaxBytes, safe.MaxBase64 = 0, 10_000_000-1
	safe.LongSide, safe.ShortSide = 1919, 1079
	return safe
}

// WidestPhotoLimits are those beyond which a picture is refused before it is sent.
func (c *Client) WidestPhotoLimits() idverify.PhotoLimits { return limits.Photo() }
