package rooms_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/proof/vendors"
)

// withTokens is the vendor whose access tokens an adapter stores or reports.
var withTokens = module + "/" + vendors.WithTokens().Name

// adapters are the modules in this repository that programs use, with the modules
// that they may import besides the standard library.
var adapters = map[string][]string{
	"otelidverify": {module, withTokens, module + "/batch",
		"go.opentelemetry.io/otel", "go.opentelemetry.io/otel/attribute", "go.opentelemetry.io/otel/codes",
		"go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/metric/noop", "go.opentelemetry.io/otel/trace", "go.opentelemetry.io/otel/trace/noop"},
	"redisidverify": {module, withTokens, "github.com/redis/go-redis/v9", "github.com/sony/gobreaker/v2"},
	"sqlidverify":   {module, module + "/batch", module + "/idcard"},
}

// If an adapter's dependency needs a newer Go, "go get" raises the adapter's go line,
// and users of the library's Go version cannot use it.
func TestAdapters_NeedOnlyLibrarysGoVersion(t *testing.T) {
	assert.Empty(t, adapterProblems(t, os.DirFS("."), adapters))
}

func adapterProblems(t *testing.T, root fs.FS, adapters map[string][]string) (problems []string) {
	t.Helper()
	read := func(file string) string {
		text, err := fs.ReadFile(root, file)
		require.NoError(t, err)
		return string(text)
	}
	line := regexp.MustCompile(`(?m)^go .*$`)
	found, err := fs.Glob(root, "*idverify/go.mod")
	require.NoError(t, err)
	assert.Len(t, found, len(adapters))
	for _, mod := range found {
		dir, text := path.Dir(mod), read(mod)
		if own, librarys := line.FindString(text), line.FindString(read("go.mod")); own != librarys {
			problems = append(problems, dir+": "+own)
		}
		if regexp.MustCompile(`(?m)^toolchain `).MatchString(text) {
			problems = append(problems, dir+": toolchain")
		}
		files, err := fs.Glob(root, dir+"/*.go")
		require.NoError(t, err)
		seen := 0
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			syntax, err := parser.ParseFile(token.NewFileSet(), file, read(file), parser.ImportsOnly)
			require.NoError(t, err)
			for _, i := range syntax.Imports {
				imported := strings.Trim(i.Path.Value, `"`)
				if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
					continue
				}
				seen++
				if !slices.Contains(adapters[dir], imported) {
					problems = append(problems, file+" imports "+imported)
				}
			}
		}
		assert.NotZero(t, seen, dir)
	}
	return problems
}

func TestAdapters_DetectsHigherNeeds(t *testing.T) {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	root := fstest.MapFS{
		"go.mod": text("module x\ngo 1.25.0\n"), "aidverify/go.mod": text("module x/a\n\ngo 1.25.0\n"),
		"aidverify/a.go":      text("package a\nimport (\"fmt\"; \"example.com/a\")"),
		"aidverify/a_test.go": text("package a\nimport \"example.com/test\""),
	}
	allowed := map[string][]string{"aidverify": {"example.com/a"}}
	assert.Empty(t, adapterProblems(t, root, allowed))
	root["aidverify/go.mod"] = text("module x/a\n\ngo 1.26.0\n\ntoolchain go1.26.1\n")
	root["aidverify/b.go"] = text("package a\nimport \"example.com/b\"")
	assert.Equal(t, []string{"aidverify: go 1.26.0", "aidverify: toolchain", "aidverify/b.go imports example.com/b"}, adapterProblems(t, root, allowed))
}
