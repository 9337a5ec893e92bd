package long_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/long"
)

func TestSome_ShortFormIsASpreadSample(t *testing.T) {
	long.Ask(t, false)
	list := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	assert.Equal(t, []int{0, 5, 10}, long.Some(3, list))
	assert.Equal(t, list, long.Some(11, list))
	assert.Equal(t, "few", long.Or("all", "few"))
	met, last := 0, rune(-1)
	for r := range long.Runes() {
		met, last = met+1, r
	}
	assert.Equal(t, rune(utf8.MaxRune), last)
	assert.Less(t, met, 8_000)
}

func TestSome_LongFormIsEverything(t *testing.T) {
	long.Ask(t, true)
	list := []int{0, 1, 2, 3}
	assert.Equal(t, list, long.Some(2, list))
	assert.Equal(t, "all", long.Or("all", "few"))
	next := rune(0)
	for r := range long.Runes() {
		if r != next {
			t.Fatalf("%U instead of %U", r, next)
		}
		next++
	}
	assert.Equal(t, rune(utf8.MaxRune+1), next)
}

// go test caches the results of both forms apart only if its log names the variable.
func TestAsked_GoTestLogsTheVariable(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "log")
	said, err := exec.CommandContext(t.Context(), self, "-test.run=^TestSome_LongFormIsEverything$", "-test.testlogfile="+file).CombinedOutput()
	require.NoError(t, err, string(said))
	log, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(log), "getenv "+long.Variable+"\n"), "%s", log)
}
