package exchange

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/body"
	"github.com/idverify/idverify/internal/media"
	"github.com/idverify/idverify/internal/picture"
	"github.com/idverify/idverify/internal/timelimit"
)

// Limits are a vendor's limits for a picture. 0 means no limit.
type Limits struct {
	// Formats are the formats that the vendor reads. Other known formats are refused,
	// and data that is certainly no picture. Data of an unknown kind is left to the
	// vendor, unless NothingElse is set.
	Formats     []picture.Format
	NothingElse bool
	// MaxBytes is the largest size in bytes. [media.Max] is the limit above it.
	MaxBytes int64
	// LongSide and ShortSide are the maximum sides in pixels, in either orientation;
	// MinLongSide and MinShortSide are the minimum.
	LongSide, ShortSide       int
	MinLongSide, MinShortSide int
}

// Seen is checked media, ready for a body.
type Seen = *media.Seen

// LimitsOf converts the limits of a provider outside this module. No formats means
// every known format.
func LimitsOf(l idverify.PhotoLimits) Limits {
	own := Limits{MaxBytes: l.MaxBytes, LongSide: l.LongSide, ShortSide: l.ShortSide}
	for _, format := range l.Formats {
		own.Formats = append(own.Formats, picture.Format(format))
	}
	if own.Formats == nil {
		own.Formats = []picture.Format{picture.JPEG, picture.PNG, picture.BMP, picture.GIF, picture.WebP, picture.HEIC,
			picture.AVIF, picture.HEIF, picture.TIFF, picture.JPEGXL, picture.JPEG2000}
	}
	return own
}

// beside runs a check of evidence in another goroutine if it can block, because a
// file system can hang. It gives up when the caller's context or the time limit of an
// exchange ends. Its error is the error of look, or an *idverify.Error: if our own
// limit ends the check, the media is at fault, because the vendor has seen nothing.
func beside[T any](c *Call, inMemory bool, look func(context.Context) (T, error)) (T, error) {
	if inMemory {
		return look(c.ctx)
	}
	it, err := aside.Ask(c.ctx, new(aside.Desk), c.HTTP.Timeout(), look)
	switch {
	case err != nil && timelimit.IsCallers(c.ctx):
		return it, c.Gone(c.ctx)
	case err != nil && c.ctx.Err() != nil:
		return it, c.unreadableMedia("could not be opened and read: "+timelimit.Ended(c.ctx), context.DeadlineExceeded)
	case errors.Is(err, context.DeadlineExceeded):
		return it, c.unreadableMedia("could not be opened and read: "+c.HTTP.TimeLimit()+" passed", context.DeadlineExceeded)
	}
	return it, err
}

func (c *Call) unreadableMedia(problem string, cause error) *idverify.Error {
	return c.RefuseFor(cause, idverify.CodeUnreadableEvidence, "Evidence", "the media "+problem)
}

// look takes a first look at media of at most max bytes. For larger media only the
// size is returned.
func (c *Call) look(m idverify.Media, max int64, inspect func(io.Reader, *media.Seen)) (*media.Seen, error) {
	if m.InMemory() { // needs no goroutine, and allocates nothing for one
		seen, err := media.Look(m, max, inspect)
		return seen, c.refuseMedia(err)
	}
	seen, err := beside(c, false, func(context.Context) (*media.Seen, error) { return media.Look(m, max, inspect) })
	return seen, c.refuseMedia(err)
}

// refuseMedia makes the error for media that a look found wrong. The source's own
// error may contain a path, so only its kind is kept.
func (c *Call) refuseMedia(err error) error {
	if err == nil {
		return nil
	}
	var known *idverify.Error
	var problem *media.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, media.ErrTruncated) && errors.As(err, &problem):
		return c.RefuseFor(media.ErrTruncated, idverify.CodeUnreadableEvidence, "Evidence", problem.Problem)
	case errors.Is(err, media.ErrEmpty):
		return c.unreadableMedia("is empty", nil)
	case errors.Is(err, media.ErrTooLarge):
		return c.Refuse(idverify.CodeTooLarge, "Evidence", fmt.Sprintf("the media is larger than %d bytes", int64(media.Max)))
	}
	for _, kind := range []error{fs.ErrNotExist, fs.ErrPermission} {
		if errors.Is(err, kind) {
			return c.unreadableMedia("cannot be opened or read: "+kind.Error(), kind)
		}
	}
	return c.unreadableMedia("cannot be opened or read", nil)
}

// Capture looks at the beginning of a recording made by a vendor's own software. It
// refuses media that cannot be opened, are empty, are larger than [media.Max] or are
// certainly no capture. Everything else is left to the vendor.
func (c *Call) Capture(m idverify.Media) (*media.Seen, error) {
	seen, err := c.look(m, media.Max, inspectCapture)
	if err != nil {
		return nil, err
	}
	if what := seen.Picture.Name(); what != "" {
		return nil, c.Refuse(idverify.CodeUnsupportedFormat, "Evidence", "the media is no capture: it looks like "+what)
	}
	return seen, nil
}

func inspectCapture(r io.Reader, seen *media.Seen) { seen.Picture = picture.InspectCapture(r) }

