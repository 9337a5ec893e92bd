package body

import (
	"encoding/json"
	"io"
	"runtime/debug"
	"strings"
	"testing"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/proof/growth"
)

// slowly is media that come in pieces that the test chooses.
type slowly struct {
	content string
	shape   func(io.Reader) io.Reader
}

func (s slowly) Open() (io.ReadCloser, int64, error) {
	return io.NopCloser(s.shape(strings.NewReader(s.content))), int64(len(s.content)), nil
}

func asTheyCome(r io.Reader) io.Reader { return r }

const plenty = 1 << 30

func bodyOf(t *testing.T, o media.Opener) *Body {
	t.Helper()
	text, err := LookAtText(o, plenty)
	require.NoError(t, err)
	b, err := JSON([]Member{{Name: "a", Value: "b"}, {Name: "data", Text: text}, {Name: "c", Value: "d"}})
	require.NoError(t, err)
	return b
}

func whole(t *testing.T, b *Body, shape func(io.Reader) io.Reader) []byte {
	t.Helper()
	r := b.Open()
	content, err := io.ReadAll(shape(r))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.EqualValues(t, b.Len(), len(content), "the announced length must be exact")
	return content
}

func checkText(t *testing.T, text string) {
	t.Helper()
	for _, shape := range []func(io.Reader) io.Reader{asTheyCome, iotest.OneByteReader, iotest.HalfReader} {
		b := bodyOf(t, slowly{text, shape})
		content := whole(t, b, asTheyCome)
		var got map[string]string
		require.NoError(t, json.Unmarshal(content, &got))
		assert.Equal(t, map[string]string{"a": "b", "data": text, "c": "d"}, got)
	}
	assert.Equal(t, whole(t, bodyOf(t, media.String(text)), iotest.OneByteReader), whole(t, bodyOf(t, slowly{text, iotest.HalfReader}), iotest.HalfReader))
}

