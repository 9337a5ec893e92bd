package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

var errStopped = errors.New("stopped before the last row")

// stopOn makes the first signal end the rows, so that the calls in flight
// finish, and the second cancel those calls. stopped is done at the first.
func stopOn(ctx context.Context, signals <-chan os.Signal, stderr io.Writer) (calls context.Context, stopped context.Context, release func()) {
	calls, cancel := context.WithCancel(ctx)
	stopped, stop := context.WithCancel(calls)
	go func() {
		select {
		case <-signals:
		case <-calls.Done():
			return
		}
		stop() // before it is said, so that what is said holds
		fmt.Fprintln(stderr, "\nStopping after the calls in flight. Ctrl-C again to abandon them: they may be billed all the same.")
		select {
		case <-signals:
			cancel()
		case <-calls.Done():
		}
	}()
	return calls, stopped, func() { stop(); cancel() }
}
