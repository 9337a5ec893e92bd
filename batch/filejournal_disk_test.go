package batch_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/batch"
)

// disk is an in-memory file that knows what would survive a power failure, and
// fails as the test says.
type disk struct {
	mu       sync.Mutex
	content  []byte
	at       int64 // position of Read
	synced   []byte
	syncs    int
	cuts     int
	failRead int64 // Read fails here once, if it is above 0
	failures map[string]error
	onSync   func()      // called while it syncs
	wrote    chan string // receives each write, if set
}

var errDisk = errors.New("the disk is broken")

func (d *disk) failure(of string) error { return d.failures[of] }

func (d *disk) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	end := int64(len(d.content))
	if d.failRead > 0 {
		end = d.failRead
	}
	if d.at >= end {
		if d.failRead > 0 {
			d.failRead = 0
			return 0, errDisk
		}
		return 0, io.EOF
	}
	n := copy(p, d.content[d.at:end])
	d.at += int64(n)
	return n, nil
}

func (d *disk) ReadAt(p []byte, at int64) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.NewReader(d.content).ReadAt(p, at)
}

func (d *disk) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.failure("write"); err != nil {
		d.content = append(d.content, p[:len(p)/2]...)
		return len(p) / 2, err
	}
	d.content = append(d.content, p...)
	if d.wrote != nil {
		d.wrote <- string(p)
	}
	return len(p), nil
}

func (d *disk) Seek(at int64, _ int) (int64, error) { return at, d.failure("seek") }

func (d *disk) Truncate(size int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cuts++
	if err := d.failure("truncate"); err != nil {
		return err
	}
	d.content = d.content[:size]
	return nil
}

func (d *disk) Sync() error {
	d.mu.Lock()
	d.syncs++
	now, err, onSync := bytes.Clone(d.content), d.failure("sync"), d.onSync
	d.mu.Unlock()
	if onSync != nil {
		onSync()
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.synced = now
	return nil
}

func (d *disk) Close() error { return nil }

// survivor is the journal after a power failure.
func (d *disk) survivor(t *testing.T) *batch.FileJournal {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	j, err := batch.JournalIn(&disk{content: bytes.Clone(d.synced)})
	require.NoError(t, err)
	return j
}

func journalOn(t *testing.T, d *disk) *batch.FileJournal {
	t.Helper()
	j, err := batch.JournalIn(d)
	require.NoError(t, err)
	return j
}

func entryOf(t *testing.T, j *batch.FileJournal, key string) batch.Entry {
	t.Helper()
	e, _, err := j.Load(t.Context(), key)
	require.NoError(t, err)
	return e
}

// Holds P-PAY-16.
func TestFileJournal_AcceptedLinesSurvivePowerFailure(t *testing.T) {
	d := &disk{}
	j := journalOn(t, d)
	assert.Equal(t, journalHead, string(d.synced), "the header of a new file, too")
	for _, key := range []string{"a", "b"} {
		require.NoError(t, j.Begin(t.Context(), key))
		assert.Equal(t, batch.Entry{InFlight: true}, entryOf(t, d.survivor(t), key))
		answer := batch.Entry{Result: &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "v"}}
		require.NoError(t, j.Finish(t.Context(), key, answer))
		assert.Equal(t, answer, entryOf(t, d.survivor(t), key))
	}
	for line := range bytes.Lines(d.synced[len(journalHead):]) {
		var written struct{ At time.Time }
		require.NoError(t, json.Unmarshal(line, &written))
		assert.False(t, written.At.IsZero())
		assert.Equal(t, time.UTC, written.At.Location())
	}
}

func TestFileJournal_RepairSurvivesPowerFailure(t *testing.T) {
	const begun = `{"at":"2026-01-02T15:04:05Z","key":"a","begun":true}`
	for text, want := range map[string]string{
		journalHead[:9]:     journalHead,
		journalHead + begun: journalHead + begun + "\n",
		journalHead + begun + "\n" + `{"key":"b","beg`: journalHead + begun + "\n",
	} {
		d := &disk{content: []byte(text)}
		journalOn(t, d)
		assert.Equal(t, want, string(d.content))
		assert.Equal(t, want, string(d.synced))
		for _, step := range []string{"truncate", "seek", "write", "sync"} {
			d := &disk{content: []byte(text), failures: map[string]error{step: errDisk}}
			_, err := batch.JournalIn(d)
			assert.ErrorIs(t, err, errDisk, "%s of %q", step, text)
		}
	}
}

// A read error must not be taken for the end of the file: rows would be forgotten,
// and paid for again.
// Holds P-PAY-16.
func TestFileJournal_ReadErrorLeavesFileUnchanged(t *testing.T) {
	const begun = `{"at":"2026-01-02T15:04:05Z","key":"a","begun":true}` + "\n"
	text := journalHead + begun + begun
	for _, at := range []int{1, len(journalHead) - 1, len(journalHead), len(journalHead) + 10, len(text) - 1} {
		d := &disk{content: []byte(text), failRead: int64(at)}
		_, err := batch.JournalIn(d)
		assert.ErrorIs(t, err, errDisk, "at %d", at)
		assert.Zero(t, d.cuts)
		assert.Equal(t, text, string(d.content))
	}
}

