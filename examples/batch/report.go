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
)

// bar shows the progress on a terminal, and nothing elsewhere.
type bar struct {
	drawn *progressbar.ProgressBar
	out   io.Writer
	last  idverify.Progress
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

func (b *bar) show(p idverify.Progress) {
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

// summary is what the loop has seen.
type summary struct {
	rows, passed, refused, failed int
	free                          int      // failed at no cost: another run asks again
	turnedAway                    []string // keys of rows that the vendor answered without deciding, perhaps billed
	unanswered                    []string // keys of rows that may have been billed without an answer
	journalErr                    error
}

func (s *summary) add(r idverify.BatchResult) {
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
	if e, ok := r.Err.(*idverify.Error); ok { // as Batch promises
		switch {
		case e.Ambiguous():
			s.unanswered = append(s.unanswered, r.Key)
		case e.Billed == idverify.BilledNo, e.Repeatable(), e.Advice() == idverify.AdviceFixAccount:
			s.free++
		default:
			s.turnedAway = append(s.turnedAway, r.Key)
		}
	}
}

func (s *summary) print(out io.Writer, set settings, p idverify.Progress) {
	fmt.Fprintf(out, "%d rows: %d passed, %d did not, %d without a decision. Answers: %s\n", s.rows, s.passed, s.refused, s.failed, set.out)
	fmt.Fprintf(out, "This run: %d rows from the journal, %d calls billed, %d perhaps.\n", p.Resumed, p.Billed, p.BilledUnknown)
	if s.free > 0 {
		fmt.Fprintf(out, "%d rows failed free of charge: start again to ask about them again.\n", s.free)
	}
	if len(s.turnedAway) > 0 {
		slices.Sort(s.turnedAway)
		fmt.Fprintf(out, "Answered without a decision, perhaps billed, and not asked about again unless you say -repeat with their keys: %s\n",
			strings.Join(s.turnedAway, ","))
	}
	if len(s.unanswered) > 0 {
		slices.Sort(s.unanswered)
		fmt.Fprintf(out, "In flight and not answered, perhaps billed: %s\n", strings.Join(s.unanswered, ","))
		fmt.Fprintln(out, "They are not asked about again unless you say -repeat with their keys, or -repeat all-unanswered.")
	}
}

// unfinished says how to go on when rows are left.
func (s *summary) unfinished(total int) error {
	if s.rows == total {
		return nil
	}
	return fmt.Errorf("%w: %d of %d are done; start it again in the same way to go on, nothing answered is paid for again", errStopped, s.rows, total)
}
