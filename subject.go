package idverify

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/idverify/idverify/internal/redact"
)

// Subject is the person a request asks about, in the form that is sent. It
// prints masked.
type Subject struct {
	// Two pointers: fmt prints unexported fields without calling methods, and
	// follows one pointer to a struct when a verb does not fit.
	person **person
	_      [0]func() // two Subjects of the same person must not compare equal with ==
}

type person struct {
	name, number string
	warnings     []Warning
	self         *person // the second pointer, in the same allocation
	notes        *notes  // of the call
}

// notes are what providers keep during a call.
type notes struct {
	mu   sync.Mutex
	kept map[any]any
}

// String is for dumpers that follow pointers and then call String.
func (person) String() string { return "subject" }

func (s Subject) reveal() person {
	if s.person == nil {
		return person{}
	}
	return **s.person
}

// Name is the folded name.
func (s Subject) Name() string { return s.reveal().name }

// IDNumber is the folded number, unmasked.
func (s Subject) IDNumber() string { return s.reveal().number }

// Warnings are about an unusual name or number. A Provider copies them into its
// Result.
func (s Subject) Warnings() []Warning { return s.reveal().warnings }

// Format implements [fmt.Formatter]: it prints nothing about the person.
func (s Subject) Format(f fmt.State, verb rune) { redact.Format(f, verb, "subject") }

// LogValue implements [slog.LogValuer].
func (s Subject) LogValue() slog.Value { return slog.StringValue("subject") }
