package main

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// nextFile is the API as the source has it; beside it stands that of every
// release, as "1.2.3.txt".
const nextFile = "api/next.txt"

// outputs makes every generated file, by its path from the root.
func outputs(lib *library) (map[string][]byte, error) {
	facts, err := list(lib)
	if err != nil {
		return nil, err
	}
	files, err := compat(lib)
	if err != nil {
		return nil, err
	}
	files[nextFile] = text(facts)
	return files, nil
}

// drifted lists the generated files that are not what the source says.
func drifted(root string, want map[string][]byte) ([]string, error) {
	var all []string
	for file, content := range want {
		is, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		if !bytes.Equal(is, content) {
			all = append(all, file)
		}
	}
	left, err := leftOver(root, want)
	slices.Sort(all)
	return append(all, left...), err
}

// leftOver lists generated files of packages that are no more.
func leftOver(root string, want map[string][]byte) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(root, "compat", "*"+generatedSuffix))
	var left []string
	for _, file := range found {
		if name := "compat/" + filepath.Base(file); want[name] == nil {
			left = append(left, name)
		}
	}
	return left, err
}

// write puts the files down and takes away what is left over.
func write(root string, files map[string][]byte) error {
	stale, err := drifted(root, files)
	if err != nil {
		return err
	}
	for _, file := range stale {
		at := filepath.Join(root, filepath.FromSlash(file))
		if files[file] == nil {
			err = os.Remove(at)
		} else {
			err = os.WriteFile(at, files[file], 0o644)
		}
		if err != nil {
			return err
		}
		log.Println("wrote", file)
	}
	return nil
}

// version is a released one: major, minor, patch.
type version [3]int

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

func (v version) compare(w version) int { return slices.Compare(v[:], w[:]) }

func parseVersion(s string) (version, error) {
	var v version
	parts := strings.Split(s, ".")
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if len(parts) != len(v) || err != nil || n < 0 || strconv.Itoa(n) != p {
			return version{}, fmt.Errorf("%q is no version such as 1.2.3", s)
		}
		v[i] = n
	}
	return v, nil
}

// releases lists the versions whose API is kept, the newest first.
func releases(root string) ([]version, error) {
	found, err := filepath.Glob(filepath.Join(root, "api", "*.txt"))
	if err != nil {
		return nil, err
	}
	var all []version
	for _, file := range found {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if name == "next" {
			continue
		}
		v, err := parseVersion(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, errors.New("api holds no released version")
	}
	slices.SortFunc(all, func(a, b version) int { return b.compare(a) })
	return all, nil
}

func readFacts(root, name string) ([]fact, error) {
	written, err := os.ReadFile(filepath.Join(root, "api", name+".txt"))
	if err != nil {
		return nil, err
	}
	return parse(written)
}
