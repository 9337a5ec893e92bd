package idverify

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/idverify/idverify/internal/redact"
)

// FileJournal is a [Journal] in a file to which lines of JSON are appended:
//
//	{"format":"idverify-journal","version":1}
//	{"at":"2026-01-02T15:04:05Z","key":"row-17","begun":true}
//	{"at":"2026-01-02T15:04:06Z","key":"row-17","result":{"code":"match",…}}
//	{"at":"2026-01-02T15:04:07Z","key":"row-18","error":{"code":"timeout",…}}
//
// The objects are those of [Result] and [Error]: no name, number or picture is
// in them. A line is on the disk before the row is sent, or its answer handed
// on; rows under way at the same time share the wait. Of each row its key and
// the place of its last line are kept in memory.
type FileJournal struct {
	mu   sync.Mutex // guards what follows and the order of the lines
	file journalFile
	free func() // gives the lock up
	end  int64
	rows map[string]place
	err  error // the first failure: nothing is written after it

	syncing sync.Mutex // held by the one who syncs for all
	synced  int64      // how much of the file is on the disk; guarded by syncing
}

var _ Journal = (*FileJournal)(nil)

// journalFile is an *os.File; tests have one that fails.
type journalFile interface {
	io.Reader
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
}

// place is where the last line of a row stands.
type place struct {
	at     int64
	length int
}

const journalHeader = `{"format":"idverify-journal","version":1}` + "\n"

// journalLine is one line after the header. Exactly one of the last three is set.
type journalLine struct {
	At     time.Time `json:"at"`
	Key    string    `json:"key"`
	Begun  bool      `json:"begun,omitempty"`
	Result *Result   `json:"result,omitempty"`
	Error  *Error    `json:"error,omitempty"`
}

func (l journalLine) valid() bool {
	switch {
	case l.Key == "":
		return false
	case l.Result != nil:
		return !l.Begun && l.Error == nil && l.Result.Code.IsDecision()
	case l.Error != nil:
		return !l.Begun && l.Error.Code != "" && !l.Error.Code.IsDecision()
	}
	return l.Begun
}

// OpenFileJournal opens the journal at path, or makes one that only its owner
// can read. A last line that was cut off by the end of a process is taken away:
// nothing was sent or handed on by it. It fails with CodeInvalidConfig and Field
// "path", and leaves the file as it is, when the file cannot be opened, is no
// journal, has a line that cannot be read, or is open already, here or in another
// process. (Where the system has no file locks, a file path+".lock" stands for
// one, and is left over when a process is killed.) Close it after the run.
func OpenFileJournal(path string) (*FileJournal, error) {
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
	j := &FileJournal{file: file, free: free, rows: map[string]place{}}
	if err := j.restore(); err != nil {
		j.free()
		return nil, badJournal(err)
	}
	if isNew {
		syncDir(filepath.Dir(path))
	}
	return j, nil
}

var (
	errJournalInUse  = errors.New("another run has it open")
	errNoJournal     = errors.New("it is not a journal of this version")
	errJournalClosed = errors.New("the journal is closed")
)

// badJournal says what is wrong, in words without the path.
func badJournal(err error) *Error {
	cause := pathless(err)
	return misconfiguredBy("path", "the journal cannot be used: "+cause.Error(), cause)
}

// pathless is the cause behind an error of the os package, which names the file:
// a path is the operator's, and who reads a log need not know it.
func pathless(err error) error {
	var inPath *fs.PathError
	for errors.As(err, &inPath) {
		err = inPath.Err
	}
	return err
}

