package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// release makes what is to come a version: its API is kept, and its entries
// move under its name. The lists must be up to date and spoken of.
func release(root, name string) error {
	v, err := parseVersion(name)
	if err != nil {
		return err
	}
	kept, err := releases(root)
	if err != nil {
		return err
	}
	changes, next, err := sinceLast(root, kept[0])
	if err != nil {
		return err
	}
	if err := follows(v, kept[0], changes); err != nil {
		return err
	}
	file := filepath.Join(root, "CHANGELOG.md")
	document, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	renamed, err := closeSection(string(document), v)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, "api", v.String()+".txt"), text(next), 0o644); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(renamed), 0o644)
}

// follows refuses a version that does not say what the changes are: what breaks
// needs a new major version, or before 1.0.0 a new minor one, and what is new
// or deprecated a new minor one from 1.0.0 on.
func follows(v, last version, changes []change) error {
	needs := version{last[0], last[1], last[2] + 1}
	major, minor := version{last[0] + 1}, version{last[0], last[1] + 1}
	for _, c := range changes {
		switch {
		case c.breaking() && last[0] > 0:
			needs = major
		case (c.breaking() || last[0] > 0) && needs.compare(minor) < 0:
			needs = minor
		}
	}
	if v.compare(needs) < 0 {
		return fmt.Errorf("%s cannot follow %s with these changes: the next version is %s or later", v, last, needs)
	}
	return nil
}

// closeSection gives what is to come a version's name, and begins anew.
func closeSection(document string, v version) (string, error) {
	const open = "## " + unreleased + "\n"
	before, after, ok := strings.Cut(document, open)
	if !ok {
		return "", errors.New("CHANGELOG.md has no section " + unreleased)
	}
	return before + open + "\n## " + v.String() + "\n" + after, nil
}
