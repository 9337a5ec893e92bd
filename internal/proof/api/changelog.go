package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The headings for changes of the API. Behaviour can change without any declaration,
// so Changed may name everything.
const (
	added   = "Added"
	changed = "Changed"
	removed = "Removed"
)

// next is the list of the current source; each release has its own list.
const next = "next"

var (
	sectionLine = regexp.MustCompile(`(?m)^## (.*)$`)
	versionName = regexp.MustCompile(`^(\d+\.\d+\.\d+)( - \d{4}-\d{2}-\d{2})?$`)
	headings    = []string{added, changed, "Deprecated", removed, "Fixed", "Security"}
	firstCode   = regexp.MustCompile("^(?:, | and |, and )?`([^`]+)`")
	anyCode     = regexp.MustCompile("`([^`]+)`")
	ourName     = regexp.MustCompile(`^[a-z0-9]+(\.[A-Z]\w*){0,2}$`)
)

// check lists the mistakes of the section Unreleased in CHANGELOG.md, compared with
// the changes between the list of the last release and api/next.txt.
func check(root string) ([]string, error) {
	document, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return nil, err
	}
	unreleased, last, err := sections(string(document))
	if err != nil {
		return nil, err
	}
	before, err := read(root, last)
	if err != nil {
		return nil, fmt.Errorf("the newest release of CHANGELOG.md: %w", err)
	}
	after, err := read(root, next)
	if err != nil {
		return nil, err
	}
	return compare(unreleased, before, after), nil
}

// sections returns the text of Unreleased, the first section, and the version of the
// newest release, the second one.
func sections(document string) (unreleased, last string, err error) {
	found := sectionLine.FindAllStringSubmatchIndex(document, 2)
	if len(found) < 2 || document[found[0][2]:found[0][3]] != "Unreleased" {
		return "", "", fmt.Errorf("CHANGELOG.md begins with the section Unreleased and the last release")
	}
	version := versionName.FindStringSubmatch(document[found[1][2]:found[1][3]])
	if version == nil {
		return "", "", fmt.Errorf("CHANGELOG.md: %q is not a version such as 1.2.3", document[found[1][2]:found[1][3]])
	}
	return document[found[0][1]:found[1][0]], version[1], nil
}

// names are the facts of a list, by name.
type names map[string][]string

func read(root, version string) (names, error) {
	written, err := os.ReadFile(filepath.Join(root, "api", version+".txt"))
	if err != nil {
		return nil, err
	}
	return parse(string(written))
}

func parse(written string) (names, error) {
	all := names{}
	for l := range strings.Lines(written) {
		name, fact, ok := strings.Cut(strings.TrimSuffix(l, "\n"), " ")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q is not a line of the API's list", l)
		}
		all[name] = append(all[name], fact)
	}
	return all, nil
}

// heading is the heading under which the changelog must name it, "" if it did not
// change.
func heading(name string, before, after names) string {
	switch was, is := before[name], after[name]; {
	case slices.Equal(was, is):
		return ""
	case was == nil:
		return added
	case is == nil:
		return removed
	}
	return changed
}

// rootPackage begins the names of the root package; an entry may omit it.
const rootPackage = "idverify."

// compare lists what the entries of a section omit, and what they say wrongly.
func compare(section string, before, after names) []string {
	var problems []string
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	entries, err := parseEntries(section)
	if err != nil {
		return []string{err.Error()}
	}
	all := map[string]bool{}
	for _, list := range []names{before, after} {
		for name := range list {
			all[name] = true
		}
	}
	spoken := map[string]bool{} // heading and name
	texts := map[string]bool{}  // heading and text
	for _, e := range entries {
		if texts[e.heading+e.text] {
			say("stands twice under %s: %s", e.heading, e.text)
		}
		texts[e.heading+e.text] = true
		for _, name := range e.subjects {
			if all[rootPackage+name] {
				name = rootPackage + name
			}
			if e.heading != changed && e.heading != "Fixed" && spoken[e.heading+" "+name] {
				say("`%s` begins two entries under %s", name, e.heading)
			}
			spoken[e.heading+" "+name] = true
			became := heading(name, before, after)
			wrong := became != e.heading
			switch e.heading {
			case changed:
				wrong = before[name] == nil || after[name] == nil
			case "Deprecated", "Fixed", "Security":
				wrong = false
			}
			if wrong && ours(name, all) {
				say("`%s` stands under %s, and since the last release it is %q", name, e.heading, became)
			}
		}
		for _, m := range anyCode.FindAllStringSubmatch(e.text, -1) {
			if ours(m[1], all) && !all[m[1]] {
				say("`%s` stands under %s, and there is no such name", m[1], e.heading)
			}
		}
	}
	for name := range all {
		under := heading(name, before, after)
		// An entry about a type covers its members, and one about a package its
		// types, if they came or went together.
		owner := name[:max(0, strings.LastIndex(name, "."))]
		together := under != changed && heading(owner, before, after) == under
		if under != "" && !together && !spoken[under+" "+name] {
			say("no entry under %s begins with `%s`\n\twas: %s\n\tis:  %s", under, name, before[name], after[name])
		}
	}
	slices.Sort(problems)
	return problems
}

// ours reports whether a text in backticks names a part of the library.
func ours(text string, all map[string]bool) bool {
	pkg, _, _ := strings.Cut(text, ".")
	return ourName.MatchString(text) && all[pkg]
}

// entry is one item of a list under a heading. Its subjects are the names in
// backticks that it begins with.
type entry struct {
	heading, text string
	subjects      []string
}

func parseEntries(section string) ([]entry, error) {
	var all []entry
	under := ""
	for l := range strings.Lines(section) {
		l = strings.TrimRight(l, "\n")
		switch {
		case strings.HasPrefix(l, "### "):
			if under = l[4:]; !slices.Contains(headings, under) {
				return nil, fmt.Errorf("%q: a heading is one of %v", l, headings)
			}
		case strings.HasPrefix(l, "- ") && under != "":
			all = append(all, entry{heading: under, text: l[2:]})
		case strings.HasPrefix(l, "  ") && len(all) > 0:
			all[len(all)-1].text += " " + strings.TrimSpace(l)
		case strings.TrimSpace(l) != "":
			return nil, fmt.Errorf("%q: the section is lists under headings", l)
		}
	}
	for i, e := range all {
		for m := firstCode.FindStringSubmatch(e.text); m != nil; m = firstCode.FindStringSubmatch(e.text) {
			all[i].subjects = append(all[i].subjects, m[1])
			e.text = e.text[len(m[0]):]
		}
	}
	return all, nil
}
