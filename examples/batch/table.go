package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
)

// table is the CSV file of the rows, with a heading. Its columns may be in any order,
// and other columns are ignored:
//
//	key        your own id of the row, in letters, digits and . _ - :
//	name       the person's name
//	id_number  the resident ID number
//	photo      file with a photo of the face
//	capture    file from the capture SDK
//
// The heading needs photo or capture or both; -h says which vendors read which. Paths
// are relative to the CSV file. If you change a row's photo after it was answered,
// give it a new key; a changed name or ID number makes a new row by itself. Blank
// rows are ignored, and so is white space around a cell.
type table struct {
	file     *os.File
	encoding string
	columns  map[string]int
	rows     int
	err      error // what ended the rows too early
}

// openTable reads the whole file, so that a broken line in the middle is found before
// anything is sent.
func openTable(path, encoding string) (*table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t := &table{file: file, encoding: strings.ToLower(encoding)}
	err = checkEncoding(file, t.encoding)
	if err == nil {
		err = t.look()
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

func (t *table) close() { _ = t.file.Close() }

func (t *table) look() error {
	in, err := t.fromTheStart()
	if err != nil {
		return err
	}
	numbers, rounded := 0, 0
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if isBlank(record) {
			continue
		}
		t.rows++
		number := t.field(record, "id_number")
		if inPowers.MatchString(number) {
			line, _ := in.FieldPos(t.columns["id_number"])
			return fmt.Errorf("line %d: %s", line, wasRounded)
		}
		if len(number) == 18 {
			numbers++
			if strings.HasSuffix(number, "000") {
				rounded++
			}
		}
	}
	if numbers > 1 && numbers == rounded { // about one number in a thousand ends so
		return errors.New(wasRounded)
	}
	return nil
}

// inPowers matches a number that a spreadsheet wrote in scientific notation.
var inPowers = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+?[0-9]{2}$`)

const wasRounded = "a spreadsheet has rounded the ID numbers to 15 digits: make the column id_number text, and fill it in again from where the numbers came"

// howToHead does not repeat the first line, which may be a person's data.
const howToHead = "the first line must be the heading, with the names of the columns and commas between them"

// fromTheStart is a reader placed after the heading.
func (t *table) fromTheStart() (*csv.Reader, error) {
	if _, err := t.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	in := csv.NewReader(decoded(t.file, t.encoding))
	in.ReuseRecord = true
	heading, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("no heading: %w", err)
	}
	t.columns = map[string]int{}
	for i, name := range heading {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := t.columns[name]; twice && name != "" {
			return nil, fmt.Errorf("columns %d and %d have the same heading: which of them is meant?", t.columns[name]+1, i+1)
		}
		t.columns[name] = i
	}
	for _, name := range []string{"key", "name", "id_number"} {
		if !t.has(name) {
			return nil, fmt.Errorf("no column %q: %s", name, howToHead)
		}
	}
	if !t.has("photo") && !t.has("capture") {
		return nil, fmt.Errorf(`no column "photo" or "capture": %s`, howToHead)
	}
	return in, nil
}

func (t *table) has(name string) bool {
	_, ok := t.columns[name]
	return ok
}

// requests are the rows. One Request serves them all: batch.Run copies it.
func (t *table) requests() iter.Seq[*idverify.Request] {
	return func(yield func(*idverify.Request) bool) {
		in, err := t.fromTheStart()
		var req idverify.Request
		for err == nil {
			var record []string
			if record, err = in.Read(); err == nil && !isBlank(record) {
				t.fill(&req, record)
				if !yield(&req) {
					return
				}
			}
		}
		if !errors.Is(err, io.EOF) {
			t.err = err
		}
	}
}

// isBlank reports whether all cells of a row are empty: spreadsheets leave such rows
// at the end.
func isBlank(record []string) bool {
	return strings.TrimSpace(strings.Join(record, "")) == ""
}

func (t *table) fill(req *idverify.Request, record []string) {
	req.IdempotencyKey, req.Name, req.IDNumber = t.field(record, "key"), t.field(record, "name"), t.field(record, "id_number")
	req.Evidence = accounts.Evidence(t.path(record, "photo"), t.path(record, "capture"))
}

func (t *table) field(record []string, name string) string {
	if i, ok := t.columns[name]; ok {
		return strings.TrimSpace(fromText(record[i]))
	}
	return ""
}

func (t *table) path(record []string, name string) string {
	path := t.field(record, name)
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(t.file.Name()), path)
}
