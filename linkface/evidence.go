package linkface

import (
	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// CaptureEvidence is what Linkface's phone SDK recorded. [Capture],
// [CaptureURL] and [CaptureID] make it; its zero value is refused.
type CaptureEvidence struct {
	captureMask

	form  string // the form field it travels in
	media idverify.Media
	text  redact.Secret // a URL or an id
}

type captureMask = redact.Mask[CaptureEvidence]

var _ idverify.ContentEvidence = CaptureEvidence{}

// The vendor takes exactly one of these fields.
const (
	fieldFile = "liveness_data_file"
	fieldURL  = "liveness_data_url"
	fieldID   = "liveness_data_id"
)

// Capture is the protobuf file that the SDK returned: 30 to 40 KB, some MB with
// video. The vendor documents no limit; at most 64 MiB are sent. A picture, a page
// of HTML, JSON or XML, and a data: URL are refused with
// [idverify.CodeUnsupportedFormat]; other bytes are sent for the vendor to judge.
func Capture(m idverify.Media) CaptureEvidence {
	return CaptureEvidence{form: fieldFile, media: m}
}

// CaptureURL is the http or https address of the SDK's file, at most 4,096 bytes.
// The vendor fetches it within five seconds or answers that it could not.
func CaptureURL(url string) CaptureEvidence {
	return CaptureEvidence{form: fieldURL, text: redact.NewSecret(url)}
}

// CaptureID is the id of a capture that the vendor holds already: the
// LivenessDataID of an earlier [Reply], at most 4,096 bytes. How long it lives is
// not documented.
func CaptureID(id string) CaptureEvidence {
	return CaptureEvidence{form: fieldID, text: redact.NewSecret(id)}
}

// EvidenceKind is "linkface.capture" for all three.
func (CaptureEvidence) EvidenceKind() string { return "linkface.capture" }

// EvidenceContent implements [idverify.ContentEvidence].
func (e CaptureEvidence) EvidenceContent(text func(string), media func(idverify.Media) idverify.Media) idverify.Evidence {
	text(e.form)
	if e.form == fieldFile {
		e.media = media(e.media)
	} else {
		text(e.text.Reveal())
	}
	return e
}
