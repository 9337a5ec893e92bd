package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
)

const demoDir = "batch-demo"

// writeDemo writes a CSV file of people that the stand-in knows, with a picture of
// nobody, and returns its path. The file is the same each time, so that a demo that
// was stopped can be resumed.
func writeDemo(dir string, rows int) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "face.jpg"), idverifytest.Photo(), 0o600); err != nil {
		return "", err
	}
	// An absolute path, because `go run -C` has changed the directory.
	path, err := filepath.Abs(filepath.Join(dir, "people.csv"))
	if err != nil {
		return "", err
	}
	file, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	out := csv.NewWriter(file)
	var people []idverifytest.Person
	for _, p := range idverifytest.Persons() {
		if p.Code.IsDecision() || p.Code.Advice() == idverify.AdviceRetakePhoto { // the others are outages
			people = append(people, p)
		}
	}
	_ = out.Write([]string{"key", "name", "id_number", "photo"})
	for i := range rows {
		p := people[i%len(people)]
		_ = out.Write([]string{fmt.Sprintf("demo-%04d", i+1), p.Name, p.IDNumber, "face.jpg"})
	}
	out.Flush() // keeps the first error
	return path, out.Error()
}
