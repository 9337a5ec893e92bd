package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// bar shows the progress on a terminal, and nothing otherwise.
type bar struct {
	drawn *progressbar.ProgressBar
	out   io.Writer
	last  batch.Progress
}

func newBar(rows int, out io.Writer) *bar {
	return &bar{out: out, drawn: progressbar.NewOptions(rows,
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetVisibility(isTerminal(out)),
		progressbar.OptionSetWidth(24),
		progressbar.OptionSetPredictTime(false), // Progress tells
		progressbar.OptionThrottle(50*time.Millisecond),
	)}
}

func (b *bar) show(p batch.Progress) {
	b.last = p
	b.drawn.Describe(p.String())
	_ = b.drawn.Set(p.Done)
}

func (b *bar) finish() {
	_ = b.drawn.Exit()
	if isTerminal(b.out) {
		fmt.Fprintln(b.out)
	}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// summary counts the results.
type summary struct {
	rows, passed, refused, failed int

	// Rows without a decision, by what another run would do with them.
	again   int // no cost, temporary cause: will be asked again
	wrong   int // no cost, the row itself is wrong: would be refused again
	account int // no cost, a problem of the account or its credentials
	review  int // no cost, a person has to look at it
	// Not asked again unless -repeat names their keys.
	spoilt     []string // answered without a decision because of the row's data or photo, perhaps billed
	answered   []string // answered without a decision for another cause, perhaps billed
	unanswered []string // in flight, now or when an earlier run ended

	journalErr error
}

func (s *summary) add(r batch.Result) {
	s.rows++
	if s.journalErr == nil && r.JournalErr != nil {
		s.journalErr = fmt.Errorf("the journal failed at row %d: %w", r.Index+1, r.JournalErr)
	}
	if r.Err == nil {
		if r.Result.Passed() {
			s.passed++
		} else {
			s.refused++
		}
		return
	}
	s.failed++
	e, ok := r.Err.(*idverify.Error) // batch.Result promises this type
	switch {
	case !ok:
	case e.Ambiguous():
		s.unanswered = append(s.unanswered, r.Key)
	case e.MayHaveCost() && s.free(e.Advice()) == &s.wrong:
		s.spoilt = append(s.spoilt, r.Key)
	case e.MayHaveCost():
		s.answered = append(s.answered, r.Key)
	case r.JournalErr != nil: // not sent: will be asked when the journal works again
		s.again++
	default:
		*s.free(e.Advice())++
	}
}

// free is the counter of rows that failed at no cost with this advice.
func (s *summary) free(advice idverify.Advice) *int {
	switch advice {
	case idverify.AdviceTryLater, idverify.AdviceTryAnotherVendor:
		return &s.again
	case idverify.AdviceFixInput, idverify.AdviceRetakePhoto:
		return &s.wrong
	case idverify.AdviceFixAccount:
		return &s.account
	}
	return &s.review
}

func (s *summary) print(out io.Writer, set settings, p batch.Progress) {
	fmt.Fprintf(out, "%d rows: %d passed, %d did not, %d without a decision. Answers: %s\n", s.rows, s.passed, s.refused, s.failed, set.out)
	fmt.Fprintf(out, "This run: %d rows from the journal, %d calls billed, %d perhaps.\n", p.Resumed, p.Billed, p.BilledUnknown)
	for _, of := range []struct {
		rows int
		text string
	}{
		{s.again, "failed free of charge, for a cause that passes: start again to ask about them again."},
		{s.wrong, "were refused free of charge for what they say or show, and will be again: correct them first; the answers have field and reason."},
		{s.account, "were refused free of charge for your account or its settings: mend that, then start again."},
		{s.review, "ended free of charge without a decision, and somebody should look at them: the answers have the reason."},
	} {
		if of.rows > 0 {
			fmt.Fprintf(out, "%d rows %s\n", of.rows, of.text)
		}
	}
	if len(s.spoilt) > 0 {
		slices.Sort(s.spoilt)
		fmt.Fprintf(out, "Answered without a decision for what they say or show, perhaps billed, and not worth another run as they are: correct them, and give them new keys: %s\n",
			strings.Join(s.spoilt, ","))
	}
	if len(s.answered) > 0 {
		slices.Sort(s.answered)
		fmt.Fprintf(out, "Answered without a decision, perhaps billed, and not asked about again unless you say -repeat with their keys: %s\n",
			strings.Join(s.answered, ","))
	}
	if len(s.unanswered) > 0 {
		slices.Sort(s.unanswered)
		fmt.Fprintf(out, "In flight and not answered, perhaps billed: %s\n", strings.Join(s.unanswered, ","))
		fmt.Fprintln(out, "They are not asked about again unless you say -repeat with their keys, or -repeat all-unanswered.")
	}
}

// unfinished says how to continue when rows are left.
func (s *summary) unfinished(total int) error {
	if s.rows == total {
		return nil
	}
	return fmt.Errorf("%w: %d of %d are done; start it again in the same way to go on, nothing answered is paid for again", errStopped, s.rows, total)
}