// restore reads what is there, cuts off a torn last line, and writes the
// header of a new journal.
func (j *FileJournal) restore() error {
	in := bufio.NewReaderSize(j.file, 64<<10)
	header := make([]byte, len(journalHeader))
	n, err := io.ReadFull(in, header)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case !bytes.HasPrefix([]byte(journalHeader), header[:n]):
		return errNoJournal
	case n < len(journalHeader): // new, or cut off at its first line
		return j.cut(0, journalHeader)
	}
	j.end = int64(n)
	for number := 2; ; number++ {
		text, err := in.ReadBytes('\n')
		torn := errors.Is(err, io.EOF)
		if err != nil && !torn {
			return err
		}
		line, readable := readLine(text)
		switch {
		case readable:
			j.rows[line.Key] = place{j.end, len(text)}
			j.end += int64(len(text))
		case !torn:
			return fmt.Errorf("line %d cannot be read", number)
		}
		switch {
		case torn && readable: // only the line feed is missing
			return j.cut(j.end, "\n")
		case torn:
			return j.cut(j.end, "")
		}
	}
}

func readLine(text []byte) (journalLine, bool) {
	var line journalLine
	err := json.Unmarshal(text, &line)
	return line, err == nil && line.valid()
}

// cut ends the file at a place, and with a text.
func (j *FileJournal) cut(at int64, text string) error {
	if err := j.file.Truncate(at); err != nil {
		return err
	}
	if _, err := j.file.WriteAt([]byte(text), at); err != nil {
		return err
	}
	j.end = at + int64(len(text))
	j.synced = j.end
	return j.file.Sync()
}

// Load implements [Journal].
func (j *FileJournal) Load(_ context.Context, key string) (JournalEntry, error) {
	j.mu.Lock()
	where, known := j.rows[key]
	err := j.err
	j.mu.Unlock()
	if err != nil || !known {
		return JournalEntry{}, err
	}
	text := make([]byte, where.length)
	if _, err := j.file.ReadAt(text, where.at); err != nil {
		return JournalEntry{}, pathless(err)
	}
	line, readable := readLine(text)
	if !readable || line.Key != key {
		return JournalEntry{}, errors.New("the journal was changed while it was open")
	}
	return JournalEntry{InFlight: line.Begun, Result: line.Result, Err: line.Error}, nil
}

// Begin implements [Journal].
func (j *FileJournal) Begin(_ context.Context, key string) error {
	return j.write(journalLine{Key: key, Begun: true})
}

// Finish implements [Journal].
func (j *FileJournal) Finish(_ context.Context, key string, answer JournalEntry) error {
	return j.write(journalLine{Key: key, Result: answer.Result, Error: answer.Err})
}

func (j *FileJournal) write(line journalLine) error {
	if !line.valid() {
		return errors.New("the entry says nothing that a journal can keep")
	}
	line.At = time.Now().UTC()
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	end, err := j.append(line.Key, append(text, '\n'))
	if err != nil {
		return err
	}
	return j.sync(end)
}

// append writes the line and gives the length of the file after it.
func (j *FileJournal) append(key string, text []byte) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return 0, j.err
	}
	if _, err := j.file.WriteAt(text, j.end); err != nil {
		err = pathless(err)
		j.err = err // the line may be torn, and no other must follow it
		return 0, err
	}
	j.rows[key] = place{j.end, len(text)}
	j.end += int64(len(text))
	return j.end, nil
}

// sync returns when the file is on the disk up to end. Whoever comes first
// does it for all who have written by then.
func (j *FileJournal) sync(end int64) error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	if j.synced >= end {
		return nil
	}
	j.mu.Lock()
	upTo, err := j.end, j.err
	j.mu.Unlock()
	if err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		err = pathless(err)
		j.fail(err) // what was written since the last sync may be lost
		return err
	}
	j.synced = upTo
	return nil
}

func (j *FileJournal) fail(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		j.err = err
	}
}

// Close gives the file free for other processes. A second Close does nothing.
func (j *FileJournal) Close() error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == errJournalClosed {
		return nil
	}
	j.err = errJournalClosed
	err := pathless(j.file.Close())
	j.free()
	return err
}

// Format implements [fmt.Formatter]: it prints no path.
func (j *FileJournal) Format(s fmt.State, verb rune) { redact.Format(s, verb, "idverify.FileJournal") }

// LogValue implements [slog.LogValuer].
func (j *FileJournal) LogValue() slog.Value { return slog.StringValue("idverify.FileJournal") }

// syncDir puts a new file's name on the disk, where directories can be synced.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
