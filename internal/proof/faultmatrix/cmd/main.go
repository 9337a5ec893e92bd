//go:build linux

// Faultmatrix breaks one exchange with each vendor at every phase of its way and
// writes what became of it: docs/fault-matrix.md and its Chinese twin. Nothing
// but loopback is reached. A test fails when they drift.
//
// A test runs the short form, and the long one when it is asked for:
//
//	go run ./internal/proof/faultmatrix/cmd
//	IDVERIFY_LONG=1 go test ./internal/proof/faultmatrix/cmd
package main

import (
	"bytes"
	"flag"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/idverify/idverify/internal/proof/faultmatrix"
)

// documents are the files that this program writes.
var documents = []struct {
	file  string
	words words
}{
	{"docs/fault-matrix.md", english},
	{"docs/fault-matrix.zh-CN.md", chinese},
}

// parallel is how many cells run at the same time beside those that wait.
const parallel = 4

func main() {
	show := flag.Bool("print", false, "print the English document instead of writing both")
	flag.Parse()
	log.SetFlags(0)
	// net/http prints there what a vendor says without having been asked.
	log.SetOutput(io.Discard)
	rows, err := faultmatrix.Run(parallel, false)
	log.SetOutput(os.Stderr)
	if err != nil {
		log.Fatalln("faultmatrix:", err)
	}
	race, err := faultmatrix.IdleRace(faultmatrix.RaceOptions{Calls: 1000, Callers: 16, InClient: true})
	if err != nil {
		log.Fatalln("faultmatrix:", err)
	}
	log.Println("connections closed as they are used again:", race)
	for _, d := range documents {
		var document bytes.Buffer
		write(&document, d.words, rows)
		if *show {
			_, _ = document.WriteTo(os.Stdout)
			return
		}
		if err := os.WriteFile(filepath.FromSlash(d.file), document.Bytes(), 0o644); err != nil {
			log.Fatalln("faultmatrix:", err)
		}
		log.Println("wrote", d.file)
	}
}
