package terminal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

func TestScreen_Colour(t *testing.T) {
	s := Screen{Coloured: true}
	assert.Equal(t, "\x1b[31mx\x1b[0m", s.Colour("x", idverify.AdviceReject))
	assert.Equal(t, "x", Screen{}.Colour("x", idverify.AdviceReject))
	for _, advice := range idverify.Advices() {
		assert.NotEmpty(t, colours[advice], advice)
	}
}

func TestOf_AFileHasNoColours(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer file.Close()
	s := Of(file, func(string) string { return "" })
	assert.Equal(t, []any{FullWidth, true, false}, []any{s.Width, s.IsFile, s.Coloured})
}
