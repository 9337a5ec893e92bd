package accounts

import (
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/linkface"
)

// Evidence is a face in the forms that were given, as names of files: a vendor
// takes the one that it reads. An empty name is none.
func Evidence(photo, capture string) (evidence []idverify.Evidence) {
	if capture != "" {
		evidence = append(evidence, linkface.Capture(idverify.File(capture)))
	}
	if photo != "" {
		evidence = append(evidence, idverify.Photo(idverify.File(photo)))
	}
	return evidence
}

// StandInEvidence is a face of nobody's in both forms, for the stand-in.
func StandInEvidence() []idverify.Evidence {
	return []idverify.Evidence{
		linkface.Capture(idverify.Bytes(idverifytest.Capture())),
		idverify.Photo(idverify.Bytes(idverifytest.Photo())),
	}
}

// PhotoReaders and CaptureReaders name the vendors that read that form, for the
// help of flags.
func PhotoReaders() string   { return readers(Evidence("face.jpg", "")) }
func CaptureReaders() string { return readers(Evidence("", "live.pb")) }

func readers(evidence []idverify.Evidence) string {
	all, err := StandIns("http://127.0.0.1")
	if err != nil {
		panic(err) // the list itself is wrong
	}
	var names []string
	for _, p := range all {
		if p.Accepts(evidence[0]) {
			names = append(names, p.Name())
		}
	}
	return strings.Join(names, ", ")
}
