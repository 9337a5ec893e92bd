package body_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/media"
)

// behaviour is how media behave while they are sent. The first ones are correct and
// give the whole content; with all others the body must break off.
type behaviour struct {
	name string
	read func(content []byte, at int) io.Reader
	size int64 // by how much the announced size is off
	open error
}

var errBroken = errors.New("the disk is broken")

func whole(content []byte, _ int) io.Reader { return bytes.NewReader(content) }

var rightMedia = []behaviour{
	{name: "whole", read: whole},
	{name: "one byte at a time", read: func(c []byte, _ int) io.Reader { return iotest.OneByteReader(bytes.NewReader(c)) }},
	{name: "halves", read: func(c []byte, _ int) io.Reader { return iotest.HalfReader(bytes.NewReader(c)) }},
	{name: "end with the data", read: func(c []byte, _ int) io.Reader { return iotest.DataErrReader(bytes.NewReader(c)) }},
	{name: "two pieces", read: func(c []byte, at int) io.Reader {
		return io.MultiReader(bytes.NewReader(c[:at]), bytes.NewReader(c[at:]))
	}},
	{name: "often nothing", read: func(c []byte, at int) io.Reader { return &hesitant{rest: c, times: at % 50} }},
}

var wrongMedia = []behaviour{
	{name: "shrinks", read: func(c []byte, at int) io.Reader { return bytes.NewReader(c[:at]) }},
	{name: "grows", read: func(c []byte, _ int) io.Reader { return io.MultiReader(bytes.NewReader(c), strings.NewReader("x")) }},
	{name: "grows late", read: func(c []byte, at int) io.Reader {
		return io.MultiReader(bytes.NewReader(c), &hesitant{rest: []byte("x"), times: at % 50})
	}},
	{name: "fails", read: func(c []byte, at int) io.Reader {
		return io.MultiReader(bytes.NewReader(c[:at]), iotest.ErrReader(errBroken))
	}},
	{name: "fails at its end", read: func(c []byte, _ int) io.Reader {
		return io.MultiReader(bytes.NewReader(c), iotest.ErrReader(errBroken))
	}},
	{name: "panics", read: func(c []byte, at int) io.Reader { return io.MultiReader(bytes.NewReader(c[:at]), panicking{}) }},
	{name: "hangs", read: func(c []byte, at int) io.Reader {
		return io.MultiReader(bytes.NewReader(c[:at]), &hesitant{times: -1})
	}},
	{name: "claims too much", read: func(c []byte, at int) io.Reader {
		return io.MultiReader(bytes.NewReader(c[:at]), boasting{})
	}},
	{name: "is longer when opened", read: whole, size: 1},
	{name: "is shorter when opened", read: whole, size: -1},
	{name: "cannot be opened", read: whole, open: errBroken},
}

