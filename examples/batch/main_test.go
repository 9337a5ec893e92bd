package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/examples/internal/accounts"
	"github.com/idverify/idverify/idverifytest"
)

// buildDir is where the tests of whole processes build the program.
var buildDir string

func TestMain(m *testing.M) {
	var err error
	if buildDir, err = os.MkdirTemp("", "idverify-batch"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(buildDir)
		os.Exit(code)
	}))
}

func nothing(string) string { return "" }

// start runs the program in this process.
func start(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	var out bytes.Buffer
	err = run(t.Context(), args, nothing, nil, &out, &out)
	return out.String(), err
}

// write makes a CSV file beside a photo, and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "face.jpg"), idverifytest.Photo(), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "live.pb"), idverifytest.Capture(), 0o600))
	path := filepath.Join(dir, "people.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// answersIn reads the answers by key.
func answersIn(t *testing.T, in string) map[string]map[string]string { return answersBy(t, in, "key") }

// rowsIn reads the answers by row.
func rowsIn(t *testing.T, in string) map[string]map[string]string { return answersBy(t, in, "row") }

func answersBy(t *testing.T, in, column string) map[string]map[string]string {
	t.Helper()
	file, err := os.Open(strings.TrimSuffix(in, ".csv") + ".results.csv")
	require.NoError(t, err)
	defer file.Close()
	lines, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	byKey := map[string]map[string]string{}
	for _, line := range lines[1:] {
		fields := map[string]string{}
		for i, name := range lines[0] {
			fields[name] = line[i]
		}
		assert.NotContains(t, byKey, fields[column])
		byKey[fields[column]] = fields
	}
	return byKey
}

func TestRun_AsksOnceAboutEachPerson(t *testing.T) {
	t.Chdir(t.TempDir())
	out, err := start(t, "-rows", "30", "-delay", "0s")
	require.NoError(t, err, out)
	assert.Contains(t, out, "No credentials in the environment")
	assert.Contains(t, out, "30 rows: ")
	answers := answersIn(t, filepath.Join(demoDir, "people.csv"))
	assert.Len(t, answers, 30)
	assert.Equal(t, "match", answers["demo-0001"]["code"])
	assert.Equal(t, "true", answers["demo-0001"]["passed"])
	assert.Equal(t, "accept", answers["demo-0001"]["advice"])

	again, err := start(t, "-rows", "30", "-delay", "0s")
	require.NoError(t, err, again)
	assert.Contains(t, again, "30 rows from the journal, 0 calls billed, 0 perhaps")
	assert.Equal(t, answers, answersIn(t, filepath.Join(demoDir, "people.csv")))
}

func TestRun_EachVendorGetsItsEvidence(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	in := write(t, "\ufeffcapture,photo,id_number,name,key\n"+
		"live.pb,,"+p.IDNumber+","+p.Name+",captured\n"+
		",face.jpg,"+p.IDNumber+","+p.Name+",photographed\n"+
		",,"+p.IDNumber+","+p.Name+",unseen\n"+
		",gone.jpg,"+p.IDNumber+","+p.Name+",gone\n")
	out, err := start(t, "-in", in, "-base", rootOf(server))
	require.NoError(t, err, out)
	answers := answersIn(t, in)
	assert.Equal(t, "linkface", answers["captured"]["vendor"])
	assert.Equal(t, "baiduv4", answers["photographed"]["vendor"])
	assert.Equal(t, "invalid_request", answers["unseen"]["code"])
	assert.Equal(t, "unreadable_evidence", answers["gone"]["code"])
	assert.Equal(t, "no", answers["gone"]["billed"])
	assert.Equal(t, "Evidence", answers["unseen"]["field"])
	assert.Equal(t, "no evidence was given", answers["unseen"]["reason"])
	assert.Equal(t, "Evidence", answers["gone"]["field"])
	assert.NotEmpty(t, answers["gone"]["reason"])
	assert.Contains(t, out, "2 rows without a decision because of data or photo, free of charge.\n  Another run is not worth it before they are corrected")
	assert.NotContains(t, out, "Another run asks")
	assert.Equal(t, 2, server.Bill().Total())
}

func TestRun_FilesHaveNoPersonalData(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.FaceMismatch()
	in := write(t, "key,name,id_number,photo\n1,"+p.Name+","+p.IDNumber+",face.jpg\n"+p.Name+","+p.Name+","+p.IDNumber+",face.jpg\n")
	out, err := start(t, "-in", in, "-base", rootOf(server))
	require.NoError(t, err)
	for _, name := range []string{"people.results.csv", "people.journal"} {
		text, err := os.ReadFile(filepath.Join(filepath.Dir(in), name))
		require.NoError(t, err)
		out += string(text)
	}
	assert.Contains(t, out, "face_mismatch")
	assert.NotContains(t, out, p.Name)
	assert.NotContains(t, out, p.IDNumber)
}

func TestRun_RefusesBeforeSending(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	row := "1," + p.Name + "," + p.IDNumber + ",face.jpg\n"
	for want, text := range map[string]string{
		"no heading":                "",
		`no column "key"`:           "id,name,id_number,photo\n" + row,
		`no column "photo"`:         "key,name,id_number,picture\n" + row,
		"wrong number of fields":    "key,name,id_number,photo\n" + row + "2\n",
		`parse error on line 2, co`: "key,name,id_number,photo\n\"1\"x,y,z,a\n",
	} {
		_, err := start(t, "-in", write(t, text), "-base", rootOf(server))
		assert.ErrorContains(t, err, want)
	}
	good := write(t, "key,name,id_number,photo\n"+row)
	for _, args := range [][]string{
		{"-in", good + ".gone"},
		{"-in", good, "-workers", "0"},
		{"-in", good, "-journal", good},
		{"-in", good, "-out", filepath.Dir(good)},
		{"-base", "http://vendor.example.invalid", "-in", good},
		{good},
		{"-nonsense"},
	} {
		_, err := start(t, append([]string{"-base", rootOf(server)}, args...)...)
		assert.Error(t, err, "%v", args)
	}
	assert.Zero(t, server.Bill().Total())
}

// The results never overwrite a file that the run needs, whatever its name.
func TestRun_ResultsOverwriteNoInput(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	in := write(t, "key,name,id_number,photo\n1,"+p.Name+","+p.IDNumber+",face.jpg\n")
	_, err := start(t, "-base", rootOf(server), "-in", in)
	require.NoError(t, err)
	require.Equal(t, 1, server.Bill().Total())
	stem := strings.TrimSuffix(in, ".csv")
	link := stem + ".link"
	require.NoError(t, os.Symlink(stem+".journal", link))
	for _, out := range []string{in, stem + ".journal", stem + ".secret", link} {
		before, err := os.ReadFile(out)
		require.NoError(t, err)
		_, err = start(t, "-base", rootOf(server), "-in", in, "-out", out)
		assert.ErrorContains(t, err, "-out and ")
		after, err := os.ReadFile(out)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after))
	}
	_, err = start(t, "-base", rootOf(server), "-in", in, "-journal", stem+".new", "-out", filepath.Join(filepath.Dir(in), ".", filepath.Base(stem)+".new"))
	assert.ErrorContains(t, err, "-out and -journal are one file", "that is not there yet")
	assert.Equal(t, 1, server.Bill().Total())
}

