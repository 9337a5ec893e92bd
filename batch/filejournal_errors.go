package batch

import (
	"errors"
	"io/fs"
)

// What a FileJournal refuses to open.
var (
	errInUse        = errors.New("another run has it open")
	errNotRegular   = errors.New("not a regular file")
	errNoJournal    = errors.New("it is not a journal of this version")
	errOldVersion   = errors.New("it is of version 1, whose rows need not be bound to persons: finish it with the code that wrote it, or begin a new one without the rows that it answers")
	errLost         = errors.New("it was cut short while a run had it open: bring back what is missing from a copy, or begin a new one without the rows that were answered")
	errOpenToOthers = errors.New("other users may read or write it: take that away (chmod 600), or allow it with AllowOtherUsers")
)

// What ends a run.
var (
	errMoved        = &journalError{"the journal file was moved away or removed while it was open; put it back at its path before the next run, or the rows in it will be paid for again", nil}
	errReplaced     = &journalError{"another file stands at the journal's path, put there by an editor or a rotation; put the first one back before the next run, or the rows in it will be paid for again", nil}
	errShrunk       = &journalError{"the journal file was cut short while it was open; bring back what is missing from a copy before the next run, or those rows will be paid for again", nil}
	errGrown        = &journalError{"something else wrote into the journal file while it was open; take out what is not the journal's before the next run", nil}
	errChanged      = &journalError{"the journal file was changed while it was open; compare it with a copy before the next run", nil}
	errRunning      = &journalError{"the journal serves another run at this moment; give each run a journal of its own", nil}
	errOtherBinding = &journalError{"the journal was written with another secret, or with or without WithEvidenceBinding: no row in it would be found, and all would be paid for again", nil}
	errNoBinding    = &journalError{"the journal has rows, but the line is gone that says under which secret they are; bring it back from a copy, or the rows will be paid for again", nil}
	errClosed       = &journalError{"the journal is closed", nil}
	errEmptyEntry   = &journalError{"the entry says nothing that a journal can keep", nil}
)

func unwritable(err error) error {
	cause := pathless(err)
	return &journalError{"the journal file could not be written: " + cause.Error() +
		"; what was in it stays, and rows whose answers it lacks will come back as interrupted", cause}
}

func noRoom(err error) error {
	return &journalError{"the disk has no room for another row and its answer: " + err.Error() + "; make room, and start again", err}
}

func unreadable(err error) error {
	cause := pathless(err)
	return &journalError{"the journal file could not be read: " + cause.Error(), cause}
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
