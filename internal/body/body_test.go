package body_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/media"
)

// source is media whose reader and announced size the test chooses.
type source struct {
	open    func() io.Reader
	size    int64
	err     error
	closing error
	opened  int
	closed  int
}

func (s *source) Open() (io.ReadCloser, int64, error) {
	if s.err != nil {
		return nil, 0, s.err
	}
	s.opened++
	return &closing{s.open(), s}, s.size, nil
}

type closing struct {
	io.Reader
	source *source
}

func (c *closing) Close() error { c.source.closed++; return c.source.closing }

func of(content []byte) *source {
	return &source{open: func() io.Reader { return bytes.NewReader(content) }, size: int64(len(content))}
}

func read(t *testing.T, b *body.Body) []byte {
	t.Helper()
	r := b.Open()
	content, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.EqualValues(t, b.Len(), len(content), "the announced length must be exact")
	return content
}

func TestMultipart_RoundTrip(t *testing.T) {
	media := of([]byte("\x00\x01 capture \r\n--"))
	b, err := body.Multipart(
		[]body.Field{{Name: "name", Value: "张三\r\nX: y"}, {Name: "id_number", Value: ""}},
		&body.File{Field: "file", FileName: "capture.pb", ContentType: "application/octet-stream", Media: body.Sized(media, media.size)},
	)
	require.NoError(t, err)
	first := read(t, b)
	assert.Equal(t, first, read(t, b), "a body can be opened again")
	assert.Equal(t, media.opened, media.closed)

	mediaType, params, err := mime.ParseMediaType(b.ContentType())
	require.NoError(t, err)
	assert.Equal(t, "multipart/form-data", mediaType)
	parts := multipart.NewReader(bytes.NewReader(first), params["boundary"])
	expectPart(t, parts, "name", "", "张三\r\nX: y")
	expectPart(t, parts, "id_number", "", "")
	expectPart(t, parts, "file", "capture.pb", "\x00\x01 capture \r\n--")
	_, err = parts.NextPart()
	assert.Equal(t, io.EOF, err)
}

func TestMultipart_FieldsOnlyRoundTrip(t *testing.T) {
	b, err := body.Multipart([]body.Field{{Name: "name", Value: "张三"}, {Name: "id_number", Value: "1"}}, nil)
	require.NoError(t, err)
	_, params, err := mime.ParseMediaType(b.ContentType())
	require.NoError(t, err)
	parts := multipart.NewReader(bytes.NewReader(read(t, b)), params["boundary"])
	expectPart(t, parts, "name", "", "张三")
	expectPart(t, parts, "id_number", "", "1")
	_, err = parts.NextPart()
	assert.Equal(t, io.EOF, err)
}

func expectPart(t *testing.T, parts *multipart.Reader, name, fileName, content string) {
	t.Helper()
	part, err := parts.NextPart()
	require.NoError(t, err)
	assert.Equal(t, name, part.FormName())
	assert.Equal(t, fileName, part.FileName())
	got, err := io.ReadAll(part)
	require.NoError(t, err)
	assert.Equal(t, content, string(got))
}

func TestMultipart_NewBoundaryEachTime(t *testing.T) {
	one, err := body.Multipart(nil, nil)
	require.NoError(t, err)
	two, err := body.Multipart(nil, nil)
	require.NoError(t, err)
	assert.NotEqual(t, one.ContentType(), two.ContentType())
}

