package main

import (
	"encoding/csv"
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// answers is the CSV file with the results. It has no names and no ID numbers. Its
// columns:
//
//	row         the row of the CSV file that came in, counted from 1 after the
//	            heading and without those that are blank
//	key         its key, empty where it was refused for what it says
//	code        how it ended, by the vocabulary of the README
//	passed      whether this is the person
//	vendor      who decided, or was asked last
//	billed      yes, no or unknown
//	request_id  the vendor's id of the call, which its support asks for
//	advice      what to do now
//	field       the field that is wrong, where one is
//	reason      why, in words
//	next_run    what another run would do with a row without a decision: see next.go
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
	return a, a.csv.Write([]string{"row", "key", "code", "passed", "vendor", "billed", "request_id", "advice", "field", "reason", "next_run"})
}

// write writes one line. Rows arrive as they finish.
func (a *answers) write(r batch.Result) error {
	line := []string{strconv.Itoa(r.Index + 1), asText(r.Key)}
	var e *idverify.Error
	if errors.As(r.Err, &e) {
		line = append(line, string(e.Code), "false", e.Vendor, e.Billed.String(), asText(e.RequestID), string(e.Advice()),
			e.Field, asText(reason(e.Detail, e.VendorCode, e.VendorReason)))
	} else {
		res := r.Result
		line = append(line, string(res.Code), strconv.FormatBool(res.Passed()), res.Vendor, res.Billed.String(), asText(res.RequestID),
			string(res.Advice()), "", asText(reason("", res.VendorCode, res.VendorReason)))
	}
	return a.csv.Write(append(line, string(nextOf(r))))
}

func reason(detail, vendorCode, vendorReason string) string {
	var parts []string
	if detail != "" {
		parts = append(parts, detail)
	}
	if vendorCode != "" {
		parts = append(parts, strings.TrimSpace("vendor code "+vendorCode+" "+vendorReason))
	}
	return strings.Join(parts, "; ")
}

// asText keeps a spreadsheet from turning an id into a number, a date or a formula:
// of 19 digits it would keep 15. An id that it might change is written as ="…".
// Spreadsheets show the text inside, and this program reads it back.
func asText(id string) string {
	if id == "" || !mayBeChanged(id) {
		return id
	}
	return `="` + strings.ReplaceAll(id, `"`, `""`) + `"`
}

func mayBeChanged(id string) bool {
	if strings.ContainsRune("=+-@\t\r", rune(id[0])) {
		return true
	}
	if c := id[0]; c != '.' && (c < '0' || c > '9') {
		return false
	}
	isShortNumber := len(id) <= 15 && strings.Trim(id, "0123456789") == "" && (id[0] != '0' || id == "0")
	return !isShortNumber
}

// fromText returns the text of a cell that asText, or a spreadsheet, wrote.
func fromText(cell string) string {
	inside, isText := strings.CutPrefix(cell, `="`)
	if inside, ends := strings.CutSuffix(inside, `"`); isText && ends {
		return strings.ReplaceAll(inside, `""`, `"`)
	}
	return cell
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
