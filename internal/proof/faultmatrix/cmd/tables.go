//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/faultmatrix"
)

func write(out io.Writer, w words, rows []faultmatrix.Row) {
	fmt.Fprint(out, w.head)
	for _, phase := range faultmatrix.Phases() {
		fmt.Fprintf(out, "\n## %s\n\n%s\n\n", w.phases[phase].title, w.phases[phase].about)
		writeRow(out, w.columns)
		writeRow(out, slices.Repeat([]string{"---"}, len(w.columns)))
		for _, line := range linesOf(w, phase, rows) {
			writeRow(out, append([]string{line.fault, strings.Join(line.vendors, ", ")}, line.cells...))
		}
	}
}

func writeRow(out io.Writer, cells []string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}

// line is the common result of several vendors for one fault.
type line struct {
	fault   string
	vendors []string
	cells   []string
}

func linesOf(w words, phase faultmatrix.Phase, rows []faultmatrix.Row) []line {
	var lines []line
	for _, r := range rows {
		if r.Phase != phase {
			continue
		}
		fault, cells := w.pick(r.Fault), w.cells(r)
		alike := slices.IndexFunc(lines, func(l line) bool { return l.fault == fault && slices.Equal(l.cells, cells) })
		if alike < 0 {
			lines = append(lines, line{fault: fault, cells: cells})
			alike = len(lines) - 1
		}
		lines[alike].vendors = append(lines[alike].vendors, r.Vendor)
	}
	return lines
}

// cells are the results of the three ways to call.
func (w words) cells(r faultmatrix.Row) []string {
	a := r.Alone
	sent := w.no
	if a.Sent {
		sent = w.yes
	}
	again := w.never
	switch {
	case a.Repeatable:
		again = w.safe
	case a.Ambiguous:
		again = w.ambiguous
	}
	return []string{
		code(a.Code), sent, again, w.billed[a.Billed], strconv.Itoa(a.Bill),
		w.legs(r.OneVendor.Legs), strconv.Itoa(r.OneVendor.Bill),
		w.legs(r.TwoVendors.Legs), fmt.Sprintf("%d + %d", r.TwoVendors.Bill, r.TwoVendors.BillOther),
	}
}

// legs is the sequence of attempts: each vendor's result, and how often in a row.
func (w words) legs(legs []idverify.Attempt) string {
	var steps []string
	for i := 0; i < len(legs); {
		same := 1
		for i+same < len(legs) && legs[i+same].Vendor == legs[i].Vendor && legs[i+same].Code == legs[i].Code {
			same++
		}
		step := code(legs[i].Code)
		switch {
		case legs[i].PassedOver:
			step = w.other + " " + w.passedOver
		case legs[i].Vendor != legs[0].Vendor:
			step = w.other + " " + step
		}
		if same > 1 {
			step += " ×" + strconv.Itoa(same)
		}
		steps = append(steps, step)
		i += same
	}
	return strings.Join(steps, " → ")
}

func code(c idverify.Code) string { return "`" + string(c) + "`" }
