package picture_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/picture"
)

func TestInspect_OtherFileTypes(t *testing.T) {
	photo, drawing := encoded(t, asJPEG, 65, 130), encoded(t, asPNG, 9, 9)
	text := base64.StdEncoding.EncodeToString(photo)
	lines := strings.Builder{}
	for rest := text; rest != ""; rest = rest[min(76, len(rest)):] {
		lines.WriteString(rest[:min(76, len(rest))] + "\r\n")
	}
	const gbk = "\xb7\xc3\xce\xca\xb1\xbb\xbe\xdc\xbe\xf8" // 访问被拒绝
	said := map[string]bool{}
	for what, contents := range map[picture.Other][]string{
		picture.DataURL: {"data:image/jpeg;base64," + text, "DATA:image/png;base64,", " data:,x", "\"data:image/jpeg;base64," + text + "\"", "\xef\xbb\xbfdata:image/png;base64,iVBO"},
		picture.Base64: {text, text[:40], lines.String(), "\"" + text + "\"", "\n" + text, base64.URLEncoding.EncodeToString(photo), base64.RawStdEncoding.EncodeToString(photo),
			base64.StdEncoding.EncodeToString(drawing), base64.StdEncoding.EncodeToString([]byte(text)), base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")),
			"BM" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("EXAMPLE\xff\xfe\x01"), 60))},
		picture.HTML: {"<!DOCTYPE html><html><body>403 Forbidden</body></html>", "\r\n\t<html lang=\"zh\">", "<HTML>", "<!-- 404 -->", "<head><title>" + gbk + "</title>", "<h1>502 Bad Gateway</h1>",
			"\xef\xbb\xbf<!doctype HTML>", "<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">\n<html>", "<div class='x'>" + strings.Repeat("x", 600)},
		picture.XML:   {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code></Error>", "<Error><Code>NoSuchKey</Code>", "<svg xmlns=\"http://www.w3.org/2000/svg\">", "<!DOCTYPE svg>", "<x/>"},
		picture.JSON:  {"{\"code\":403}", "{}", "[]", " {\n \"data\": \"" + text + "\"}", "[{\"a\":1}]", "[1,2]", "[255,216,255]", "[\"x\"]", "\xef\xbb\xbf{\"a\":1}"},
		picture.Zip:   {"PK\x03\x04\x14\x00", "PK\x05\x06"},
		picture.Gzip:  {"\x1f\x8b\x08\x00"},
		picture.PDF:   {"%PDF-1.7\n"},
		picture.Film:  {"RIFF\x00\x00\x00\x00AVI LIST", "\x1a\x45\xdf\xa3\x01", "\x00\x00\x01\xba!", "\x00\x00\x00\x08mdat"},
		picture.Zeros: {"\x00", strings.Repeat("\x00", 100), strings.Repeat("\x00", 5000)},
	} {
		said[what.String()] = true
		for _, content := range contents {
			assert.Equal(t, picture.Info{Other: what}, picture.Inspect(strings.NewReader(content)), "%.60q", content)
			assert.Equal(t, picture.Info{Other: what}, picture.Inspect(iotest.OneByteReader(strings.NewReader(content))), "%.60q", content)
		}
	}
	for _, words := range []string{"a data: URL", "base64 text", "HTML", "XML", "JSON", "zip", "gzip", "PDF", "a film", "only zeros"} {
		assert.True(t, said[words], words)
	}
}

// A vendor's own format, and any unknown format, is left to the vendor to judge.
func TestInspect_UnknownFormats(t *testing.T) {
	for _, content := range []string{
		"", "photo", "of no known format", strings.Repeat("x", 600), "x<html>", "<", "<>", "< html>", "<3", "<html", "{", "{x", "[x]", "data:", "data: x y,", "data", "Data is here, see",
		"EXAMPLEEXAMPLEEX", "/9j/", "iVBORw0KGgo", "QUJDREVGR0hJSktMTU5PUFFS", strings.Repeat("A", 600), "\x00\x00\x00\x01", "PK", "\x00\x00\x00\x18ftyp",
		"<html>\x00\x01", "{\"a\":\x01}", "\xff\xd8", "8BPS\x00\x01", "RIFF....WAVEfmt ",
	} {
		assert.Equal(t, picture.Info{}, picture.Inspect(strings.NewReader(content)), "%q", content)
	}
	assert.Equal(t, picture.BMP, picture.Inspect(strings.NewReader("BM made-up picture of enough bytes. ")).Format)
}

func TestInspectCapture(t *testing.T) {
	photo := string(encoded(t, asJPEG, 65, 130))
	for want, contents := range map[string][]string{
		"JPEG": {photo, "\xff\xd8\xff"}, "PNG": {string(encoded(t, asPNG, 9, 9))}, "GIF": {"GIF89a..."}, "WebP": {"RIFF....WEBPVP8 "}, "TIFF": {"II*\x00...."},
		"BMP": {string(bmp(40, int32(640), int32(480))), string(bmp(12, uint16(640), uint16(480)))}, "HEIC (brand hevc)": {"\x00\x00\x00\x18ftyphevc\x00\x00\x00\x00"},
		"HTML": {"<!DOCTYPE html><html>", "\n<html>"}, "JSON": {"{\"code\":1}"}, "XML": {"<?xml version=\"1.0\"?><Error>"}, "a data: URL": {"data:application/octet-stream;base64,AAAA"},
		"": {
			"", "\x00", strings.Repeat("\x00", 600), "%PDF-1.7", "PK\x03\x04", "EXAMPLE", strings.Repeat("QUJD", 200), "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00",
			"BM" + strings.Repeat("x", 77) + "\x1a\x00", // field 8 of 77 bytes
			"\n<" + strings.Repeat("a", 60) + "\x12\x01x", "\n{\"" + strings.Repeat("a", 122) + "\x12\x01x", "\"\x10data:image/png;,", "\n\x14" + photo,
		},
	} {
		for _, content := range contents {
			assert.Equal(t, want, picture.InspectCapture(strings.NewReader(content)).Name(), "%.40q", content)
			assert.Equal(t, want, picture.InspectCapture(iotest.HalfReader(strings.NewReader(content))).Name(), "%.40q", content)
		}
	}
	capture, err := os.ReadFile("../../testdata/live.pb")
	require.NoError(t, err)
	assert.Zero(t, picture.InspectCapture(bytes.NewReader(capture)))
}
