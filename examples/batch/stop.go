package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

var errStopped = errors.New("stopped before the last row")

// stopOn makes the first signal end the run, which lets the rows in flight
// finish, and the second abort those.
func stopOn(ctx context.Context, signals <-chan os.Signal, grace time.Duration, stderr io.Writer) (run, abort context.Context, release func()) {
	run, stop := context.WithCancel(ctx)
	abort, end := context.WithCancel(context.WithoutCancel(ctx))
	released := make(chan struct{})
	go func() {
		select {
		case <-signals:
		case <-released:
			return
		}
		stop() // before it is said, so that what is said holds
		fmt.Fprintf(stderr, "\nStopping: no further row is sent, and those in flight have %v. Ctrl-C again to abandon them: they may be billed all the same.\n", grace)
		select {
		case <-signals:
			end()
		case <-released:
		}
	}()
	return run, abort, func() { close(released); stop(); end() }
}
