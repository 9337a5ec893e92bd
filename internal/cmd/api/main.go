// Api writes down what the module promises to programs that import it, and
// holds CHANGELOG.md to it.
//
//	go run ./internal/cmd/api                 # write api/next.txt and compat/*_api.go
//	go run ./internal/cmd/api -release 0.2.0  # make that version of what is to come
//
// api/next.txt has a line for everything that a user's program can rely on; the
// module in compat uses each of these things as such a program does. The tests
// of this package fail when either is not what the source says, and when
// something changed since the last release of which CHANGELOG.md does not speak.
package main

import (
	"errors"
	"flag"
	"log"
	"strings"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("api: ")
	name := flag.String("release", "", "the `version` to make of what is to come, such as 0.2.0")
	flag.Parse()
	if err := run(".", *name); err != nil {
		log.Fatalln(err)
	}
}

func run(root, name string) error {
	lib, err := load(root)
	if err != nil {
		return err
	}
	files, err := outputs(lib)
	if err != nil {
		return err
	}
	if err := write(root, files); err != nil {
		return err
	}
	problems, err := check(root)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return errors.New("written, but CHANGELOG.md does not agree:\n" + strings.Join(problems, "\n"))
	}
	if name == "" {
		return nil
	}
	return release(root, name)
}
