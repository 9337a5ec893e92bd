package batch

import (
	"errors"

	"github.com/idverify/idverify"
)

// write writes a row's line, and returns when it is on the disk.
func (j *FileJournal) write(line journalLine) error {
	text, err := line.encode()
	if err != nil {
		return err
	}
	end, lost, err := j.append(line.Key, text, line.Begun)
	if err != nil {
		return err
	}
	if err := j.sync(end); err != nil {
		return err
	}
	return lost
}

// append writes the line and returns the length of the file after it. lost says that
// the file has moved or was changed, although the line was written.
func (j *FileJournal) append(key string, text []byte, begins bool) (end int64, lost, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return 0, nil, err
	}
	if begins {
		if j.lost {
			return 0, nil, errShrunk
		}
		if err := j.stands(); err != nil {
			return 0, nil, j.mark(err)
		}
		if err := j.makeRoom(len(text)); err != nil {
			return 0, nil, err
		}
	}
	if err := j.put(text); err != nil {
		return 0, nil, err
	}
	if begins {
		j.inFlight++
	} else {
		j.inFlight = max(0, j.inFlight-1)
	}
	j.rows.put([]byte(key), j.end-int64(len(text)))
	if lost = j.mark(j.stands()); lost != nil && begins {
		return 0, nil, errors.Join(lost, j.takeBack(key))
	}
	return j.end, lost, nil
}

// takeBack records that a row that was begun is not sent after all. j.mu is held.
func (j *FileJournal) takeBack(key string) error {
	text, err := journalLine{Key: key, Error: unsent(idverify.CodeCanceled, "", "the journal was lost before the row was sent", nil)}.encode()
	if err != nil || j.err != nil {
		return err
	}
	j.inFlight--
	j.rows.put([]byte(key), j.end)
	return j.put(text)
}

// put writes at the end. j.mu is held.
func (j *FileJournal) put(text []byte) error {
	if _, err := j.file.Write(text); err != nil {
		j.err = unwritable(err) // the line may be incomplete, and no other line may follow it
		return j.err
	}
	j.end += int64(len(text))
	return nil
}

// mark prevents a file that lost lines from being opened again as if it were
// complete. It returns the error passed to it. j.mu is held.
func (j *FileJournal) mark(err error) error {
	if !errors.Is(err, errShrunk) || j.lost || j.err != nil {
		return err
	}
	j.lost = true
	if text, failed := (journalLine{Lost: true}).encode(); failed == nil {
		if failed = j.put(text); failed == nil {
			_ = j.file.Sync() // there is nothing else to try
		}
	}
	return err
}

func (j *FileJournal) stands() error {
	if j.look == nil {
		return nil
	}
	return j.look(j.end)
}

// sync returns when the file is on the disk up to end. The first goroutine to
// arrive syncs for all that have written by then.
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
		err = unwritable(err)
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
