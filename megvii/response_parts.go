package megvii

import (
	"bytes"
	"encoding/json"

	"github.com/idverify/idverify/internal/exchange"
)

// Face is what the vendor says about one face. Fields missing from the answer are
// nil.
type Face struct {
	// Quality is 0 to 100; above QualityThreshold it is good.
	Quality, QualityThreshold *float64
	// Orientation is by how many degrees the picture was turned to find the face: 0,
	// 90, 180 or 270. It is set only with Config.TryRotations.
	Orientation *float64
}

// faceID is the comparison. Missing or malformed parts are detected when it is
// evaluated.
type faceID struct {
	present    bool
	Confidence exchange.Score `json:"confidence"`
	Thresholds exchange.Rungs `json:"thresholds"`
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails, so that the answer's
// request id is not lost. null counts as absent; anything else but an object has no
// confidence.
func (f *faceID) UnmarshalJSON(text []byte) error {
	type fields faceID
	if exchange.Fields(text, (*fields)(f)) != nil {
		*f = faceID{}
	}
	f.present = string(text) != "null"
	return nil
}

// exceptions are remarks about the person at the source. They have no influence on
// the decision.
type exceptions struct {
	Attacked   flag `json:"id_attacked"`
	Monochrome flag `json:"id_photo_monochrome"`
}

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (e *exceptions) UnmarshalJSON(text []byte) error {
	type fields exceptions
	_ = exchange.Fields(text, (*fields)(e)) // empty where it fails
	return nil
}

// flag is a boolean that the vendor writes as 0 or 1.
type flag bool

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (f *flag) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "0", `"0"`, "false", `"false"`, "null", `""`:
		*f = false
	default:
		*f = true
	}
	return nil
}

// faces are the answer to return_faces.
type faces []Face

// maxFaces are more than anybody looks at, and maxFacesText more than the vendor has to
// say of them, in bytes: reading costs several times as much.
const (
	maxFaces     = 64
	maxFacesText = 64 << 10
)

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (f *faces) UnmarshalJSON(text []byte) error {
	var said []struct {
		Quality          exchange.Score `json:"quality"`
		QualityThreshold exchange.Score `json:"quality_threshold"`
		Orientation      exchange.Score `json:"orientation"`
	}
	*f = nil
	if len(text) > maxFacesText || !bytes.HasPrefix(text, []byte("[")) {
		return nil // another long text would be copied some times to be refused
	}
	if json.Unmarshal(text, &said) != nil {
		return nil
	}
	for _, face := range said[:min(len(said), maxFaces)] {
		*f = append(*f, Face{face.Quality.Pointer(), face.QualityThreshold.Pointer(), face.Orientation.Pointer()})
	}
	return nil
}

// isNothing reports whether a JSON value is empty.
func isNothing(text []byte) bool {
	switch string(text) {
	case "", "null", `""`, "[]", "{}":
		return true
	}
	return false
}
