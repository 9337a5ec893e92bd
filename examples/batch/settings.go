package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
)

type settings struct {
	in, out         string
	journal, secret string
	encoding        string
	base            string
	workers         int
	rate            float64
	grace           time.Duration
	repeat          string
	demoRows        int
	delay           time.Duration
}

var errHelp = flag.ErrHelp

func parse(args []string, getenv func(string) string, usage io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("batch", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.StringVar(&s.in, "in", "", "CSV `file` with the rows; for the stand-in the default is a file of made-up people. "+
		"A column photo is for "+accounts.PhotoReaders()+", capture for "+accounts.CaptureReaders())
	flags.StringVar(&s.out, "out", "", "CSV `file` for the answers, written anew each time (default: beside -in, .results.csv)")
	flags.StringVar(&s.journal, "journal", "", "`file` that knows what was asked and answered (default: beside -in, .journal)")
	flags.StringVar(&s.secret, "secret", "", "`file` with the secret that binds the journal's rows to persons, made when there is none (default: beside the journal, .secret)")
	flags.StringVar(&s.encoding, "encoding", "", "`name` of the encoding of -in: utf-8 or gb18030, which GBK and GB2312 are parts of (default: UTF-8, and refused if it looks like GB18030)")
	flags.StringVar(&s.base, "base", getenv("IDVERIFY_STANDIN"), "`address` of a stand-in, such as examples/simulator's http://127.0.0.1:8089")
	flags.IntVar(&s.workers, "workers", 8, "how many rows are under way at once")
	flags.Float64Var(&s.rate, "rate", 0, "how many calls a second each vendor gets at most; 0 is no limit")
	flags.DurationVar(&s.grace, "grace", 30*time.Second, "how long the rows in flight may go on after Ctrl-C")
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

// overwritesNothing keeps the results file, which is emptied at the start, from
// replacing another file of the run.
func (s settings) overwritesNothing() error {
	for _, other := range []struct{ flag, path string }{{"-in", s.in}, {"-journal", s.journal}, {"-secret", s.secret}} {
		if isOneFile(s.out, other.path) {
			return fmt.Errorf("-out and %s are one file, and the answers would overwrite it: name another for -out", other.flag)
		}
	}
	return nil
}

// isOneFile also recognises links, and two names of a file that does not exist yet.
func isOneFile(a, b string) bool {
	one, errOne := os.Stat(a)
	other, errOther := os.Stat(b)
	if errOne == nil && errOther == nil {
		return os.SameFile(one, other)
	}
	pathOne, errOne := filepath.Abs(a)
	pathOther, errOther := filepath.Abs(b)
	return errOne == nil && errOther == nil && pathOne == pathOther
}

// withPaths sets default names for the files that were not named.
func (s settings) withPaths() settings {
	stem := strings.TrimSuffix(s.in, filepath.Ext(s.in))
	if s.out == "" {
		s.out = stem + ".results.csv"
	}
	if s.journal == "" {
		s.journal = stem + ".journal"
	}
	if s.secret == "" {
		s.secret = strings.TrimSuffix(s.journal, filepath.Ext(s.journal)) + ".secret"
	}
	return s
}

// named tells which rows -repeat selects. A row that was answered, billed or not, is
// repeated only if its key is given.
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