// Holds P-WIRE-8.
func TestMultipart_RefusesHeadersThatNeedEscaping(t *testing.T) {
	_, err := body.Multipart([]body.Field{{Name: "a\"\r\nb", Value: "x"}}, nil)
	assert.Error(t, err)
	for _, mark := range []string{`"`, `\`, "\r", "\n", "\x00", "\x1f", "\x7f"} {
		for _, file := range []body.File{
			{Field: mark, FileName: "f", ContentType: "a/b"}, {Field: "f", FileName: mark, ContentType: "a/b"}, {Field: "f", FileName: "f", ContentType: mark},
		} {
			_, err = body.Multipart(nil, &file)
			assert.Error(t, err, "%q", mark)
		}
	}
	_, err = body.Multipart(nil, &body.File{Field: "f", FileName: "a\r\nContent-Type: text/html", Media: body.Sized(of(nil), 0)})
	assert.Error(t, err)
}

func TestJSON_RoundTrip(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 3071, 3072, 3073, 6144, 100_001} {
		picture := bytes.Repeat([]byte{0xff, 0, 0x7e}, size/3+1)[:size]
		media := of(picture)
		b, err := body.JSON([]body.Member{
			{Name: "image", Media: body.Sized(media, media.size)},
			{Name: "name", Value: "张\"三\\<&>\u2028"},
		})
		require.NoError(t, err)
		var got map[string]string
		require.NoError(t, json.Unmarshal(read(t, b), &got))
		assert.Equal(t, base64.StdEncoding.EncodeToString(picture), got["image"])
		assert.Equal(t, "张\"三\\<&>\u2028", got["name"])
		assert.Len(t, got, 2)
		assert.Equal(t, "application/json", b.ContentType())
	}
}

func TestJSON_DoesNotEscapeHTML(t *testing.T) {
	b, err := body.JSON([]body.Member{{Name: "k", Value: "<&>"}})
	require.NoError(t, err)
	assert.Equal(t, `{"k":"<&>"}`, string(read(t, b)))
}

func TestForm(t *testing.T) {
	b := body.Form(url.Values{"grant_type": {"client_credentials"}, "client_id": {"a&b"}})
	assert.Equal(t, "client_id=a%26b&grant_type=client_credentials", string(read(t, b)))
}

func TestReader_FillsTheBuffer(t *testing.T) {
	media := of(bytes.Repeat([]byte("x"), 9000))
	b, err := body.JSON([]body.Member{{Name: "image", Media: body.Sized(media, media.size)}})
	require.NoError(t, err)
	buffer := make([]byte, 8192)
	n, err := b.Open().Read(buffer)
	require.NoError(t, err)
	assert.Equal(t, len(buffer), n)
}

// A body whose media changed must break off. The vendor then never gets a whole body,
// so it cannot mistake it for the picture.
// Holds P-WIRE-9, P-LIVE-3.
func TestBody_ChangedMediaIsNeverSentWhole(t *testing.T) {
	content := strings.Repeat("0123456789", 1000)
	boom := errors.New("disk on fire at /home/zhangsan")
	for name, media := range map[string]*source{
		"shorter":        {open: func() io.Reader { return strings.NewReader(content[:9999]) }, size: 10000},
		"longer":         {open: func() io.Reader { return strings.NewReader(content + "x") }, size: 10000},
		"much longer":    {open: func() io.Reader { return strings.NewReader(content + strings.Repeat("x", 500)) }, size: 10000},
		"fails half-way": {open: func() io.Reader { return io.MultiReader(strings.NewReader(content[:5000]), iotest.ErrReader(boom)) }, size: 10000},
		"shrunk":         {open: func() io.Reader { return strings.NewReader(content[:9000]) }, size: 9000},
		"grown":          {open: func() io.Reader { return strings.NewReader(content + content[:1000]) }, size: 11000},
		"fails at its end": {open: func() io.Reader {
			return iotest.DataErrReader(io.MultiReader(strings.NewReader(content), iotest.ErrReader(boom)))
		}, size: 10000},
		"other size":       {open: func() io.Reader { return strings.NewReader(content) }, size: 9000},
		"cannot be opened": {err: boom},
		"cannot be closed": {open: func() io.Reader { return strings.NewReader(content) }, size: 10000, closing: boom},
	} {
		t.Run(name, func(t *testing.T) {
			asJSON, err := body.JSON([]body.Member{{Name: "image", Media: body.Sized(media, 10000)}})
			require.NoError(t, err)
			form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(media, 10000)})
			require.NoError(t, err)
			for _, b := range []*body.Body{asJSON, form} {
				r := b.Open()
				got, err := io.ReadAll(r)
				require.NoError(t, r.Close())
				var mediaErr *body.MediaError
				require.ErrorAs(t, err, &mediaErr)
				if media.err != nil {
					assert.ErrorIs(t, err, media.err, "the original error is kept")
				}
				assert.NotContains(t, err.Error(), "zhangsan")
				assert.Less(t, int64(len(got)), b.Len())
			}
			assert.Equal(t, media.opened, media.closed)
		})
	}
}

// lending is media in memory that can be lent without a copy.
type lending struct{ left []byte }

func (m lending) Open() (io.ReadCloser, int64, error) {
	return &lending{m.left}, int64(len(m.left)), nil
}
func (lending) InMemory() bool { return true }
func (*lending) Close() error  { return nil }

func (m *lending) Next(n int) []byte {
	next := m.left[:min(n, len(m.left))]
	m.left = m.left[len(next):]
	return next
}

func (m *lending) Read(p []byte) (int, error) {
	if len(m.left) == 0 {
		return 0, io.EOF
	}
	return copy(p, m.Next(len(p))), nil
}

func TestInMemory(t *testing.T) {
	file := func(opener media.Opener) *body.Body {
		b, err := body.Multipart([]body.Field{{Name: "a", Value: "b"}}, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(opener, 3)})
		require.NoError(t, err)
		return b
	}
	assert.True(t, body.Form(url.Values{"a": {"b"}}).InMemory())
	assert.True(t, file(lending{[]byte("abc")}).InMemory())
	assert.False(t, file(of([]byte("abc"))).InMemory(), "media may be a file, and hang")
	assert.False(t, file(struct {
		media.Opener
		lender
	}{of([]byte("abc")), false}).InMemory(), "it says so")
}

// lender is media that says whether it is in memory.
type lender bool

func (l lender) InMemory() bool { return bool(l) }

// Borrowed and read pieces of any size, in turn, make one body.
func TestLend_LentAndReadBytesMakeTheBody(t *testing.T) {
	content := bytes.Repeat([]byte("picture"), 1000)
	media := lending{content}
	form, err := body.Multipart([]body.Field{{Name: "a", Value: "b"}}, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(media, 7000)})
	require.NoError(t, err)
	asJSON, err := body.JSON([]body.Member{{Name: "image", Media: body.Sized(media, 7000)}})
	require.NoError(t, err)
	for b, lends := range map[*body.Body]bool{form: true, asJSON: false} {
		r := b.Open()
		var got []byte
		borrowed := 0
		for {
			lent := r.Borrow(300)
			assert.LessOrEqual(t, len(lent), 300)
			borrowed += len(lent)
			got = append(got, lent...)
			some := make([]byte, 100)
			n, err := r.Read(some)
			got = append(got, some[:n]...)
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
		}
		assert.Equal(t, read(t, b), got)
		assert.Equal(t, lends, borrowed > 5000, borrowed)
		assert.Empty(t, r.Borrow(300))
		require.NoError(t, r.Close())
	}
}

// A body that is closed or has failed lends nothing.
func TestLend_NothingAfterCloseOrError(t *testing.T) {
	media := lending{bytes.Repeat([]byte("x"), 1000)}
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(media, 1000)})
	require.NoError(t, err)
	r := form.Open()
	_, err = io.ReadFull(r, make([]byte, form.Len()-500))
	require.NoError(t, err)
	require.NotEmpty(t, r.Borrow(1))
	require.NoError(t, r.Close())
	assert.Empty(t, r.Borrow(1))

	boom := errors.New("boom")
	form, err = body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(unreadable{media, boom}, 1000)})
	require.NoError(t, err)
	r = form.Open()
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, boom)
	assert.Empty(t, r.Borrow(1))
	require.NoError(t, r.Close())
}

// unreadable can be lent but not read.
type unreadable struct {
	lending
	err error
}

func (u unreadable) Open() (io.ReadCloser, int64, error) {
	return &unreadable{u.lending, u.err}, int64(len(u.left)), nil
}
func (u *unreadable) Read([]byte) (int, error) { return 0, u.err }

func TestBody_SlowMediaGiveTheSameBytes(t *testing.T) {
	content := bytes.Repeat([]byte("picture"), 2000)
	media := &source{open: func() io.Reader { return iotest.OneByteReader(bytes.NewReader(content)) }, size: int64(len(content))}
	b, err := body.JSON([]body.Member{{Name: "image", Media: body.Sized(media, media.size)}})
	require.NoError(t, err)
	fast := read(t, b)
	slow, err := io.ReadAll(iotest.OneByteReader(b.Open()))
	require.NoError(t, err)
	assert.Equal(t, fast, slow)
}

func TestBody_ReadAfterCloseFails(t *testing.T) {
	media := of([]byte("abc"))
	b, err := body.JSON([]body.Member{{Name: "image", Media: body.Sized(media, 3)}})
	require.NoError(t, err)
	r := b.Open()
	_, err = r.Read(make([]byte, 12))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 10))
	assert.Error(t, err)
	assert.Equal(t, media.opened, media.closed)
}
