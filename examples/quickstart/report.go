package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/idverify/idverify"
)

// report asks every provider about everybody. An error is an answer to show,
// not a reason to stop, unless the caller has left. When no question at all was
// sent, the first failure is returned.
func report(ctx context.Context, out io.Writer, providers []idverify.Provider, subjects []subject) error {
	sent := false
	var first error
	for _, p := range providers {
		fmt.Fprintf(out, "%s\n", p.Name())
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "  WHO\tCODE\tPASSED\tSIMILARITY\tMARGIN\tFALSE-ACCEPT RATE\tBILLED\tADVICE\tREQUEST ID")
		for _, s := range subjects {
			res, err := idverify.VerifyWith(ctx, p, s.request)
			fmt.Fprintln(table, line(s, res, err))
			sent = sent || wasSent(err)
			if first == nil {
				first = err
			}
			if err := ctx.Err(); err != nil {
				return errors.Join(table.Flush(), err)
			}
		}
		if err := table.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(out)
	}
	if !sent {
		return fmt.Errorf("nothing could be sent: %w", first)
	}
	return nil
}

func wasSent(err error) bool {
	var e *idverify.Error
	return !errors.As(err, &e) || e.Sent()
}

func line(s subject, res *idverify.Result, err error) string {
	var e *idverify.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("  %s\t%s\tno\t-\t-\t-\t%s\t%s\t%s", s.about, e.Code, e.Billed, e.Advice(), orDash(e.RequestID))
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
			// The comparator is the vendor's own: at the threshold one passes, another does not.
			similarity = fmt.Sprintf("%g (pass %s %g)", score, c.Comparator, c.Threshold)
			margin = fmt.Sprintf("%+.3f", c.Margin)
		}
		if far, published := c.FalseAcceptRate(); published {
			rate = fmt.Sprintf("%.0e", far)
		}
	}
	return fmt.Sprintf("  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s",
		s.about, res.Code, passed, similarity, margin, rate, res.Billed, res.Advice(), orDash(res.RequestID))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
