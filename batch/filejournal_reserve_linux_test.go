package batch_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// A full disk is noticed before a row is sent, and there is room for the answers of
// rows in flight.
// Holds P-PAY-17.
func TestFileJournal_FullDiskEndsTheRunBeforeTheNextRow(t *testing.T) {
	const room = 100 << 10
	j := openJournal(t, filepath.Join(t.TempDir(), "journal"))
	var most atomic.Int64
	batch.SetReserve(j, func(size int64) error {
		if size > room {
			return syscall.ENOSPC
		}
		most.Store(max(most.Load(), size))
		return nil
	})
	got := slices.Collect(started(t, t.Context(), new(countingVerifier), numbered(500), batch.WithJournal(j, secret), batch.WithConcurrency(8)))
	kept, refused := 0, 0
	for _, r := range got {
		switch {
		case errors.Is(r.JournalErr, syscall.ENOSPC):
			refused++
			assert.ErrorContains(t, r.Err, "the disk has no room")
			assert.NotErrorIs(t, r.Err, idverify.ErrAmbiguous, "it was not sent")
		case r.JournalErr == nil && r.Err == nil:
			kept++
		}
	}
	assert.NotZero(t, refused)
	assert.NotZero(t, kept)
	assert.LessOrEqual(t, refused+kept, len(got))
	assert.Greater(t, most.Load(), int64(room)/2)
	assert.NoError(t, j.Finish(t.Context(), "late", batch.Entry{Err: fails(idverify.CodeNoFace, idverify.BilledNo)}), "the answer is still written")
}

// Without reservations the journal still works.
func TestFileJournal_WorksWithoutReservation(t *testing.T) {
	j := openJournal(t, filepath.Join(t.TempDir(), "journal"))
	asked := 0
	batch.SetReserve(j, func(int64) error { asked++; return syscall.EINVAL })
	for range 2 {
		require.NoError(t, j.Begin(t.Context(), "a"))
	}
	assert.Equal(t, 1, asked)
}

// Reserved room is released, and is not part of the file.
func TestFileJournal_ReservedRoomIsGivenBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := batch.OpenFileJournal(path)
	require.NoError(t, err)
	require.NoError(t, j.Begin(t.Context(), "a"))
	open, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, j.Close())
	closed, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, open.Size(), closed.Size())
	assert.Less(t, closed.Size(), int64(1000))
	if now, ok := closed.Sys().(*syscall.Stat_t); assert.True(t, ok) {
		assert.Less(t, now.Blocks*512, int64(1<<20))
	}
}

// Room is reserved for the answer of every row in flight, and is free again once the
// answer is there.
// Holds P-PAY-17.
func TestFileJournal_ReservesForEveryRowInFlight(t *testing.T) {
	const answer, room = 8 << 10, 64 << 10
	j := openJournal(t, filepath.Join(t.TempDir(), "journal"))
	batch.SetReserve(j, func(size int64) error {
		if size > room {
			return syscall.ENOSPC
		}
		return nil
	})
	key := func(i int) string { return "row-" + strconv.Itoa(i) }
	begun := 0
	for begun < room && j.Begin(t.Context(), key(begun)) == nil {
		begun++
	}
	assert.Equal(t, room/answer-1, begun, "the rest is for the lines")
	require.NoError(t, j.Finish(t.Context(), key(0), batch.Entry{Err: fails(idverify.CodeNoFace, idverify.BilledNo)}))
	require.NoError(t, j.Begin(t.Context(), key(begun)))
	assert.ErrorIs(t, j.Begin(t.Context(), key(begun+1)), syscall.ENOSPC)
}
