package photo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/aside"
	"github.com/idverify/idverify/internal/media"
)

// patience is how long media may take to be read: a file system can hang.
const patience = 30 * time.Second

// read gives all bytes of media. They may be the caller's own, to be read only until
// the caller is answered: so what is in memory is never read beside the call.
func (f *Fitter) read(ctx context.Context, m idverify.Media) ([]byte, *idverify.Error) {
	if ctx.Err() != nil {
		return nil, ended(ctx, "before the picture was looked at")
	}
	if m.IsZero() {
		return nil, unreadable("the media is empty", nil)
	}
	var file []byte
	var err error
	if m.InMemory() {
		file, err = readAll(m)
	} else {
		file, err = aside.Ask(ctx, new(aside.Desk), patience, func(context.Context) ([]byte, error) { return readAll(m) })
	}
	switch {
	case err == nil:
		return file, nil
	case ctx.Err() != nil:
		return nil, ended(ctx, "while the picture was read")
	case errors.Is(err, context.DeadlineExceeded):
		return nil, unreadable(fmt.Sprintf("the media could not be opened and read: %s passed", patience), context.DeadlineExceeded)
	case errors.Is(err, media.ErrEmpty):
		return nil, unreadable("the media is empty", nil)
	case errors.Is(err, media.ErrTooLarge):
		return nil, refuse(idverify.CodeTooLarge, fmt.Sprintf("the media is larger than %d bytes", int64(media.Max)))
	}
	return nil, unreadable("the media cannot be opened or read", err)
}

func readAll(m idverify.Media) (file []byte, err error) {
	_, err2 := media.Look(m, media.Max, func(r io.Reader, seen *media.Seen) {
		file = make([]byte, seen.Size())
		_, err = io.ReadFull(r, file)
	})
	return file, errors.Join(err2, err)
}
