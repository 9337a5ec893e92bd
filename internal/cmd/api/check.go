package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// check lists what CHANGELOG.md fails to say of the committed list of the API.
func check(root string) ([]string, error) {
	document, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return nil, err
	}
	sections, err := parseChangelog(string(document))
	if err != nil {
		return nil, err
	}
	kept, err := releases(root)
	if err != nil {
		return nil, err
	}
	if problems := sectionsOf(sections, kept); problems != nil {
		return problems, nil
	}
	changes, next, err := sinceLast(root, kept[0])
	if err != nil {
		return nil, err
	}
	return uncovered(sections[0].entries, changes, next), nil
}

// sinceLast is what changed since a release, and the API now.
func sinceLast(root string, last version) ([]change, []fact, error) {
	before, err := readFacts(root, last.String())
	if err != nil {
		return nil, nil, err
	}
	next, err := readFacts(root, "next")
	return diff(before, next), next, err
}

// sectionsOf holds sections and kept versions against each other: first what is
// to come, then every release, the newest first.
func sectionsOf(sections []section, kept []version) []string {
	want := []string{unreleased}
	for _, v := range kept {
		want = append(want, v.String())
	}
	for i := range max(len(want), len(sections)) {
		switch {
		case i >= len(sections):
			return []string{fmt.Sprintf("CHANGELOG.md has no section %s, and api/%s.txt is there", want[i], want[i])}
		case i >= len(want):
			return []string{fmt.Sprintf("CHANGELOG.md has a section %s, and api has no list for it", sections[i].version)}
		case sections[i].version != want[i]:
			return []string{fmt.Sprintf("section %d of CHANGELOG.md is %s, and should be %s", i+1, sections[i].version, want[i])}
		}
	}
	return nil
}
