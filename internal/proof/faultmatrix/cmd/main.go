//go:build linux

// Faultmatrix breaks one exchange with each vendor at every phase and writes the
// results to docs/fault-matrix.md and its Chinese version. It uses only loopback. A
// test fails if the documents differ.
//
// A test runs the short form, or the long one if asked:
//
//	go run ./internal/proof/faultmatrix/cmd
//	IDVERIFY_LONG=1 go test ./internal/proof/faultmatrix/cmd
//
// With -to it writes the documents into another folder, including vendors under a
// build tag.
package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/idverify/idverify/internal/proof/faultmatrix"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// documents are the files that this program writes.
var documents = []struct {
	file  string
	words words
}{
	{"docs/fault-matrix.md", english},
	{"docs/fault-matrix.zh-CN.md", chinese},
}

// parallel is how many cells run at the same time, besides those that wait.
const parallel = 4

func main() {
	show := flag.Bool("print", false, "print the English document instead of writing both")
	to := flag.String("to", "", "a folder for documents about all vendors")
	flag.Parse()
	log.SetFlags(0)
	// net/http logs there when a vendor sends data without a request.
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
	if *to == "" {
		rows = ofListed(rows)
	}
	for _, d := range documents {
		var document bytes.Buffer
		write(&document, d.words, rows)
		if *show {
			_, _ = document.WriteTo(os.Stdout)
			return
		}
		target := filepath.Join(*to, filepath.FromSlash(d.file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(target), 0o755), os.WriteFile(target, document.Bytes(), 0o644)); err != nil {
			log.Fatalln("faultmatrix:", err)
		}
		log.Println("wrote", d.file)
	}
}

// ofListed are the rows of the vendors in our documents.
func ofListed(rows []faultmatrix.Row) []faultmatrix.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r faultmatrix.Row) bool {
		name, _, _ := strings.Cut(r.Vendor, "/")
		return slices.ContainsFunc(vendors.Tagged(), func(v vendors.Vendor) bool { return v.Name == name })
	})
}
