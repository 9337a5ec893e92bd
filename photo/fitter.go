package photo

import (
	"context"
	"fmt"
	"runtime"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// Config bounds what pictures may take. Zero fields have the defaults below.
type Config struct {
	// MaxPixels is how many pixels a picture may have, which are counted before it is
	// decoded. Default 50 million.
	MaxPixels int
	// AtOnce is how many pictures are at work at a time; further ones wait. Default
	// [runtime.GOMAXPROCS].
	AtOnce int
}

// Fitter makes pictures fit. It is safe for concurrent use and needs no closing.
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

// standard is what the functions of this package use, so that its bound holds for
// all of them together: memory is the process's. It remembers nothing of a picture.
var standard = newFitter(defaultMaxPixels, runtime.GOMAXPROCS(0))

// New makes a Fitter with bounds of its own. It fails with CodeInvalidConfig for
// a number below zero.
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

// Upright is [Fitter.Upright] with the default bounds.
func Upright(ctx context.Context, m idverify.Media) (idverify.Media, error) {
	return standard.Upright(ctx, m)
}

// Fit is [Fitter.Fit] with the default bounds.
func Fit(ctx context.Context, m idverify.Media, limits idverify.PhotoLimits) (idverify.Media, error) {
	return standard.Fit(ctx, m, limits)
}

// Upright turns a picture as its EXIF says and drops its metadata. It has the size
// that it had. It fails as [Fitter.Fit] does.
func (f *Fitter) Upright(ctx context.Context, m idverify.Media) (idverify.Media, error) {
	return f.Fit(ctx, m, idverify.PhotoLimits{})
}

// Fit makes a picture fit limits: upright, scaled down, as a JPEG of the highest
// quality that fits, and without metadata. What it returns is in memory and shares
// nothing with what was given; the original is read once, and whole.
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

// working is what a context interrupted.
const working = "while the picture was made to fit"

// fit works on a file.
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
