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
// The objects are those of [idverify.Result] and [idverify.Error]: no name,
// number or picture is in them. crc is the CRC-32C of the line before it, so
// that a damaged line is found; a line without it is read as well.
//
// A line is on the disk before the row is sent, or its answer handed on; rows
// under way at the same time share the wait. Of each row some 40 bytes are kept
// in memory.
//
// The journal is the file at its path. Before a row is sent the path is looked
// at: when the file was moved away, removed, replaced or cut short, or when
// something else wrote into it, the run ends before that row, with an error that
// says what to do. The run also ends before the next row when the disk is full; on
// Linux, room for the answers to rows in flight is reserved beforehand. Answers to
// rows in flight are still appended to the file that was opened, wherever it is now.
// A file that was cut short is marked, so that it is not opened again before what is
// missing was brought back.
type FileJournal struct {
	fileJournalMask

	mu      sync.Mutex // guards what follows and the order of the lines
	file    journalFile
	look    func(end int64) error // whether the file still stands at its path
	free    func()                // gives the lock up
	unique  bool
	end     int64
	rows    index
	binding string
	running bool
	lost    bool  // cut short and marked: no row is begun, answers are still appended
	err     error // the first failure: nothing is written after it

	reserve  func(size int64) error // nil where the system cannot
	reserved int64                  // the size that has room on the disk
	inFlight int                    // rows begun and not finished, of this handle

	syncing sync.Mutex // held by the one who syncs for all
	synced  int64      // how much of the file is on the disk; guarded by syncing
}

type fileJournalMask = redact.Mask[FileJournal]

var (
	_ RunJournal       = (*FileJournal)(nil)
	_ UniqueKeyJournal = (*FileJournal)(nil)
)

// journalFile is an *os.File; tests have one that fails.
type journalFile interface {
	io.Reader
	io.ReaderAt
	io.Writer // at the end, whatever else was written there
	io.Seeker
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// FileOption changes how [OpenFileJournal] opens a file.
type FileOption func(*fileSettings)

type fileSettings struct{ others, unique bool }

// AllowOtherUsers opens a journal although its file's mode lets other users read
// or write it. Who can read it learns which keys were asked about when, and how
// each ended; who can write it can put a match there. By default such a file is
// refused, where the system has modes.
func AllowOtherUsers() FileOption { return func(s *fileSettings) { s.others = true } }

// WithUniqueKeys says that the keys of the rows are unique by themselves; see
// [UniqueKeyJournal]. By default [Run] finds two rows with one key; with this option
// both may be sent and paid for.
func WithUniqueKeys() FileOption { return func(s *fileSettings) { s.unique = true } }

// OpenFileJournal opens the journal at path, or makes one that only its owner
// can read. A last line that was cut off by the end of a process is taken away:
// nothing was sent or handed on by it.
//
// It fails with CodeInvalidConfig and Field "path", and leaves the file as it
// is, when the file cannot be opened, can be read or written by other users (see
// [AllowOtherUsers]), is no journal, is one of version 1, has a line that cannot be
// read, or is open already, here or in another process. (Where the system has no
// file locks, a file path+".lock" stands for one, and is left over when a process
// is killed.)
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
	return j.look(j.end) // it may have been replaced since it was opened
}

// badJournal says what is wrong, in words without the path.
func badJournal(err error) *idverify.Error {
	cause := pathless(err)
	return misconfigured("path", "the journal cannot be used: "+cause.Error(), cause)
}

// UniqueKeys implements [UniqueKeyJournal]: it is what [WithUniqueKeys] said.
func (j *FileJournal) UniqueKeys() bool { return j.unique }

// Load implements [Journal].
func (j *FileJournal) Load(_ context.Context, key string) (Entry, bool, error) {
	j.mu.Lock()
	at, known := j.rows.find(key)
	err := j.err
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

// Finish implements [Journal]. An answer is written also to a file that no longer
// stands at its path; the error says that it does not.
func (j *FileJournal) Finish(_ context.Context, key string, answer Entry) error {
	return j.write(journalLine{Key: key, Result: answer.Result, Error: answer.Err})
}

// Close gives the file free for other processes. A second Close does nothing.
func (j *FileJournal) Close() error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == errClosed {
		return nil
	}
	if j.reserved > j.end && j.err == nil && j.stands() == nil {
		_ = j.file.Truncate(j.end) // gives back the room that was not needed
	}
	j.err = errClosed
	err := pathless(j.file.Close())
	j.free()
	return err
}

// syncDir puts a new file's name on the disk, where directories can be synced.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
