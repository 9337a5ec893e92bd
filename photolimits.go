package idverify

// PhotoFormat is a kind of picture file.
type PhotoFormat string

// The formats that vendors read.
const (
	PhotoJPEG PhotoFormat = "JPEG"
	PhotoPNG  PhotoFormat = "PNG"
	PhotoBMP  PhotoFormat = "BMP"
)

// PhotoLimits are what somebody takes of a picture. A zero field is no limit.
//
// A [Provider] that reads photos tells two of them, and all of this module do:
// PhotoLimits() PhotoLimits is what is safe under every reading of the vendor's
// documents, which package photo makes pictures fit to, and
// WidestPhotoLimits() PhotoLimits is what a picture is refused beyond before it is
// sent.
type PhotoLimits struct {
	// Formats are those that are read. Empty is any.
	Formats []PhotoFormat
	// MaxBytes and MinBytes bound the file, in bytes.
	MaxBytes, MinBytes int64
	// MaxBase64 and MinBase64 bound its base64 text, padding included, in characters.
	MaxBase64, MinBase64 int64
	// LongSide and ShortSide are the most pixels of its longer and its shorter side,
	// and MinLongSide and MinShortSide the fewest.
	LongSide, ShortSide       int
	MinLongSide, MinShortSide int
}
