//go:build unix

// Cluster runs several processes of one service on this machine, with a Redis and a
// PostgreSQL of its own and the stand-in as the vendors, and shows what they share:
// access tokens, the calls per second that were bought, the tries of a person, and the
// claims that make one question one paid call. One of the processes is killed while a
// vendor works on its question.
//
//	go run -C examples/cluster .
//
// scaleout/service shows how a process is wired.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/idverify/idverify/scaleout/servers"
	"github.com/idverify/idverify/scaleout/worker"
	"github.com/idverify/idverify/sqlidverify"
)

func main() {
	if worker.IsWorker() { // one of the processes: the same program again
		worker.Main()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

// settings are the values of the flags.
type settings struct {
	processes int
	rate      float64
	tries     int
	questions int
}

// longest bounds the whole run, even if something hangs.
const longest = 90 * time.Second

func run(ctx context.Context, args []string, out, errs io.Writer) error {
	s, err := parse(args, errs)
	if err != nil {
		return err
	}
	if missing := servers.Missing(sqlidverify.PostgreSQL); len(missing) > 0 {
		return fmt.Errorf("not installed: %s\nOn Debian and Ubuntu: %s", strings.Join(missing, ", "), servers.Install(sqlidverify.PostgreSQL))
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	return demonstrate(ctx, s, out)
}

func parse(args []string, errs io.Writer) (s settings, err error) {
	flags := flag.NewFlagSet("cluster", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() {
		fmt.Fprint(errs, "Shows what several processes of one service share: access tokens and rate and tries\n"+
			"over Redis, claims over PostgreSQL. It starts its own servers, in a folder that it\n"+
			"removes, on free ports. Nothing costs anything: the vendors are a stand-in. It ends\n"+
			"after some 20 seconds.\n\nNeeds redis-server and postgresql. On Debian and Ubuntu: "+servers.Install(sqlidverify.PostgreSQL)+"\n\n")
		flags.PrintDefaults()
	}
	flags.IntVar(&s.processes, "processes", 6, "how many processes there are, 2 to 24")
	flags.Float64Var(&s.rate, "rate", 20, "how many calls a second were bought, for all together; 1 to 500")
	flags.IntVar(&s.tries, "tries", 5, "how often a person may be tried in a minute; 1 to 100")
	flags.IntVar(&s.questions, "questions", 200, "how many questions are asked while a process is killed; 1 to 2000")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, errors.New("there are flags only; -h lists them")
	case s.processes < 2 || s.processes > 24:
		return s, errors.New("-processes is 2 to 24")
	case !(s.rate >= 1 && s.rate <= 500):
		return s, errors.New("-rate is 1 to 500")
	case s.tries < 1 || s.tries > 100:
		return s, errors.New("-tries is 1 to 100")
	case s.questions < 1 || s.questions > 2000:
		return s, errors.New("-questions is 1 to 2000")
	}
	return s, nil
}
