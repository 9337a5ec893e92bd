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
	// Parts that are not Chinese text: fenced code, code, link targets, tags.
	noText = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|\\]\\([^)\n]*\\)|<[^>\n]*>")
	// halfWidth is a mark of Latin punctuation beside a Chinese character, or between
	// two words or pieces of code in a line of Chinese text, with no space behind it.
	halfWidth = regexp.MustCompile(`\p{Han}[,;:!?()]|[,;:!?()]\p{Han}|\p{Han}.*[\w§][,;][A-Za-z§]|[\w§][,;][A-Za-z§].*\p{Han}`)
)

// Chinese documents use full-width punctuation, as their readers do.
func TestChinese_UsesFullWidthPunctuation(t *testing.T) {
	files, err := filepath.Glob("*.zh-CN.md")
	require.NoError(t, err)
	for _, folder := range []string{"docs/*.zh-CN.md", "*/README.zh-CN.md"} {
		more, err := filepath.Glob(folder)
		require.NoError(t, err)
		require.NotEmpty(t, more, folder)
		files = append(files, more...)
	}
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(noText.ReplaceAllString(string(text), "§")) {
			assert.Empty(t, halfWidth.FindString(line), "%s: %s", file, line)
		}
	}
	for _, fault := range []string{"完成比对,由厂商判定", "不保存 cookie,TLS 最低 1.2", "不要记 query;§ 若带链路追踪"} {
		assert.NotEmpty(t, halfWidth.FindString(fault), "the check can fail")
	}
}
