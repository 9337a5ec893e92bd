package rooms_test

import (
	"bytes"
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

// Adding a vendor changes only its folder, the stand-in's file, the file of its
// proof, and one line in each of two lists.
var listed = []string{"idverifytest/registry.go", "internal/proof/vendors/vendors.go"}

// listsOf are the files of the two lists with the vendor's lines. For a vendor under
// a build tag these files have that tag, and each has a twin for builds without the
// tag.
func listsOf(vendor string) (lists, twins []string) {
	if !slices.ContainsFunc(vendors.Tagged(), func(v vendors.Vendor) bool { return v.Name == vendor }) {
		return listed, nil
	}
	for _, list := range listed {
		name := strings.TrimSuffix(list, ".go")
		lists, twins = append(lists, name+"_"+vendor+".go"), append(twins, name+"_untagged.go")
	}
	return lists, twins
}

// inUse are the vendors that are older than the lists, with the number of other files
// that name them: as examples, and in tests that need any vendor. The number may
// fall, but not rise.
var inUse = map[string]int{"linkface": 30, "baiduv4": 35, "tencent": 23}

// speaking are the two tests with these counts, and vectors that name the hosts they
// were published for.
var speaking = []string{"internal/proof/rooms/price_test.go", "internal/proof/rooms/vendors_test.go", "internal/sign/sign_test.go"}

func TestPrice_VendorIsNamedInFewFiles(t *testing.T) {
	for _, vendor := range vendorRooms() {
		files := naming(t, os.DirFS("."), vendor, vendorRooms())
		lists, twins := listsOf(vendor)
		for _, list := range lists {
			assert.Contains(t, files, list, "%s is not in the list", vendor)
		}
		others := slices.DeleteFunc(files, func(file string) bool { return slices.Contains(append(lists, twins...), file) })
		assert.LessOrEqual(t, len(others), inUse[vendor], "%s is named in %d files that should not mention it: %q", vendor, len(others), others)
	}
}

// naming lists the files that name a vendor, except its own, documents, generated
// files and nested modules.
func naming(t *testing.T, root fs.FS, vendor string, all []string) []string {
	t.Helper()
	is := []byte(spoken(vendor))
	var longer []byte // the name of another vendor, which begins with this one
	successor := ""   // that other vendor: its own files name this one, from the same maker
	var ways []string // predecessors whose documentation names this one
	for _, other := range all {
		if other != vendor && strings.HasPrefix(vendor, spoken(other)) {
			ways = append(ways, other+"/doc.go")
		}
		if other != vendor && strings.HasPrefix(other, spoken(vendor)) {
			longer, successor = []byte(spoken(other)), other
		}
	}
	var found []string
	require.NoError(t, fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{vendor, successor, "testdata", "docs", "api", "examples"}, d.Name()) || isModule(root, file)):
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(d.Name(), ".") || path.Ext(file) == ".md" || isOwn(file, vendor) || successor != "" && isOwn(file, successor) || slices.Contains(speaking, file) || slices.Contains(ways, file):
			return nil
		}
		content, err := fs.ReadFile(root, file)
		content = bytes.ToLower(content)
		if longer != nil {
			content = bytes.ReplaceAll(content, longer, nil)
		}
		if bytes.Contains(content, is) {
			found = append(found, file)
		}
		return err
	}))
	return found
}

// spoken is the vendor's name without the version of its API.
func spoken(vendor string) string {
	return regexp.MustCompile(`v\d+$`).ReplaceAllString(vendor, "")
}

// isOwn reports whether a file is the vendor's own, in the stand-in or in the proofs.
func isOwn(file, vendor string) bool {
	for _, room := range []string{"idverifytest/", "internal/proof/vendors/"} {
		rest, found := strings.CutPrefix(file, room+vendor)
		if found && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "_")) {
			return true
		}
	}
	return false
}

func isModule(root fs.FS, dir string) bool {
	_, err := fs.Stat(root, dir+"/go.mod")
	return err == nil
}

func TestPrice_DetectsOtherMentions(t *testing.T) {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	root := fstest.MapFS{
		"acme/client.go": text("package acme"), "idverifytest/acme.go": text("acme"), "idverifytest/acme_sign.go": text("acme"),
		"internal/proof/vendors/acme.go": text("acme"), "idverifytest/registry.go": text("acmeVendor()"), "internal/proof/vendors/vendors.go": text("acmeVendor()"),
		"README.md": text("Acme"), "docs/x.txt": text("acme"), "examples/a/main.go": text("acme"), "bench/go.mod": text(""), "bench/a.go": text("acme"),
		"acmeface/client.go": text("acmeface.New of Acme"), "idverifytest/acmeface.go": text("AcmeFace of Acme"),
		".git":           text("acme"),
		"policy_test.go": text("none of them"), "x/testdata/a": text("acme"),
	}
	all := []string{"acme", "acmeface"}
	assert.Equal(t, listed, naming(t, root, "acme", all))
	root["doc.go"] = text("// ACME is one")
	assert.Equal(t, append([]string{"doc.go"}, listed...), naming(t, root, "acme", all))
	root["acme/doc.go"] = text("// Deprecated: use acmeface.")
	assert.Empty(t, naming(t, root, "acmeface", all))
	root["acme/client.go"] = text("acmeface")
	assert.Equal(t, []string{"acme/client.go"}, naming(t, root, "acmeface", all))
	assert.Equal(t, "acme", spoken("acmev4"))
}
