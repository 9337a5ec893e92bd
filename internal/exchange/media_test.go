package exchange

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/picture"
	"github.com/idverify/idverify/internal/timelimit"
)

// counted is a reader that counts how often it was closed.
type counted struct {
	io.Reader
	closed *int
}

func (c counted) Close() error {
	*c.closed++
	return nil
}

// Holds P-LIVE-3.
func TestLook_ClosesMedia(t *testing.T) {
	var opened, closed int
	of := func(content []byte) idverify.Media {
		return idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			opened++
			return counted{bytes.NewReader(content), &closed}, int64(len(content)), nil
		})
	}
	c := answered(0)
	for _, content := range [][]byte{nil, []byte("x"), []byte("GIF89a"), bytes.Repeat([]byte("x"), 11)} {
		_, _ = c.Capture(of(content))
		_, _ = c.Picture(of(content), Limits{Formats: []picture.Format{picture.JPEG}, MaxBytes: 10})
	}
	assert.Equal(t, 8, opened)
	assert.Equal(t, opened, closed)
}

// The sizes are limited where their sums could overflow.
// Holds P-WIRE-11.
func TestLook_RefusesHugeSizes(t *testing.T) {
	const most = int64(64) << 20
	for size, want := range map[int64]idverify.Code{
		most: "", most + 1: idverify.CodeTooLarge, math.MaxInt64: idverify.CodeTooLarge,
	} {
		closed := 0
		seen, err := answered(0).Capture(idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return counted{strings.NewReader("x"), &closed}, size, nil
		}))
		assert.Equal(t, want, idverify.CodeOf(err))
		if want == "" {
			assert.Equal(t, size, seen.Size())
		} else {
			assert.ErrorContains(t, err, "67108864 bytes")
		}
		assert.Equal(t, 1, closed)
	}
}

// A user's media may panic or end the goroutine that reads them, as require does in a
// test. Neither counts as an empty picture.
func TestLook_PanicOrGoexitIsUnreadable(t *testing.T) {
	for how, open := range map[string]func() (io.ReadCloser, int64, error){
		"panic":  func() (io.ReadCloser, int64, error) { panic("MARK") },
		"goexit": func() (io.ReadCloser, int64, error) { runtime.Goexit(); return nil, 0, nil },
	} {
		_, err := answered(0).Capture(idverify.MediaFunc(open))
		assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code, how)
		_, err = answered(0).Picture(idverify.MediaFunc(open), Limits{})
		assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code, how)
		assert.NotContains(t, fmt.Sprintf("%+v", err), "MARK")
	}
}

func TestLook_OpenErrorHasNoPath(t *testing.T) {
	for cause, want := range map[error]error{
		&fs.PathError{Op: "open", Path: "/home/MARK", Err: fs.ErrNotExist}:   fs.ErrNotExist,
		&fs.PathError{Op: "open", Path: "/home/MARK", Err: fs.ErrPermission}: fs.ErrPermission,
		errors.New("MARK"): nil,
	} {
		_, err := answered(0).Capture(idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return nil, 0, cause }))
		e := asError(t, nil, err)
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
		assert.Equal(t, "Evidence", e.Field)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.NotContains(t, fmt.Sprintf("%+v", e), "MARK")
		if want == nil {
			assert.NoError(t, e.Err)
			continue
		}
		assert.Equal(t, want, e.Err)
		assert.Contains(t, e.Detail, want.Error())
	}
}

func TestPicture_LimitsApplyToBothOrientations(t *testing.T) {
	pixels := func(width, height int) idverify.Media {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))))
		return idverify.Bytes(b.Bytes())
	}
	limits := Limits{Formats: []picture.Format{picture.PNG}, LongSide: 30, ShortSide: 20}
	for _, test := range []struct {
		width, height int
		fits          bool
	}{{30, 20, true}, {20, 30, true}, {31, 20, false}, {20, 31, false}, {30, 21, false}, {21, 21, false}, {20, 20, true}} {
		seen, err := answered(0).Picture(pixels(test.width, test.height), limits)
		assert.Equal(t, test.fits, err == nil, "%+v", test)
		if test.fits {
			assert.Equal(t, picture.PNG, seen.Picture.Format)
			assert.Positive(t, seen.Size())
		} else {
			assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
		}
	}
	_, err := answered(0).Picture(pixels(99, 99), Limits{Formats: limits.Formats})
	assert.NoError(t, err, "0 means no limit")
	for size, fits := range map[int]bool{10: true, 11: false} {
		seen, err := answered(0).Picture(idverify.Bytes(bytes.Repeat([]byte("x"), size)), Limits{MaxBytes: 10})
		assert.Equal(t, fits, err == nil)
		if fits {
			assert.EqualValues(t, size, seen.Size())
		}
	}
}

