package photo

import (
	"context"
	"fmt"

	"github.com/idverify/idverify"
)

// Report says which vendors would accept a picture, as far as can be told without
// sending it: nobody has looked for a face.
type Report struct {
	// Format is the file's format, "" if it is no supported picture. Width and
	// Height are in pixels, for the upright picture, 0 if unknown.
	Format string `json:"format,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	// Rotated says that the picture is stored rotated, with an EXIF note how to turn
	// it. Vendors may ignore that note and find no face, so fit the picture.
	Rotated bool `json:"rotated,omitempty"`
	// Bytes is the length of the file.
	Bytes int64 `json:"bytes"`
	// Vendors are the verdicts, in the order of the providers, without those that
	// read no photos.
	Vendors []Verdict `json:"vendors"`
}

// Verdict is one vendor's.
type Verdict struct {
	Vendor string `json:"vendor"`
	// AsItIs is nil when the picture can be sent unchanged, or else the error with
	// which it would be refused before sending.
	AsItIs *idverify.Error `json:"as_it_is,omitempty"`
	// Fitted is nil when the picture can be sent after [Fit], or else the error
	// with which Fit would fail. Damage that shows only in the pixels is found only
	// by Fit.
	Fitted *idverify.Error `json:"fitted,omitempty"`
}

// Check is [Fitter.Check] with the default limits.
func Check(ctx context.Context, m idverify.Media, providers ...idverify.Provider) (*Report, error) {
	return standard.Check(ctx, m, providers...)
}

// Check returns every vendor's verdict on a picture without decoding or sending it,
// for a form that should say at once what is wrong. It reads the whole file, and
// fails like [Fitter.Fit] for unreadable media, and when ctx ends. For a file that is
// no picture it does not fail, but all verdicts say so.
func (f *Fitter) Check(ctx context.Context, m idverify.Media, providers ...idverify.Provider) (*Report, error) {
	var report *Report
	e := f.with(ctx, m, func(file []byte) *idverify.Error {
		report = f.report(file, providers)
		return nil
	})
	if e != nil {
		return nil, e
	}
	return report, nil
}

func (f *Fitter) report(file []byte, providers []idverify.Provider) *Report {
	report := &Report{Bytes: int64(len(file))}
	h, unread := look(file, f.maxPixels)
	report.Format = string(h.format)
	report.Width, report.Height = h.turn.upright(h.width, h.height)
	report.Rotated = !h.turn.isUpright()
	for _, p := range providers {
		reads, ok := p.(limited)
		if !ok {
			continue
		}
		v := Verdict{Vendor: p.Name(), AsItIs: unread, Fitted: unread}
		if unread == nil {
			v.AsItIs = boundsOf(widest(reads)).hold(h, int64(len(file)))
			v.Fitted = boundsOf(reads.PhotoLimits()).canFit(h)
		}
		report.Vendors = append(report.Vendors, v.named())
	}
	return report
}

func (v Verdict) named() Verdict {
	if v.AsItIs != nil {
		v.AsItIs = of(v.Vendor, v.AsItIs)
	}
	if v.Fitted != nil {
		v.Fitted = of(v.Vendor, v.Fitted)
	}
	return v
}

// widest returns the limits beyond which a provider refuses a picture.
func widest(p limited) idverify.PhotoLimits {
	if w, ok := p.(interface{ WidestPhotoLimits() idverify.PhotoLimits }); ok {
		return w.WidestPhotoLimits()
	}
	return p.PhotoLimits()
}

// hold says why an unchanged picture is refused.
func (b bounds) hold(h head, size int64) *idverify.Error {
	long, short := max(h.width, h.height), min(h.width, h.height)
	switch {
	case !b.reads(idverify.PhotoFormat(h.format)):
		return refuse(idverify.CodeUnsupportedFormat, fmt.Sprintf("the vendor does not read %s pictures", h.format))
	case size > b.most:
		return refuse(idverify.CodeTooLarge, fmt.Sprintf("the picture has %d bytes, the vendor takes %d", size, b.most))
	case b.LongSide > 0 && long > b.LongSide:
		return refuse(idverify.CodeTooLarge, fmt.Sprintf("the longer side of the picture has %d pixels, the vendor takes %d", long, b.LongSide))
	case b.ShortSide > 0 && short > b.ShortSide:
		return refuse(idverify.CodeTooLarge, fmt.Sprintf("the shorter side of the picture has %d pixels, the vendor takes %d", short, b.ShortSide))
	case size < b.least:
		return refuse(idverify.CodePoorPhoto, fmt.Sprintf("the picture has %d bytes, and the least is %d", size, b.least))
	case long < b.MinLongSide, short < b.MinShortSide:
		return b.tooSmall(h.width, h.height)
	}
	return nil
}

// canFit says why a picture cannot be made to fit, nil if it can.
func (b bounds) canFit(h head) *idverify.Error {
	width, height, e := b.size(h.turn.upright(h.width, h.height))
	if e == nil && b.asItIs(h, width, height) == nil && !b.reads(idverify.PhotoJPEG) {
		return onlyJPEG(h)
	}
	return e
}
