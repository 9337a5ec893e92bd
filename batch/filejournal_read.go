package batch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// restore reads the file, removes an incomplete last line, and writes the header of
// a new journal.
func (j *FileJournal) restore() error {
	in := bufio.NewReaderSize(j.file, 256<<10)
	first := make([]byte, len(header))
	n, err := io.ReadFull(in, first)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case string(first) == headerOfOld:
		return errOldVersion
	case !strings.HasPrefix(header, string(first[:n])):
		return errNoJournal
	case n < len(header): // new, or cut off within its header
		return j.cut(0, header)
	}
	j.end = int64(n)
	for number := 2; ; number++ {
		text, err := nextLine(in)
		torn := errors.Is(err, io.EOF)
		if err != nil && !torn {
			return err
		}
		readable, err := j.take(text)
		switch {
		case err != nil:
			return err
		case readable:
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

// nextLine reads a line of any length, with its line feed. The slice is valid until
// the next call.
func nextLine(in *bufio.Reader) ([]byte, error) {
	text, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return text, err
	}
	text = bytes.Clone(text)
	rest, err := in.ReadBytes('\n')
	return append(text, rest...), err
}

// take records what the line at j.end says, and reports whether it says anything.
func (j *FileJournal) take(text []byte) (readable bool, err error) {
	key, ok := keyOfSealed(text)
	if !ok {
		line, ok := readLine(text)
		switch {
		case !ok:
			return false, nil
		case line.Lost:
			return false, errLost
		case line.Binding != "":
			j.binding = line.Binding
			return true, nil
		}
		key = []byte(line.Key)
	}
	j.rows.put(key, j.end)
	return true, nil
}

// cut truncates the file at a position, and appends a text there.
func (j *FileJournal) cut(at int64, text string) error {
	if err := j.file.Truncate(at); err != nil {
		return err
	}
	if _, err := j.file.Seek(at, io.SeekStart); err != nil {
		return err
	}
	if _, err := j.file.Write([]byte(text)); err != nil {
		return err
	}
	j.end = at + int64(len(text))
	j.synced = j.end
	return j.file.Sync()
}
