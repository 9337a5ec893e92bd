package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/idverify/idverify/idverifytest"
)

// inGB18030 is a text as Chinese spreadsheets save it.
func inGB18030(t *testing.T, text string) string {
	t.Helper()
	encoded, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	require.NoError(t, err)
	return encoded
}

func TestEncoding_OtherThanUTF8IsRefused(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	text := "key,name,id_number,photo\r\nk1," + p.Name + "," + p.IDNumber + ",face.jpg\r\n"
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	utf16WithoutMark, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	require.NoError(t, err)
	for name, test := range map[string]struct{ text, encoding, says string }{
		"GBK":               {inGB18030(t, text), "", "line 2 is not UTF-8"},
		"GBK, said UTF-8":   {inGB18030(t, text), "utf-8", "line 2 is not UTF-8"},
		"GBK in a heading":  {inGB18030(t, strings.Replace(text, "photo", "照片", 1)), "", "line 1 is not UTF-8"},
		"GBK by luck UTF-8": {inGB18030(t, strings.Replace(text, p.Name, "一", 1)), "", "looks like GB18030"},
		"UTF-16":            {utf16, "", "line 1 is UTF-16"},
		"UTF-16 unmarked":   {utf16WithoutMark, "", "line 1 is UTF-16"},
		"UTF-8 as GB18030":  {strings.Replace(text, p.Name, p.Name+"\xff", 1), "gb18030", "line 2 is not GB18030"},
		"another":           {text, "big5", "utf-8 or gb18030"},
	} {
		out, err := start(t, "-in", write(t, test.text), "-base", rootOf(server), "-encoding", test.encoding)
		assert.ErrorContains(t, err, test.says, name)
		assert.NotContains(t, out, "start again", name)
	}
	assert.Zero(t, server.Bill().Total())
}

func TestEncoding_GB18030ByFlag(t *testing.T) {
	server := idverifytest.Start(t)
	p := idverifytest.Match()
	text := "key,name,id_number,photo\r\nk1," + p.Name + "," + p.IDNumber + ",face.jpg\r\n"
	for name, file := range map[string]string{"gb18030": inGB18030(t, text), "GB18030": inGB18030(t, text), "utf-8": text, "": "\ufeff" + text} {
		in := write(t, file)
		out, err := start(t, "-in", in, "-base", rootOf(server), "-encoding", name)
		require.NoError(t, err, out)
		assert.Equal(t, "match", answersIn(t, in)["k1"]["code"], name)
	}

	// A text that is valid in both encodings is read in the named one.
	latin := write(t, "key,name,id_number,photo\nk1,José,"+p.IDNumber+",face.jpg\n")
	_, err := start(t, "-in", latin, "-base", rootOf(server))
	assert.ErrorContains(t, err, "-encoding utf-8 if it is that")
	_, err = start(t, "-in", latin, "-base", rootOf(server), "-encoding", "utf-8")
	assert.NoError(t, err)
}
