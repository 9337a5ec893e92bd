package redisidverify_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A "go get" of the next go-redis lifts the line, and users on Go 1.25 are left
// without the module.
func TestGoMod_GoLineIsTheLibrarys(t *testing.T) {
	line := regexp.MustCompile(`(?m)^go .*$`)
	own, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	library, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	assert.Equal(t, "go 1.25.0", line.FindString(string(own)))
	assert.Equal(t, line.FindString(string(library)), line.FindString(string(own)))
	assert.NotRegexp(t, `(?m)^toolchain `, string(own))
}

// Programs compile the library, go-redis and gobreaker, and nothing else.
func TestGoMod_OnlyGoRedisOutsideTests(t *testing.T) {
	allowed := map[string]bool{
		"github.com/idverify/idverify": true, "github.com/idverify/idverify/baiduv4": true,
		"github.com/redis/go-redis/v9": true, "github.com/sony/gobreaker/v2": true,
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var seen int
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range syntax.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			if strings.Contains(path, ".") {
				seen++
				assert.True(t, allowed[path], "%s imports %s", file, path)
			}
		}
	}
	assert.NotZero(t, seen)
}
