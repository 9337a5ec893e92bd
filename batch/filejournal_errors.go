package batch

import (
	"errors"
	"io/fs"
)

// Reasons why a FileJournal refuses to open a file.
var (
	errInUse        = errors.New("another run has it open")
	errNotRegular   = errors.New("not a regular file")
	errNoJournal    = errors.New("it is not a journal of this version")
	errOldVersion   = errors.New("it is of version 1, whose rows need not be bound to persons: finish it with the code that wrote it, or begin a new one without the rows that it answers")
	errLost         = errors.New("it was cut short while a run had it open: restore the missing part from a backup, or begin a new one without the rows that were answered")
	errOpenToOthers = errors.New("other users may read or write it: restrict it (chmod 600), or allow it with AllowOtherUsers")
)

// Errors that end a run.
var (
	errMoved        = &journalError{"the journal file was moved away or removed while it was open; put it back at its path before the next run, or the rows in it will be paid for again", nil}
	errReplaced     = &journalError{"another file stands at the journal's path, put there by an editor or a rotation; put the first one back before the next run, or the rows in it will be paid for again", nil}
	errShrunk       = &journalError{"the journal file was cut short while it was open; restore the missing part from a backup before the next run, or those rows will be paid for again", nil}
	errGrown        = &journalError{"another program wrote into the journal file while it was open; remove what it wrote before the next run", nil}
	errChanged      = &journalError{"the journal file was changed while it was open; compare it with a backup before the next run", nil}
	errRunning      = &journalError{"another run is using the journal; give each run its own journal", nil}
	errOtherBinding = &journalError{"the journal was written with another secret, or with or without WithEvidenceBinding: no earlier row would be found, and all would be paid for again", nil}
	errNoBinding    = &journalError{"the journal has rows, but its binding line is missing; restore it from a backup, or the rows will be paid for again", nil}
	errUnopened     = &journalError{"a FileJournal is opened by OpenFileJournal", nil}
	errClosed       = &journalError{"the journal is closed", nil}
	errEmptyEntry   = &journalError{"the entry has neither a result nor an error that a journal can keep", nil}
)

func unwritable(err error) error {
	cause := pathless(err)
	return &journalError{"the journal file could not be written: " + cause.Error() +
		"; its content stays, and rows without an answer in it will be reported as interrupted", cause}
}

func noRoom(err error) error {
	return &journalError{"the disk has no room for another row and its answer: " + err.Error() + "; free some space, and start again", err}
}

func unreadable(err error) error {
	cause := pathless(err)
	return &journalError{"the journal file could not be read: " + cause.Error(), cause}
}

// pathless returns the cause inside an error of the os package, which contains the
// path: logs must not show it.
func pathless(err error) error {
	var inPath *fs.PathError
	for errors.As(err, &inPath) {
		err = inPath.Err
	}
	return err
}
