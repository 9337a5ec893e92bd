package terminal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTable_AlignsWideCharacters(t *testing.T) {
	var out strings.Builder
	Table(&out, 0, [][]string{{"谁", "结果码", "x"}, {"本人", "match", "y"}, {"a", "", "z"}})
	assert.Equal(t, "谁    结果码  x\n本人  match   y\na             z\n", out.String())
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		assert.Equal(t, 15, Columns(line), line)
	}
}

func TestTable_LeavesOutWhatDoesNotFit(t *testing.T) {
	rows := [][]string{{"aaaa", "bbbb", "cccc"}}
	for width, want := range map[int]string{
		0: "aaaa  bbbb  cccc\n", 16: "aaaa  bbbb  cccc\n", 15: "aaaa  bbbb\n", 9: "bbbb\n", 1: "bbbb\n",
	} {
		var out strings.Builder
		Table(&out, width, rows, 2, 0)
		assert.Equal(t, want, out.String(), width)
	}
}

func TestPad_CutsAndExtends(t *testing.T) {
	assert.Equal(t, "照片 ", Pad("照片", 5))
	assert.Equal(t, "照 ", Pad("照片", 3), "half a character does not fit")
	assert.Equal(t, "abc", Pad("abcd", 3))
}

func TestLangOf(t *testing.T) {
	for name, want := range map[string]Lang{"en": English, "zh": Chinese} {
		got, err := LangOf(name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := LangOf("fr")
	assert.ErrorContains(t, err, "-lang")
	assert.Equal(t, []string{"", " -lang zh"}, []string{English.Flag(), Chinese.Flag()})
}
