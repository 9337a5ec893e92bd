package batch

// BreakFile makes every further access to the journal's file fail.
func BreakFile(j *FileJournal) { _ = j.file.Close() }

// JournalFile is the part of a file that a FileJournal uses.
type JournalFile = journalFile

// JournalIn is a journal in a test's own file.
func JournalIn(file JournalFile) (*FileJournal, error) {
	j := &FileJournal{file: file, free: func() {}, rows: index{}}
	return j, j.restore()
}

// SetLook replaces the journal's check of its path.
func SetLook(j *FileJournal, look func() error) { j.look = func(int64) error { return look() } }

// SetReserve replaces how the journal reserves room on the disk.
func SetReserve(j *FileJournal, reserve func(size int64) error) { j.reserve = reserve }

// Seal adds the checksum to a journal line.
func Seal(object string) string { return string(seal([]byte(object))) }
