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
	// Behind two pointers: fmt reads unexported fields without asking, and
	// follows one pointer to a struct where it calls a verb bad.
	person **person
	_      [0]func() // two Subjects of one person would not be ==
}

type person struct {
	name, number string
	warnings     []Warning
	self         *person // the second pointer, at no allocation of its own
	notes        *notes  // of the call
}

// notes are what providers remember within a call.
type notes struct {
	mu   sync.Mutex
	kept map[any]any
}

// String is for dumpers, which follow pointers and ask for it.
func (person) String() string { return "subject" }

func (s Subject) reveal() person {
	if s.person == nil {
		return person{}
	}
	return **s.person
}

// Name is the folded name.
func (s Subject) Name() string { return s.reveal().name }

// IDNumber is the folded number, in clear.
func (s Subject) IDNumber() string { return s.reveal().number }

// Warnings tell what is unusual about name and number. A Provider puts them into its
// Result.
func (s Subject) Warnings() []Warning { return s.reveal().warnings }

// Format implements [fmt.Formatter]: it prints nothing of the person.
func (s Subject) Format(f fmt.State, verb rune) { redact.Format(f, verb, "subject") }

// LogValue implements [slog.LogValuer].
func (s Subject) LogValue() slog.Value { return slog.StringValue("subject") }
