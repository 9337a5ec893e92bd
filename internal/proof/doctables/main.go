// Doctables writes the tables of the user documents from the code tables and
// rules of the vendors' packages, so that documents cannot say anything else
// than the code does. A test fails when they drift.
//
//	go run ./internal/proof/doctables
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"
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
	for _, d := range documents {
		if err := rewrite(d.file, d.words); err != nil {
			log.Fatalln("doctables:", err)
		}
	}
}

func rewrite(file string, w words) error {
	before, err := os.ReadFile(filepath.FromSlash(file))
	if err != nil {
		return err
	}
	after, err := generate(before, w)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if bytes.Equal(before, after) {
		return nil
	}
	log.Println("wrote", file)
	return os.WriteFile(filepath.FromSlash(file), after, 0o644)
}

// generate replaces every part that the document has.
func generate(document []byte, w words) ([]byte, error) {
	found := 0
	for _, part := range parts {
		begin := fmt.Appendf(nil, "<!-- %s:begin -->\n", part.name)
		end := fmt.Appendf(nil, "<!-- %s:end -->", part.name)
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
