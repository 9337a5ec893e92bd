package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

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

	left       map[nextRun][]string // keys of the rows without a decision
	journalErr error
}

func (s *summary) add(r batch.Result) {
	s.rows++
	if s.journalErr == nil && r.JournalErr != nil {
		s.journalErr = fmt.Errorf("the journal failed at row %d: %w", r.Index+1, r.JournalErr)
	}
	next := nextOf(r)
	switch {
	case next != decided:
		if s.left == nil {
			s.left = map[nextRun][]string{}
		}
		s.failed++
		s.left[next] = append(s.left[next], r.Key)
	case r.Result.Passed():
		s.passed++
	default:
		s.refused++
	}
}

func (s *summary) print(out io.Writer, set settings, p batch.Progress) {
	fmt.Fprintf(out, "%d rows: %d passed, %d did not, %d without a decision. Answers: %s\n", s.rows, s.passed, s.refused, s.failed, set.out)
	fmt.Fprintf(out, "This run: %d rows from the journal, %d calls billed, %d perhaps.\n", p.Resumed, p.Billed, p.BilledUnknown)
	for _, kind := range nextRuns {
		keys := s.left[kind.next]
		if len(keys) == 0 {
			continue
		}
		fmt.Fprintf(out, "%s %s\n", counted(len(keys)), kind.what)
		fmt.Fprintf(out, "  %s\n", kind.another)
		if some := sample(keys); some != "" {
			fmt.Fprintf(out, "  Keys: %s All of them: the rows with %s in column next_run of the answers.\n", some, kind.next)
		}
	}
}

func counted(rows int) string {
	if rows == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", rows)
}

// shownKeys is how many keys a line shows.
const shownKeys = 5

// sample is a few of the keys, in order. Rows that were refused for what they say have
// none.
func sample(keys []string) string {
	keys = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == "" })
	slices.Sort(keys)
	if len(keys) > shownKeys {
		return strings.Join(keys[:shownKeys], ", ") + " …"
	}
	if len(keys) == 0 {
		return ""
	}
	return strings.Join(keys, ", ") + "."
}

// unfinished says how to continue when rows are left.
func (s *summary) unfinished(total int) error {
	if s.rows == total {
		return nil
	}
	return fmt.Errorf("%w: %d of %d are done; start it again in the same way to go on, nothing answered is paid for again", errStopped, s.rows, total)
}
