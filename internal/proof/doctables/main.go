// Doctables writes the tables of the user documents from the code tables and rules of
// the vendors' packages, so that documents and code agree. A test fails if they
// differ.
//
//	go run ./internal/proof/doctables
//
// With -to it writes the documents into another folder instead, including vendors
// under a build tag.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/idverify/idverify/internal/proof/vendors"
)

// documents are the files with generated parts. A part stands between
// "<!-- NAME:begin -->" and "<!-- NAME:end -->".
var documents = []struct {
	file  string
	words words
}{
	{"README.md", english},
	{"README.zh-CN.md", chinese},
	{"docs/vendor-codes.md", english},
	{"docs/vendor-codes.zh-CN.md", chinese},
	{"docs/photos.md", english},
	{"docs/photos.zh-CN.md", chinese},
}

func main() {
	log.SetFlags(0)
	to := flag.String("to", "", "a folder for documents about all vendors")
	flag.Parse()
	target, list := *to, withRules(vendors.All())
	if target == "" {
		target, list = ".", withRules(vendors.Listed())
	}
	if err := write(".", target, list); err != nil {
		log.Fatalln("doctables:", err)
	}
}

// write reads every document in one folder and writes it to another, or to the same.
func write(from, to string, list []vendor) error {
	for _, d := range documents {
		before, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(d.file)))
		if err != nil {
			return err
		}
		after, err := generate(withSections(before, list), d.words, partsOf(list))
		if err != nil {
			return fmt.Errorf("%s: %w", d.file, err)
		}
		target := filepath.Join(to, filepath.FromSlash(d.file))
		if before, err := os.ReadFile(target); err == nil && bytes.Equal(before, after) {
			continue
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(target), 0o755), os.WriteFile(target, after, 0o644)); err != nil {
			return err
		}
		log.Println("wrote", d.file)
	}
	return nil
}

func begins(name string) []byte { return fmt.Appendf(nil, "<!-- %s:begin -->\n", name) }

func ends(name string) []byte { return fmt.Appendf(nil, "<!-- %s:end -->", name) }

// withSections adds a section at the end for each new vendor to a document that has
// the other vendors' tables.
func withSections(document []byte, list []vendor) []byte {
	if !bytes.Contains(document, []byte("<!-- "+codesOf)) {
		return document
	}
	for _, v := range list {
		if name := codesOf + v.Name; !bytes.Contains(document, begins(name)) {
			document = fmt.Appendf(document, "\n## %s\n\n%s%s\n", v.Name, begins(name), ends(name))
		}
	}
	return document
}

// generate replaces every part that the document has.
func generate(document []byte, w words, parts []part) ([]byte, error) {
	found := 0
	for _, part := range parts {
		begin, end := begins(part.name), ends(part.name)
		head, rest, ok := bytes.Cut(document, begin)
		if !ok {
			continue
		}
		_, tail, ok := bytes.Cut(rest, end)
		if !ok {
			return nil, fmt.Errorf("part %s has no end", part.name)
		}
		var table bytes.Buffer
		part.write(&table, w)
		document = bytes.Join([][]byte{head, begin, table.Bytes(), end, tail}, nil)
		found++
	}
	if found == 0 {
		return nil, fmt.Errorf("no generated part was found")
	}
	return document, nil
}
