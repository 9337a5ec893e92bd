package rooms_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/internal/proof/vendors"
)

const module = "github.com/idverify/idverify"

// vendorRooms are the folders of the vendors.
func vendorRooms() []string {
	var all []string
	for _, v := range vendors.All() {
		all = append(all, v.Name)
	}
	return all
}

// isBuilt reports whether a file is part of the current build.
func isBuilt(t *testing.T, file string) bool {
	t.Helper()
	dir, name := filepath.Split(file)
	built, err := vendors.Building().MatchFile(filepath.Clean(dir), name)
	require.NoError(t, err)
	return built
}

// source is one Go file of the module that is not a test.
type source struct {
	dir     string // from the root, "." for the root itself
	file    string
	imports []string
	syntax  *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || hasModule(file)) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s := source{dir: filepath.ToSlash(filepath.Dir(file)), file: file, syntax: syntax}
		for _, i := range syntax.Imports {
			s.imports = append(s.imports, strings.Trim(i.Path.Value, `"`))
		}
		all = append(all, s)
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}

func hasModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// proof reports whether a folder belongs to the proofs, not to the library.
func proof(dir string) bool { return strings.HasPrefix(dir, "internal/proof/") }

// The rules of the design: who may import whom.
func TestImports_FollowTheDesign(t *testing.T) {
	rootFree := []string{"idcard", "internal/body", "internal/httpx", "internal/media", "internal/picture", "internal/redact", "internal/timelimit", "internal/wire"}
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			local := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
			ours := imported == module || strings.HasPrefix(imported, module+"/")
			switch {
			case ours && slices.Contains(vendorRooms(), local):
				assert.True(t, proof(s.dir) || s.dir == "examples/internal/accounts" || strings.HasPrefix(s.dir, "cmd/"), "%s imports a vendor", s.file)
			case ours && local == "":
				assert.NotContains(t, rootFree, s.dir, "%s imports the root", s.file)
			case ours && proof(local):
				assert.True(t, proof(s.dir), "%s imports internal/proof", s.file)
			case ours && local == "internal/wire":
				assert.Equal(t, "internal/httpx", s.dir, "%s imports connections", s.file)
			case ours && strings.HasPrefix(local, "internal/"):
				assert.NotEqual(t, "internal/wire", s.dir, "%s: internal/wire imports no other internal package", s.file)
				assert.False(t, strings.HasPrefix(s.dir, "examples"), "%s imports an internal package", s.file)
				assert.NotEqual(t, "idcard", s.dir, s.file)
				assert.NotEqual(t, "idverifytest", s.dir, "%s: the stand-in must not share code with what it checks", s.file)
			case strings.HasPrefix(imported, "github.com/go-resty/"):
				assert.Equal(t, "internal/httpx", s.dir, "%s imports resty", s.file)
			case imported == "github.com/sony/gobreaker/v2", imported == "golang.org/x/time/rate":
				assert.Equal(t, ".", s.dir, "%s imports a policy library", s.file)
			case imported == "github.com/segmentio/asm/base64":
				assert.Equal(t, "internal/body", s.dir, "%s encodes a body", s.file)
			case strings.HasPrefix(imported, "golang.org/x/image/"):
				assert.Equal(t, "photo", s.dir, "%s reads pictures", s.file)
			case strings.HasPrefix(imported, "golang.org/x/net/http2"):
				assert.Equal(t, "internal/proof/faultmatrix", s.dir, "%s imports HTTP/2 frames", s.file)
			case !ours && strings.Contains(strings.Split(imported, "/")[0], "."):
				t.Errorf("%s imports %s: only tests may", s.file, imported)
			}
		}
	}
}

// A vendor that is missing in the list would not be tested.
func TestVendorList_IsComplete(t *testing.T) {
	folders, err := filepath.Glob("*/codes.go")
	require.NoError(t, err)
	folders = slices.DeleteFunc(folders, func(file string) bool { return !isBuilt(t, file) })
	for i := range folders {
		folders[i] = filepath.Dir(folders[i])
	}
	assert.ElementsMatch(t, folders, vendorRooms(), "internal/proof/vendors")
	assert.Equal(t, idverifytest.Vendors(), vendorRooms(), "the lists of idverifytest and internal/proof/vendors")
}

// Both documents list every folder.
func TestDocuments_NameEveryFolder(t *testing.T) {
	rooms := []string{}
	for _, s := range sources(t) {
		if room := strings.TrimPrefix(s.dir, "internal/"); !strings.Contains(room, "/") && room != "." && !slices.Contains(rooms, room) {
			rooms = append(rooms, room)
		}
	}
	require.Contains(t, rooms, "wire")
	for _, file := range []string{"CONTRIBUTING.md", filepath.Join("docs", "design.md")} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, room := range append(rooms, "internal/proof", "examples/internal/accounts", "otelidverify", "redisidverify", "sqlidverify", "bench", "compat") {
			if !slices.Contains(vendorRooms(), room) {
				assert.Regexp(t, "`[^`\n]*\\b"+room+"\\b", string(text), "%s does not mention %s", file, room)
			}
		}
	}
}

// The library reads no environment variables, has no global state from an init, and
// never ends the program.
// Holds P-DATA-5, P-WIRE-6.
func TestLibrary_HasNoHiddenInputs(t *testing.T) {
	forbidden := map[string][]string{
		"os":   {"Getenv", "LookupEnv", "Environ", "Exit", "Stdout", "Stderr"},
		"http": {"ProxyFromEnvironment", "DefaultClient", "Get", "Post"},
		"log":  {"Print", "Printf", "Println", "Fatal", "Fatalf", "Fatalln"},
	}
	for _, s := range sources(t) {
		if strings.HasPrefix(s.dir, "examples") || proof(s.dir) {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				assert.False(t, n.Recv == nil && n.Name.Name == "init", "%s has an init", s.file)
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Obj == nil {
					assert.NotContains(t, forbidden[pkg.Name], n.Sel.Name, "%s uses %s.%s", s.file, pkg.Name, n.Sel.Name)
				}
			}
			return true
		})
	}
}
