// Soak runs the whole SDK for a while and checks at the end that it kept its
// promises: no call was paid twice, none was lost, no decision was wrong, and nothing
// leaked.
//
// It calls stand-ins of all vendors over TLS, by HTTP/1.1 and by HTTP/2, through
// clients with different policies. One exchange in ten meets a fault, callers leave
// at random, tokens are revoked, and circuits open. A ledger compares the result of
// each call with what the stand-ins received and billed.
//
//	go run ./internal/proof/soak -for 20s -callers 32 -seed 1
//
// The report goes to standard output. The exit status is 1 if a rule was broken,
// which the report names, and 2 if the run failed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, trouble io.Writer) int {
	s := settings{trouble: trouble}
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(trouble)
	flags.DurationVar(&s.duration, "for", 20*time.Second, "how long calls are begun")
	flags.IntVar(&s.calls, "calls", 0, "how many questions are asked at most; 0 is no limit")
	flags.IntVar(&s.callers, "callers", 32, "how many callers there are")
	flags.BoolVar(&s.storm, "storm", false, "a third of the exchanges meet a fault, and not one in ten")
	flags.Uint64Var(&s.seed, "seed", 1, "what all chance comes from")
	flags.DurationVar(&s.limit, "limit", 5*time.Second, "time limit of one exchange; a machine that is short of CPU needs a long one")
	flags.DurationVar(&s.grace, "grace", 30*time.Second, "how long calls, connections and goroutines have to end")
	asJSON := flags.Bool("json", false, "report as JSON")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if s.callers < 1 || s.duration <= 0 || s.calls < 0 || s.limit < 10*time.Millisecond || s.grace <= 0 || flags.NArg() > 0 {
		fmt.Fprintln(trouble, "soak: -callers, -for and -grace must be above 0, -calls not below, -limit at least 10ms")
		return 2
	}
	report, err := soak(s)
	if err != nil {
		fmt.Fprintln(trouble, "soak:", err)
		return 2
	}
	write := report.writeText
	if *asJSON {
		write = report.writeJSON
	}
	if err := write(out); err != nil {
		fmt.Fprintln(trouble, "soak:", err)
		return 2
	}
	if !report.ok() {
		return 1
	}
	return 0
}