// Holds P-PAY-16.
func TestFileJournal_FailedWriteOrSyncIsNotAccepted(t *testing.T) {
	for _, step := range []string{"write", "sync"} {
		d := &disk{}
		j := journalOn(t, d)
		require.NoError(t, j.Begin(t.Context(), "a"))
		d.failures = map[string]error{step: &fs.PathError{Op: step, Path: "/secret/path", Err: errDisk}}
		assertPathless(t, j.Begin(t.Context(), "b"), errDisk, "/secret/path")
		d.failures = nil

		// A line after a torn one could not be read, and a failed sync may have
		// lost data: the journal stays as it is.
		after := string(d.content)
		assert.ErrorIs(t, j.Begin(t.Context(), "c"), errDisk, step)
		assert.ErrorIs(t, j.Finish(t.Context(), "a", batch.Entry{Err: fails(idverify.CodeNoFace, idverify.BilledNo)}), errDisk, step)
		_, _, err := j.Load(t.Context(), "a")
		assert.ErrorIs(t, err, errDisk, step)
		assert.Equal(t, after, string(d.content), step)
		assert.Equal(t, batch.Entry{InFlight: true}, entryOf(t, d.survivor(t), "a"))
		assert.Zero(t, entryOf(t, d.survivor(t), "b"))
	}
}

// Rows that are written during another row's sync share the next sync.
func TestFileJournal_ConcurrentRowsShareSync(t *testing.T) {
	d := &disk{}
	j := journalOn(t, d)
	before := d.syncs
	syncing, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	d.onSync = func() {
		once.Do(func() {
			close(syncing)
			<-release
		})
	}
	var all sync.WaitGroup
	begin := func(key string) {
		all.Go(func() {
			assert.NoError(t, j.Begin(t.Context(), key))
			assert.True(t, entryOf(t, d.survivor(t), key).InFlight, "%s is on the disk", key)
		})
	}
	begin("first")
	<-syncing
	d.mu.Lock()
	d.wrote = make(chan string, 3)
	d.mu.Unlock()
	for _, key := range []string{"a", "b", "c"} {
		begin(key)
	}
	for range 3 {
		<-d.wrote
	}
	close(release)
	all.Wait()
	assert.Equal(t, 2, d.syncs-before)
}

// The other rows have written too, but their lines may be lost with the failed
// sync.
func TestFileJournal_FailedSyncFailsAllWaitingRows(t *testing.T) {
	d := &disk{}
	j := journalOn(t, d)
	syncing, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	d.onSync = func() {
		once.Do(func() {
			close(syncing)
			<-release
		})
	}
	d.failures = map[string]error{"sync": errDisk}
	var all sync.WaitGroup
	begin := func(key string) {
		all.Go(func() { assert.ErrorIs(t, j.Begin(t.Context(), key), errDisk) })
	}
	begin("first")
	<-syncing
	d.mu.Lock()
	d.wrote, d.failures = make(chan string, 1), nil
	d.mu.Unlock()
	begin("second")
	<-d.wrote
	close(release)
	all.Wait()
}

func TestFileJournal_FileChangedByOthersIsDetected(t *testing.T) {
	for name, change := range map[string]func([]byte) []byte{
		"another row": func(text []byte) []byte { return bytes.ReplaceAll(text, []byte(`"key":"a"`), []byte(`"key":"b"`)) },
		"no line": func(text []byte) []byte {
			return bytes.ReplaceAll(text, []byte(`"begun":true`), []byte(`"begun":trux`))
		},
		"says nothing": func(text []byte) []byte {
			return bytes.ReplaceAll(text, []byte(`"begun":true `), []byte(`"begun":false`))
		},
	} {
		d := &disk{content: []byte(journalHead + `{"at":"2026-01-02T15:04:05Z","key":"a","begun":true }` + "\n")}
		j := journalOn(t, d)
		require.True(t, entryOf(t, j, "a").InFlight)
		d.content = change(d.content)
		e, _, err := j.Load(t.Context(), "a")
		assert.ErrorContains(t, err, "the journal file was changed while it was open", name)
		assert.Zero(t, e, name)
	}
}

func TestFileJournal_RefusesEntryThatJSONCannotHold(t *testing.T) {
	d := &disk{}
	j := journalOn(t, d)
	nan := &idverify.Result{Code: idverify.CodeFaceMismatch, Checks: []idverify.Check{{Margin: math.NaN()}}}
	assert.Error(t, j.Finish(t.Context(), "a", batch.Entry{Result: nan}))
	assert.Equal(t, journalHead, string(d.content), "nothing of it is written")
	assert.NoError(t, j.Begin(t.Context(), "b"))
}
