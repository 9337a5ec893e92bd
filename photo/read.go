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

// patience limits the time for reading media, because a file system can hang.
const patience = 30 * time.Second

// with reads media and processes its bytes in one of the limited places. Files are
// read before they take a place, so a file that hangs does not block a place; the
// number of files read or held at a time is limited too.
func (f *Fitter) with(ctx context.Context, m idverify.Media, work func(file []byte) *idverify.Error) *idverify.Error {
	if f.places == nil { // waiting for a place would never end
		return misconfigured("Fitter", "a Fitter is made by New")
	}
	if ctx.Err() != nil {
		return ended(ctx, "before the picture was looked at")
	}
	if m.InMemory() {
		if e := enter(ctx, f.places); e != nil {
			return e
		}
		defer leave(f.places)
		file, e := read(ctx, m)
		if e != nil {
			return e
		}
		return work(file)
	}
	if e := enter(ctx, f.files); e != nil {
		return e
	}
	defer leave(f.files)
	file, e := read(ctx, m)
	if e != nil {
		return e
	}
	if e := enter(ctx, f.places); e != nil {
		return e
	}
	defer leave(f.places)
	return work(file)
}

func enter(ctx context.Context, places chan struct{}) *idverify.Error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ended(ctx, "while the picture waited for its turn")
	}
}

func leave(places chan struct{}) { <-places }

// read returns a copy of all bytes of media. Media in memory cannot hang, and is
// read in the caller's goroutine, because its owner may change it as soon as the
// call returns.
func read(ctx context.Context, m idverify.Media) ([]byte, *idverify.Error) {
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
	_, looked := media.Look(m, media.Max, func(r io.Reader, seen *media.Seen) {
		file = make([]byte, seen.Size())
		_, err = io.ReadFull(r, file)
	})
	return file, errors.Join(looked, err)
}
