package idverify

// BreakFile makes every further access to the journal's file fail.
func BreakFile(j *FileJournal) { _ = j.file.Close() }

// JournalFile is what a FileJournal needs of a file.
type JournalFile = journalFile

// JournalIn is a journal in a file of a test's own.
func JournalIn(file JournalFile) (*FileJournal, error) {
	j := &FileJournal{file: file, free: func() {}, rows: map[string]place{}}
	return j, j.restore()
}

// HoldEvidence gives the tests a digest of evidence and the copies held to it.
var HoldEvidence = holdEvidence
