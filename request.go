package idverify

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/idverify/idverify/idcard"
	"github.com/idverify/idverify/internal/redact"
)

// Request is the question: is the face in the evidence the person that this name
// and this resident ID number identify? It prints and marshals without name and
// number, except where fmt bypasses its methods: under %p, and in an unexported
// field of another struct, in some cases even behind a pointer. Do not keep it in
// an unexported field of a struct that may be printed; build it when it is needed.
type Request struct {
	// Name is the person's name in UTF-8, as the ID card has it; at most 128
	// characters, and with the space around it at most 1,024 bytes. White space and
	// invisible characters around it are trimmed, and dots, blanks and radicals are
	// folded before it is sent; see [idcard.FoldName]. A name with a digit, a star,
	// an emoji or the like is refused; see [idcard.CheckName]. What is unusual but
	// may be right is sent unchanged, with a [Warning].
	Name string
	// IDNumber is the 18-character number of a resident ID card, of a residence
	// permit for residents of Hong Kong, Macao or Taiwan, or of a foreigner's
	// permanent residence card. It is checked and folded by [idcard.Parse];
	// including surrounding space it may have at most 256 bytes.
	IDNumber string
	// Evidence is the face, in one or several forms, at most 16. Each vendor gets
	// the first one that it accepts.
	Evidence []Evidence
	// Reference is your own id for this call: at most 64 letters, digits and the
	// characters . _ - : It goes to vendors that accept one (tencent: session_id)
	// and may come back as RequestID, which is printed and logged. So it must not
	// identify the person: one that contains twelve consecutive characters of the
	// ID number is refused. Optional.
	Reference string
	// IdempotencyKey names this question in your business, so that a [Client] asks it
	// once: concurrent calls with the same key share one exchange and its answer. If
	// every caller cancels, the shared call is cancelled too: it may have been sent, and
	// the next call with the key sends again. If only the caller who began it leaves, it
	// goes on with the evidence of another caller.
	//
	// The key is bound to the person, all evidence in order and the rate of [WithMaxFAR].
	// Using it with another person or other evidence is refused with CodeInvalidRequest
	// while the call is in progress, and for as long as a [ResultStore] keeps the answer:
	// a retaken photo needs a new key. All evidence is read once before the call, and the
	// bytes sent are compared with that; evidence that is no [ContentEvidence] is
	// refused. Do not use a key from a browser without adding something of your own.
	// "Once" holds within one process, or among all processes that share a [Ledger].
	//
	// It allows the same characters as Reference and, like Reference, must not contain
	// the ID number; it is not sent. Optional.
	IdempotencyKey string
	// SkipIDNumberCheck sends the number although idcard.Parse would refuse it;
	// surrounding space is trimmed, and at most 64 bytes may remain. By default the
	// number is checked, which is free, while some vendors charge for a wrong one.
	SkipIDNumberCheck bool
	// Repeat asks again although it may be paid for twice: for a question that a
	// [Ledger] keeps without a decision, because its call failed and was or may have
	// been billed, or its answer is unknown. A question that is decided or in flight
	// is not repeated. Without [WithLedger] it has no effect. Default false.
	Repeat bool
}

// Limits for the texts of a request. Lengths are checked first, because the texts
// as given may have any length.
const (
	maxNameRunes      = 128
	maxNameBytes      = 1024 // as given, with surrounding space
	maxUncheckedBytes = 64
	maxNumberBytes    = 256 // as given, the same as idcard's
	maxIDBytes        = 64
	maxTellingBytes   = 1024 // of a wrong number or its name, compared with a key
	maxEvidence       = 16
	maxURLBytes       = 4 << 10
)

// Validate checks what [Request.Subject] checks, and that there is evidence. Its errors are
// [*Error] with CodeInvalidName (wrapping an [*idcard.NameError] where the text is no name),
// CodeInvalidIDNumber (wrapping an [*idcard.Error] where the number violates a rule) or
// CodeInvalidRequest. Nothing is opened or sent.
func (r *Request) Validate() error {
	_, err := r.check()
	return err
}

