package idverifytest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A user who writes a client against the stand-in must know where it guesses: each vendor
// says so at its name.
func TestDoc_EveryVendorListsOpenQuestions(t *testing.T) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	said := map[string]string{}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, parser.ParseComments)
		require.NoError(t, err)
		for name, text := range commentsOfNames(parsed) {
			said[name] = text
		}
	}
	for _, v := range listed() {
		_, open, found := strings.Cut(said[v.name], "What its documents leave open, and no client should rely on:")
		assert.True(t, found && strings.Count(open, "\n  - ") >= 3, "%s: %q", v.name, said[v.name])
	}
}

// commentsOfNames has the comments of exported constants that are text, by the text.
func commentsOfNames(file *ast.File) map[string]string {
	found := map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			doc := constant.Doc
			if doc == nil {
				doc = group.Doc
			}
			if len(constant.Values) != 1 || !constant.Names[0].IsExported() {
				continue
			}
			if literal, ok := constant.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
				text, _ := strconv.Unquote(literal.Value)
				found[text] = doc.Text()
			}
		}
	}
	return found
}
