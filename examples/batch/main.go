// Batch verifies the people in a CSV file, and can be stopped and started again
// at any time without paying for a row twice. From the root of the repository:
//
//	go run -C examples/batch .
//	go run -C examples/batch . -in "$PWD/people.csv" -rate 5
//
// The program runs in examples/batch, so give it absolute paths. The file has a
// heading with the columns key, name, id_number, and photo or capture or both; see
// table.go. The results go to people.results.csv. The journal people.journal records
// which rows were sent and answered; it has no names and no ID numbers. Keep
// people.secret beside it: without the secret no row of the journal is found.
//
// Ctrl-C stops after the rows in flight; a second Ctrl-C abandons them.
//
// Without credentials in the environment it asks stand-in vendors: its own, or those
// at -base. Then -in is optional, and the rows are made-up people. With credentials
// (see examples/internal/accounts) every row may be billed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
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

func run(ctx context.Context, args []string, getenv func(string) string, signals <-chan os.Signal, stdout, stderr io.Writer) error {
	s, err := parse(args, getenv, stderr)
	if errors.Is(err, errHelp) {
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
	s = s.withPaths()
	limits, err := limited(providers, s.rate)
	if err != nil {
		return err
	}
	client, err := idverify.New(providers, limits...)
	if err != nil {
		return err
	}
	return verifyAll(ctx, client, s, signals, stdout, stderr)
}

// limited sets the rate per second of each vendor, if -rate is given.
func limited(providers []idverify.Provider, perSecond float64) (opts []idverify.Option, err error) {
	if perSecond == 0 {
		return nil, nil
	}
	for _, p := range providers {
		limiter, err := idverify.NewLimiter(idverify.Rate{PerSecond: perSecond})
		if err != nil {
			return nil, err
		}
		opts = append(opts, idverify.WithVendor(p.Name(), idverify.VendorPolicy{Limiter: limiter}))
	}
	return opts, nil
}

// verifyAll is the program: it reads rows, writes results and records both in the
// journal.
func verifyAll(ctx context.Context, client idverify.Verifier, s settings, signals <-chan os.Signal, stdout, stderr io.Writer) error {
	if err := s.overwritesNothing(); err != nil {
		return err
	}
	in, err := openTable(s.in, s.encoding) // reads the whole file before anything is paid for
	if err != nil {
		return err
	}
	defer in.close()
	secret, err := journalSecret(s.secret, s.journal)
	if err != nil {
		return err
	}
	journal, err := batch.OpenFileJournal(s.journal)
	if err != nil {
		return err
	}
	defer journal.Close()
	out, err := createAnswers(s.out)
	if err != nil {
		return err
	}
	defer out.close()

	ctx, abort, release := stopOn(ctx, signals, s.grace, stderr)
	defer release()
	bar := newBar(in.rows, stderr)
	options := []batch.Option{
		batch.WithConcurrency(s.workers), batch.WithTotal(in.rows), batch.WithGrace(s.grace), batch.WithAbort(abort),
		batch.WithJournal(journal, secret), batch.WithProgress(bar.show),
	}
	if s.repeat != "" {
		options = append(options, batch.WithRepeat(named(s.repeat)))
	}
	results, err := batch.Run(ctx, client, in.requests(), options...)
	if err != nil {
		return err
	}
	var sum summary
	for r := range results {
		sum.add(r)
		if err := out.write(r); err != nil {
			return err // the journal still records the calls in flight
		}
	}
	bar.finish()
	sum.print(stdout, s, bar.last)
	return errors.Join(in.err, out.close(), sum.journalErr, sum.unfinished(in.rows))
}
