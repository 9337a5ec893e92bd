package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// section is one version of the changelog.
type section struct {
	version string // "Unreleased" for what is to come
	entries []entry
}

// entry is one item of a list under one heading.
type entry struct {
	heading string
	text    string
	// subjects are the names that the entry begins with, and speaks of.
	// Others may be mentioned further on.
	subjects []string
}

const unreleased = "Unreleased"

var (
	versionLine = regexp.MustCompile(`^## (Unreleased|\d+\.\d+\.\d+)( - \d{4}-\d{2}-\d{2})?$`)
	headings    = []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
	firstCode   = regexp.MustCompile("^(?:, | and |, and )?`([^`]+)`")
	anyCode     = regexp.MustCompile("`([^`]+)`")
)

// parseChangelog reads the sections, the newest first as they stand. Of those
// that were released only the version is read.
func parseChangelog(document string) ([]section, error) {
	var all []section
	heading := ""
	for number, line := range strings.Split(document, "\n") {
		bad := func(problem string) error {
			return fmt.Errorf("CHANGELOG.md, line %d: %s: %q", number+1, problem, line)
		}
		if strings.HasPrefix(line, "## ") {
			m := versionLine.FindStringSubmatch(line)
			if m == nil {
				return nil, bad("a section is Unreleased or a version such as 1.2.3")
			}
			all, heading = append(all, section{version: m[1]}), ""
			continue
		}
		if len(all) == 0 || all[len(all)-1].version != unreleased {
			continue
		}
		open := &all[len(all)-1]
		switch {
		case strings.HasPrefix(line, "### "):
			heading = strings.TrimPrefix(line, "### ")
			if !slices.Contains(headings, heading) {
				return nil, bad("a heading is one of " + strings.Join(headings, ", "))
			}
		case strings.HasPrefix(line, "- "):
			if heading == "" {
				return nil, bad("an entry stands under a heading")
			}
			open.entries = append(open.entries, entry{heading: heading, text: line[2:]})
		case strings.HasPrefix(line, "  ") && len(open.entries) > 0:
			open.entries[len(open.entries)-1].text += " " + strings.TrimSpace(line)
		case strings.TrimSpace(line) != "":
			return nil, bad("what is to come is a list under headings")
		}
	}
	for _, s := range all {
		for i := range s.entries {
			s.entries[i].subjects = subjects(s.entries[i].text)
		}
	}
	return all, nil
}

// subjects are the names in backticks that a text begins with, up to the first
// other word.
func subjects(text string) []string {
	var all []string
	for {
		m := firstCode.FindStringSubmatch(text)
		if m == nil {
			return all
		}
		all = append(all, m[1])
		text = text[len(m[0]):]
	}
}

// uncovered lists what is wrong with the entries, given what they must speak
// of: nothing when every change has its entry, under the right heading, and
// every entry speaks of something.
func uncovered(entries []entry, changes []change, after []fact) []string {
	check := checker{entries: entries, changes: map[string]change{}, exists: byName(after)}
	for _, c := range changes {
		check.changes[c.name] = c
	}
	for _, c := range changes {
		check.change(c)
	}
	for _, e := range entries {
		check.entry(e)
	}
	return check.problems
}

type checker struct {
	entries  []entry
	changes  map[string]change
	exists   map[string][]string
	problems []string
}

func (c *checker) say(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// change looks for the entry of a change. What came or went as a whole is
// spoken of as a whole: a type with its members, a package with its types.
func (c *checker) change(want change) {
	if c.changes[owner(want.name)].kind == want.kind && (want.kind == added || want.kind == removed) {
		return
	}
	spokenOf := func(e entry) bool {
		return e.heading == string(want.kind) && slices.Contains(e.subjects, want.name)
	}
	if !slices.ContainsFunc(c.entries, spokenOf) {
		c.say("no entry under %q begins with `%s`%s", want.kind, want.name, details(want))
	}
}

func details(c change) string {
	var b strings.Builder
	for _, was := range c.was {
		b.WriteString("\n\twas: " + was)
	}
	for _, is := range c.is {
		b.WriteString("\n\tis:  " + is)
	}
	return b.String()
}

// entry looks for what an entry speaks of. Behaviour can change where no
// declaration does: so Changed, Fixed and Security may speak of any name that
// there is, the others only of what came, went, or is to go.
func (c *checker) entry(e entry) {
	for _, name := range e.subjects {
		if !c.ours(name) {
			continue
		}
		happened, here := c.changes[name].kind, len(c.exists[name]) > 0
		switch e.heading {
		case string(added), string(removed), string(deprecated):
			if happened != kind(e.heading) {
				c.say("`%s` stands under %s, but %s", name, e.heading, became(happened, here))
			}
		case string(changed):
			if !here || happened == added || happened == deprecated {
				c.say("`%s` stands under %s, but %s", name, e.heading, became(happened, here))
			}
		}
	}
	for _, m := range anyCode.FindAllStringSubmatch(e.text, -1) {
		if name := m[1]; c.ours(name) && len(c.exists[name]) == 0 && c.changes[name].kind == "" {
			c.say("`%s` stands under %s, but there is no such name and was none", name, e.heading)
		}
	}
}

func became(happened kind, here bool) string {
	switch {
	case happened != "":
		return "it was " + strings.ToLower(string(happened))
	case here:
		return "it is what it was in the last release"
	}
	return "there is no such name"
}

var ourName = regexp.MustCompile(`^[a-z0-9]+(\.[A-Z]\w*){0,2}$`)

// ours reports whether a text in backticks names a part of the library.
func (c *checker) ours(text string) bool {
	pkg, _, _ := strings.Cut(text, ".")
	return ourName.MatchString(text) && (len(c.exists[pkg]) > 0 || c.changes[pkg].kind != "")
}
