package baiduv4

import (
	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

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
// a face. It lives for one hour unless the face was stored.
func FaceToken(token string) FaceTokenEvidence {
	return FaceTokenEvidence{token: redact.NewSecret(token)}
}

// EvidenceKind is "baiduv4.face_token".
func (FaceTokenEvidence) EvidenceKind() string { return "baiduv4.face_token" }

// PlainCapture is what capture SDK 4.1 or 4.1.5 recorded: a picture that is
// not encrypted. All fields are required.
type PlainCapture struct {
	plainMask

	App App
	// Image is within the limits of a photo; see the package's comment.
	Image idverify.Media
}

type plainMask = redact.Mask[PlainCapture]

// EvidenceKind is "baiduv4.plain_capture".
func (PlainCapture) EvidenceKind() string { return "baiduv4.plain_capture" }

// SealedCapture is what capture SDK 5.2 or later recorded: the picture is
// encrypted inside Data, and only the account of the app that recorded it can
// use it. All fields are required. It prints and marshals without them, except
// where fmt does not ask it: under %p as a value, and in an unexported field of
// another struct, also inside an [idverify.Evidence]. Do not keep it in an
// unexported field of a struct that is printed at all.
type SealedCapture struct {
	sealedMask

	App App
	// SKey, DeviceID and Data are the SDK's skey, deviceId and encrypted data,
	// as they came.
	SKey, DeviceID, Data string
}

type sealedMask = redact.Mask[SealedCapture]

// EvidenceKind is "baiduv4.sealed_capture".
func (SealedCapture) EvidenceKind() string { return "baiduv4.sealed_capture" }

// accepts is every evidence that this vendor reads.
func accepts(ev idverify.Evidence) bool {
	switch ev.(type) {
	case idverify.PhotoEvidence, FaceTokenEvidence, PlainCapture, SealedCapture:
		return true
	}
	return false
}
