package idverify

// PhotoFormat is a picture file format.
type PhotoFormat string

// The formats that vendors read.
const (
	PhotoJPEG PhotoFormat = "JPEG"
	PhotoPNG  PhotoFormat = "PNG"
	PhotoBMP  PhotoFormat = "BMP"
)

// PhotoLimits are limits for a picture. A zero field means no limit.
//
// A [Provider] that reads photos may have two more methods, and all vendor packages
// of this module do: PhotoLimits() PhotoLimits returns the limits that are safe
// under every reading of the vendor's documents, which package photo makes pictures
// fit; WidestPhotoLimits() PhotoLimits returns the limits beyond which a picture is
// refused before it is sent.
type PhotoLimits struct {
	// Formats are the accepted formats. Empty means any.
	Formats []PhotoFormat
	// MaxBytes and MinBytes limit the file size, in bytes.
	MaxBytes, MinBytes int64
	// MaxBase64 and MinBase64 limit the length of its base64 text, padding included,
	// in characters.
	MaxBase64, MinBase64 int64
	// LongSide and ShortSide are the maximum of the longer and the shorter side, in
	// pixels, and MinLongSide and MinShortSide the minimum.
	LongSide, ShortSide       int
	MinLongSide, MinShortSide int
}
