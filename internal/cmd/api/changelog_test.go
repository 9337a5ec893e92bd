package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A library before and after, for the entries of one changelog.
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
face.Wait deprecated
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

// said is what is wrong with a section that speaks so.
func said(t *testing.T, entries string) []string {
	t.Helper()
	old, err := parse([]byte(before))
	require.NoError(t, err)
	now, err := parse([]byte(after))
	require.NoError(t, err)
	sections, err := parseChangelog("# Changelog\n\n## Unreleased\n\n" + entries + "\n## 0.1.0\n\nWords.\n\n- anything\n")
	if err != nil {
		return []string{err.Error()}
	}
	return uncovered(sections[0].entries, diff(old, now), now)
}

func TestAChangelogThatSpeaksOfEverything(t *testing.T) {
	assert.Empty(t, said(t, spoken))
	assert.Empty(t, said(t, spoken+"### Fixed\n- `face.Ask` asks once.\n- Words alone, and `-v`, `int` and `os.Stdin`.\n"))
	assert.Empty(t, said(t, strings.Replace(spoken, "asks how often.\n", "asks how often.\n- `face.Config.Key`: is trimmed, though declared as it was.\n", 1)))
	assert.Empty(t, uncovered(nil, nil, nil))
}

func TestWhatAChangelogGetsWrong(t *testing.T) {
	for name, c := range map[string]struct{ was, is, problem string }{
		"no entry for a field":        {"`face.Config.More`, ", "", "no entry under \"Added\" begins with `face.Config.More`"},
		"no entry for a type":         {"`face.New` and ", "", "no entry under \"Added\" begins with `face.New`"},
		"no entry for a package":      {"`voice`: ", "", "no entry under \"Added\" begins with `voice`"},
		"no entry for a signature":    {"- `face.Ask`: asks how often.\n", "", "no entry under \"Changed\" begins with `face.Ask`"},
		"no entry for a removal":      {"`face.Gone`, ", "", "no entry under \"Removed\" begins with `face.Gone`"},
		"no entry for a deprecation":  {"`face.Wait`: ", "", "no entry under \"Deprecated\" begins with `face.Wait`"},
		"no entry for implementers":   {"- `face.Store`: must save.\n", "", "no entry under \"Changed\" begins with `face.Store`"},
		"mentioned, not spoken of":    {"- `face.Ask`: asks", "- Asking with `face.Ask` asks", "no entry under \"Changed\" begins with `face.Ask`"},
		"no backticks":                {"`face.Ask`", "face.Ask", "no entry under \"Changed\" begins with `face.Ask`"},
		"only the owner of the field": {"`face.Config.More`", "`face.Config`", "no entry under \"Added\" begins with `face.Config.More`"},
		"change called an addition":   {"### Changed\n- `face.Ask`", "### Added\n- `face.Ask`", "`face.Ask` stands under Added, but it was changed"},
		"change called a fix":         {"### Changed\n- `face.Ask`", "### Fixed\n- `face.Ask`", "no entry under \"Changed\" begins with `face.Ask`"},
		"removal called a change":     {"### Removed", "### Changed", "`face.Gone` stands under Changed, but it was removed"},
		"removal called deprecation":  {"### Removed", "### Deprecated", "`face.Gone` stands under Deprecated, but it was removed"},
		"addition called a change":    {"### Added", "### Changed", "`face.New` stands under Changed, but it was added"},
		"deprecation called a change": {"### Deprecated", "### Changed", "`face.Wait` stands under Changed, but it was deprecated"},
		"stale addition":              {"`voice`: ", "`voice`, `face.Config.Key`: ", "`face.Config.Key` stands under Added, but it is what it was in the last release"},
		"stale deprecation":           {"`face.Wait`: ", "`face.Wait`, `face.Ask`: ", "`face.Ask` stands under Deprecated, but it was changed"},
		"stale removal":               {"`face.Gone`, ", "`face.Gone`, `face.Config.Key`, ", "`face.Config.Key` stands under Removed, but it is what it was in the last release"},
		"a name that never was":       {"`voice`: ", "`voice`, `face.Typo`: ", "`face.Typo` stands under Added, but there is no such name"},
		"never was, mentioned":        {"`face.Config.Key` and", "`face.Config.Kee` and", "`face.Config.Kee` stands under Added, but there is no such name and was none"},
		"unknown heading":             {"### Changed", "### Altered", "a heading is one of"},
		"entry without heading":       {"### Added\n", "", "an entry stands under a heading"},
		"loose words":                 {"### Added\n", "Many things.\n### Added\n", "a list under headings"},
		"section of no version":       {"### Changed", "## Soon\n### Changed", "a section is Unreleased or a version"},
	} {
		require.Contains(t, spoken, c.was, name)
		problems := said(t, strings.Replace(spoken, c.was, c.is, 1))
		assert.Contains(t, strings.Join(problems, "\n"), c.problem, name)
	}
}

func TestAnEntryOfAReleaseDoesNotSpeakOfTheNext(t *testing.T) {
	old, _ := parse([]byte(before))
	now, _ := parse([]byte(after))
	sections, err := parseChangelog("## Unreleased\n\n## 0.1.0\n\n" + spoken)
	require.NoError(t, err)
	assert.Len(t, uncovered(sections[0].entries, diff(old, now), now), 9, "all but the members of what came and went as a whole")
}

func TestDiff(t *testing.T) {
	old, _ := parse([]byte(before))
	now, _ := parse([]byte(after))
	kinds := map[string]kind{}
	for _, c := range diff(old, now) {
		kinds[c.name] = c.kind
	}
	assert.Equal(t, map[string]kind{
		"face.Ask": changed, "face.Config.More": added, "face.Config.Old": removed, "face.Gone": removed, "face.Gone.X": removed,
		"face.New": added, "face.New.X": added, "face.Store": changed, "face.Store.Save": added, "face.Wait": deprecated,
		"voice": added, "voice.Listen": added,
	}, kinds)
	assert.Empty(t, diff(old, old))
	for _, c := range diff(now, old) {
		if c.name == "face.Wait" {
			assert.Equal(t, changed, c.kind, "no longer deprecated is a change")
		}
	}
}
