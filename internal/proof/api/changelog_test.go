package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A library before and after some changes, for one changelog.
const (
	before = `face package made.invalid/face
face.Ask func(string)
face.Config type struct, comparable
face.Config.Key field string
face.Config.Old field int
face.Gone type struct, comparable
face.Gone.X field int
face.Store type interface { Load }
face.Store.Load method of the interface, func()
face.Wait func()
`
	after = `face package made.invalid/face
face.Ask func(string, int)
face.Config type struct, comparable
face.Config.Key field string
face.Config.More field int
face.New type struct, comparable
face.New.X field int
face.Store type interface { Load, Save }
face.Store.Load method of the interface, func()
face.Store.Save method of the interface, func()
face.Wait func()
voice package made.invalid/voice
voice.Listen func()
`
	spoken = "### Added\n" +
		"- `face.Config.More`, `face.New` and `face.Store.Save`: more, beside\n" +
		"  `face.Config.Key` and like `http.Client`.\n" +
		"- `voice`: a package.\n" +
		"### Changed\n" +
		"- `face.Ask`: asks how often.\n" +
		"- `face.Store`: must save.\n" +
		"### Deprecated\n" +
		"- `face.Wait`: nobody waits.\n" +
		"### Removed\n" +
		"- `face.Gone`, `face.Config.Old`.\n"
)

// said is the mistakes of a section with these entries.
func said(t *testing.T, entries string) string {
	t.Helper()
	old, err := parse(before)
	require.NoError(t, err)
	now, err := parse(after)
	require.NoError(t, err)
	return strings.Join(compare(entries, old, now), "\n")
}

func TestCompare_EveryChangeHasItsEntry(t *testing.T) {
	assert.Empty(t, said(t, spoken))
	assert.Empty(t, said(t, spoken+"### Fixed\n- `face.Ask` asks once.\n- Words alone, and `-v`, `int` and `os.Stdin`.\n"))
	assert.Empty(t, said(t, strings.Replace(spoken, "asks how often.\n", "asks how often.\n- `face.Config.Key`: is trimmed, though declared as it was.\n", 1)))
	assert.Empty(t, compare("", nil, nil))
}

func TestCompare_DetectsWrongEntries(t *testing.T) {
	for name, c := range map[string]struct{ was, is, problem string }{
		"no entry for a field":        {"`face.Config.More`, ", "", "no entry under Added begins with `face.Config.More`"},
		"no entry for a type":         {"`face.New` and ", "", "no entry under Added begins with `face.New`"},
		"no entry for a package":      {"`voice`: ", "", "no entry under Added begins with `voice`"},
		"no entry for a signature":    {"- `face.Ask`: asks how often.\n", "", "no entry under Changed begins with `face.Ask`"},
		"no entry for a removal":      {"`face.Gone`, ", "", "no entry under Removed begins with `face.Gone`"},
		"no entry for implementers":   {"- `face.Store`: must save.\n", "", "no entry under Changed begins with `face.Store`"},
		"mentioned, but not first":    {"- `face.Ask`: asks", "- Asking with `face.Ask` asks", "no entry under Changed begins with `face.Ask`"},
		"no backticks":                {"`face.Ask`", "face.Ask", "no entry under Changed begins with `face.Ask`"},
		"only the owner of the field": {"`face.Config.More`", "`face.Config`", "no entry under Added begins with `face.Config.More`"},
		"change called an addition":   {"### Changed\n- `face.Ask`", "### Added\n- `face.Ask`", "`face.Ask` stands under Added, and since the last release it is \"Changed\""},
		"change called a fix":         {"### Changed\n- `face.Ask`", "### Fixed\n- `face.Ask`", "no entry under Changed begins with `face.Ask`"},
		"removal called a change":     {"### Removed", "### Changed", "`face.Gone` stands under Changed, and since the last release it is \"Removed\""},
		"addition called a change":    {"### Added", "### Changed", "`face.New` stands under Changed, and since the last release it is \"Added\""},
		"stale addition":              {"`voice`: ", "`voice`, `face.Config.Key`: ", "`face.Config.Key` stands under Added, and since the last release it is \"\""},
		"stale removal":               {"`face.Gone`, ", "`face.Gone`, `face.Config.Key`, ", "`face.Config.Key` stands under Removed, and since the last release it is \"\""},
		"a name that never was":       {"`voice`: ", "`voice`, `face.Typo`: ", "`face.Typo` stands under Added, and there is no such name"},
		"never was, mentioned":        {"`face.Config.Key` and", "`face.Config.Kee` and", "`face.Config.Kee` stands under Added, and there is no such name"},
		"an entry repeated":           {"### Deprecated", "- `face.Ask`: asks how often.\n### Deprecated", "stands twice under Changed: `face.Ask`: asks how often."},
		"a name in two entries":       {"### Removed\n", "### Removed\n- `face.Gone`: nobody came.\n", "`face.Gone` begins two entries under Removed"},
		"unknown heading":             {"### Changed", "### Altered", "a heading is one of"},
		"entry without heading":       {"### Added\n", "", "lists under headings"},
		"loose words":                 {"### Added\n", "Many things.\n### Added\n", "lists under headings"},
	} {
		require.Contains(t, spoken, c.was, name)
		assert.Contains(t, said(t, strings.Replace(spoken, c.was, c.is, 1)), c.problem, name)
	}
}

func TestSections_UnreleasedAndLastRelease(t *testing.T) {
	unreleased, last, err := sections("# Changelog\n\nWords.\n\n## Unreleased\n\n- to come\n\n## 0.2.0 - 2026-01-02\n\n- was\n\n## 0.1.0\n")
	require.NoError(t, err)
	assert.Equal(t, "- to come", strings.TrimSpace(unreleased))
	assert.Equal(t, "0.2.0", last)

	for _, document := range []string{"", "## Unreleased\n", "## 0.1.0\n\n## 0.0.1\n", "## Unreleased\n\n## Soon\n", "## Unreleased\n\n## v1.2\n"} {
		_, _, err := sections(document)
		assert.Error(t, err, document)
	}
}

func TestParse_RefusesOtherLines(t *testing.T) {
	for _, written := range []string{"face\n", "\n", " func()\n", "<<<<<<<\n"} {
		_, err := parse(written)
		assert.Error(t, err, "%q", written)
	}
}
