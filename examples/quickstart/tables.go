package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/idverify/idverify"
)

// tables show, for each vendor, what the matrix has no room for.
func (a *asking) tables(answers [][]answer) error {
	for i, p := range a.providers {
		fmt.Fprintf(a, "%s\n", p.Name())
		table := tabwriter.NewWriter(a, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "  WHO\tCODE\tPASSED\tSIMILARITY\tMARGIN\tFALSE-ACCEPT RATE\tBILLED\tADVICE\tREQUEST ID")
		for j, answer := range answers[i] {
			fmt.Fprintln(table, line(a.subjects[j].about[a.lang], answer.res, answer.err))
		}
		if err := table.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(a)
	}
	return nil
}

func line(about string, res *idverify.Result, err error) string {
	var e *idverify.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("  %s\t%s\tno\t-\t-\t-\t%s\t%s\t%s", about, e.Code, e.Billed, e.Advice(), orDash(e.RequestID))
	}
	passed := "no"
	if res.Passed() {
		passed = "yes"
	}
	similarity, margin, rate := "-", "-", "-"
	if c, ok := res.Check(idverify.CheckSimilarity); ok {
		rate = "not published"
		if score, scored := c.Score(); c.DecidedBy == idverify.DecidedByVendor {
			similarity = "the vendor's word"
			if scored {
				similarity = fmt.Sprintf("%g (the vendor's word)", score)
			}
		} else {
			// Vendors use different comparators: a score equal to the threshold
			// passes with one and fails with another.
			similarity = fmt.Sprintf("%g (pass %s %g)", score, c.Comparator, c.Threshold)
			margin = fmt.Sprintf("%+.3f", c.Margin)
		}
		if far, published := c.FalseAcceptRate(); published {
			rate = fmt.Sprintf("%.0e", far)
		}
	}
	return fmt.Sprintf("  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s",
		about, res.Code, passed, similarity, margin, rate, res.Billed, res.Advice(), orDash(res.RequestID))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
