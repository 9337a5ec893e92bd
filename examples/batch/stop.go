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

// stopOn ends the run on signals. After the first no new row starts and the rows in
// flight may finish; the second aborts them.
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
		stop() // before the message, so that the message is true
		fmt.Fprintf(stderr, "\nStopping: no further row is sent, and those in flight have %v. Ctrl-C again to abandon them: they may be billed all the same.\n", grace)
		select {
		case <-signals:
			end()
		case <-released:
		}
	}()
	return run, abort, func() { close(released); stop(); end() }
}
