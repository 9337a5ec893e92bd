package tencent

import (
	"github.com/idverify/idverify/internal/exchange"
	"github.com/idverify/idverify/internal/picture"
)

// maxRequestBytes is the vendor's limit on a whole request, form and all. It
// states no limit for the picture itself, and advises 775×498 pixels or more.
const maxRequestBytes = 6 << 20

// photoLimits: the vendor refuses GIF by name; the other formats are those its
// software kits send.
var photoLimits = exchange.Limits{Formats: []picture.Format{picture.JPEG, picture.PNG, picture.BMP}}

// photoPart is how a picture is called in the form. The name is our own,
// because a file's real name may say who is in the picture.
type photoPart struct{ fileName, contentType string }

var photoParts = map[picture.Format]photoPart{
	picture.JPEG:    {"photo.jpg", "image/jpeg"},
	picture.PNG:     {"photo.png", "image/png"},
	picture.BMP:     {"photo.bmp", "image/bmp"},
	picture.Unknown: {"photo", "application/octet-stream"},
}