// The error names data that is certainly no picture; the size is checked first.
func TestPicture_NamesFormatOfOtherData(t *testing.T) {
	jpg := append([]byte("\xff\xd8\xff\xdb\x00\x02"), "\xff\xd9"...)
	limits := Limits{Formats: []picture.Format{picture.JPEG}, MaxBytes: 50}
	for content, want := range map[string]struct{ picture, capture string }{
		"<html>":                     {"the media is no picture: it looks like HTML", "the media is no capture: it looks like HTML"},
		"data:image/png;base64,iVBO": {"the media is no picture: it looks like a data: URL", "the media is no capture: it looks like a data: URL"},
		"\x00\x00\x00\x10ftyphevc\x00\x00\x00\x00": {"the vendor does not read HEIC (brand hevc) pictures", "the media is no capture: it looks like HEIC (brand hevc)"},
		"GIF89a":    {"the vendor does not read GIF pictures", "the media is no capture: it looks like GIF"},
		"%PDF-1":    {"the media is no picture: it looks like PDF", ""},
		string(jpg): {"", "the media is no capture: it looks like JPEG"},
		"photo":     {"", ""},
	} {
		for _, media := range []idverify.Media{idverify.Bytes([]byte(content)), idverify.ReaderAt(strings.NewReader(content), int64(len(content)))} {
			_, asPicture := answered(0).Picture(media, limits)
			_, asCapture := answered(0).Capture(media)
			for _, of := range []struct {
				err    error
				detail string
			}{{asPicture, want.picture}, {asCapture, want.capture}} {
				if of.detail == "" {
					assert.NoError(t, of.err, "%q", content)
					continue
				}
				e := asError(t, nil, of.err)
				assert.Equal(t, idverify.CodeUnsupportedFormat, e.Code)
				assert.Equal(t, of.detail, e.Detail)
				assert.Equal(t, "Evidence", e.Field)
				assert.Equal(t, idverify.DeliveryNotSent, e.Delivery)
			}
		}
	}
	_, err := answered(0).Picture(idverify.Bytes([]byte("<html>"+strings.Repeat("x", 45))), limits)
	assert.Equal(t, "the picture has 51 bytes, the vendor takes 50", asError(t, nil, err).Detail)
}

// For a vendor that needs a signed digest of the body, the picture is read before it
// is sent, and a missing end is found then.
func TestBodyDigest_TruncatedPicture(t *testing.T) {
	c := answered(0)
	photo, err := c.Picture(idverify.Bytes([]byte("\xff\xd8\xff\xdb\x00\x02")), Limits{Formats: []picture.Format{picture.JPEG}})
	require.NoError(t, err)
	b, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: photo})
	require.NoError(t, err)
	_, err = c.Digest(b)
	e := asError(t, nil, err)
	assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
	assert.Equal(t, "the picture stops before its end", e.Detail)
}

func TestURL_MustBeFetchable(t *testing.T) {
	const prefix = "https://media.example/"
	for raw, fits := range map[string]bool{
		prefix: true, "http://media.example": true, "HTTPS://media.example": true, prefix + strings.Repeat("a", 4<<10-len(prefix)): true,
		"": false, "media.example/x": false, "ftp://media.example": false, "file:///etc/passwd": false, "https://": false, "https://:443/x": false,
		"https:media.example": false, prefix + "%zz": false, prefix + "a b": false, prefix + "a\u3000b": false, prefix + "\x00": false, prefix + "\u0081": false,
		prefix + strings.Repeat("a", 4<<10-len(prefix)+1): false,
	} {
		c := answered(0)
		err := c.URL(raw, "PhotoURL")
		assert.Equal(t, fits, err == nil, "%.50q", raw)
		if fits {
			assert.Equal(t, "at [hidden]", c.Scrub("at "+raw))
			continue
		}
		e := asError(t, nil, err)
		assert.Equal(t, idverify.CodeInvalidRequest, e.Code)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.NotContains(t, e.Error(), "media.example")
	}
}

// A file system that hangs blocks nobody for longer than the limit of an exchange,
// even if the caller has no deadline.
// Holds P-LIVE-4.
func TestLook_HangingMediaTimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		hangs := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			<-release
			return nil, 0, io.ErrUnexpectedEOF
		})
		c := answered(0)
		begun := time.Now()
		_, err := c.Capture(hangs)
		assert.Equal(t, c.HTTP.Timeout(), time.Since(begun))
		e := asError(t, nil, err)
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
		assert.False(t, e.Sent())
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		c.ctx, begun = ctx, time.Now()
		_, err = c.Capture(hangs)
		assert.Equal(t, time.Second, time.Since(begun), "the caller left")
		e = asError(t, nil, err)
		assert.Equal(t, idverify.CodeTimeout, e.Code)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.True(t, e.Repeatable())
		// Our own limit does not count against the vendor.
		c.ctx, leave = context.WithTimeoutCause(t.Context(), time.Second, timelimit.ErrPolicy)
		defer leave()
		_, err = c.Capture(hangs)
		e = asError(t, nil, err)
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
		assert.Equal(t, "the media could not be opened and read: VendorPolicy.Timeout passed", e.Detail)
	})
}

