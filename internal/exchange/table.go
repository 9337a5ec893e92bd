package exchange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/idverify/idverify"
)

// Table is a vendor's code table with an index.
type Table struct {
	rows  []idverify.CodeRow
	index map[tableKey]int
}

type tableKey struct{ code, reason string }

// NewTable indexes a copy of rows; a row without a Delivery gets "answered". It
// panics if two rows have the same code and reason, or a row is impossible: tables
// are part of the program.
func NewTable(rows []idverify.CodeRow) *Table {
	t := &Table{rows: slices.Clone(rows), index: make(map[tableKey]int, len(rows))}
	for i, row := range t.rows {
		if row.Delivery == "" {
			row.Delivery = idverify.DeliveryAnswered
			t.rows[i] = row
		}
		if problem := impossible(row); problem != "" {
			panic(fmt.Sprintf("code table: row %d (%s %s) %s", i, row.VendorCode, row.VendorReason, problem))
		}
		key := keyOf(row.VendorCode, row.VendorReason)
		if _, twice := t.index[key]; twice {
			panic(fmt.Sprintf("code table: row %d (%s %s) is double", i, row.VendorCode, row.VendorReason))
		}
		t.index[key] = i
	}
	return t
}

// impossible says what is contradictory in a row, "" for nothing.
func impossible(row idverify.CodeRow) string {
	switch row.Delivery {
	case idverify.DeliveryAnswered:
	case idverify.DeliveryRefused:
		if row.Billed == idverify.BilledYes {
			return "was refused before anybody looked, and billed"
		}
	case idverify.DeliveryUnanswered:
		if row.Billed != idverify.BilledUnknown {
			return "has no answer, and says what it cost"
		}
	default:
		return "has a delivery that no answer can have"
	}
	switch {
	case row.Code == "":
		return "has no meaning"
	case refusesPerson(row.Code) && row.Delivery != idverify.DeliveryAnswered:
		return "refuses a person without having looked at whom"
	case row.Code.IsDecision() && row.Delivery != idverify.DeliveryAnswered:
		return "is a decision without an answer"
	case row.NoRepeat && !isElseRepeatable(row):
		return "says not to repeat what is not repeated anyway"
	}
	return ""
}

// isElseRepeatable reports whether a row would be repeated without its NoRepeat.
func isElseRepeatable(row idverify.CodeRow) bool {
	row.NoRepeat = false
	return row.Repeatable()
}

// refusesPerson reports whether a code means that the vendor does not serve this
// person, for now or at all. That counts as a try.
func refusesPerson(code idverify.Code) bool {
	return code == idverify.CodePersonRestricted || code == idverify.CodeTooManyAttempts
}

// Rows is a copy of all rows, in the order of the table.
func (t *Table) Rows() []idverify.CodeRow { return slices.Clone(t.rows) }

// Find is the row for the code and the first reason that has a row, or else the
// code's row for any reason.
func (t *Table) Find(code string, reasons ...string) (idverify.CodeRow, bool) {
	for _, reason := range reasons {
		if i, ok := t.index[keyOf(code, reason)]; ok && reason != "" {
			return t.rows[i], true
		}
	}
	if i, ok := t.index[keyOf(code, "")]; ok {
		return t.rows[i], true
	}
	return idverify.CodeRow{}, false
}

// HasReason reports whether a row has this reason, whatever its code.
func (t *Table) HasReason(reason string) bool {
	if reason = keyOf("", reason).reason; reason == "" {
		return false
	}
	for key := range t.index {
		if key.reason == reason {
			return true
		}
	}
	return false
}

// keyOf normalises differences in a vendor's spelling: letter case, typographic
// apostrophes, white space around the text.
func keyOf(code, reason string) tableKey {
	reason = strings.ReplaceAll(strings.TrimSpace(reason), "’", "'")
	return tableKey{strings.TrimSpace(code), strings.ToLower(reason)}
}
