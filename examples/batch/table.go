package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/linkface"
)

// table is the CSV file that comes in: UTF-8, with a heading. Its columns may
// stand in any order:
//
//	key        your own id of the row, in letters, digits and . _ - :
//	name       the person's name
//	id_number  the resident ID number
//	photo      file with a photo of the face (baiduv4, tencent)
//	capture    file from the capture SDK (linkface)
//
// At least one of photo and capture must be a column. Paths are relative to
// the CSV file. A row that is changed after it was answered needs a new key.
type table struct {
	file    *os.File
	columns map[string]int
	rows    int
	err     error // what ended the rows too early
}

// openTable reads the file once to the end, so that a broken line in the
// middle is found before anything is sent.
func openTable(path string) (*table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	t := &table{file: file}
	if err := t.look(); err != nil {
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
	for {
		_, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		t.rows++
	}
}

// fromTheStart is a reader after the heading.
func (t *table) fromTheStart() (*csv.Reader, error) {
	if _, err := t.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	text := bufio.NewReader(t.file)
	if mark, _ := text.Peek(3); bytes.Equal(mark, []byte("\ufeff")) { // spreadsheets put it there
		_, _ = text.Discard(3)
	}
	in := csv.NewReader(text)
	in.ReuseRecord = true
	heading, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("no heading: %w", err)
	}
	t.columns = map[string]int{}
	for i, name := range heading {
		t.columns[name] = i
	}
	for _, name := range []string{"key", "name", "id_number"} {
		if !slices.Contains(heading, name) {
			return nil, fmt.Errorf("no column %q", name)
		}
	}
	if !slices.Contains(heading, "photo") && !slices.Contains(heading, "capture") {
		return nil, errors.New(`no column "photo" or "capture"`)
	}
	return in, nil
}

// until gives the rows, and ends when stopped is done.
func (t *table) until(stopped context.Context) iter.Seq[idverify.BatchItem] {
	return func(yield func(idverify.BatchItem) bool) {
		in, err := t.fromTheStart()
		for err == nil && stopped.Err() == nil {
			var record []string
			if record, err = in.Read(); err == nil && !yield(t.item(record)) {
				return
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			t.err = err
		}
	}
}

func (t *table) item(record []string) idverify.BatchItem {
	req := &idverify.Request{Name: t.field(record, "name"), IDNumber: t.field(record, "id_number")}
	if capture := t.path(record, "capture"); capture != "" {
		req.Evidence = append(req.Evidence, linkface.Capture(idverify.File(capture)))
	}
	if photo := t.path(record, "photo"); photo != "" {
		req.Evidence = append(req.Evidence, idverify.Photo(idverify.File(photo)))
	}
	return idverify.BatchItem{Key: t.field(record, "key"), Request: req}
}

func (t *table) field(record []string, name string) string {
	if i, ok := t.columns[name]; ok {
		return record[i]
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

// answers is the CSV file that goes out. It names nobody.
type answers struct {
	file *os.File
	csv  *csv.Writer
}

func createAnswers(path string) (*answers, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	a := &answers{file, csv.NewWriter(file)}
	return a, a.csv.Write([]string{"row", "key", "code", "passed", "vendor", "billed", "request_id", "advice"})
}

// write writes one line. Rows come as they finish, and row counts from 1.
func (a *answers) write(r idverify.BatchResult) error {
	row, passed := strconv.Itoa(r.Index+1), strconv.FormatBool(r.Result.Passed())
	var e *idverify.Error
	if errors.As(r.Err, &e) {
		key := r.Key
		if e.Field == "BatchItem.Key" {
			key = "" // refused for what it says
		}
		return a.csv.Write([]string{row, key, string(e.Code), passed, e.Vendor, e.Billed.String(), e.RequestID, string(e.Advice())})
	}
	res := r.Result
	return a.csv.Write([]string{row, r.Key, string(res.Code), passed, res.Vendor, res.Billed.String(), res.RequestID, string(res.Advice())})
}

// close can be called twice.
func (a *answers) close() error {
	if a.file == nil {
		return nil
	}
	a.csv.Flush()
	err := errors.Join(a.csv.Error(), a.file.Close())
	a.file = nil
	return err
}
