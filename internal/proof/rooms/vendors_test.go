package rooms_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	// everyVendor are the files that every vendor's folder must have.
	everyVendor = []string{"doc.go", "client.go", "auth.go", "request.go", "response.go", "codes.go",
		"client_test.go", "request_test.go", "response_test.go", "example_test.go"}
	// divisible are the files that may be split: request.go and request_form.go.
	divisible = []string{"request", "response", "codes", "evidence"}
	// special are the allowed prefixes of other files, with the reason.
	special = map[string]string{
		"token":    "access tokens that are fetched, kept, shared and renewed are more than a signature",
		"controls": "levels that a caller sets and the vendor takes as words",
	}
	// placed says in which file a name must be declared. All names are required.
	placed = map[string]string{
		"Config": "client", "New": "client", "Client": "client",
		"path": "request", "Client.encode": "request",
		"Reply": "response", "Client.decode": "response",
		"Codes": "codes", "table": "codes",
	}
	// limitless are the files that may not declare a limit.
	limitless = []string{"doc", "client", "codes", "evidence"}
	// literals says in which file values of a type must be written.
	literals = map[string]string{"idverify.Rule": "codes", "idverify.CodeRow": "codes", "exchange.Limits": "request"}
)

func TestVendors_HaveTheSameFiles(t *testing.T) {
	used := map[string]bool{}
	for _, vendor := range vendorRooms() {
		assert.Empty(t, outOfPlace(t, os.DirFS("."), vendor, used))
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(special)), slices.Collect(maps.Keys(used)), "special names that no vendor has")
}

// outOfPlace lists what a vendor's folder lacks, or has in the wrong file. It also
// records the special prefixes that are used.
func outOfPlace(t *testing.T, root fs.FS, vendor string, used map[string]bool) (problems []string) {
	t.Helper()
	add := func(format string, args ...any) {
		problems = append(problems, vendor+": "+fmt.Sprintf(format, args...))
	}
	for _, file := range append(slices.Clone(everyVendor), "testdata") {
		if _, err := fs.Stat(root, path.Join(vendor, file)); err != nil {
			add("has no %s", file)
		}
	}
	files, err := fs.Glob(root, vendor+"/*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, file := range files {
		name, isTest := path.Base(file), strings.HasSuffix(file, "_test.go")
		if isTest {
			continue
		}
		prefix, _, _ := strings.Cut(strings.TrimSuffix(name, ".go"), "_")
		switch {
		case special[prefix] != "":
			used[prefix] = true
		case !slices.Contains(everyVendor, name) && !slices.Contains(divisible, prefix):
			add("%s is a file that other vendors do not have", name)
		}
		text, err := fs.ReadFile(root, file)
		require.NoError(t, err)
		syntax, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, x := range thingsIn(syntax) {
			found[x.name] = true
			switch {
			case x.home != "" && x.home != prefix:
				add("%s is in %s, and belongs in %s.go", x.name, name, x.home)
			case strings.HasPrefix(x.name, "max") && slices.Contains(limitless, prefix):
				add("%s is a limit in %s, and belongs in request.go", x.name, name)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(placed)) {
		if !found[name] {
			add("has no %s", name)
		}
	}
	return problems
}

// thing is a declaration or a value, with the file it belongs in: "" for any.
type thing struct{ name, home string }

func thingsIn(file *ast.File) (all []thing) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			all = append(all, methodOrFunc(d))
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					all = append(all, thing{s.Name.Name, placed[s.Name.Name]})
				case *ast.ValueSpec:
					for _, name := range s.Names {
						all = append(all, thing{name.Name, placed[name.Name]})
					}
					all = append(all, typed(s.Type))
				}
			}
		}
		_, isFunc := decl.(*ast.FuncDecl)
		ast.Inspect(decl, func(n ast.Node) bool {
			if literal, ok := n.(*ast.CompositeLit); ok && !(isFunc && isContainer(literal.Type)) {
				all = append(all, typed(literal.Type))
			}
			return true
		})
	}
	return all
}

func methodOrFunc(d *ast.FuncDecl) thing {
	name, home := d.Name.Name, ""
	if d.Recv != nil {
		receiver := d.Recv.List[0].Type
		if pointer, ok := receiver.(*ast.StarExpr); ok {
			receiver = pointer.X
		}
		if of, ok := receiver.(*ast.Ident); ok {
			name = of.Name + "." + name
		}
	}
	switch d.Name.Name {
	case "EvidenceKind":
		home = "evidence"
	case "sign", "authorization":
		home = "auth"
	default:
		home = placed[name]
	}
	return thing{name, home}
}

// isContainer reports whether an expression is a list or map literal, whose values
// may have been made elsewhere.
func isContainer(e ast.Expr) bool {
	switch e.(type) {
	case *ast.ArrayType, *ast.MapType:
		return true
	}
	return false
}