// check is Validate, and also returns the person.
func (r *Request) check() (Subject, error) {
	subject, err := r.Subject()
	if err != nil {
		return Subject{}, err
	}
	if len(r.Evidence) == 0 {
		return Subject{}, refused(CodeInvalidRequest, "Evidence", "no evidence was given")
	}
	for _, ev := range r.Evidence {
		if isNil(ev) {
			return Subject{}, refused(CodeInvalidRequest, "Evidence", "an element of Evidence is nil")
		}
		if photo, ok := ev.(PhotoURLEvidence); ok && len(photo.URL()) > maxURLBytes {
			return Subject{}, refused(CodeInvalidRequest, "Evidence", fmt.Sprintf("PhotoURL is longer than %d bytes", maxURLBytes))
		}
	}
	return subject, nil
}

// taken is a copy of a request and its evidence list, so that the caller may change
// the originals meanwhile.
type taken struct {
	Request
	room [2]Evidence // holds the list of most requests without an allocation
}

// take copies a request and checks the copy.
func (t *taken) take(given *Request) (Subject, error) {
	if given == nil || len(given.Evidence) > maxEvidence {
		return given.check() // do not copy a text of unlimited length
	}
	t.Request = *given
	t.Evidence = append(t.room[:0], given.Evidence...)
	return t.check()
}

// Subject checks and folds name, number and reference, and checks the number of
// evidence items. Every vendor gets its texts from here, so all are sent the same.
func (r *Request) Subject() (Subject, error) {
	p, err := r.person()
	if err != nil {
		return Subject{}, err
	}
	own := &struct { // one allocation for all three
		person
		kept notes
	}{person: p}
	own.self, own.notes = &own.person, &own.kept
	return Subject{person: &own.self}, nil
}

func (r *Request) person() (person, error) {
	if r == nil {
		return person{}, refused(CodeInvalidRequest, "Request", "no request was given")
	}
	if len(r.Evidence) > maxEvidence {
		return person{}, refused(CodeInvalidRequest, "Evidence", fmt.Sprintf("there are more than %d forms of evidence", maxEvidence))
	}
	name, err := foldName(r.Name)
	if err != nil {
		return person{}, err
	}
	number, rounded, err := r.foldNumber()
	if err != nil {
		return person{}, err
	}
	if err := checkID("Reference", r.Reference, number); err != nil {
		return person{}, err
	}
	if err := checkID("IdempotencyKey", r.IdempotencyKey, number); err != nil {
		return person{}, err
	}
	return person{name: name, number: number, warnings: warningsOf(r.Name, name, rounded)}, nil
}

func foldName(raw string) (string, error) {
	if len(raw) > maxNameBytes {
		return "", refused(CodeInvalidName, "Name", fmt.Sprintf("the name is longer than %d characters: it has more than %d bytes", maxNameRunes, maxNameBytes))
	}
	name := idcard.FoldName(raw)
	if err := idcard.CheckName(name); err != nil {
		return "", badText(CodeInvalidName, "Name", err)
	}
	return name, nil
}

// warningsOf returns warnings about an unusual name or number; rounded says that a
// spreadsheet may have rounded the number.
func warningsOf(given, name string, rounded bool) []Warning {
	traits := idcard.InspectName(name)
	if name != given {
		traits.Radical = idcard.InspectName(given).Radical // in the name as given, because folding may have replaced it
	}
	if traits == (idcard.NameTraits{}) && !rounded {
		return nil
	}
	var all []Warning
	for _, w := range []struct {
		applies bool
		warning Warning
	}{
		{traits.PrivateUse, WarnPrivateUseName},
		{traits.Blank, WarnBlankInName},
		{traits.Radical, WarnRadicalInName},
		{traits.Compatibility, WarnCompatibilityName},
		{traits.Rare, WarnRareName},
		{rounded, WarnRoundedNumber},
	} {
		if w.applies {
			all = append(all, w.warning)
		}
	}
	return all
}

// foldNumber returns the number to send, and whether a spreadsheet may have rounded
// it.
func (r *Request) foldNumber() (folded string, rounded bool, err error) {
	if !r.SkipIDNumberCheck {
		number, err := idcard.Parse(r.IDNumber)
		if err != nil {
			return "", false, badText(CodeInvalidIDNumber, "IDNumber", err)
		}
		return number.Reveal(), number.MayBeRounded(), nil
	}
	if len(r.IDNumber) > maxNumberBytes {
		return "", false, numberTooLong()
	}
	number := idcard.Trim(r.IDNumber)
	switch {
	case number == "":
		return "", false, refused(CodeInvalidIDNumber, "IDNumber", "the number is empty")
	case len(number) > maxUncheckedBytes:
		return "", false, numberTooLong()
	case !utf8.ValidString(number), strings.ContainsFunc(number, unicode.IsControl):
		return "", false, refused(CodeInvalidIDNumber, "IDNumber", "the number is not plain UTF-8 text")
	}
	if at, what := idcard.FindInvisible(number); at > 0 && what != "a blank" {
		return "", false, refused(CodeInvalidIDNumber, "IDNumber", fmt.Sprintf("position %d of the number is %s", at, what))
	}
	known, _ := idcard.Parse(number)
	return number, known.MayBeRounded(), nil
}

