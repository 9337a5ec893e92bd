package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// listed is the output of "go list" for a package.
type listed struct {
	ImportPath, Name, Export string
	DepOnly                  bool
	GoFiles                  []string
	Module                   *struct{ Path string }
}

// load returns the packages that a user can import, type-checked.
func load(root string) ([]*types.Package, error) {
	all, err := goList(root)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	compiled := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var public []*types.Package
	for _, p := range all {
		if !isPublic(p) {
			continue
		}
		pkg, err := compiled.Import(p.ImportPath)
		if err != nil {
			return nil, err
		}
		public = append(public, pkg)
	}
	return public, nil
}

func goList(root string) ([]listed, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Name,Export,DepOnly,GoFiles,Module", "./...")
	var out, complaints bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &out, &complaints
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, complaints.Bytes())
	}
	var all []listed
	for in := json.NewDecoder(&out); ; {
		var p listed
		err := in.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

func isPublic(p listed) bool {
	if p.DepOnly || p.Name == "main" || len(p.GoFiles) == 0 {
		return false
	}
	folders := strings.Split(strings.TrimPrefix(p.ImportPath, p.Module.Path), "/")
	return !slices.Contains(folders, "internal") && !slices.Contains(folders, "examples")
}
