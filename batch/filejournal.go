package batch

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/redact"
)

// FileJournal is a [Journal] in a file to which lines of JSON are appended:
//
//	{"format":"idverify-journal","version":2}
//	{"at":"2026-01-02T15:04:05Z","binding":"…","crc":"…"}
//	{"at":"2026-01-02T15:04:05Z","key":"row-17:…","begun":true,"crc":"…"}
//	{"at":"2026-01-02T15:04:06Z","key":"row-17:…","result":{"code":"match",…},"crc":"…"}
//	{"at":"2026-01-02T15:04:07Z","key":"row-18:…","error":{"code":"timeout",…},"crc":"…"}
//
// The objects are those of [idverify.Result] and [idverify.Error]: they contain no name,
// number or picture. crc is the CRC-32C of the rest of its line, so that a damaged line is
// found; a line without one is accepted too.
//
// A line is on the disk before its row is sent, or its answer is given to the loop;
// concurrent rows share one sync. The journal uses about 40 bytes of memory per row.
//
// The journal checks its path before each row: when the file was moved away, removed,
// replaced or cut short, or when something else wrote into it, the run ends before that
// row, with an error that says what to do. The run also ends before the next row when the
// disk is full; on Linux, room for the answers to rows in flight is reserved in advance.
// Answers to rows in flight are still appended to the file that was opened, wherever it is
// now. A file that was cut short is marked, so that it cannot be opened again until the
// missing part has been restored.
type FileJournal struct {
	fileJournalMask

	mu      sync.Mutex // guards the fields below and the order of the lines
	file    journalFile
	look    func(end int64) error // checks that the file is still at its path
	free    func()                // releases the lock
	unique  bool
	end     int64
	rows    index
	binding string
	running bool
	lost    bool  // cut short and marked: no row can begin, answers are still appended
	err     error // the first failure: nothing is written after it

	reserve  func(size int64) error // nil where the system cannot reserve room
	reserved int64                  // the size for which there is room on the disk
	inFlight int                    // rows begun and not finished through this handle

	syncing sync.Mutex // held by the goroutine that syncs for all
	synced  int64      // how much of the file is on the disk; guarded by syncing
}

type fileJournalMask = redact.Mask[FileJournal]

var (
	_ RunJournal       = (*FileJournal)(nil)
	_ UniqueKeyJournal = (*FileJournal)(nil)
)

// journalFile is an *os.File; tests use one that fails.
type journalFile interface {
	io.Reader
	io.ReaderAt
	io.Writer // appends, whatever else was written at the end
	io.Seeker
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// FileOption configures [OpenFileJournal].
type FileOption func(*fileSettings)

type fileSettings struct{ others, unique bool }

// AllowOtherUsers opens a journal although its file's mode lets other users read or
// write it. Users who can read it learn which keys were asked about, when, and how
// each ended; users who can write it can add a match. By default such a file is
// refused on systems that have file modes.
func AllowOtherUsers() FileOption { return func(s *fileSettings) { s.others = true } }

// WithUniqueKeys declares that the keys of the rows are unique by themselves; see
// [UniqueKeyJournal]. By default [Run] finds two rows with the same key; with this
// option both may be sent and paid for.
func WithUniqueKeys() FileOption { return func(s *fileSettings) { s.unique = true } }

// OpenFileJournal opens the journal at path, or creates one that only its owner can
// read. An incomplete last line, left by a process that was killed, is removed: its
// row was not sent, or its answer was not given to the loop.
//
// It fails with CodeInvalidConfig and Field "path", and leaves the file as it is,
// when the file cannot be opened, can be read or written by other users (see
// [AllowOtherUsers]), is no journal, is one of version 1, has a line that cannot be
// read, or is open already, here or in another process. Where the system has no
// file locks, a file path+".lock" serves as one, and stays behind when a process is
// killed.
//
// Close it after the run.
func OpenFileJournal(path string, opts ...FileOption) (*FileJournal, error) {
	var s fileSettings
	for _, opt := range opts {
		if opt == nil {
			return nil, misconfigured("opts", "an option is nil", nil)
		}
		opt(&s)
	}
	path, err := filepath.Abs(path) // the working directory may change
	if err != nil {
		return nil, badJournal(err)
	}
	// Opening a named pipe would block, so look before opening.
	info, err := os.Stat(path)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err == nil && !info.Mode().IsRegular() {
		return nil, badJournal(errNotRegular)
	}
	file, free, err := openExclusive(path)
	if err != nil {
		return nil, badJournal(err)
	}
	j := &FileJournal{file: file, free: free, unique: s.unique, rows: index{}}
	if err := j.open(file, path, s.others); err != nil {
		j.free()
		return nil, badJournal(err)
	}
	if isNew {
		syncDir(filepath.Dir(path))
	}
	return j, nil
}

func (j *FileJournal) open(file *os.File, path string, others bool) error {
	info, err := file.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errNotRegular
	case !others && isOpenToOthers(info):
		return errOpenToOthers
	}
	if err := j.restore(); err != nil {
		return err
	}
	j.look = func(end int64) error { return stands(path, file, info, end) }
	j.reserve = reserver(file)
	return j.look(j.end) // the file may have been replaced since it was opened
}

// badJournal says what is wrong, without the path.
func badJournal(err error) *idverify.Error {
	cause := pathless(err)
	return misconfigured("path", "the journal cannot be used: "+cause.Error(), cause)
}

// UniqueKeys implements [UniqueKeyJournal]: true with [WithUniqueKeys].
func (j *FileJournal) UniqueKeys() bool { return j.unique }

// usable says why the journal must not be used. j.mu is held.
func (j *FileJournal) usable() error {
	if j.file == nil {
		return errUnopened
	}
	return j.err
}

// Load implements [Journal].
func (j *FileJournal) Load(_ context.Context, key string) (Entry, bool, error) {
	j.mu.Lock()
	at, known := j.rows.find(key)
	err := j.usable()
	if err == nil && j.lost {
		err = errShrunk
	}
	j.mu.Unlock()
	if err != nil || !known {
		return Entry{}, false, err
	}
	text, err := lineAt(j.file, at)
	if err != nil {
		return Entry{}, false, unreadable(err)
	}
	line, ok := readLine(text)
	if !ok || line.Key != key {
		return Entry{}, false, errChanged
	}
	return Entry{InFlight: line.Begun, Result: line.Result, Err: line.Error}, true, nil
}

// Begin implements [Journal].
func (j *FileJournal) Begin(_ context.Context, key string) error {
	return j.write(journalLine{Key: key, Begun: true})
}

// Finish implements [Journal]. It writes the answer even when the file is no longer
// at its path; the error then says so.
func (j *FileJournal) Finish(_ context.Context, key string, answer Entry) error {
	return j.write(journalLine{Key: key, Result: answer.Result, Error: answer.Err})
}

// Close releases the file for other processes. A second Close does nothing.
func (j *FileJournal) Close() error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == errClosed {
		return nil
	}
	if j.file == nil {
		return errUnopened
	}
	if j.reserved > j.end && j.err == nil && j.stands() == nil {
		_ = j.file.Truncate(j.end) // releases the reserved room that was not used
	}
	j.err = errClosed
	err := pathless(j.file.Close())
	j.free()
	return err
}

// syncDir syncs the directory entry of a new file, where directories can be synced.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