func numberTooLong() *Error {
	return refused(CodeInvalidIDNumber, "IDNumber", fmt.Sprintf("the number is longer than %d bytes", maxUncheckedBytes))
}

// CheckKey reports whether IdempotencyKey may be printed and kept, even when name
// or number are invalid: it has at most 64 letters, digits and . _ - :, and does
// not contain twelve consecutive characters of the ID number, of any text given as
// the ID number, or of a name given with an invalid number. An empty IdempotencyKey
// passes. The error is an [*Error] with CodeInvalidRequest and Field
// "IdempotencyKey".
func (r *Request) CheckKey() error {
	if r == nil || r.IdempotencyKey == "" {
		return nil
	}
	number, _, err := r.foldNumber()
	if err == nil {
		return checkID("IdempotencyKey", r.IdempotencyKey, number)
	}
	if !isPlainID(r.IdempotencyKey) {
		return notPlainID("IdempotencyKey")
	}
	for _, text := range []string{r.IDNumber, r.Name} { // they may be in each other's columns
		text = text[:min(len(text), maxTellingBytes)]
		if len(plainNumber(text)) >= tellingInARow && tellsNumber(r.IdempotencyKey, text) {
			return tellingID("IdempotencyKey")
		}
	}
	return nil
}

// checkID restricts an id of the caller's to characters that are safe to print, and
// refuses one that contains the ID number.
func checkID(field, id, number string) error {
	switch {
	case !isPlainID(id):
		return notPlainID(field)
	case tellsNumber(id, number):
		return tellingID(field)
	}
	return nil
}

func isPlainID(id string) bool {
	return len(id) <= maxIDBytes && redact.Word(id) != redact.Hidden && !strings.Contains(id, "/")
}

func notPlainID(field string) *Error {
	return refused(CodeInvalidRequest, field, fmt.Sprintf("at most %d letters, digits and . _ - :", maxIDBytes))
}

func tellingID(field string) *Error {
	return refused(CodeInvalidRequest, field, "contains the ID number")
}

// tellingInARow is how many consecutive characters of a number cannot be in an id
// by chance.
const tellingInARow = 12

// tellsNumber also finds a number split into groups, in base64 or hexadecimal, and
// a long enough part of it.
func tellsNumber(id, number string) bool {
	if id == "" {
		return false
	}
	var spelling redact.Spelling
	spelling.Read(id)
	return spelling.Tells(tellingInARow, plainNumber(number)) || strings.Contains(strings.ToUpper(id), strings.ToUpper(number))
}

func (r Request) kinds() []string {
	kinds := make([]string, 0, len(r.Evidence))
	for _, ev := range r.Evidence {
		if !isNil(ev) {
			kinds = append(kinds, ev.EvidenceKind())
		}
	}
	return kinds
}

// String returns the kinds of the evidence, such as "request(photo)".
func (r Request) String() string { return "request(" + strings.Join(r.kinds(), ", ") + ")" }

// Format implements [fmt.Formatter]: every verb prints String.
func (r Request) Format(s fmt.State, verb rune) { redact.Format(s, verb, r.String()) }

// LogValue implements [slog.LogValuer].
func (r Request) LogValue() slog.Value {
	return slog.GroupValue(slog.String("evidence", strings.Join(r.kinds(), ",")))
}

// MarshalJSON returns only the evidence's kinds, because a request is not meant to
// be stored.
func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Evidence []string `json:"evidence"`
	}{r.kinds()})
}

// MarshalText returns String, for XML, YAML and other encodings.
func (r Request) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// MarshalBinary returns String, for gob, CBOR and other encodings.
func (r Request) MarshalBinary() ([]byte, error) { return []byte(r.String()), nil }
