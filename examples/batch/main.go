// Batch verifies the people in a CSV file, and can be stopped and started again
// at any time without paying for a row twice.
//
//	go -C examples/batch run .
//	go -C examples/batch run . -in people.csv
//
// The file has a heading with the columns key, name, id_number, and photo or
// capture or both; see table.go. The answers go to people.results.csv, and what
// has been asked and answered to people.journal, which holds no name and no
// number. Ctrl-C stops after the calls in flight; a second Ctrl-C abandons them.
//
// Without credentials in the environment it asks stand-in vendors: its own, or
// those at -base. Then -in can be left out too, and made-up people are asked
// about. With credentials (see vendors.go) every row may be billed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/idverify/idverify"
)

func main() {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	err := run(context.Background(), os.Args[1:], os.Getenv, signals, os.Stdout, os.Stderr)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "batch:", err)
	if errors.Is(err, errStopped) {
		os.Exit(130) // as a shell reports an interrupted program
	}
	os.Exit(1)
}

type settings struct {
	in, out, journal string
	base             string
	concurrency      int
	demoRows         int
	delay            time.Duration
	repeat           string
}

func parse(args []string, getenv func(string) string, usage io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("batch", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.StringVar(&s.in, "in", "", "CSV `file` with the rows; for the stand-in the default is a file of made-up people")
	flags.StringVar(&s.out, "out", "", "CSV `file` for the answers, written anew each time (default: beside -in, .results.csv)")
	flags.StringVar(&s.journal, "journal", "", "`file` that knows what was asked and answered (default: beside -in, .journal)")
	flags.StringVar(&s.base, "base", getenv("IDVERIFY_STANDIN"), "`address` of a stand-in, such as examples/simulator's http://127.0.0.1:8089")
	flags.IntVar(&s.concurrency, "concurrency", 8, "how many rows are under way at once")
	flags.StringVar(&s.repeat, "repeat", "", "`keys`, separated by commas, of rows that are asked again although they may be paid for twice; or all-unanswered")
	flags.IntVar(&s.demoRows, "rows", 200, "how many made-up people there are")
	flags.DurationVar(&s.delay, "delay", 100*time.Millisecond, "how long the program's own stand-in takes to answer")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 { // not shown: it may be a name or a number
		return s, fmt.Errorf("arguments that belong to no flag: %d (the file goes into -in)", flags.NArg())
	}
	return s, nil
}

func run(ctx context.Context, args []string, getenv func(string) string, signals <-chan os.Signal, stdout, stderr io.Writer) error {
	s, err := parse(args, getenv, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	providers, done, err := choose(s, getenv, stdout)
	if err != nil {
		return err
	}
	defer done()
	if s.in == "" {
		if s.in, err = writeDemo(demoDir, s.demoRows); err != nil {
			return err
		}
		fmt.Fprintf(stdout, "The people are made up; they are in %s.\n", s.in)
	}
	stem := strings.TrimSuffix(s.in, filepath.Ext(s.in))
	if s.out == "" {
		s.out = stem + ".results.csv"
	}
	if s.journal == "" {
		s.journal = stem + ".journal"
	}
	client, err := idverify.New(providers)
	if err != nil {
		return err
	}
	return verifyAll(ctx, client, s, signals, stdout, stderr)
}

// verifyAll is the program: rows in, answers out, everything in the journal.
func verifyAll(ctx context.Context, client idverify.Verifier, s settings, signals <-chan os.Signal, stdout, stderr io.Writer) error {
	in, err := openTable(s.in) // looks at the whole file before anything is paid for
	if err != nil {
		return err
	}
	defer in.close()
	journal, err := idverify.OpenFileJournal(s.journal)
	if err != nil {
		return err
	}
	defer journal.Close()
	out, err := createAnswers(s.out)
	if err != nil {
		return err
	}
	defer out.close()

	ctx, stopped, release := stopOn(ctx, signals, stderr)
	defer release()
	bar := newBar(in.rows, stderr)
	options := []idverify.BatchOption{
		idverify.WithConcurrency(s.concurrency), idverify.WithTotal(in.rows),
		idverify.WithJournal(journal), idverify.WithProgress(bar.show),
	}
	if s.repeat != "" {
		options = append(options, idverify.WithRepeat(named(s.repeat)))
	}
	results, err := idverify.Batch(ctx, client, in.until(stopped), options...)
	if err != nil {
		return err
	}
	var sum summary
	for r := range results {
		sum.add(r)
		if err := out.write(r); err != nil {
			return err // the journal gets the calls in flight all the same
		}
	}
	bar.finish()
	sum.print(stdout, s, bar.last)
	return errors.Join(in.err, out.close(), sum.journalErr, sum.unfinished(in.rows))
}

// named is which rows -repeat means. A row that got an answer, billed or not,
// is repeated only by its key.
func named(repeat string) func(key string, err *idverify.Error) bool {
	if repeat == "all-unanswered" {
		return func(_ string, err *idverify.Error) bool { return err.Ambiguous() }
	}
	keys := map[string]bool{}
	for _, key := range strings.Split(repeat, ",") {
		keys[strings.TrimSpace(key)] = true
	}
	return func(key string, _ *idverify.Error) bool { return keys[key] }
}
