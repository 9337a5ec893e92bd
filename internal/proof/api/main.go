// Api lists what the module exports, and compares the list with the last
// release and with CHANGELOG.md.
//
//	go run ./internal/proof/api # write api/next.txt anew
//
// The list has one line for everything that a user's program can rely on. Its
// tests fail when the list is not what the source exports, and when something
// changed since the last release without an entry in CHANGELOG.md.
package main

import (
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("api: ")
	lines, err := exported(".")
	if err != nil {
		log.Fatalln(err)
	}
	if err := os.WriteFile(filepath.Join("api", next+".txt"), []byte(text(lines)), 0o644); err != nil {
		log.Fatalln(err)
	}
	problems, err := check(".")
	if err != nil {
		log.Fatalln(err)
	}
	for _, p := range problems {
		log.Println("CHANGELOG.md:", p)
	}
}
