// Api lists what the module exports, and compares the list with the last
// release and with CHANGELOG.md.
//
//	go run ./internal/proof/api # write api/next.txt anew
//
// The list has one line for everything that a user's program can rely on. The tests
// fail if the list differs from what the source exports, or if CHANGELOG.md has no
// entry for a change since the last release.
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
