//go:build unix

package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// row is a line of the table: what was counted, the count, and what it would be if
// each process worked alone.
type row struct{ what, shared, alone string }

func print(out io.Writer, rows []row) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "\tshared\tif each process were alone")
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%s\t%s\n", r.what, r.shared, r.alone)
	}
	return table.Flush()
}
