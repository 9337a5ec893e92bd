// Command bench measures idverify against other clients that do the same work:
// net/http used by hand, resty, and the cores of vendors' software kits.
// Run it in this folder:
//
//	go run .
//
// Every client, and the server, is a process of its own on this machine: the program
// starts itself again. The results are written to the folder results, as a table, as
// JSON and as a picture.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/idverify/idverify/bench/internal/report"
)

func main() {
	if role := os.Getenv(roleVariable); role != "" {
		if err := play(role); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", role+":", err)
			os.Exit(1)
		}
		return
	}
	err := run(os.Args[1:], os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags, and what -quick makes of them.
type options struct {
	rounds int
	quick  bool
	cases  *regexp.Regexp
	out    string
	turn   time.Duration // length of by-hand's turn in a round
}

func parse(args []string) (options, error) {
	o := options{turn: 100 * time.Millisecond}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	cases := flags.String("cases", "", "measure only what matches this regular expression: body/transport/size as in json/http1-tls/5MB or signed/aliyun/http1-tls/700KB, or crowd, memory, overhead")
	flags.IntVar(&o.rounds, "rounds", 16, "how often every client has its turn")
	flags.BoolVar(&o.quick, "quick", false, "three short rounds: shows that everything runs, and is no measurement")
	flags.StringVar(&o.out, "out", "results", "the folder to write to")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 || o.rounds < 1 {
		return o, errors.New("flags only, and at least one round")
	}
	if o.quick {
		o.rounds, o.turn = 3, 15*time.Millisecond
	}
	var err error
	o.cases, err = regexp.Compile(*cases)
	return o, err
}

func run(args []string, progress io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	began := time.Now()
	s, err := newStage(o, progress)
	if err != nil {
		return err
	}
	defer s.close()
	results := &report.Results{Machine: machine(began), Rounds: o.rounds, Quick: o.quick}
	for _, part := range []func(*stage, *report.Results) error{callByCall, crowds, memory, overhead} {
		if err := part(s, results); err != nil {
			return err
		}
	}
	if err := s.honest(); err != nil {
		return err
	}
	if err := results.Write(o.out); err != nil {
		return err
	}
	fmt.Fprintf(progress, "\n%s\n%s, written to %s\n", results.TargetTable(), time.Since(began).Round(time.Second), o.out)
	return nil
}
