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

// Request is the question: is the face in the evidence the person that this
// name and this resident ID number identify? It prints and marshals without
// name and number, except where fmt does not ask it: under %p as a value, and in
// an unexported field of another struct, where fmt reads the fields by itself,
// under some verbs behind a pointer as well. Do not keep it in an unexported
// field of a struct that is printed at all; build it when it is needed.
type Request struct {
	// Name is the person's name in UTF-8, as the ID card has it; at most 128
	// characters, and with the space around it at most 1,024 bytes. White space and
	// marks that nobody sees are trimmed, and dots, blanks and radicals are folded
	// before it is sent; see [idcard.FoldName]. A name with a digit, a star, an emoji
	// and the like is refused; see [idcard.CheckName]. What is unusual and may be
	// right is sent as it is, with a [Warning].
	Name string
	// IDNumber is the 18-character resident ID number, residence permit
	// number of a Hong Kong, Macao or Taiwan resident, or permanent residence
	// number of a foreigner. It is checked and folded by [idcard.Parse]; with the
	// space around it it has at most 256 bytes.
	IDNumber string
	// Evidence is the face, in one or several forms, at most 16. Each vendor is
	// sent the first that it accepts.
	Evidence []Evidence
	// Reference is your own id for this call: at most 64 letters, digits and
	// the characters . _ - : It goes to vendors that take one (tencent:
	// session_id) and may come back as RequestID, which is printed and
	// logged, so it must say nothing of the person: one that has twelve
	// characters in a row of the ID number is refused. Optional.
	Reference string
	// IdempotencyKey names this question in your own business, so that a [Client] asks it
	// once: two calls with one key at the same time make one exchange and both
	// get its answer. A call that everybody left is ended and not joined any
	// more: it may have been sent, and the next one with the key sends again.
	// When the caller who began the call leaves, it goes on with what another gave.
	//
	// The key is bound to the person, all evidence in order and the rate of
	// [WithMaxFAR]. Used with another person or other evidence it is refused with
	// CodeInvalidRequest while the call is under way, and for as long as a
	// [ResultStore] keeps the answer: a retaken photo needs a new key. All evidence
	// is read once beforehand, and what is sent is held to it; evidence that is no
	// [ContentEvidence] is refused. Do not take a browser's key without adding
	// something of your own. "Once" holds within one process, and within all that
	// share a [Ledger].
	//
	// The same characters as in Reference, and no more of the ID number; it is not
	// sent. Optional.
	IdempotencyKey string
	// SkipIDNumberCheck sends the number although idcard.Parse would refuse
	// it; only what surrounds it is trimmed, and 64 bytes may be left. The default
	// is to check, which costs nothing, where some vendors charge for asking.
	SkipIDNumberCheck bool
	// Repeat asks again although it may be paid for twice: a question that a
	// [Ledger] holds without a decision, because its call failed at a price or has no
	// known answer. A question that was decided, or that is being asked, is not
	// repeated. Without [WithLedger] it changes nothing. Default false.
	Repeat bool
}

// The limits of a request's texts. Those of what was given are looked at before
// anything is done with it: it may be of any length.
const (
	maxNameRunes      = 128
	maxNameBytes      = 1024 // as given, with the space around it
	maxUncheckedBytes = 64
	maxNumberBytes    = 256 // as given, the same as idcard's
	maxIDBytes        = 64
	maxTellingBytes   = 1024 // of a wrong number or its name, that a key is compared with
	maxEvidence       = 16
	maxURLBytes       = 4 << 10
)

// Validate reports what [Request.Subject] would, and whether there is any
// evidence. Its errors are [*Error] with CodeInvalidName (wrapping an
// [*idcard.NameError] where the text is no name), CodeInvalidIDNumber (wrapping an
// [*idcard.Error] where the number broke a rule) or CodeInvalidRequest. Nothing is opened or sent.
func (r *Request) Validate() error {
	_, err := r.check()
	return err
}

