package rooms_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	// What is no Chinese text: fenced code, code, the targets of links, tags.
	noText = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|\\]\\([^)\n]*\\)|<[^>\n]*>")
	// halfWidth is a mark of Latin punctuation beside a Chinese character.
	halfWidth = regexp.MustCompile(`\p{Han}[,;:!?()]|[,;:!?()]\p{Han}`)
)

// Chinese documents use full-width punctuation, as their readers do.
func TestChineseDocumentsUseFullWidthPunctuation(t *testing.T) {
	files, err := filepath.Glob("*.zh-CN.md")
	require.NoError(t, err)
	more, err := filepath.Glob("docs/*.zh-CN.md")
	require.NoError(t, err)
	files = append(files, more...)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(noText.ReplaceAllString(string(text), " ")) {
			assert.Empty(t, halfWidth.FindString(line), "%s: %s", file, line)
		}
	}
	assert.NotEmpty(t, halfWidth.FindString("完成比对,由厂商判定"), "the check can fail")
}
