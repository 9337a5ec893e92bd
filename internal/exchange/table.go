package exchange

import (
	"fmt"
	"slices"
	"strings"

	"github.com/idverify/idverify"
)

// Table is a vendor's code table, indexed.
type Table struct {
	rows  []idverify.VendorCode
	index map[tableKey]int
}

type tableKey struct{ code, reason string }

// NewTable indexes rows. It panics when two rows stand for the same code and
// reason, or a row has no meaning: tables are data of the program.
func NewTable(rows []idverify.VendorCode) *Table {
	t := &Table{rows: rows, index: make(map[tableKey]int, len(rows))}
	for i, row := range rows {
		key := keyOf(row.Code, row.Reason)
		if _, twice := t.index[key]; twice || row.Meaning == "" {
			panic(fmt.Sprintf("code table: row %d (%s %s) is double or has no meaning", i, row.Code, row.Reason))
		}
		t.index[key] = i
	}
	return t
}

// Rows is a copy of all rows, in the order of the table.
func (t *Table) Rows() []idverify.VendorCode { return slices.Clone(t.rows) }

// Find is the row for the code and the first of the reasons that has one, or
// else the code's row for any reason.
func (t *Table) Find(code string, reasons ...string) (idverify.VendorCode, bool) {
	for _, reason := range reasons {
		if i, ok := t.index[keyOf(code, reason)]; ok && reason != "" {
			return t.rows[i], true
		}
	}
	if i, ok := t.index[keyOf(code, "")]; ok {
		return t.rows[i], true
	}
	return idverify.VendorCode{}, false
}

// keyOf folds what vendors write one way today and another tomorrow: letter
// case, typographic apostrophes, surrounding space.
func keyOf(code, reason string) tableKey {
	reason = strings.ReplaceAll(strings.TrimSpace(reason), "’", "'")
	return tableKey{strings.TrimSpace(code), strings.ToLower(reason)}
}
