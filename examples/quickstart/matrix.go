package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/terminal"
)

// answer is what a vendor answered about a person.
type answer struct {
	res *idverify.Result
	err error
}

func (a answer) wasSent() bool {
	var e *idverify.Error
	return !errors.As(a.err, &e) || e.Sent()
}

// matrix asks all questions and shows the answers as they arrive, one row for each
// person and one column for each vendor. answers are by vendor and person.
func (a *asking) matrix(ctx context.Context) (answers [][]answer, err error) {
	answers = make([][]answer, len(a.providers))
	widths := make([]int, len(a.providers))
	all := labelWidth
	for i, p := range a.providers {
		widths[i] = max(cellWidth, len(p.Name()))
		all += 1 + widths[i]
	}
	narrow := a.Width < all
	fmt.Fprint(a, terminal.Pad("", labelWidth))
	for i, p := range a.providers {
		head := p.Name()
		if narrow {
			widths[i], head = markWidth, fmt.Sprint(i+1)
		}
		if i < len(a.providers)-1 { // no blanks at the end of a line
			head = terminal.Pad(head, widths[i])
		}
		fmt.Fprint(a, " "+head)
	}
	fmt.Fprintln(a)
	for _, s := range a.subjects {
		fmt.Fprint(a, terminal.Pad(s.label[a.lang], labelWidth))
		for i, p := range a.providers {
			res, err := idverify.VerifyWith(ctx, p, s.request)
			if ctx.Err() != nil {
				fmt.Fprintln(a)
				return nil, ctx.Err()
			}
			answers[i] = append(answers[i], answer{res, err})
			text, advice := a.cell(res, err, narrow)
			if i < len(a.providers)-1 {
				text = terminal.Pad(text, widths[i])
			}
			fmt.Fprint(a, " "+a.Colour(text, advice))
		}
		fmt.Fprintln(a)
	}
	if narrow {
		for i, p := range a.providers {
			end := "  "
			if i%4 == 3 || i == len(a.providers)-1 {
				end = "\n"
			}
			fmt.Fprintf(a, "%d %s%s", i+1, p.Name(), end)
		}
		fmt.Fprintln(a, a.say(wordNarrowLegend))
	} else {
		fmt.Fprintln(a, a.say(wordLegend))
	}
	fmt.Fprintln(a)
	return answers, nil
}

// The widths of the columns: before a row, of a cell, and of a mark.
const (
	labelWidth = 18
	cellWidth  = 8
	markWidth  = 3
)

// cell shows an answer in a few letters. An attack names the check that found it.
// Without a decision it shows a dash, and what to do.
func (a *asking) cell(res *idverify.Result, err error, narrow bool) (string, idverify.Advice) {
	code, advice := idverify.Outcome(res, err)
	if narrow {
		if err != nil {
			return "–" + marks[advice], advice
		}
		return marks[advice], advice
	}
	if err != nil {
		return "– " + todo[advice][a.lang], advice
	}
	text := outcomes[code][a.lang]
	if code == idverify.CodeAttackSuspected {
		for _, c := range res.Checks {
			if c.Kind != idverify.CheckSimilarity && !c.Passed {
				text = kinds[c.Kind][a.lang]
			}
		}
	}
	return text, advice
}
