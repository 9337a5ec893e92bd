package main

import (
	"errors"
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/terminal"
)

// Columns of the tables that a narrow terminal leaves out, the first one first.
var spare = []int{8, 7, 2, 5, 4, 6}

// tables show, for each vendor, what the matrix has no room for.
func (a *asking) tables(answers [][]answer) {
	width := a.Width
	if a.IsFile {
		width = 0
	}
	for i, p := range a.providers {
		fmt.Fprintln(a, p.Name())
		rows := [][]string{a.indented(heads[a.lang])}
		for j, answer := range answers[i] {
			rows = append(rows, a.indented(append([]string{a.subjects[j].label[a.lang]}, a.line(answer.res, answer.err)...)))
		}
		terminal.Table(a, width, rows, spare...)
		fmt.Fprintln(a)
	}
}

func (a *asking) indented(row []string) []string {
	return append([]string{"  " + row[0]}, row[1:]...)
}

// line is a row after its first cell.
func (a *asking) line(res *idverify.Result, err error) []string {
	var e *idverify.Error
	if errors.As(err, &e) {
		return []string{string(e.Code), cells.no[a.lang], "-", "-", "-", e.Billed.String(), string(e.Advice()), orDash(e.RequestID)}
	}
	passed := cells.no
	if res.Passed() {
		passed = cells.yes
	}
	similarity, margin, rate := "-", "-", "-"
	if c, ok := res.Check(idverify.CheckSimilarity); ok {
		if score, scored := c.Score(); c.DecidedBy == idverify.DecidedByVendor {
			similarity = cells.verdict[a.lang]
			if scored {
				similarity = fmt.Sprintf("%g (%s)", score, cells.verdict[a.lang])
			}
		} else {
			// Vendors use different comparators: a score equal to the threshold
			// passes with one and fails with another.
			similarity = fmt.Sprintf("%g (%s %s %g)", score, cells.pass[a.lang], c.Comparator, c.Threshold)
			margin, rate = fmt.Sprintf("%+.3f", c.Margin), cells.unpublished[a.lang]
		}
		if far, published := c.FalseAcceptRate(); published {
			rate = fmt.Sprintf("%.0e", far)
		}
	}
	return []string{string(res.Code), passed[a.lang], similarity, margin, rate, res.Billed.String(), string(res.Advice()), orDash(res.RequestID)}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
