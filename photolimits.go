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
// of this module do. Two, because a vendor's documents can often be read in several
// ways. PhotoLimits() PhotoLimits returns the limits of the strictest reading: package
// photo makes pictures fit them. WidestPhotoLimits() PhotoLimits returns those of the
// widest reading: a picture beyond them is refused before it is sent, and one between
// the two is sent.
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