func TestText_RoundTripOfAnyBytes(t *testing.T) {
	var all strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r += 1 + r/64 {
		if utf8.ValidRune(r) {
			all.WriteRune(r)
		}
	}
	all.WriteString("\u2028\u2029\ufffd<>&\x7f")
	for _, text := range []string{
		"x", `"`, `\`, "\n", "\x00", strings.Repeat("QUJD", 20_000) + "\n", strings.Repeat("\x01", rawChunk+1),
		strings.Repeat("a", rawChunk-1) + "\n" + strings.Repeat("b", rawChunk), strings.Repeat("\U00020000", 9000), all.String(),
	} {
		checkText(t, text)
	}
	// Characters that are split between pieces.
	for i := range 5 {
		checkText(t, strings.Repeat("a", 16<<10-i)+"\U00020000\n")
	}
}

func TestLookAtText_DetectsInvalidAndBlankText(t *testing.T) {
	for text, want := range map[string]struct{ blank, broken bool }{
		"a": {}, " \t\u3000\n": {blank: true}, " a": {}, "\xff": {broken: true}, "a\xe5\xbc": {broken: true},
		strings.Repeat(" ", 40_000): {blank: true}, strings.Repeat(" ", 40_000) + "x": {}, strings.Repeat("张", 20_000) + "\xe5": {broken: true},
	} {
		for _, shape := range []func(io.Reader) io.Reader{asTheyCome, iotest.OneByteReader} {
			look, err := LookAtText(slowly{text, shape}, plenty)
			require.NoError(t, err)
			assert.Equal(t, want.blank, look.IsBlank, "%.10q", text)
			assert.Equal(t, want.broken, look.IsBroken, "%.10q", text)
		}
	}
}

func TestLookAtText_HeadHasWholeCharacters(t *testing.T) {
	for _, text := range []string{"short", strings.Repeat("a", maxHead), strings.Repeat("a", 5*maxHead), "a" + strings.Repeat("张", 5*maxHead)} {
		for _, shape := range []func(io.Reader) io.Reader{asTheyCome, iotest.OneByteReader} {
			look, err := LookAtText(slowly{text, shape}, plenty)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(text, look.Head))
			assert.True(t, utf8.ValidString(look.Head))
			assert.LessOrEqual(t, len(look.Head), maxHead)
			assert.Greater(t, len(look.Head), min(len(text), maxHead)-utf8.UTFMax)
		}
	}
}

// The limit applies to the JSON, and is found before the rest is read.
func TestLookAtText_StopsAtTheLimit(t *testing.T) {
	const max = 100_000
	for char, fits := range map[string]int{"a": max, "\n": max / 2, "\x01": max / 6, "张": max / 3} {
		_, err := LookAtText(media.String(strings.Repeat(char, fits)), max)
		assert.NoError(t, err)
		_, err = LookAtText(media.String(strings.Repeat(char, fits+1)), max)
		assert.ErrorIs(t, err, media.ErrTooLarge, "%q", char)
	}
	opened := false
	_, err := LookAtText(endless(func(p []byte) { opened = true }), max)
	assert.ErrorIs(t, err, media.ErrTooLarge)
	assert.False(t, opened, "its length shows it")

	read := 0
	_, err = LookAtText(held(nil).readBy(50_000, func(p []byte) (int, error) {
		read += len(p)
		for i := range p {
			p[i] = 1
		}
		return len(p), nil
	}), max)
	assert.ErrorIs(t, err, media.ErrTooLarge)
	assert.LessOrEqual(t, read, max/6+16<<10)
}

type endless func([]byte)

func (e endless) Open() (io.ReadCloser, int64, error) {
	return io.NopCloser(readerFunc(func(p []byte) (int, error) { e(p); return len(p), nil })), 1 << 40, nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type readBy struct {
	size int64
	read readerFunc
}

func (held) readBy(size int64, read readerFunc) readBy { return readBy{size, read} }

func (r readBy) Open() (io.ReadCloser, int64, error) { return io.NopCloser(r.read), r.size, nil }

// A text is sent as it was checked, or not whole.
// Holds P-WIRE-9.
func TestText_ChangedTextIsNeverSentWhole(t *testing.T) {
	content := strings.Repeat("0123456789", 5000)
	for name, changed := range map[string]string{
		"its end": content[:49_999] + "x", "its beginning": "x" + content[1:], "an escape": content[:49_999] + "\n",
		"shorter": content[:49_999], "longer": content + "x",
	} {
		current := content
		b := bodyOf(t, opener(func() (io.ReadCloser, int64, error) {
			return io.NopCloser(strings.NewReader(current)), 50_000, nil
		}))
		current = changed
		r := b.Open()
		got, err := io.ReadAll(r)
		assert.ErrorIs(t, err, media.ErrChanged, name)
		assert.Less(t, int64(len(got)), b.Len(), name)
		assert.NotContains(t, string(got), `"c"`, name)
		require.NoError(t, r.Close())
	}
}

type opener func() (io.ReadCloser, int64, error)

func (o opener) Open() (io.ReadCloser, int64, error) { return o() }

func TestEscaper_IsClearedBeforeReuse(t *testing.T) {
	text, err := LookAtText(media.String(strings.Repeat("\x01p", 3*rawChunk)), plenty)
	require.NoError(t, err)
	b, err := JSON([]Member{{Name: "data", Text: text}})
	require.NoError(t, err)
	r := b.Open()
	_, err = io.ReadFull(r, make([]byte, rawChunk))
	require.NoError(t, err)
	e := r.media.coder.(*escaper)
	require.Contains(t, string(e.escaped[:]), "p")
	require.NotEmpty(t, e.left)
	require.NoError(t, r.Close())
	require.Zero(t, *e)
}

// A text is never held in memory, whatever its size and however much is escaped.
func TestText_AllocatesTheSameForEverySize(t *testing.T) {
	if growth.UnderRace {
		t.Skip("the race detector allocates, too")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // garbage collection would empty the pools
	for _, char := range []string{"a", "\x01"} {
		used := func(size int) float64 {
			o := media.String(strings.Repeat(char, size))
			return testing.AllocsPerRun(2, func() {
				r := bodyOf(t, o).Open()
				_, err := io.Copy(io.Discard, r)
				require.NoError(t, err)
				require.NoError(t, r.Close())
			})
		}
		least := used(1 << 20)
		for _, size := range []int{2 << 20, 4 << 20} {
			assert.InDelta(t, least, used(size), 10, "%q", char) // a copy would allocate for each part
		}
	}
}

func BenchmarkText(b *testing.B) {
	for name, char := range map[string]string{"plain": "a", "escaped": "\x01"} {
		b.Run(name, func(b *testing.B) {
			o := media.String(strings.Repeat(char, 1<<20))
			b.SetBytes(1 << 20)
			b.ReportAllocs()
			piece := make([]byte, 64<<10)
			for b.Loop() {
				text, _ := LookAtText(o, plenty)
				body, _ := JSON([]Member{{Name: "data", Text: text}})
				r := body.Open()
				for _, err := r.Read(piece); err == nil; _, err = r.Read(piece) {
				}
				_ = r.Close()
			}
		})
	}
}

// inMemory is media that can be lent without a copy.
type inMemory struct{ *strings.Reader }

func (m inMemory) Open() (io.ReadCloser, int64, error) {
	_, err := m.Seek(0, io.SeekStart)
	return m, m.Size(), err
}
func (inMemory) InMemory() bool  { return true }
func (inMemory) Close() error    { return nil }
func (inMemory) Next(int) []byte { panic("lent without an escape") }

func TestText_IsNotLentUnescaped(t *testing.T) {
	text, err := LookAtText(inMemory{strings.NewReader("\n\n\n\n")}, plenty)
	require.NoError(t, err)
	b, err := JSON([]Member{{Name: "data", Text: text}})
	require.NoError(t, err)
	r := b.Open()
	for err == nil {
		assert.Empty(t, r.Borrow(10))
		_, err = r.Read(make([]byte, 1))
	}
	require.NoError(t, r.Close())
}

// The head is a beginning of the text, even if a character crosses its end and the next
// piece would fit.
func TestLookAtText_HeadIsABeginning(t *testing.T) {
	s := "a" + strings.Repeat("é", 8191) + strings.Repeat("A", 100)
	seen, err := LookAtText(media.String(s), 1<<20)
	require.NoError(t, err)
	assert.NotEmpty(t, seen.Head)
	assert.True(t, strings.HasPrefix(s, seen.Head))
}
