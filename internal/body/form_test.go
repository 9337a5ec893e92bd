package body_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/proof/growth"
)

func TestMediaForm_RoundTrip(t *testing.T) {
	content := []byte{0xfb, 0xff, 0xfe, 0x00, 0x01} // +//+AAE=
	media := of(content)
	b, err := body.MediaForm(t.Context(), []body.Member{
		{Name: "CertName", Value: "测试甲 ·*~+"}, {Name: "Picture", Media: body.Sized(media, media.size)}, {Name: "a&b", Value: ""},
	})
	require.NoError(t, err)
	assert.Equal(t, "application/x-www-form-urlencoded", b.ContentType())
	sent := read(t, b)
	assert.Contains(t, string(sent), "&Picture=%2B%2F%2F%2BAAE%3D&")
	values, err := url.ParseQuery(string(sent))
	require.NoError(t, err)
	assert.Equal(t, url.Values{"CertName": {"测试甲 ·*~+"}, "Picture": {base64.StdEncoding.EncodeToString(content)}, "a&b": {""}}, values)
	opened := media.opened
	sum, err := b.Digest(t.Context())
	require.NoError(t, err)
	assert.Equal(t, sha256.Sum256(sent), sum)
	assert.Equal(t, opened, media.opened, "the digest is computed together with the length")

	none, err := body.MediaForm(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, read(t, none))
}

func TestMediaForm_UnreadableMedia(t *testing.T) {
	media := &source{err: errBroken}
	_, err := body.MediaForm(t.Context(), []body.Member{{Name: "p", Media: body.Sized(media, 3)}})
	require.ErrorIs(t, err, errBroken)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = body.MediaForm(ctx, nil)
	assert.ErrorIs(t, err, context.Canceled)
}

// The same number of other bytes may need more or less room in a form. Wherever the
// body ends then, its reader reports that the media changed.
func TestMediaForm_ChangedMediaIsNeverSentWhole(t *testing.T) {
	long, short := bytes.Repeat([]byte{0xff}, 20_000), make([]byte, 20_000)
	for _, change := range [][2][]byte{{long, short}, {short, long}, {append(long[:19_999:19_999], 0), long}} {
		current := change[0]
		media := &source{open: func() io.Reader { return bytes.NewReader(current) }, size: 20_000}
		b, err := body.MediaForm(t.Context(), []body.Member{{Name: "p", Media: body.Sized(media, media.size)}})
		require.NoError(t, err)
		current = change[1]
		for _, size := range []int{1, 1000, int(b.Len()), 1 << 20} {
			r, piece, got := b.Open(), make([]byte, size), 0
			var n int
			for err = nil; err == nil; n, err = r.Read(piece) {
				got += n
			}
			var changed *body.MediaError
			require.ErrorAs(t, err, &changed)
			assert.NotEqualValues(t, b.Len(), got)
			_, again := r.Read(piece)
			assert.ErrorIs(t, again, err)
			require.NoError(t, r.Close())
		}
	}
}

// The length depends on the bytes, but a picture is never held in memory.
func TestMediaForm_AllocatesTheSameForEverySize(t *testing.T) {
	if growth.UnderRace {
		t.Skip("the race detector allocates, too")
	}
	allocated := func(size int) float64 {
		content := bytes.Repeat([]byte{0xff}, size) // all of it is escaped
		return testing.AllocsPerRun(3, func() {
			media := of(content)
			b, err := body.MediaForm(t.Context(), []body.Member{{Name: "p", Media: body.Sized(media, media.size)}})
			require.NoError(t, err)
			n, err := io.Copy(io.Discard, b.Open())
			require.NoError(t, err)
			require.Equal(t, b.Len(), n)
		})
	}
	assert.InDelta(t, allocated(3<<10), allocated(3<<20), 10) // a copy would allocate for each part
}

func FuzzMediaForm(f *testing.F) {
	for kind := range len(rightMedia) + len(wrongMedia) {
		f.Add("name", "测试甲&=+% ", []byte("\xff\xd8\xff\xfb\xefcontent"), uint16(kind), uint16(3), uint16(7), uint16(0))
	}
	for _, size := range []int{0, 1, 2, 6143, 6144, 6145, 12289} {
		f.Add("k", "", bytes.Repeat([]byte{0xfb, 0xff, 0}, size/3+1)[:size], uint16(4), uint16(size/2), uint16(4095), uint16(8191))
	}
	f.Fuzz(func(t *testing.T, name, value string, content []byte, kind, at, one, two uint16) {
		media, right := behaving(content, kind, at)
		b, err := body.MediaForm(t.Context(), []body.Member{{Name: name, Value: value}, {Name: "image", Media: body.Sized(media, int64(len(content)))}, {Name: "last", Value: name}})
		require.Equal(t, media.opened, media.closed)
		if !right {
			var broken *body.MediaError
			require.ErrorAs(t, err, &broken)
			return
		}
		require.NoError(t, err)
		picture := base64.StdEncoding.EncodeToString(content)
		want := url.QueryEscape(name) + "=" + url.QueryEscape(value) + "&image=" + url.QueryEscape(picture) + "&last=" + url.QueryEscape(name)
		checkBody(t, b, media, true, []byte(want), one, two)
		sum, err := b.Digest(t.Context())
		require.NoError(t, err)
		require.Equal(t, sha256.Sum256([]byte(want)), sum)
	})
}
