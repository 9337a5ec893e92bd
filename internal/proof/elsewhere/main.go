// Command elsewhere type-checks all packages of the module and their tests as they are
// built for other systems:
//
//	go run ./internal/proof/elsewhere windows darwin
//
// It reads everything from source, that of the standard library and of other modules
// without the bodies of functions, and compiles nothing. So it takes a tenth of the
// time of "GOOS=windows go vet ./...".
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("elsewhere: which systems? Such as: windows darwin")
	}
	failed := false
	for _, system := range os.Args[1:] {
		packages, wrong, err := check(".", system)
		if err != nil {
			log.Fatal("elsewhere: ", err)
		}
		for _, err := range wrong {
			failed = true
			log.Printf("%s: %v", system, err)
		}
		log.Printf("%s: %d packages of the module", system, packages)
	}
	if failed {
		os.Exit(1)
	}
}

// listed is what "go list" tells of a package.
type listed struct {
	ImportPath, Dir string
	GoFiles         []string
	ImportMap       map[string]string
	Module          *struct{ Main bool }
	Error           *struct{ Err string }
}

// check type-checks the module at dir for a system. It gives how many packages of the
// module there are, tests counted apart, and what is wrong with them.
func check(dir, system string) (packages int, wrong []error, err error) {
	all, err := list(dir, system)
	if err != nil {
		return 0, nil, err
	}
	files, known := token.NewFileSet(), map[string]*types.Package{"unsafe": types.Unsafe}
	for _, p := range all { // a package stands behind those that it imports
		ours := p.Module != nil && p.Module.Main
		if p.ImportPath == "unsafe" || ours && strings.HasSuffix(p.ImportPath, ".test") {
			continue // what go test generates
		}
		if p.Error != nil {
			return 0, nil, errors.New(p.Error.Err)
		}
		var syntax []*ast.File
		for _, name := range p.GoFiles {
			if !filepath.IsAbs(name) {
				name = filepath.Join(p.Dir, name)
			}
			file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return 0, nil, err
			}
			syntax = append(syntax, file)
		}
		config := types.Config{
			Importer: importing{known, p.ImportMap}, Sizes: types.SizesFor("gc", runtime.GOARCH), IgnoreFuncBodies: !ours,
			Error: func(err error) {
				if ours {
					wrong = append(wrong, err)
				}
			},
		}
		name, _, _ := strings.Cut(p.ImportPath, " ")
		known[p.ImportPath], _ = config.Check(name, files, syntax, nil) // what is wrong was told to Error
		if ours {
			packages++
		}
	}
	return packages, wrong, nil
}

func list(dir, system string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-test", "-json=ImportPath,Dir,GoFiles,ImportMap,Module,Error", "./...")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0", "GOFLAGS=") // -race, say, is not for every system
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var all []listed
	for in := json.NewDecoder(out); ; {
		var p listed
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return all, cmd.Wait()
		} else if err != nil {
			return nil, errors.Join(err, cmd.Wait())
		}
		all = append(all, p)
	}
}

// importing finds packages among those that were checked, by the name that a source
// file calls them.
type importing struct {
	known map[string]*types.Package
	names map[string]string
}

func (i importing) Import(name string) (*types.Package, error) {
	if full := i.names[name]; full != "" {
		name = full
	}
	if pkg := i.known[name]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("%s is not known", name)
}
