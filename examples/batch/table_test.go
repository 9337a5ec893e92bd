package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/idverifytest"
)

// With two columns of one heading it is unclear which to ask about.
func TestTable_RefusesDuplicateHeading(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	for _, heading := range []string{
		"key,name,id_number,photo,name", "key,name,id_number,photo,Name ", "key,name,ID_NUMBER,photo,id_number",
		"key,name,id_number,photo,note,note", "key,key,name,id_number,photo",
	} {
		columns := strings.Split(heading, ",")
		row := make([]string, len(columns))
		for i, name := range columns {
			row[i] = map[string]string{"key": "k1", "name": p.Name, "id_number": p.IDNumber, "photo": "face.jpg"}[strings.ToLower(strings.TrimSpace(name))]
		}
		_, err := start(t, "-in", write(t, heading+"\n"+strings.Join(row, ",")+"\n"), "-base", rootOf(server))
		assert.ErrorContains(t, err, "have the same heading", heading)
	}
	assert.Zero(t, server.Bill().Total())

	// Spreadsheets add columns without a heading.
	in := write(t, " Key,NAME,id_number,photo,,\nk1,"+p.Name+","+p.IDNumber+",face.jpg,,\n")
	out, err := start(t, "-in", in, "-base", rootOf(server))
	require.NoError(t, err, out)
	assert.Equal(t, "match", answersIn(t, in)["k1"]["code"])
}

func TestTable_RefusesRoundedNumbers(t *testing.T) {
	server := idverifytest.Start(t)
	for _, numbers := range [][]string{{"1.10105E+17", "110105190001025000"}, {"110105190001019997", "1.1E+17"}, {"110105190001019000", " 110105190001025000"}} {
		text := "key,name,id_number,photo\n"
		for i, number := range numbers {
			text += "k" + string(rune('1'+i)) + ",测试甲," + number + ",face.jpg\n"
		}
		_, err := start(t, "-in", write(t, text), "-base", rootOf(server))
		assert.ErrorContains(t, err, "has rounded the ID numbers", numbers)
	}
	assert.Zero(t, server.Bill().Total())
}

// Spreadsheets leave blank rows at the end, and people leave white space in cells.
func TestTable_IgnoresBlankRowsAndSpaces(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	in := write(t, "key,name,id_number,photo\n,,,\n k1 , "+p.Name+" ,\t"+p.IDNumber+" , face.jpg \n,,,\n , ,\t,\n")
	out, err := start(t, "-in", in, "-base", rootOf(server))
	require.NoError(t, err, out)
	assert.Contains(t, out, "1 rows: 1 passed, 0 did not, 0 without")
	assert.Len(t, rowsIn(t, in), 1)
	assert.Equal(t, "1", answersIn(t, in)["k1"]["row"])
}

// For a file without a heading, or with other separators, the error explains the
// heading. It does not repeat the first line, which may be a person's data.
func TestTable_MissingHeadingHidesFirstLine(t *testing.T) {
	p := idverifytest.Match()
	for _, text := range []string{
		"k1," + p.Name + "," + p.IDNumber + ",face.jpg\n",
		"key;name;id_number;photo\nk1;" + p.Name + ";" + p.IDNumber + ";face.jpg\n",
		"key\tname\tid_number\tphoto\n", "sep=,\nkey,name,id_number,photo\n",
		"key,name,id_number,photo\rk1," + p.Name + "," + p.IDNumber + ",face.jpg\r",
	} {
		out, err := start(t, "-in", write(t, text))
		assert.ErrorContains(t, err, "the first line must be the heading")
		assert.NotContains(t, out+err.Error(), p.Name)
		assert.NotContains(t, out+err.Error(), p.IDNumber)
	}
}

// A cell written as ="…" is read as the text inside.
func TestTable_ReadsCellsKeptAsText(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	in := write(t, "key,name,id_number,photo\n\"=\"\"1234567890123456789\"\"\","+p.Name+",\"=\"\""+p.IDNumber+"\"\"\",face.jpg\n")
	out, err := start(t, "-in", in, "-base", rootOf(server))
	require.NoError(t, err, out)
	assert.Equal(t, "match", answersIn(t, in)[`="1234567890123456789"`]["code"])
	text, err := os.ReadFile(filepath.Join(filepath.Dir(in), "people.journal"))
	require.NoError(t, err)
	assert.Contains(t, string(text), `"key":"1234567890123456789:`)
}