// check is Validate, and gives the person it checked.
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
			return Subject{}, refused(CodeInvalidRequest, "Evidence", "one of the evidence is nil")
		}
		if photo, ok := ev.(PhotoURLEvidence); ok && len(photo.URL()) > maxURLBytes {
			return Subject{}, refused(CodeInvalidRequest, "Evidence", fmt.Sprintf("PhotoURL is longer than %d bytes", maxURLBytes))
		}
	}
	return subject, nil
}

// taken is a copy of a request and its list, so that the caller may change both
// meanwhile.
type taken struct {
	Request
	room [2]Evidence // for the list of most requests, at no allocation of its own
}

// take copies a request and checks the copy.
func (t *taken) take(given *Request) (Subject, error) {
	if given == nil || len(given.Evidence) > maxEvidence {
		return given.check() // no copy of what may have any length
	}
	t.Request = *given
	t.Evidence = append(t.room[:0], given.Evidence...)
	return t.check()
}

// Subject checks and folds name, number and reference, and counts the evidence. A
// Provider calls it, so that every vendor is sent the same.
func (r *Request) Subject() (Subject, error) {
	p, err := r.person()
	if err != nil {
		return Subject{}, err
	}
	own := &struct { // one allocation for all of it
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

// warningsOf name what is unusual about a person; rounded says that a spreadsheet
// may have spoiled the number.
func warningsOf(given, name string, rounded bool) []Warning {
	traits := idcard.InspectName(name)
	if name != given {
		traits.Radical = idcard.InspectName(given).Radical // folded or not: what came along with it may be spoiled, too
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

// foldNumber is the number that is sent, and whether a spreadsheet may have
// rounded it.
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
	if at, what := idcard.FindUnseen(number); at > 0 && what != "a blank" {
		return "", false, refused(CodeInvalidIDNumber, "IDNumber", fmt.Sprintf("position %d of the number is %s", at, what))
	}
	known, _ := idcard.Parse(number)
	return number, known.MayBeRounded(), nil
}

func numberTooLong() *Error {
	return refused(CodeInvalidIDNumber, "IDNumber", fmt.Sprintf("the number is longer than %d bytes", maxUncheckedBytes))
}

// CheckKey reports whether Key is fit to be printed and kept, also where name or
// number are not in order: at most 64 letters, digits and . _ - : and no twelve
// characters in a row of the ID number, of what stands in its place, or of a
// name that is given with a wrong number. An empty Key is fit. The error is an
// [*Error] with CodeInvalidRequest and Field "IdempotencyKey".
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
	for _, text := range []string{r.IDNumber, r.Name} { // which may stand in the wrong columns
		text = text[:min(len(text), maxTellingBytes)]
		if len(plainNumber(text)) >= tellingInARow && tellsNumber(r.IdempotencyKey, text) {
			return tellingID("IdempotencyKey")
		}
	}
	return nil
}

// checkID holds an id of the caller's to characters that are safe to print,
// and keeps the ID number out of it.
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

// tellingInARow is how many characters of a number no id has by chance.
const tellingInARow = 12

// tellsNumber also finds a number in groups, in base64 or hexadecimal, and a
// part of it that is long enough.
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

// String is the kinds of the evidence, such as "request(photo)".
func (r Request) String() string { return "request(" + strings.Join(r.kinds(), ", ") + ")" }

// Format implements [fmt.Formatter]: every verb prints String.
func (r Request) Format(s fmt.State, verb rune) { redact.Format(s, verb, r.String()) }

// LogValue implements [slog.LogValuer].
func (r Request) LogValue() slog.Value {
	return slog.GroupValue(slog.String("evidence", strings.Join(r.kinds(), ",")))
}

// MarshalJSON gives the evidence's kinds and nothing else: a request is not
// for storing.
func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Evidence []string `json:"evidence"`
	}{r.kinds()})
}

// MarshalText is String, for XML, YAML and other encodings.
func (r Request) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// MarshalBinary is String, for gob, CBOR and other encodings.
func (r Request) MarshalBinary() ([]byte, error) { return []byte(r.String()), nil }
