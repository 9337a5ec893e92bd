package photo_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/growth"
	"github.com/idverify/idverify/internal/proof/long"
	"github.com/idverify/idverify/internal/timelimit"
	"github.com/idverify/idverify/photo"
)

// slow is a context that lets a decoder read when the test says so.
type slow struct {
	context.Context
	asked *atomic.Int32
	goOn  chan struct{}
}

func (s slow) Err() error {
	if s.asked.Add(1) == 3 { // while it is decoded
		<-s.goOn
	}
	return s.Context.Err()
}

func TestFitter_AtOnce(t *testing.T) {
	file := withSegments(asJPEG(t, pattern(48, 32)), exifSegment(binary.BigEndian, 6))
	synctest.Test(t, func(t *testing.T) {
		f, err := photo.New(photo.Config{AtOnce: 1})
		require.NoError(t, err)
		held := slow{t.Context(), new(atomic.Int32), make(chan struct{})}
		first := make(chan error, 1)
		go func() {
			_, err := f.Upright(held, idverify.Bytes(file))
			first <- err
		}()
		synctest.Wait()

		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = f.Upright(short, idverify.Bytes(file))
		assert.ErrorIs(t, err, idverify.ErrTimeout)
		assert.ErrorContains(t, err, "waited for its turn")

		policy, cancel := context.WithTimeoutCause(t.Context(), time.Second, timelimit.ErrPolicy)
		defer cancel()
		_, err = f.Upright(policy, idverify.Bytes(file))
		assert.ErrorIs(t, err, idverify.ErrRateLimited, "a timeout would count against the vendor")

		var opened atomic.Int32
		files := make(chan error, 20)
		for range cap(files) {
			go func() {
				_, err := f.Upright(t.Context(), counted(file, &opened))
				files <- err
			}()
		}
		synctest.Wait()
		assert.Equal(t, int32(4), opened.Load(), "files held while waiting")

		close(held.goOn)
		require.NoError(t, <-first)
		for range cap(files) {
			require.NoError(t, <-files)
		}
		_, err = f.Upright(t.Context(), idverify.Bytes(file))
		assert.NoError(t, err, "the slot is free again")
	})
}

func TestFitter_ContextEnds(t *testing.T) {
	file := withSegments(blank(0xc0, 1500, 1000, 3), exifSegment(binary.BigEndian, 6))
	for after := int32(0); after < 20; after += long.Or[int32](1, 6) {
		ctx, cancel := context.WithCancel(t.Context())
		counted := cancels{ctx, new(atomic.Int32), after, cancel}
		m, err := photo.Fit(counted, idverify.Bytes(file), idverify.PhotoLimits{LongSide: 500})
		cancel()
		assert.ErrorIs(t, err, idverify.ErrCanceled, "after %d context checks", after)
		assert.True(t, m.IsZero())
	}
}

// cancels ends a context once it was looked at so often.
type cancels struct {
	context.Context
	looks  *atomic.Int32
	after  int32
	cancel func()
}

func (c cancels) Err() error {
	if c.looks.Add(1) > c.after {
		c.cancel()
	}
	return c.Context.Err()
}

func TestNew_RefusesInvalidConfig(t *testing.T) {
	for field, cfg := range map[string]photo.Config{"MaxPixels": {MaxPixels: -1}, "AtOnce": {AtOnce: -1}} {
		_, err := photo.New(cfg)
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, idverify.CodeInvalidConfig, e.Code)
		assert.Equal(t, field, e.Field)
	}
}

func TestFitter_ZeroValueFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which detects a wait that never ends
		_, err := new(photo.Fitter).Fit(t.Context(), idverify.Bytes([]byte("EXAMPLE")), idverify.PhotoLimits{})
		assert.ErrorIs(t, err, idverify.ErrInvalidConfig)
	})
}

func TestFit_UnreadableMedia(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "张三.jpg")
	gone := idverify.File(secret)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(secret), "empty"), nil, 0o600))
	short := idverify.MediaFunc(func() (io.ReadCloser, int64, error) {
		r, _, err := idverify.Bytes(asJPEG(t, pattern(9, 9))).Open()
		return r, 1 << 20, err
	})
	for name, m := range map[string]idverify.Media{
		"none": {}, "no file": gone, "an empty file": idverify.File(filepath.Join(filepath.Dir(secret), "empty")), "no bytes": idverify.Bytes(nil),
		"shorter than it says": short,
		"a panic":              idverify.MediaFunc(func() (io.ReadCloser, int64, error) { panic("张三") }),
	} {
		_, err := photo.Upright(t.Context(), m)
		var e *idverify.Error
		require.ErrorAs(t, err, &e, name)
		assert.Equal(t, idverify.CodeUnreadableEvidence, e.Code, name)
		assert.Equal(t, "Evidence", e.Field)
		assert.NotContains(t, fmt.Sprintf("%+v %v", err, e.Err), "张三", name)
	}
	_, err := photo.Upright(t.Context(), gone)
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = photo.Upright(t.Context(), idverify.ReaderAt(nil, 65<<20))
	assert.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
	large := idverify.MediaFunc(func() (io.ReadCloser, int64, error) { return io.NopCloser(nil), 65 << 20, nil })
	_, err = photo.Upright(t.Context(), large)
	assert.Equal(t, idverify.CodeTooLarge, idverify.CodeOf(err))
}

// A file system that hangs holds nobody for longer than they wait.
func TestFit_HangingMedia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		hangs := idverify.MediaFunc(func() (io.ReadCloser, int64, error) { <-goOn; return nil, 0, os.ErrClosed })
		_, err := photo.Upright(t.Context(), hangs)
		assert.Equal(t, idverify.CodeUnreadableEvidence, idverify.CodeOf(err))
		assert.ErrorContains(t, err, "30s passed")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = photo.Upright(ctx, hangs)
		assert.ErrorIs(t, err, idverify.ErrTimeout)
		close(goOn)
	})
}

// What is made shares nothing with what was given.
func TestFit_KeepsNothingOfTheOriginal(t *testing.T) {
	file := asJPEG(t, pattern(48, 32))
	m, err := photo.Upright(t.Context(), idverify.Bytes(file))
	require.NoError(t, err)
	want := content(t, m)
	clear(file)
	assert.Equal(t, want, content(t, m))
}

// The figures of the documents, for the picture of a phone of 12 megapixels.
func TestFit_MemoryForAPhonesPicture(t *testing.T) {
	if growth.UnderRace {
		t.Skip("the race detector allocates, too")
	}
	for frame, most := range map[byte]uint64{0xc0: 64 << 20, 0xc2: 128 << 20} {
		if frame == 0xc2 && !long.Asked() {
			continue
		}
		file := withSegments(blank(frame, 4032, 3024, 3), exifSegment(binary.BigEndian, 6))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := photo.Fit(t.Context(), idverify.Bytes(file), idverify.PhotoLimits{LongSide: 1920, ShortSide: 1080})
		require.NoError(t, err)
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, most, "%x: total allocation limits live memory", frame)
		t.Logf("%x: %d KB", frame, (after.TotalAlloc-before.TotalAlloc)>>10)
	}
}
