package idverify

import (
	"fmt"
	"log/slog"

	"github.com/idverify/idverify/internal/redact"
)

// Evidence is one form in which a face is shown to a vendor. This package
// makes the forms that several vendors read: [Photo] and [PhotoURL]. A vendor's
// package makes those that only it can read, such as linkface.Capture.
type Evidence interface {
	// EvidenceKind names the form, for example "photo" or
	// "linkface.capture". It is the same for all values of a type and says
	// nothing about a person.
	EvidenceKind() string
}

// ContentEvidence is evidence that shows its content, so that a call can be bound
// to the content and the bytes sent can be compared with it. All evidence types of
// this module implement it, and a type of your own may.
type ContentEvidence interface {
	Evidence
	// EvidenceContent calls text for each text and media for each media of the evidence,
	// always in the same order. It returns a copy of the evidence in which each media is
	// replaced by what the function returned for it; everything else stays as it is. With a
	// Request.IdempotencyKey the copy may be used after Verify has returned, so it must not
	// share anything with the original that can change.
	EvidenceContent(text func(string), media func(Media) Media) Evidence
}

var _, _ ContentEvidence = PhotoEvidence{}, PhotoURLEvidence{}

// PhotoEvidence is a still picture of a face. [Photo] makes it.
type PhotoEvidence struct{ media Media }

// Photo is a still picture of one face: JPEG or PNG for every vendor, BMP for most,
// never GIF or HEIC. It is sent unchanged: see [WarnPhotoRotatedByEXIF]. What is
// clearly no picture, such as base64 text, a data: URL or an HTML page, is refused
// with CodeUnsupportedFormat. Size limits depend on the vendor.
func Photo(m Media) PhotoEvidence { return PhotoEvidence{m} }

// Media is the picture.
func (p PhotoEvidence) Media() Media { return p.media }

// EvidenceKind is "photo".
func (PhotoEvidence) EvidenceKind() string { return "photo" }

// EvidenceContent implements [ContentEvidence].
func (p PhotoEvidence) EvidenceContent(_ func(string), media func(Media) Media) Evidence {
	p.media = media(p.media)
	return p
}

// Format implements [fmt.Formatter]: it prints the kind only.
func (p PhotoEvidence) Format(s fmt.State, verb rune) { redact.Format(s, verb, p.EvidenceKind()) }

// LogValue implements [slog.LogValuer].
func (p PhotoEvidence) LogValue() slog.Value { return slog.StringValue(p.EvidenceKind()) }

// PhotoURLEvidence is the address of a still picture. [PhotoURL] makes it.
type PhotoURLEvidence struct{ url redact.Secret }

// PhotoURL is the http or https address of a still picture, at most 4,096 bytes,
// which the vendor fetches: it must be reachable from the vendor's network.
func PhotoURL(url string) PhotoURLEvidence { return PhotoURLEvidence{redact.NewSecret(url)} }

// URL is the address.
func (p PhotoURLEvidence) URL() string { return p.url.Reveal() }

// EvidenceKind is "photo_url".
func (PhotoURLEvidence) EvidenceKind() string { return "photo_url" }

// EvidenceContent implements [ContentEvidence].
func (p PhotoURLEvidence) EvidenceContent(text func(string), _ func(Media) Media) Evidence {
	text(p.URL())
	return p
}

// Format implements [fmt.Formatter]: it prints the kind only.
func (p PhotoURLEvidence) Format(s fmt.State, verb rune) { redact.Format(s, verb, p.EvidenceKind()) }

// LogValue implements [slog.LogValuer].
func (p PhotoURLEvidence) LogValue() slog.Value { return slog.StringValue(p.EvidenceKind()) }
