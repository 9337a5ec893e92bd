package exchange

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/idverify/idverify"
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

// open opens media for a first look. It is refused when it is empty.
func (c *Call) open(m idverify.Media) (io.ReadCloser, int64, error) {
	source, size, err := m.Open()
	if err != nil {
		refused := c.Refuse(idverify.CodeUnreadableEvidence, "Evidence", "the media cannot be opened")
		// The source's own error may hold a path, so only its kind goes along.
		for _, kind := range []error{fs.ErrNotExist, fs.ErrPermission} {
			if errors.Is(err, kind) {
				refused.Detail += ": " + kind.Error()
				refused.Err = kind
			}
		}
		return nil, 0, refused
	}
	if size <= 0 {
		_ = source.Close()
		return nil, 0, c.Refuse(idverify.CodeUnreadableEvidence, "Evidence", "the media is empty")
	}
	return source, size, nil
}

// Size is the length of media in bytes. Media that cannot be opened or is
// empty is refused.
func (c *Call) Size(m idverify.Media) (int64, error) {
	source, size, err := c.open(m)
	if err != nil {
		return 0, err
	}
	_ = source.Close()
	return size, nil
}

// Picture looks at the beginning of a photo and holds it to the vendor's
// limits. It gives the format and the length in bytes.
func (c *Call) Picture(m idverify.Media, limits Limits) (picture.Format, int64, error) {
	source, size, err := c.open(m)
	if err != nil {
		return "", 0, err
	}
	defer source.Close()
	if limits.MaxBytes > 0 && size > limits.MaxBytes {
		return "", 0, c.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the picture has %d bytes, the vendor takes %d", size, limits.MaxBytes))
	}
	info := picture.Inspect(source)
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

const maxURLBytes = 4 << 10

// URL holds an address that the vendor is to fetch to http or https with a
// host, and hides it from the vendor's messages.
func (c *Call) URL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil, u.Hostname() == "", u.Scheme != "http" && u.Scheme != "https":
		return c.Refuse(idverify.CodeInvalidRequest, "Evidence", "the URL is not an http or https address")
	case len(raw) > maxURLBytes, strings.ContainsFunc(raw, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return c.Refuse(idverify.CodeInvalidRequest, "Evidence", "the URL is too long or contains white space")
	}
	c.Hide(raw)
	return nil
}
