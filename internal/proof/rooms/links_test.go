package rooms_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	noLink  = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	noSlug  = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// anchorsOf are the anchors that a web page of a document has for its headings.
func anchorsOf(document string) map[string]bool {
	anchors := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(document, -1) {
		slug := noSlug.ReplaceAllString(strings.ToLower(strings.TrimSpace(h[1])), "")
		anchors[strings.ReplaceAll(slug, " ", "-")] = true
	}
	return anchors
}

// brokenLinks are the links of a document to files and headings that are not there.
func brokenLinks(repository fs.FS, file, document string) (broken []string) {
	for _, found := range link.FindAllStringSubmatch(noLink.ReplaceAllString(document, " "), -1) {
		target, anchor, _ := strings.Cut(found[1], "#")
		if strings.Contains(target, "://") {
			continue
		}
		text := document
		if target != "" {
			at := path.Join(path.Dir(file), target)
			if _, err := fs.Stat(repository, at); err != nil {
				broken = append(broken, found[1])
				continue
			}
			if anchor != "" {
				bytes, err := fs.ReadFile(repository, at)
				if err != nil {
					broken = append(broken, found[1])
					continue
				}
				text = string(bytes)
			}
		}
		if anchor != "" && !anchorsOf(text)[anchor] {
			broken = append(broken, found[1])
		}
	}
	return broken
}

func TestLinks_HaveTargets(t *testing.T) {
	repository := os.DirFS(".")
	documents := 0
	require.NoError(t, filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && file != "." || entry.Name() == "node_modules"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(file, ".md"):
			return nil
		}
		documents++
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Empty(t, brokenLinks(repository, filepath.ToSlash(file), string(text)), file)
		return nil
	}))
	assert.Greater(t, documents, 20)
	assert.Equal(t, []string{"nowhere.md", "README.md#nowhere", "#nowhere"},
		brokenLinks(repository, "x.md", "[a](nowhere.md) [b](README.md#nowhere) [c](#nowhere) [d](README.md#money) `[e](nowhere.md)`"), "the check can fail")
}