// typed says where values of a type, or lists and maps of them, must be written.
func typed(e ast.Expr) thing {
	for {
		switch x := e.(type) {
		case *ast.ArrayType:
			e = x.Elt
		case *ast.MapType:
			e = x.Value
		case *ast.SelectorExpr:
			pkg, ok := x.X.(*ast.Ident)
			if !ok {
				return thing{}
			}
			name := pkg.Name + "." + x.Sel.Name
			return thing{name, literals[name]}
		default:
			return thing{}
		}
	}
}

func TestVendors_DetectsOtherFiles(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte("package acme\n" + text)} }
	whole := func() fstest.MapFS {
		folder := fstest.MapFS{
			"acme/testdata/a.json": {},
			"acme/client.go":       file("type (Config struct{}; Client struct{ rule idverify.Rule })\nfunc New() {}\nfunc (c *Client) Rules() []idverify.Rule { return []idverify.Rule{c.rule} }"),
			"acme/auth.go":         file("func (c *Client) sign() {}"),
			"acme/request.go":      file("const path = \"/\"\nvar limits = exchange.Limits{}\nfunc (c *Client) encode() {}"),
			"acme/request_form.go": file("func form() {}"),
			"acme/response.go":     file("type Reply struct{}\nfunc (c *Client) decode() {}"),
			"acme/codes.go":        file("var rule = idverify.Rule{Threshold: 1}\nvar table = f([]idverify.CodeRow{{}})\nfunc Codes() {}"),
			"acme/evidence.go":     file("func (Card) EvidenceKind() string { return \"\" }"),
			"acme/token_store.go":  file("type store struct{}"),
		}
		for _, name := range everyVendor {
			if folder["acme/"+name] == nil {
				folder["acme/"+name] = file("")
			}
		}
		return folder
	}
	used := map[string]bool{}
	assert.Empty(t, outOfPlace(t, whole(), "acme", used))
	assert.Equal(t, map[string]bool{"token": true}, used)
	for says, change := range map[string]func(fstest.MapFS){
		"has no testdata":    func(f fstest.MapFS) { delete(f, "acme/testdata/a.json") },
		"has no auth.go":     func(f fstest.MapFS) { delete(f, "acme/auth.go") },
		"has no client_test": func(f fstest.MapFS) { delete(f, "acme/client_test.go") },
		"has no table":       func(f fstest.MapFS) { f["acme/codes.go"] = file("func Codes() {}") },
		"has no Client.decode": func(f fstest.MapFS) {
			f["acme/response.go"] = file("type Reply struct{}\nfunc (a *answer) decode() {}")
		},
		"reply.go is a file that other vendors do not have":                 func(f fstest.MapFS) { f["acme/reply.go"] = file("") },
		"client_sign.go is a file that other vendors do not have":           func(f fstest.MapFS) { f["acme/client_sign.go"] = file("") },
		"Reply is in client.go, and belongs in response.go":                 func(f fstest.MapFS) { f["acme/client.go"] = file("type Reply struct{}") },
		"Config is in doc.go, and belongs in client.go":                     func(f fstest.MapFS) { f["acme/doc.go"] = file("type Config struct{}") },
		"path is in response.go, and belongs in request.go":                 func(f fstest.MapFS) { f["acme/response.go"] = file("const path = 1") },
		"exchange.Limits is in evidence.go, and belongs in request.go":      func(f fstest.MapFS) { f["acme/evidence.go"] = file("var l = exchange.Limits{}") },
		"maxBytes is a limit in evidence.go":                                func(f fstest.MapFS) { f["acme/evidence.go"] = file("const maxBytes = 1") },
		"idverify.Rule is in client.go, and belongs in codes.go":            func(f fstest.MapFS) { f["acme/client.go"] = file("func New() { _ = idverify.Rule{} }") },
		"idverify.Rule is in token_store.go, and belongs in codes.go":       func(f fstest.MapFS) { f["acme/token_store.go"] = file("var r = map[int]idverify.Rule{1: {}}") },
		"idverify.Rule is in auth.go, and belongs in codes.go":              func(f fstest.MapFS) { f["acme/auth.go"] = file("var off idverify.Rule") },
		"idverify.CodeRow is in response.go, and belongs in codes.go":       func(f fstest.MapFS) { f["acme/response.go"] = file("var r = []idverify.CodeRow{{}}") },
		"signer.authorization is in request_form.go, and belongs in auth":   func(f fstest.MapFS) { f["acme/request_form.go"] = file("func (s *signer) authorization() {}") },
		"Client.sign is in client.go, and belongs in auth.go":               func(f fstest.MapFS) { f["acme/client.go"] = file("func (c *Client) sign() {}") },
		"Card.EvidenceKind is in request_form.go, and belongs in evidence.": func(f fstest.MapFS) { f["acme/request_form.go"] = file("func (Card) EvidenceKind() {}") },
	} {
		folder := whole()
		change(folder)
		assert.Contains(t, strings.Join(outOfPlace(t, folder, "acme", used), "\n"), says)
	}
}
