package idverifytest

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const plainForm = "application/x-www-form-urlencoded"

// The stand-in reads a plain form as net/url does.
func FuzzReadPlainForm(f *testing.F) {
	for _, text := range []string{
		"", "a=1", "a=1&b=2", "a", "a=", "=", "=x", "&&a=1&&", "a=1&a=2", "a=%41+%2B", "%41=1", "a=%", "a=%4", "a=%zz", "a=1;b=2", "a;b=1", "%zz=1&a=2", "a+b=c+d", "a==b", "a=\xff", "a=%E4%B8%AD",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "&") >= maxFields || len(text) > maxFieldName {
			return
		}
		want, err := url.ParseQuery(text)
		c := reading(plainForm, text)
		got := c.readForm(formSpec{})
		require.Equal(t, noTrouble, c.refused)
		assert.EqualValues(t, len(text), c.rec.BodyBytes)
		assert.Equal(t, err != nil, got.malformed, "%q", text)
		assert.Equal(t, len(want), len(got.fields), "%q", text)
		repeated := false
		for name, values := range want {
			assert.Equal(t, values[0], got.text(name), "%q", text)
			repeated = repeated || len(values) > 1
		}
		assert.Equal(t, repeated, got.repeated != "" || want.Has("") && len(want[""]) > 1, "%q", text)
	})
}

// A form longer than the buffer, arriving in pieces.
func TestReadPlainForm_LongValues(t *testing.T) {
	value := strings.Repeat("中 +%&=;", 40_000)
	body := "first=1&long=" + url.QueryEscape(value) + "&last=x"
	got := reading(plainForm, body).readForm(formSpec{})
	assert.False(t, got.malformed)
	assert.EqualValues(t, len(value), got.fields["long"].size)
	assert.Equal(t, value[:maxText], got.text("long"))
	fields := got.fields["long"]
	assert.True(t, fields.utf8.ok())
	assert.Equal(t, "x", got.text("last"))
}

func multipartForm(t *testing.T, fields ...[2]string) (contentType, body string) {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, f := range fields {
		require.NoError(t, w.WriteField(f[0], f[1]))
	}
	require.NoError(t, w.Close())
	return w.FormDataContentType(), buf.String()
}

func TestReadForm_Limits(t *testing.T) {
	fields := func(n int) (list [][2]string) {
		for i := range n {
			list = append(list, [2]string{fmt.Sprint("f", i), "x"})
		}
		return list
	}
	for _, want := range []struct {
		name    string
		fields  [][2]string
		refused trouble
	}{
		{"64 fields", fields(64), noTrouble},
		{"65 fields", fields(65), tooMany},
		{"64 times the same", make([][2]string, 64), noTrouble},
		{"65 times the same", make([][2]string, 65), tooMany},
		{"a name of 128 bytes", [][2]string{{strings.Repeat("n", 128), ""}}, noTrouble},
		{"a name of 129 bytes", [][2]string{{strings.Repeat("n", 129), ""}}, tooMany},
	} {
		contentType, body := multipartForm(t, want.fields...)
		plain := url.Values{}
		for _, f := range want.fields {
			plain.Add(f[0], f[1])
		}
		for _, c := range []*call{reading(contentType, body), reading(plainForm, plain.Encode())} {
			size := c.r.ContentLength
			c.readForm(formSpec{})
			assert.Equal(t, want.refused, c.refused, want.name)
			assert.Equal(t, size, c.rec.BodyBytes, "%s: read to its end", want.name)
		}
	}
	// Every byte of a name is escaped.
	for n, refused := range map[int]trouble{128: noTrouble, 129: tooMany} {
		c := reading(plainForm, strings.Repeat("%41", n)+"=x")
		c.readForm(formSpec{})
		assert.Equal(t, refused, c.refused, n)
	}
}

// The head of a part may have 2 KiB and whatever follows it in Go's buffer. A
// picture after a small head does not count towards that limit.
func TestReadForm_HeadOfAPart(t *testing.T) {
	part := func(head, content string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n" + head + "\r\n" + content + "\r\n--b--\r\n"
	}
	for _, want := range []struct {
		name, body string
		refused    trouble
	}{
		{"small, in front of much", part("", strings.Repeat("x", 100_000)), noTrouble},
		{"2,000 bytes", part("X: "+strings.Repeat("x", 1900)+"\r\n", strings.Repeat("x", 100_000)), noTrouble},
		{"8,000 bytes in one line", part("X: "+strings.Repeat("x", 8000)+"\r\n", "x"), tooMany},
		{"8,000 bytes in many lines", part(strings.Repeat("X: x\r\n", 1400), "x"), tooMany},
		{"12,000 bytes in the second part", "--b\r\nContent-Disposition: form-data; name=\"first\"\r\n\r\nx\r\n" + part(strings.Repeat("X: x\r\n", 2000), "x"), tooMany},
		{"in front of the first", strings.Repeat("x\r\n", 3000) + part("", "x"), tooMany},
	} {
		c := reading("multipart/form-data; boundary=b", want.body)
		form := c.readForm(formSpec{})
		assert.Equal(t, want.refused, c.refused, want.name)
		assert.EqualValues(t, len(want.body), c.rec.BodyBytes, "%s: read to its end", want.name)
		if want.refused == noTrouble {
			assert.False(t, form.malformed, want.name)
			assert.EqualValues(t, 100_000, form.fields["name"].size, want.name)
		}
	}
}

// A body that is too large is refused by its announced length, or once it exceeds
// the limit.
func TestReadForm_BodyTooLarge(t *testing.T) {
	for _, kind := range []string{plainForm, "multipart/form-data; boundary=b", "application/json"} {
		for _, announced := range []bool{true, false} {
			for over, refused := range map[int]trouble{0: noTrouble, 1: tooLarge} {
				const limit = 100_000
				text := "a=" + strings.Repeat("x", limit-2+over)
				if kind == "application/json" {
					text = `"` + strings.Repeat("x", limit-2+over) + `"`
				}
				c := reading(kind, text)
				c.body.limit = limit
				if !announced {
					c.r.ContentLength = -1
				}
				if kind == "application/json" {
					c.readJSON()
				} else {
					c.readForm(formSpec{})
				}
				assert.Equal(t, refused, c.refused, "%s, announced %t, %d more", kind, announced, over)
				assert.EqualValues(t, len(text), c.rec.BodyBytes)
			}
		}
	}
}
