package baiduv4

import (
	"fmt"
	"log/slog"

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
type FaceTokenEvidence struct{ token redact.Secret }

// FaceToken is the face_token that another of the vendor's interfaces gave for
// a face. It lives for one hour unless the face was stored.
func FaceToken(token string) FaceTokenEvidence {
	return FaceTokenEvidence{redact.NewSecret(token)}
}

// EvidenceKind is "baiduv4.face_token".
func (FaceTokenEvidence) EvidenceKind() string { return "baiduv4.face_token" }

// Format implements [fmt.Formatter]: it prints the kind only.
func (e FaceTokenEvidence) Format(s fmt.State, verb rune) { redact.Format(s, verb, e.EvidenceKind()) }

// LogValue implements [slog.LogValuer].
func (e FaceTokenEvidence) LogValue() slog.Value { return slog.StringValue(e.EvidenceKind()) }

// PlainCapture is what capture SDK 4.1 or 4.1.5 recorded: a picture that is
// not encrypted. All fields are required.
type PlainCapture struct {
	App App
	// Image is within the limits of a photo; see the package's comment.
	Image idverify.Media
}

// EvidenceKind is "baiduv4.plain_capture".
func (PlainCapture) EvidenceKind() string { return "baiduv4.plain_capture" }

// Format implements [fmt.Formatter]: it prints the kind only.
func (e PlainCapture) Format(s fmt.State, verb rune) { redact.Format(s, verb, e.EvidenceKind()) }

// LogValue implements [slog.LogValuer].
func (e PlainCapture) LogValue() slog.Value { return slog.StringValue(e.EvidenceKind()) }

// MarshalText keeps the capture out of JSON and other encodings.
func (e PlainCapture) MarshalText() ([]byte, error) { return []byte(e.EvidenceKind()), nil }

// SealedCapture is what capture SDK 5.2 or later recorded: the picture is
// encrypted inside Data, and only the account of the app that recorded it can
// use it. All fields are required. It prints and marshals without them, except
// where fmt does not ask it: under %p as a value, and in an unexported field of
// another struct, also inside an [idverify.Evidence]. Do not keep it in an
// unexported field of a struct that is printed at all.
type SealedCapture struct {
	App App
	// SKey, DeviceID and Data are the SDK's skey, deviceId and encrypted data,
	// as they came.
	SKey, DeviceID, Data string
}

// EvidenceKind is "baiduv4.sealed_capture".
func (SealedCapture) EvidenceKind() string { return "baiduv4.sealed_capture" }

// String is EvidenceKind.
func (e SealedCapture) String() string { return e.EvidenceKind() }

// Format implements [fmt.Formatter]: it prints the kind only.
func (e SealedCapture) Format(s fmt.State, verb rune) { redact.Format(s, verb, e.EvidenceKind()) }

// LogValue implements [slog.LogValuer].
func (e SealedCapture) LogValue() slog.Value { return slog.StringValue(e.EvidenceKind()) }

// MarshalText keeps the capture out of JSON and other encodings.
func (e SealedCapture) MarshalText() ([]byte, error) { return []byte(e.EvidenceKind()), nil }

// MarshalBinary keeps it out of gob, CBOR and other encodings.
func (e SealedCapture) MarshalBinary() ([]byte, error) { return e.MarshalText() }

// accepts is every evidence that this vendor reads.
func accepts(ev idverify.Evidence) bool {
	switch ev.(type) {
	case idverify.PhotoEvidence, FaceTokenEvidence, PlainCapture, SealedCapture:
		return true
	}
	return false
}