// hesitant returns no bytes this many times before each byte; for ever if negative.
type hesitant struct {
	rest        []byte
	times, done int
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.times < 0 || h.done < h.times {
		h.done++
		return 0, nil
	}
	if len(h.rest) == 0 {
		return 0, io.EOF
	}
	h.done = 0
	n := copy(p[:min(len(p), 1)], h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("media of a user's own") }

type boasting struct{}

func (boasting) Read(p []byte) (int, error) { return len(p) + 1, nil }

// behaving picks a behaviour by any number, and says whether it is a correct one. Cuts
// that would change nothing are moved.
func behaving(content []byte, kind, at uint16) (media *source, right bool) {
	n := int(kind) % (len(rightMedia) + len(wrongMedia))
	right = n < len(rightMedia)
	b := slices.Concat(rightMedia, wrongMedia)[n]
	place := int(at) % (len(content) + 1)
	if !right {
		place = min(place, max(0, len(content)-1))
	}
	if b.name == "shrinks" && len(content) == 0 {
		return of(content), true // nothing to remove
	}
	open := func() io.Reader { return b.read(content, place) }
	return &source{open: open, size: int64(len(content)) + b.size, err: b.open}, right
}

// drink reads a body with buffers of two sizes in turn.
func drink(r io.Reader, one, two uint16) ([]byte, error) {
	sizes := [2]int{1 + int(one)%9000, 1 + int(two)%9000}
	buffer := make([]byte, max(sizes[0], sizes[1]))
	var all []byte
	for i := 0; ; i++ {
		n, err := r.Read(buffer[:sizes[i%2]])
		all = append(all, buffer[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

// checkBody reads the body twice. It must be the wanted bytes, or with faulty media a
// beginning of them, never the whole, and then an error of the media.
func checkBody(t *testing.T, b *body.Body, media *source, right bool, want []byte, one, two uint16) {
	t.Helper()
	assert.EqualValues(t, len(want), b.Len(), "announced length")
	for range 2 {
		r := b.Open()
		got, err := drink(r, one, two)
		require.NoError(t, r.Close())
		require.Equal(t, media.opened, media.closed)
		if right {
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got), "%q instead of %q", got, want)
			continue
		}
		var broken *body.MediaError
		require.ErrorAs(t, err, &broken)
		require.Less(t, len(got), len(want), "changed media were sent whole")
		require.True(t, bytes.HasPrefix(want, got), "%q is not a prefix of %q", got, want)
	}
}

// Multipart writes the same bytes as mime/multipart, which can read them back.
// Holds P-WIRE-9.
func FuzzMultipart(f *testing.F) {
	for kind := range len(rightMedia) + len(wrongMedia) {
		f.Add("name", "张三\r\n--", "f", "capture.pb", "application/octet-stream", []byte("\x00\r\n--content"), uint16(kind), uint16(5), uint16(6), uint16(0))
	}
	f.Add("", "", "", "", "", []byte{}, uint16(0), uint16(0), uint16(0), uint16(0))
	f.Add("a\"b", "x", "f", "f", "a/b", []byte("x"), uint16(0), uint16(0), uint16(1), uint16(2))
	f.Add("n", "\xff\xfe", "f", "张三.jpg", "image/jpeg", bytes.Repeat([]byte("0123456789"), 999), uint16(4), uint16(4096), uint16(4095), uint16(32))
	f.Add("n", "v", "f", "a\r\nX: y", "image/jpeg", []byte("x"), uint16(0), uint16(0), uint16(0), uint16(0))
	f.Fuzz(func(t *testing.T, name, value, field, fileName, contentType string, content []byte, kind, at, one, two uint16) {
		media, right := behaving(content, kind, at)
		b, err := body.Multipart([]body.Field{{Name: name, Value: value}, {Name: "last", Value: ""}},
			&body.File{Field: field, FileName: fileName, ContentType: contentType, Media: body.Sized(media, int64(len(content)))})
		if needsEscaping(name, field, fileName, contentType) {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		mediaType, params, err := mime.ParseMediaType(b.ContentType())
		require.NoError(t, err)
		require.Equal(t, "multipart/form-data", mediaType)

		var want bytes.Buffer
		w := multipart.NewWriter(&want)
		require.NoError(t, w.SetBoundary(params["boundary"]))
		require.NoError(t, w.WriteField(name, value))
		require.NoError(t, w.WriteField("last", ""))
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="` + field + `"; filename="` + fileName + `"`},
			"Content-Type":        {contentType},
		})
		require.NoError(t, err)
		_, _ = part.Write(content)
		require.NoError(t, w.Close())
		checkBody(t, b, media, right, want.Bytes(), one, two)
		readBack(t, want.Bytes(), params["boundary"], [3]string{name, "last", field}, [3]string{value, "", string(content)})
	})
}

// readBack expects the written parts, with their names and in order.
func readBack(t *testing.T, text []byte, boundary string, names, values [3]string) {
	t.Helper()
	parts := multipart.NewReader(bytes.NewReader(text), boundary)
	for i, want := range values {
		part, err := parts.NextRawPart()
		require.NoError(t, err)
		assert.Equal(t, names[i], part.FormName())
		got, err := io.ReadAll(part)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	_, err := parts.NextRawPart()
	assert.Equal(t, io.EOF, err)
}

// needsEscaping reports whether a part's header cannot contain the text unescaped.
func needsEscaping(words ...string) bool {
	for _, c := range []byte(strings.Join(words, "")) {
		if c < 0x20 || c == 0x7f || c == '"' || c == '\\' {
			return true
		}
	}
	return false
}

// encoding/json reads a JSON body as the same object, with the media as encoding/base64
// encodes them.
// Holds P-WIRE-9.
func FuzzJSONBase64(f *testing.F) {
	for kind := range len(rightMedia) + len(wrongMedia) {
		f.Add("name", "张\"三\\<&>\u2028", []byte("\xff\xd8content"), uint16(kind), uint16(3), uint16(7), uint16(0))
	}
	for _, size := range []int{0, 1, 2, 3071, 3072, 3073, 6145} {
		f.Add("k", "", bytes.Repeat([]byte{0xfb, 0xff, 0}, size/3+1)[:size], uint16(4), uint16(size/2), uint16(4095), uint16(8191))
	}
	f.Add("\xff", "\xfe", []byte("x"), uint16(0), uint16(0), uint16(0), uint16(0))
	f.Fuzz(func(t *testing.T, name, value string, content []byte, kind, at, one, two uint16) {
		media, right := behaving(content, kind, at)
		b, err := body.JSON([]body.Member{{Name: "first", Value: value}, {Name: "image", Media: body.Sized(media, int64(len(content)))}, {Name: name, Value: value}})
		require.NoError(t, err)
		require.Equal(t, "application/json", b.ContentType())
		picture := base64.StdEncoding.EncodeToString(content)
		want := `{"first":` + quoted(t, value) + `,"image":"` + picture + `",` + quoted(t, name) + `:` + quoted(t, value) + `}`
		checkBody(t, b, media, right, []byte(want), one, two)

		var members map[string]string
		require.NoError(t, json.Unmarshal([]byte(want), &members))
		if utf8.ValidString(value) && utf8.ValidString(name) && name != "image" && name != "first" {
			assert.Equal(t, map[string]string{"first": value, "image": picture, name: value}, members)
		}
	})
}

// quoted is a JSON string with <, > and & unescaped.
func quoted(t *testing.T, s string) string {
	t.Helper()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(s))
	return strings.TrimSuffix(text.String(), "\n")
}

// Text media become a string that encoding/json reads back, whatever they contain and
// wherever the pieces end.
// Holds P-WIRE-9.
func FuzzJSONText(f *testing.F) {
	for _, text := range []string{"", "a", "\n\t\x00\x1f\"\\/", "张\u2028\U00020000", "\xff", "a\xe5", " \u3000"} {
		f.Add(text, uint16(1), uint16(1000))
	}
	f.Fuzz(func(t *testing.T, text string, repeat, piece uint16) {
		text = strings.Repeat(text, 1+int(repeat)%2000)
		if len(text) > 1<<20 {
			t.Skip("large enough")
		}
		look, err := body.LookAtText(&source{open: func() io.Reader { return iotest.HalfReader(strings.NewReader(text)) }, size: int64(len(text))}, 1<<30)
		if text == "" {
			require.ErrorIs(t, err, media.ErrEmpty)
			return
		}
		require.NoError(t, err)
		require.Equal(t, !utf8.ValidString(text), look.IsBroken)
		require.Equal(t, strings.TrimSpace(text) == "", look.IsBlank)
		if look.IsBroken {
			return // a vendor's package refuses it
		}
		require.True(t, strings.HasPrefix(text, look.Head) && utf8.ValidString(look.Head))
		b, err := body.JSON([]body.Member{{Name: "data", Text: look}})
		require.NoError(t, err)
		var content []byte
		r, p := b.Open(), make([]byte, 1+int(piece))
		for n := 0; err == nil; n, err = r.Read(p) {
			content = append(content, p[:n]...)
		}
		require.Equal(t, io.EOF, err)
		require.NoError(t, r.Close())
		require.EqualValues(t, b.Len(), len(content))
		var got map[string]string
		require.NoError(t, json.Unmarshal(content, &got))
		require.Equal(t, map[string]string{"data": text}, got)
	})
}
