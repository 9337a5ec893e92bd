package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

// A spreadsheet keeps 15 digits of a number, and turns ids into dates or formulas.
func TestResults_IDsAreText(t *testing.T) {
	for id, want := range map[string]string{
		"":                    "",
		"row-1":               "row-1",
		"7":                   "7",
		"0":                   "0",
		"123456789012345":     "123456789012345",
		"1234567890123456":    `="1234567890123456"`,
		"1234567890123456789": `="1234567890123456789"`,
		"007":                 `="007"`,
		"1E5":                 `="1E5"`,
		"1-2":                 `="1-2"`,
		"10:30":               `="10:30"`,
		".5":                  `=".5"`,
		"-1":                  `="-1"`,
		"=1+1":                `="=1+1"`,
		"@SUM(A1)":            `="@SUM(A1)"`,
		"+86":                 `="+86"`,
		`="a"`:                `="=""a"""`,
	} {
		assert.Equal(t, want, asText(id), id)
		if id != `="a"` { // already in that form
			assert.Equal(t, id, fromText(want), id)
		}
	}
	assert.Equal(t, `a="b"`, fromText(`a="b"`))
	assert.Equal(t, `="a`, fromText(`="a`))
}

func TestResults_LongVendorIDIsText(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	in := write(t, "key,name,id_number,photo\n1,"+p.Name+","+p.IDNumber+",face.jpg\n")
	out, err := start(t, "-in", in, "-base", rootOf(server))
	require.NoError(t, err, out)
	answer := answersIn(t, in)["1"]
	assert.Regexp(t, `^="[0-9]{16,}"$|^[0-9]{1,15}$|^[a-zA-Z]`, answer["request_id"])
}

func TestResults_RefusalsHaveFieldAndReason(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	server.Inject(idverifytest.BaiduV4, idverifytest.Unavailable().Always())
	in := write(t, "key,name,id_number,photo\n"+
		"short,"+p.Name+",123,face.jpg\n"+
		"nameless,,"+p.IDNumber+",face.jpg\n"+
		"张三,"+p.Name+","+p.IDNumber+",face.jpg\n"+
		"twice,"+p.Name+","+p.IDNumber+",face.jpg\n"+
		"twice,"+p.Name+","+p.IDNumber+",face.jpg\n")
	_, err := start(t, "-in", in, "-base", rootOf(server), "-workers", "1")
	require.NoError(t, err)
	rows := rowsIn(t, in)
	require.Len(t, rows, 5)
	for row, want := range map[string][2]string{"1": {"IDNumber", "18"}, "2": {"Name", "empty"}, "3": {"IdempotencyKey", "letters, digits"}, "5": {"IdempotencyKey", "two rows"}} {
		assert.Equal(t, want[0], rows[row]["field"], row)
		assert.Contains(t, rows[row]["reason"], want[1], row)
		assert.Equal(t, "fix_input", rows[row]["advice"], row)
		assert.Equal(t, "no", rows[row]["billed"], row)
	}
	assert.Empty(t, rows["3"]["key"], "it was refused for what it says")
	assert.NotEmpty(t, rows["4"]["reason"])
}