// A text that streams is checked in the same way as one in a field.
func TestLookText_ReadsWholeTextAndHidesHead(t *testing.T) {
	const max = 10_000
	for text, want := range map[string]struct {
		code   idverify.Code
		detail string
	}{
		"": {idverify.CodeInvalidRequest, "is required"}, " \n": {idverify.CodeInvalidRequest, "is required"},
		"a\xff": {idverify.CodeInvalidRequest, "is not UTF-8"}, strings.Repeat("a", max): {},
		strings.Repeat("a", max+1):         {idverify.CodeTooLarge, "Capture.Data is longer than 10000 bytes as JSON"},
		strings.Repeat("\x01", max/6):      {},
		strings.Repeat("\x01", max/6+1):    {idverify.CodeTooLarge, "Capture.Data is longer than 10000 bytes as JSON"},
		strings.Repeat("\x01", 100*max):    {idverify.CodeTooLarge, "Capture.Data is longer than 10000 bytes as JSON"},
		" SECRET-TEXT" + "\u3000 and more": {},
	} {
		for _, m := range []media.Opener{media.String(text), idverify.ReaderAt(strings.NewReader(text), int64(len(text)))} {
			c := answered(0)
			look, err := c.Text(m, "Capture.Data", max)
			if want.code == "" {
				require.NoError(t, err)
				assert.EqualValues(t, len(text), look.Seen.Size())
				said := "at [hidden]."
				if len(text) > 4<<10 {
					said = "at [hidden]" // the message is cut
				}
				assert.Equal(t, said, c.Scrub("at "+text[:min(len(text), 4<<10)]+"."))
				continue
			}
			e := asError(t, nil, err)
			assert.Equal(t, want.code, e.Code, "%.10q", text)
			assert.Equal(t, want.detail, e.Detail, "%.10q", text)
			assert.Equal(t, "Capture.Data", e.Field)
			assert.Equal(t, idverify.BilledNo, e.Billed)
		}
	}
	_, err := answered(0).Text(idverify.File("testdata/missing-zhangsan.txt"), "Capture.Data", max)
	e := asError(t, nil, err)
	assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.NotContains(t, e.Error(), "zhangsan")
}

// A body's digest is computed in another goroutine, as a look is.
func TestBodyDigest_FaultyMedia(t *testing.T) {
	content := "content"
	held := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		return io.NopCloser(strings.NewReader(content)), int64(len("content")), nil
	})
	form := func(c *Call, m idverify.Media) *body.Body {
		file, err := c.Capture(m)
		require.NoError(t, err)
		b, err := body.Multipart(nil, &body.File{Field: "f", FileName: "f", ContentType: "a/b", Media: file})
		require.NoError(t, err)
		return b
	}
	c := answered(0)
	for _, m := range []idverify.Media{held, idverify.Bytes([]byte(content))} {
		b := form(c, m)
		sum, err := c.Digest(b)
		require.NoError(t, err)
		sent, err := io.ReadAll(b.Open())
		require.NoError(t, err)
		assert.Equal(t, sha256.Sum256(sent), sum)
	}
	b := form(c, held)
	content = "short"
	_, err := c.Digest(b)
	assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code)

	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		var looked atomic.Bool
		c := answered(0)
		b := form(c, idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			if looked.Swap(true) {
				<-release
			}
			return io.NopCloser(strings.NewReader("x")), 1, nil
		}))
		begun := time.Now()
		_, err := c.Digest(b)
		assert.Equal(t, c.HTTP.Timeout(), time.Since(begun))
		assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code)
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		c.ctx = ctx
		_, err = c.Digest(b)
		assert.Equal(t, idverify.CodeTimeout, asError(t, nil, err).Code)
		c.ctx, leave = context.WithTimeoutCause(t.Context(), time.Second, timelimit.ErrPolicy)
		defer leave()
		_, err = c.Digest(b)
		assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code)
	})
}

func TestForm_FaultyMedia(t *testing.T) {
	members := func(c *Call, m idverify.Media) []body.Member {
		file, err := c.Capture(m)
		require.NoError(t, err)
		return []body.Member{{Name: "image", Media: file}}
	}
	content := "\xff\xff\xff"
	held := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		return io.NopCloser(strings.NewReader(content)), 3, nil
	})
	c := answered(0)
	for _, m := range []idverify.Media{held, idverify.Bytes([]byte(content))} {
		b, err := c.Form(members(c, m))
		require.NoError(t, err)
		sum, err := c.Digest(b)
		require.NoError(t, err)
		assert.Equal(t, sha256.Sum256([]byte("image=%2F%2F%2F%2F")), sum)
	}
	kept := members(c, held)
	content = ""
	_, err := c.Form(kept)
	assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code)

	ctx, leave := context.WithCancel(t.Context())
	leave()
	inMemory := members(c, idverify.Bytes([]byte("x")))
	c.ctx = ctx
	_, err = c.Form(inMemory)
	assert.Equal(t, idverify.CodeCanceled, asError(t, nil, err).Code)

	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		c, looked := answered(0), new(atomic.Bool)
		hanging := members(c, idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			if looked.Swap(true) {
				<-release
			}
			return io.NopCloser(strings.NewReader("x")), 1, nil
		}))
		begun := time.Now()
		_, err := c.Form(hanging)
		assert.Equal(t, c.HTTP.Timeout(), time.Since(begun))
		assert.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
	})
}
