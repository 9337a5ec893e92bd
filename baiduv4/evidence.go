package baiduv4

import (
	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/redact"
)

var _, _, _ idverify.ContentEvidence = FaceTokenEvidence{}, PlainCapture{}, SealedCapture{}

// App is the phone system on which a capture was recorded.
type App string

// The apps.
const (
	AppIOS     App = "ios"
	AppAndroid App = "android"
)

// FaceTokenEvidence is a face that the vendor holds already. [FaceToken] makes
// it; its zero value is refused.
type FaceTokenEvidence struct {
	faceTokenMask

	token redact.Secret
}

type faceTokenMask = redact.Mask[FaceTokenEvidence]

// FaceToken is the face_token that another of the vendor's interfaces gave for
// a face, at most 4,096 bytes. It lives for one hour unless the face was stored.
func FaceToken(token string) FaceTokenEvidence {
	return FaceTokenEvidence{token: redact.NewSecret(token)}
}

// EvidenceKind is "baiduv4.face_token".
func (FaceTokenEvidence) EvidenceKind() string { return "baiduv4.face_token" }

// EvidenceContent implements [idverify.ContentEvidence].
func (e FaceTokenEvidence) EvidenceContent(text func(string), _ func(idverify.Media) idverify.Media) idverify.Evidence {
	text(e.token.Reveal())
	return e
}

// PlainCapture is what capture SDK 4.1 or 4.1.5 recorded: a picture that is
// not encrypted. All fields are required.
type PlainCapture struct {
	plainMask

	App App
	// Image has the same limits as a photo; see the package documentation.
	Image idverify.Media
}

type plainMask = redact.Mask[PlainCapture]

// EvidenceKind is "baiduv4.plain_capture".
func (PlainCapture) EvidenceKind() string { return "baiduv4.plain_capture" }

// EvidenceContent implements [idverify.ContentEvidence].
func (e PlainCapture) EvidenceContent(text func(string), media func(idverify.Media) idverify.Media) idverify.Evidence {
	text(string(e.App))
	e.Image = media(e.Image)
	return e
}

// SealedCapture is what capture SDK 5.2 or later recorded: the picture is encrypted
// inside the data, and only the account of the app that recorded it can use it. All
// fields are required, but only one of Data and DataFrom. It prints and marshals
// without them, except where fmt bypasses its methods: under %p, and in an
// unexported field of another struct, also inside an [idverify.Evidence]. Do not
// keep it in an unexported field of a struct that may be printed.
type SealedCapture struct {
	sealedMask

	App App
	// SKey and DeviceID are the SDK's skey and deviceId as they came, each at most
	// 4,096 bytes.
	SKey, DeviceID string
	// Data is the SDK's encrypted data, unchanged, if it is in memory: at most 20
	// MiB as a JSON string. It is not copied.
	Data string
	// DataFrom is the same data if it is not in memory, with the same limit. It is
	// read once before it is sent, and then streamed like a picture.
	DataFrom idverify.Media
}

// source returns where the data comes from.
func (e SealedCapture) source() media.Opener {
	if e.DataFrom.IsZero() {
		return media.String(e.Data)
	}
	return e.DataFrom
}

type sealedMask = redact.Mask[SealedCapture]

// EvidenceKind is "baiduv4.sealed_capture".
func (SealedCapture) EvidenceKind() string { return "baiduv4.sealed_capture" }

// EvidenceContent implements [idverify.ContentEvidence].
func (e SealedCapture) EvidenceContent(text func(string), media func(idverify.Media) idverify.Media) idverify.Evidence {
	text(string(e.App))
	text(e.SKey)
	text(e.DeviceID)
	if e.DataFrom.IsZero() {
		text(e.Data)
	} else {
		e.DataFrom = media(e.DataFrom)
	}
	return e
}

// accepts reports whether this vendor reads the evidence.
func accepts(ev idverify.Evidence) bool {
	switch ev.(type) {
	case idverify.PhotoEvidence, FaceTokenEvidence, PlainCapture, SealedCapture:
		return true
	}
	return false
}
