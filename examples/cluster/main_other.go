//go:build !unix

// Cluster needs the signals of Unix: see main.go.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "this example halts and kills processes, and runs on Linux and macOS only")
	os.Exit(1)
}
