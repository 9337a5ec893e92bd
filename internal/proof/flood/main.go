// Flood sends the stand-in what no client should send, over many connections, while a
// normal client uses it. It measures the stand-in's memory from outside.
//
//	go run ./internal/proof/flood -for 60s -connections 64
//
// The stand-in runs in its own process. The exit status is 1 if it took more memory
// than the limit, if the client got a wrong answer or none, or if the process ended;
// it is 2 if the run failed. Memory is measured only on Linux.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// asServer is the environment variable that makes this program the stand-in.
const asServer = "IDVERIFY_FLOOD_SERVER"

func main() {
	if os.Getenv(asServer) != "" {
		os.Exit(serve(os.Stdin, os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// settings are the options of a run.
type settings struct {
	duration    time.Duration
	connections int
	limit       int64 // bytes of memory
	patience    time.Duration
	seed        uint64
	only        string // attacks whose name contains this
}

func run(ctx context.Context, args []string, out, trouble io.Writer) int {
	var s settings
	var limit int64
	flags := flag.NewFlagSet("flood", flag.ContinueOnError)
	flags.SetOutput(trouble)
	flags.DurationVar(&s.duration, "for", 60*time.Second, "how long")
	flags.IntVar(&s.connections, "connections", 64, "how many connections attack at a time")
	flags.Int64Var(&limit, "limit", 64, "how much memory the stand-in may take, in MiB")
	flags.DurationVar(&s.patience, "patience", 10*time.Second, "how long the usual client waits for an answer")
	flags.Uint64Var(&s.seed, "seed", 1, "what all chance comes from")
	flags.StringVar(&s.only, "only", "", "make only the attacks whose `name` contains this")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if s.duration <= 0 || s.connections < 1 || limit < 1 || s.patience <= 0 || flags.NArg() > 0 {
		fmt.Fprintln(trouble, "flood: -for, -connections, -limit and -patience must be above 0")
		return 2
	}
	s.limit = limit << 20
	r, err := flood(ctx, s)
	if err != nil {
		fmt.Fprintln(trouble, "flood:", err)
		return 2
	}
	if err := r.write(out); err != nil {
		fmt.Fprintln(trouble, "flood:", err)
		return 2
	}
	if len(r.broken()) > 0 {
		return 1
	}
	return 0
}
