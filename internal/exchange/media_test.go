package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/picture"
)

// counted is a reader that knows how often it was closed.
type counted struct {
	io.Reader
	closed *int
}

func (c counted) Close() error {
	*c.closed++
	return nil
}

func TestMediaIsClosedAfterEveryLook(t *testing.T) {
	var opened, closed int
	media := func(content []byte) idverify.Media {
		return idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			opened++
			return counted{bytes.NewReader(content), &closed}, int64(len(content)), nil
		})
	}
	c := answered(0)
	for _, content := range [][]byte{nil, []byte("x"), []byte("GIF89a"), bytes.Repeat([]byte("x"), 11)} {
		_, _ = c.Size(media(content))
		_, _, _ = c.Picture(media(content), Limits{Formats: []picture.Format{picture.JPEG}, MaxBytes: 10})
	}
	assert.Equal(t, 8, opened)
	assert.Equal(t, opened, closed)
}

// Sizes end where their sums could overflow.
func TestMediaThatSaysItIsEndlessIsRefusedAndClosed(t *testing.T) {
	const most = int64(1) << 40
	for size, want := range map[int64]idverify.Code{
		most: "", most + 1: idverify.CodeTooLarge, math.MaxInt64: idverify.CodeTooLarge,
	} {
		closed := 0
		n, err := answered(0).Size(idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			return counted{strings.NewReader("x"), &closed}, size, nil
		}))
		assert.Equal(t, want, idverify.CodeOf(err))
		assert.Equal(t, want == "", n == size)
		assert.Equal(t, 1, closed)
	}
}

// Media of a user's may panic, or end the goroutine that looks at them, as a
// test's do that call require. Neither is a picture of no bytes.
func TestMediaThatBreakTheLookAreUnreadable(t *testing.T) {
	for how, open := range map[string]func() (io.ReadCloser, int64, error){
		"panic":  func() (io.ReadCloser, int64, error) { panic("MARK") },
		"goexit": func() (io.ReadCloser, int64, error) { runtime.Goexit(); return nil, 0, nil },
	} {
		_, err := answered(0).Size(idverify.MediaFunc(open))
		assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code, how)
		_, _, err = answered(0).Picture(idverify.MediaFunc(open), Limits{})
		assert.Equal(t, idverify.CodeUnreadableEvidence, asError(t, nil, err).Code, how)
		assert.NotContains(t, fmt.Sprintf("%+v", err), "MARK")
	}
}

func TestMediaThatCannotBeOpenedSaysWhyWithoutItsPath(t *testing.T) {
	for cause, want := range map[error]error{
		&fs.PathError{Op: "open", Path: "/home/MARK", Err: fs.ErrNotExist}:   fs.ErrNotExist,
		&fs.PathError{Op: "open", Path: "/home/MARK", Err: fs.ErrPermission}: fs.ErrPermission,
		errors.New("MARK"): nil,
	} {
		_, err := answered(0).Size(idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return nil, 0, cause }))
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

func TestPictureIsHeldToEachLimitWhicheverWayRound(t *testing.T) {
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
		format, size, err := answered(0).Picture(pixels(test.width, test.height), limits)
		assert.Equal(t, test.fits, err == nil, "%+v", test)
		if test.fits {
			assert.Equal(t, picture.PNG, format)
			assert.Positive(t, size)
		} else {
			assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
		}
	}
	_, _, err := answered(0).Picture(pixels(99, 99), Limits{Formats: limits.Formats})
	assert.NoError(t, err, "0 is no limit")

	for size, fits := range map[int]bool{10: true, 11: false} {
		_, n, err := answered(0).Picture(idverify.Bytes(make([]byte, size)), Limits{MaxBytes: 10})
		assert.Equal(t, fits, err == nil)
		if fits {
			assert.EqualValues(t, size, n)
		}
	}
}

func TestURLIsHeldToWhatAVendorCanFetch(t *testing.T) {
	const prefix = "https://media.example/"
	for raw, fits := range map[string]bool{
		prefix: true, "http://media.example": true, "HTTPS://media.example": true, prefix + strings.Repeat("a", 4<<10-len(prefix)): true,
		"": false, "media.example/x": false, "ftp://media.example": false, "file:///etc/passwd": false, "https://": false, "https://:443/x": false,
		"https:media.example": false, prefix + "%zz": false, prefix + "a b": false, prefix + "a\u3000b": false, prefix + "\x00": false, prefix + "\u0081": false,
		prefix + strings.Repeat("a", 4<<10-len(prefix)+1): false,
	} {
		c := answered(0)
		err := c.URL(raw)
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

// A file system that hangs holds nobody longer than an exchange may take, even
// where the caller has set no deadline.
func TestALookAtMediaThatHangsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		hangs := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
			<-release
			return nil, 0, io.ErrUnexpectedEOF
		})
		c := answered(0)
		begun := time.Now()
		_, err := c.Size(hangs)
		assert.Equal(t, c.HTTP.Timeout(), time.Since(begun))
		e := asError(t, nil, err)
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code)
		assert.False(t, e.Sent())
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.ErrorIs(t, err, context.DeadlineExceeded)

		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		c.ctx, begun = ctx, time.Now()
		_, err = c.Size(hangs)
		assert.Equal(t, time.Second, time.Since(begun), "the caller left")
		e = asError(t, nil, err)
		assert.Equal(t, idverify.CodeTimeout, e.Code)
		assert.Equal(t, idverify.BilledNo, e.Billed)
		assert.True(t, e.Repeatable())
	})
}
