package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/picture"
)

// Limits are what a vendor takes of a picture. 0 is no limit.
type Limits struct {
	// Formats are those the vendor reads; others that are recognised are
	// refused. Bytes of no known format are left to the vendor.
	Formats []picture.Format
	// MaxBytes is the largest size in bytes.
	MaxBytes int64
	// LongSide and ShortSide bound the picture either way round, in pixels.
	LongSide, ShortSide int
}

// maxMedia keeps lengths that are no lengths from overflowing sums.
const maxMedia = 1 << 40

// open opens media for a first look. It is refused when it is empty.
func (c *Call) open(m idverify.Media) (io.ReadCloser, int64, error) {
	source, size, err := body.OpenMedia(m)
	if err != nil {
		const detail = "the media cannot be opened"
		// The source's own error may hold a path, so only its kind goes along.
		for _, kind := range []error{fs.ErrNotExist, fs.ErrPermission} {
			if errors.Is(err, kind) {
				return nil, 0, c.RefuseFor(kind, idverify.CodeUnreadableEvidence, "Evidence", detail+": "+kind.Error())
			}
		}
		return nil, 0, c.Refuse(idverify.CodeUnreadableEvidence, "Evidence", detail)
	}
	switch {
	case size <= 0:
		_ = source.Close()
		return nil, 0, c.Refuse(idverify.CodeUnreadableEvidence, "Evidence", "the media is empty")
	case size > maxMedia:
		_ = source.Close()
		return nil, 0, c.Refuse(idverify.CodeTooLarge, "Evidence", "the media says that it is larger than a terabyte")
	}
	return source, size, nil
}

// look is what a first look at media found.
type look struct {
	info     picture.Info
	size     int64
	err      error
	panicked any
}

// peek takes a first look at media. Where that can block, because a file
// system can hang, it looks in a goroutine, which the caller need not wait for
// once its context or the time limit of an exchange has ended.
func (c *Call) peek(m idverify.Media, inspect bool) look {
	if m.InMemory() {
		return c.lookAt(m, inspect)
	}
	done := make(chan look, 1)
	go func() {
		// For media that end the goroutine, as a test's do that call require.
		l := look{err: c.Refuse(idverify.CodeUnreadableEvidence, "Evidence", "the media cannot be opened")}
		defer func() {
			l.panicked = recover()
			done <- l
		}()
		l = c.lookAt(m, inspect)
	}()
	patience := time.NewTimer(c.HTTP.Timeout())
	defer patience.Stop()
	select {
	case l := <-done:
		if l.panicked != nil {
			panic(l.panicked) // it belongs to the caller, who can recover
		}
		return l
	case <-c.ctx.Done():
		return look{err: c.Gone(c.ctx.Err())}
	case <-patience.C:
		return look{err: c.RefuseFor(context.DeadlineExceeded, idverify.CodeUnreadableEvidence, "Evidence",
			"the media could not be opened and read within the time limit")}
	}
}

func (c *Call) lookAt(m idverify.Media, inspect bool) (l look) {
	source, size, err := c.open(m)
	if err != nil {
		return look{err: err}
	}
	defer source.Close()
	l.size = size
	if inspect {
		l.info = picture.Inspect(source)
	}
	return l
}

// Size is the length of media in bytes. Media that cannot be opened or is
// empty is refused.
func (c *Call) Size(m idverify.Media) (int64, error) {
	l := c.peek(m, false)
	return l.size, l.err
}

// Picture looks at the beginning of a photo and holds it to the vendor's
// limits. It gives the format and the length in bytes.
func (c *Call) Picture(m idverify.Media, limits Limits) (picture.Format, int64, error) {
	l := c.peek(m, true)
	if l.err != nil {
		return "", 0, l.err
	}
	info, size := l.info, l.size
	if limits.MaxBytes > 0 && size > limits.MaxBytes {
		return "", 0, c.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the picture has %d bytes, the vendor takes %d", size, limits.MaxBytes))
	}
	if info.Format != picture.Unknown && !slices.Contains(limits.Formats, info.Format) {
		return "", 0, c.Refuse(idverify.CodeUnsupportedFormat, "Evidence",
			fmt.Sprintf("the vendor does not read %s pictures", info.Format))
	}
	long, short := max(info.Width, info.Height), min(info.Width, info.Height)
	if limits.LongSide > 0 && (long > limits.LongSide || short > limits.ShortSide) {
		return "", 0, c.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the picture has %d×%d pixels, the vendor takes %d×%d", info.Width, info.Height, limits.LongSide, limits.ShortSide))
	}
	return info.Format, size, nil
}

const maxTextBytes = 4 << 10

// URL holds an address that the vendor is to fetch to http or https with a
// host, and hides it from the vendor's messages.
func (c *Call) URL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Hostname() == "", u.Scheme != "http" && u.Scheme != "https":
		return c.Refuse(idverify.CodeInvalidRequest, "Evidence", "the URL is not an http or https address")
	case len(raw) > maxTextBytes:
		return c.Refuse(idverify.CodeInvalidRequest, "Evidence", "the URL is too long")
	}
	c.address = raw
	return c.ID(raw, "URL")
}

// ID holds an address or an id of the vendor's to text without white space, and
// hides it from the vendor's messages. what names it in the error.
func (c *Call) ID(text, what string) error {
	if text == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, blank) {
		return c.Refuse(idverify.CodeInvalidRequest, "Evidence", "the "+what+" must be UTF-8 text without white space")
	}
	c.Hide(text)
	return nil
}