func TestRun_CredentialsNeedARowsFile(t *testing.T) {
	environment := func(key string) string {
		return map[string]string{"LINKFACE_API_ID": "EXAMPLE", "LINKFACE_API_SECRET": "EXAMPLE"}[key]
	}
	var out bytes.Buffer
	assert.ErrorContains(t, run(t.Context(), nil, environment, nil, &out, &out), "-in")
	assert.ErrorContains(t, run(t.Context(), []string{"-base", "http://127.0.0.1:1"}, environment, nil, &out, &out), "-base")
	half := func(key string) string { return map[string]string{"BAIDU_API_KEY": "EXAMPLE"}[key] }
	assert.ErrorIs(t, run(t.Context(), nil, half, nil, &out, &out), idverify.ErrInvalidConfig)
}

func TestHelp_IsNoError(t *testing.T) {
	out, err := start(t, "-h")
	assert.NoError(t, err)
	assert.Contains(t, out, "-repeat")
}

func rootOf(server *idverifytest.Server) string {
	return strings.TrimSuffix(server.BaseURL(idverifytest.Linkface), "/"+idverifytest.Linkface)
}

// An argument given by mistake may be a name or an ID number.
func TestArguments_StrayOnesAreNotShown(t *testing.T) {
	out, err := start(t, "测试甲", "11010519000101001X")
	require.ErrorContains(t, err, "-in")
	assert.NotContains(t, out+err.Error(), "测试甲")
	assert.NotContains(t, out+err.Error(), "11010519000101001X")
}

func TestRate_IsPerVendor(t *testing.T) {
	server := idverifytest.Start(t)
	providers, err := accounts.StandIns(rootOf(server))
	require.NoError(t, err)
	opts, err := limited(providers, 0)
	require.NoError(t, err)
	assert.Empty(t, opts)
	opts, err = limited(providers, 2.5)
	require.NoError(t, err)
	assert.Len(t, opts, len(providers))

	p := idverifytest.Match()
	in := write(t, "key,name,id_number,photo\nk1,"+p.Name+","+p.IDNumber+",face.jpg\n")
	_, err = start(t, "-in", in, "-base", rootOf(server), "-rate", "-1")
	assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	assert.Zero(t, server.Bill().Total())
	out, err := start(t, "-in", in, "-base", rootOf(server), "-rate", "1000")
	require.NoError(t, err, out)
	assert.Equal(t, 1, server.Bill().Total())
}