// Picture looks at the beginning of a photo and checks the vendor's limits. Send the
// media that it returns. If EXIF turns the photo, the result gets a warning.
func (c *Call) Picture(m idverify.Media, limits Limits) (*media.Seen, error) {
	c.orientation = 0
	seen, err := c.look(m, min(cmp.Or(limits.MaxBytes, media.Max), media.Max), inspectPicture)
	switch {
	case seen != nil && limits.MaxBytes > 0 && seen.Size() > limits.MaxBytes:
		return nil, c.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the picture has %d bytes, the vendor takes %d", seen.Size(), limits.MaxBytes))
	case err != nil:
		return nil, err
	}
	info := seen.Picture
	switch {
	case info.Format != picture.Unknown && !slices.Contains(limits.Formats, info.Format):
		return nil, c.Refuse(idverify.CodeUnsupportedFormat, "Evidence",
			fmt.Sprintf("the vendor does not read %s pictures", info.Name()))
	case info.Other != picture.NotKnown:
		return nil, c.Refuse(idverify.CodeUnsupportedFormat, "Evidence",
			fmt.Sprintf("the media is no picture: it looks like %s", info.Name()))
	case info.Format == picture.Unknown && limits.NothingElse:
		return nil, c.Refuse(idverify.CodeUnsupportedFormat, "Evidence",
			fmt.Sprintf("the media is no picture that the vendor reads: %s", names(limits.Formats)))
	}
	long, short := int(max(info.Width, info.Height)), int(min(info.Width, info.Height))
	if limits.LongSide > 0 && long > limits.LongSide || limits.ShortSide > 0 && short > limits.ShortSide {
		return nil, c.Refuse(idverify.CodeTooLarge, "Evidence",
			fmt.Sprintf("the picture has %d×%d pixels, the vendor takes %s", info.Width, info.Height, limits.sides()))
	}
	if long > 0 && (long < limits.MinLongSide || short < limits.MinShortSide) { // 0: the header has no size
		return nil, c.Refuse(idverify.CodePoorPhoto, "Evidence",
			fmt.Sprintf("the picture has %d×%d pixels, the vendor wants %d×%d or more", info.Width, info.Height, limits.MinLongSide, limits.MinShortSide))
	}
	c.orientation = info.Orientation
	return seen, nil
}

// sides are the maximum sides in words.
func (l Limits) sides() string {
	switch {
	case l.LongSide == 0:
		return fmt.Sprintf("at most %d on the shorter side", l.ShortSide)
	case l.ShortSide == 0:
		return fmt.Sprintf("at most %d on the longer side", l.LongSide)
	}
	return fmt.Sprintf("%d×%d", l.LongSide, l.ShortSide)
}

// names are formats in words, "JPEG or PNG".
func names(formats []picture.Format) string {
	words := make([]string, len(formats))
	for i, f := range formats {
		words[i] = string(f)
	}
	return strings.Join(words, " or ")
}

func inspectPicture(r io.Reader, seen *media.Seen) { seen.Picture = picture.Inspect(r) }

// isTurned says that EXIF wants the picture turned or mirrored.
func (c *Call) isTurned() bool { return c.orientation > 1 }

// turnedNote explains why a vendor may have found no face in the picture.
func (c *Call) turnedNote(row idverify.CodeRow) string {
	if !c.isTurned() || row.Code != idverify.CodeNoFace && row.Code != idverify.CodePoorPhoto {
		return ""
	}
	return fmt.Sprintf("; %s: its pixels lie on their side or mirrored (orientation %d), and the vendor may not turn them",
		idverify.WarnPhotoRotatedByEXIF, c.orientation)
}

// Text checks media that are text, to be sent as a JSON string of at most max bytes,
// and hides its beginning from the vendor's messages. field names it in the error.
func (c *Call) Text(m media.Opener, field string, max int64) (*body.Text, error) {
	text, err := beside(c, media.InMemory(m), func(context.Context) (*body.Text, error) { return body.LookAtText(m, max) })
	switch {
	case errors.Is(err, media.ErrEmpty):
		return nil, c.Refuse(idverify.CodeInvalidRequest, field, "is required")
	case errors.Is(err, media.ErrTooLarge):
		return nil, c.Refuse(idverify.CodeTooLarge, field, fmt.Sprintf("%s is longer than %d bytes as JSON", field, max))
	case err != nil:
		return nil, c.refuseMedia(err)
	case text.IsBlank:
		return nil, c.Refuse(idverify.CodeInvalidRequest, field, "is required")
	case text.IsBroken:
		return nil, c.Refuse(idverify.CodeInvalidRequest, field, "is not UTF-8")
	}
	c.Hide(text.Head)
	return text, nil
}

// Digest is the SHA-256 of a body, for a signature. The bytes sent later must be the
// same. It is computed once, before the time to sign is read, because media can be
// slow.
func (c *Call) Digest(b *body.Body) ([sha256.Size]byte, error) {
	sum, err := beside(c, b.InMemory(), b.Digest)
	return sum, c.refuseBody(err, b.InMemory())
}

// Form is a form with media among its members, with its digest: see [body.MediaForm].
func (c *Call) Form(members []body.Member) (*body.Body, error) {
	inMemory := !slices.ContainsFunc(members, func(m body.Member) bool { return m.Media != nil && !m.Media.InMemory() })
	if inMemory { // needs no goroutine, and the members are not copied
		b, err := body.MediaForm(c.ctx, members)
		return b, c.refuseBody(err, true)
	}
	members = slices.Clone(members) // for a reader that is left behind
	b, err := beside(c, false, func(ctx context.Context) (*body.Body, error) { return body.MediaForm(ctx, members) })
	return b, c.refuseBody(err, false)
}

// refuseBody is refuseMedia for a body that was read to its end. If it waited, beside
// has already reported a caller that left.
func (c *Call) refuseBody(err error, inMemory bool) error {
	if err != nil && inMemory && c.ctx.Err() != nil {
		return c.Gone(c.ctx)
	}
	return c.refuseMedia(err)
}
