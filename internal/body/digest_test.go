package body_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/sign"
)

// The bytes sent are the bytes signed: the last piece is returned only if all bytes are
// the same, whatever the body contains and however it is read.
// Holds P-WIRE-9.
func TestSigned_ChangedBodyIsNeverSentWhole(t *testing.T) {
	content := bytes.Repeat([]byte("picture"), 20_000)
	current := content
	held := &source{open: func() io.Reader { return bytes.NewReader(current) }, size: int64(len(content))}
	form, err := body.Multipart([]body.Field{{Name: "a", Value: "b"}}, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(held, held.size)})
	require.NoError(t, err)
	asJSON, err := body.JSON([]body.Member{{Name: "image", Media: body.Sized(held, held.size)}, {Name: "a", Value: "b"}})
	require.NoError(t, err)
	asForm, err := body.MediaForm(t.Context(), []body.Member{{Name: "image", Media: body.Sized(held, held.size)}, {Name: "a", Value: "b"}})
	require.NoError(t, err)
	for name, b := range map[string]*body.Body{"multipart": form, "JSON": asJSON, "form": asForm} {
		sum, err := b.Digest(t.Context())
		require.NoError(t, err)
		sent := read(t, b)
		assert.Equal(t, sha256.Sum256(sent), sum, name)
		opened := held.opened
		again, err := b.Digest(t.Context())
		require.NoError(t, err)
		assert.Equal(t, sum, again, name)
		assert.Equal(t, opened, held.opened, "it is computed once")

		for _, at := range []int{0, len(content) / 2, len(content) - 1} {
			current = bytes.Clone(content)
			current[at]++
			for _, shape := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, func(r io.Reader) io.Reader { return r }} {
				r := b.Open()
				got, err := io.ReadAll(shape(r))
				var changed *body.MediaError
				require.ErrorAs(t, err, &changed, name)
				assert.Less(t, len(got), len(sent), name)
				_, err = r.Read(make([]byte, 1))
				assert.Error(t, err)
				require.NoError(t, r.Close())
			}
		}
		current = content
		assert.Equal(t, sent, read(t, b), name)
	}
	assert.Equal(t, held.opened, held.closed)
}

func TestSigned_LendsNothing(t *testing.T) {
	form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(lending{[]byte("abc")}, 3)})
	require.NoError(t, err)
	_, err = form.Digest(t.Context())
	require.NoError(t, err)
	r := form.Open()
	for err == nil {
		assert.Empty(t, r.Borrow(10), "it could change before it is written")
		_, err = r.Read(make([]byte, 1))
	}
	assert.Equal(t, io.EOF, err)
	require.NoError(t, r.Close())
}

func TestDigest_FailsAsTheBodyDoes(t *testing.T) {
	boom := errors.New("boom")
	for _, held := range []*source{{err: boom}, {open: func() io.Reader { return iotest.ErrReader(boom) }, size: 5}} {
		form, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: body.Sized(held, 5)})
		require.NoError(t, err)
		_, err = form.Digest(t.Context())
		assert.ErrorIs(t, err, boom)
		assert.Equal(t, held.opened, held.closed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := body.Form(url.Values{"a": {"b"}}).Digest(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}

// noise is random bytes, like those of a compressed picture.
func noise(size int) []byte {
	picture := make([]byte, 0, size)
	for block := sha256.Sum256(nil); len(picture) < size; block = sha256.Sum256(block[:]) {
		picture = append(picture, block[:]...)
	}
	return picture[:size]
}

const pictureSize = 3 << 19 // 2 MiB in base64

func signed(digest [sha256.Size]byte) string {
	hash, _ := sign.Request{Method: "POST", Host: "api.example.com", Digest: digest}.Canonical("host")
	return sign.Chain("EXAMPLE", "2026-01-01", "service", "request", hash)
}

// BenchmarkSigned compares a body of 2 MiB, digested, signed and read to its end, with
// the usual code by hand: hold it whole, encode, hash, read.
func BenchmarkSigned(b *testing.B) {
	picture := noise(pictureSize)
	members := func() []body.Member {
		seen, err := media.Look(of(picture), media.Max, nil)
		if err != nil {
			b.Fatal(err)
		}
		return []body.Member{{Name: "name", Value: "测试甲"}, {Name: "image", Media: seen}}
	}
	drain := func(r io.Reader) {
		piece := make([]byte, 32<<10)
		for {
			if _, err := r.Read(piece); err != nil {
				return
			}
		}
	}
	for name, once := range map[string]func(){
		"JSON/streamed": func() {
			made, err := body.JSON(members())
			if err != nil {
				b.Fatal(err)
			}
			digest, err := made.Digest(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			signed(digest)
			drain(made.Open())
		},
		"JSON/by hand": func() {
			content, err := io.ReadAll(bytes.NewReader(picture))
			if err != nil {
				b.Fatal(err)
			}
			text, err := json.Marshal(map[string]string{"name": "测试甲", "image": base64.StdEncoding.EncodeToString(content)})
			if err != nil {
				b.Fatal(err)
			}
			signed(sha256.Sum256(text))
			drain(bytes.NewReader(text))
		},
		"form/streamed": func() {
			made, err := body.MediaForm(b.Context(), members())
			if err != nil {
				b.Fatal(err)
			}
			digest, err := made.Digest(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			signed(digest)
			drain(made.Open())
		},
		"form/by hand": func() {
			content, err := io.ReadAll(bytes.NewReader(picture))
			if err != nil {
				b.Fatal(err)
			}
			text := []byte(url.Values{"name": {"测试甲"}, "image": {base64.StdEncoding.EncodeToString(content)}}.Encode())
			signed(sha256.Sum256(text))
			drain(bytes.NewReader(text))
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(pictureSize)
			b.ReportAllocs()
			for b.Loop() {
				once()
			}
		})
	}
}
