package photo

import (
	"context"
	"fmt"
	"runtime"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// Config limits the resources for pictures. Zero fields have the defaults below.
type Config struct {
	// MaxPixels is how many pixels a picture may have; this is checked before
	// decoding. Default 50 million.
	MaxPixels int
	// AtOnce is how many pictures are processed at a time; others wait. Default
	// [runtime.GOMAXPROCS].
	AtOnce int
}

// Fitter makes pictures fit. It is safe for concurrent use and needs no closing. New
// makes it; the methods of its zero value fail with CodeInvalidConfig.
type Fitter struct {
	fitterMask
	maxPixels int
	places    chan struct{} // one for each picture at work
	files     chan struct{} // one for each file that is read, or waits for a place
}

// filesPerPlace is how many files are read for each place.
const filesPerPlace = 4

type fitterMask = redact.Mask[Fitter]

const defaultMaxPixels = 50_000_000

// standard is used by the functions of this package, so that its limits hold for
// all of them together, because they share the process's memory. It keeps nothing
// of a picture.
var standard = newFitter(defaultMaxPixels, runtime.GOMAXPROCS(0))

// New makes a Fitter with its own limits. It fails with CodeInvalidConfig for a
// number below zero.
func New(cfg Config) (*Fitter, error) {
	switch {
	case cfg.MaxPixels < 0:
		return nil, misconfigured("MaxPixels", "MaxPixels must not be negative")
	case cfg.AtOnce < 0:
		return nil, misconfigured("AtOnce", "AtOnce must not be negative")
	}
	if cfg.MaxPixels == 0 {
		cfg.MaxPixels = defaultMaxPixels
	}
	if cfg.AtOnce == 0 {
		cfg.AtOnce = runtime.GOMAXPROCS(0)
	}
	return newFitter(cfg.MaxPixels, cfg.AtOnce), nil
}

func newFitter(maxPixels, atOnce int) *Fitter {
	return &Fitter{maxPixels: maxPixels, places: make(chan struct{}, atOnce), files: make(chan struct{}, filesPerPlace*atOnce)}
}

// Upright is [Fitter.Upright] with the default limits.
func Upright(ctx context.Context, m idverify.Media) (idverify.Media, error) {
	return standard.Upright(ctx, m)
}

// Fit is [Fitter.Fit] with the default limits.
func Fit(ctx context.Context, m idverify.Media, limits idverify.PhotoLimits) (idverify.Media, error) {
	return standard.Fit(ctx, m, limits)
}

// Upright turns a picture as its EXIF data says and drops its metadata, without
// scaling it. It fails as [Fitter.Fit] does.
func (f *Fitter) Upright(ctx context.Context, m idverify.Media) (idverify.Media, error) {
	return f.Fit(ctx, m, idverify.PhotoLimits{})
}

// Fit makes a picture fit limits: upright, scaled down, as a JPEG of the highest
// quality that fits, and without metadata. The returned media is in memory and shares
// nothing with the original, which is read once, completely.
//
// Its errors are [*idverify.Error], nothing of which was sent: CodeUnsupportedFormat
// for a format that is not read, with its name; CodeUnreadableEvidence for media that
// cannot be read, or a picture that is damaged or stops before its end; CodeTooLarge
// for one of too many pixels; CodePoorPhoto for one below the floor of the limits;
// CodeTimeout and CodeCanceled when ctx ended.
func (f *Fitter) Fit(ctx context.Context, m idverify.Media, limits idverify.PhotoLimits) (idverify.Media, error) {
	var fitted []byte
	e := f.with(ctx, m, func(file []byte) (e *idverify.Error) {
		fitted, e = f.fit(ctx, file, limits)
		return e
	})
	if e != nil {
		return idverify.Media{}, e
	}
	return idverify.Bytes(fitted), nil
}

// working describes the work for the error of a context that ended.
const working = "while the picture was made to fit"

// fit makes a file fit.
func (f *Fitter) fit(ctx context.Context, file []byte, limits idverify.PhotoLimits) ([]byte, *idverify.Error) {
	h, e := look(file, f.maxPixels)
	if e != nil {
		return nil, e
	}
	b := boundsOf(limits)
	width, height, e := b.size(h.turn.upright(h.width, h.height))
	if e != nil {
		return nil, e
	}
	if bare := b.asItIs(h, width, height); bare != nil {
		return bare, nil
	}
	if !b.reads(idverify.PhotoJPEG) {
		return nil, onlyJPEG(h)
	}
	r, e := decode(ctx, file, h)
	if e != nil {
		return nil, e
	}
	if h.width != r.width || h.height != r.height { // the frame of a GIF
		if width, height, e = b.size(h.turn.upright(r.width, r.height)); e != nil {
			return nil, e
		}
	}
	return b.encode(ctx, r, h.turn, width, height)
}

func onlyJPEG(h head) *idverify.Error {
	return refuse(idverify.CodeUnsupportedFormat, fmt.Sprintf("a %s that does not fit can only become a JPEG, which is not read there", h.format))
}
