package httpx

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
)

func inMemoryForm(t *testing.T, size int) Request {
	t.Helper()
	form, err := body.Multipart([]body.Field{{Name: "face", Value: strings.Repeat("x", size)}}, nil)
	require.NoError(t, err)
	require.True(t, form.InMemory())
	return Request{Method: http.MethodPost, Path: "/", Body: form}
}

// lasting is media in memory that can be lent, as idverify.Bytes can.
type lasting struct{ left []byte }

func (m lasting) Open() (io.ReadCloser, int64, error) {
	return &lasting{m.left}, int64(len(m.left)), nil
}
func (m lasting) InMemory() bool { return true }
func (m *lasting) Close() error  { return nil }

func (m *lasting) Next(n int) []byte {
	next := m.left[:min(n, len(m.left))]
	m.left = m.left[len(next):]
	return next
}

func (m *lasting) Read(p []byte) (int, error) {
	if len(m.left) == 0 {
		return 0, io.EOF
	}
	return copy(p, m.Next(len(p))), nil
}

// The body of a call that has ended is neither lent nor read: net/http may continue for
// a moment after its caller has left. The first case shows that there is something to
// lend.
func TestOutgoing_EndedCallGivesNothing(t *testing.T) {
	picture := bytes.Repeat([]byte("p"), 1000)
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: Sized(lasting{picture}, 1000)})
	require.NoError(t, err)
	for _, test := range []struct {
		name  string
		end   func(*attempt, io.Closer)
		taken bool
	}{
		{"running", func(*attempt, io.Closer) {}, true},
		{"ended", func(a *attempt, _ io.Closer) { a.finish() }, false},
		{"closed", func(_ *attempt, b io.Closer) { assert.NoError(t, b.Close()) }, false},
	} {
		a := &attempt{request: Request{Body: form}}
		o := a.openBody().(*outgoing)
		_, err := io.ReadFull(o, make([]byte, form.Len()-500)) // to amid the picture
		require.NoError(t, err)
		test.end(a, o)
		var lent bytes.Buffer
		_, lendErr := o.Lend(&lent)
		n, err := o.Read(make([]byte, 1000))
		if test.taken {
			require.NoError(t, lendErr)
			require.NoError(t, err)
			assert.Equal(t, 500, lent.Len()+n)
			assert.True(t, a.finish())
			continue
		}
		assert.Zero(t, lent.Len(), test.name)
		assert.Zero(t, n, test.name)
		assert.Error(t, err, test.name)
		assert.False(t, a.finish(), test.name)
	}
}

// The call ends after the last piece was taken but before it was passed on. The piece
// must not be written after the call has reported "not sent".
func TestOutgoing_EndedCallKeepsLastPiece(t *testing.T) {
	form := inMemoryForm(t, 10)
	for _, ended := range []bool{false, true} {
		a := &attempt{request: form}
		o := a.openBody().(*outgoing)
		_, err := o.read(make([]byte, form.Body.Len()))
		require.NoError(t, err)
		if ended {
			assert.False(t, a.finish())
		}
		err = o.release()
		assert.Equal(t, ended, err != nil)
		assert.Equal(t, !ended, a.finish())
	}
}

// No body ends with lent bytes today.
func TestOutgoing_LentLastPieceCounts(t *testing.T) {
	form := formOf(t, lasting{make([]byte, 1000)}, 1000)
	for _, more := range []int64{0, 1} {
		a := &attempt{request: form}
		o := a.openBody().(*outgoing)
		_, err := io.ReadFull(o, make([]byte, form.Body.Len()-500)) // to amid the picture
		require.NoError(t, err)
		var lent bytes.Buffer
		o.left = 500 - int64(len("\r\n--")+48+len("--\r\n")) + more // as if nothing came after it
		_, err = o.Lend(&lent)
		require.NoError(t, err)
		assert.Equal(t, more == 0, a.finish())
	}
}
