package accounts

import (
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

// Evidence is a face in all the given forms, each the name of a file; every vendor
// uses the form that it reads. An empty name means no such form.
func Evidence(photo, capture string) (evidence []idverify.Evidence) {
	if capture != "" {
		evidence = append(evidence, linkface.Capture(idverify.File(capture)))
	}
	if photo != "" {
		evidence = append(evidence, idverify.Photo(idverify.File(photo)))
	}
	return evidence
}

// StandInEvidence is the face of a made-up person in both forms, for the stand-in.
func StandInEvidence() []idverify.Evidence {
	return []idverify.Evidence{
		linkface.Capture(idverify.Bytes(idverifytest.Capture())),
		idverify.Photo(idverify.Bytes(idverifytest.Photo())),
	}
}

// PhotoReaders and CaptureReaders list the vendors that read that form, for the help
// text of flags.
func PhotoReaders() string   { return readers(Evidence("face.jpg", "")) }
func CaptureReaders() string { return readers(Evidence("", "live.pb")) }

func readers(evidence []idverify.Evidence) string {
	all, err := StandIns("http://127.0.0.1")
	if err != nil {
		panic(err) // a mistake in the list itself
	}
	var names []string
	for _, p := range all {
		if p.Accepts(evidence[0]) {
			names = append(names, p.Name())
		}
	}
	return strings.Join(names, ", ")
}
