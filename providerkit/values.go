package providerkit

import (
	"bytes"

	"github.com/idverify/idverify/internal/exchange"
)

// Score is a number in an answer, or a string that holds one. null, a missing member
// and anything else count as no score.
type Score struct{ own exchange.Score }

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (s *Score) UnmarshalJSON(text []byte) error { return s.own.UnmarshalJSON(text) }

// Pointer is the number, nil when there is none.
func (s Score) Pointer() *float64 { return s.own.Pointer() }

// Rungs are the thresholds of an answer by their false-accept rates, an object such as
// {"1e-3":62.1,"1e-4":69.3}.
type Rungs struct{ own exchange.Rungs }

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (r *Rungs) UnmarshalJSON(text []byte) error { return r.own.UnmarshalJSON(text) }

// Pointer is the threshold for a rate, nil when there is none.
func (r Rungs) Pointer(rate float64) *float64 { return r.own.Pointer(rate) }

// Text is a string, a number or a boolean that decides something, such as a code. null
// is "". A list, an object, or more than 4 KiB makes the answer invalid.
type Text string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *Text) UnmarshalJSON(text []byte) error { return (*exchange.Text)(t).UnmarshalJSON(text) }

// Remark is text that decides nothing, such as a message. Anything but a text is
// "".
type Remark string

// UnmarshalJSON implements [json.Unmarshaler]. It never fails.
func (r *Remark) UnmarshalJSON(text []byte) error { return (*exchange.Remark)(r).UnmarshalJSON(text) }

// Inner is an object within an answer, read like the whole by [Answer.JSON]. Anything
// but an object counts as empty, because errors come with null, [] or "" instead.
type Inner[T any] struct{ Fields T }

// UnmarshalJSON implements [json.Unmarshaler].
func (i *Inner[T]) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil
	}
	return exchange.Fields(text, &i.Fields)
}
