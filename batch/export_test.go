package batch

// BreakFile makes every further access to the journal's file fail.
func BreakFile(j *FileJournal) { _ = j.file.Close() }

// JournalFile is what a FileJournal needs of a file.
type JournalFile = journalFile

// JournalIn is a journal in a file of a test's own.
func JournalIn(file JournalFile) (*FileJournal, error) {
	j := &FileJournal{file: file, free: func() {}, rows: index{}}
	return j, j.restore()
}

// SetLook gives the journal another look at its path.
func SetLook(j *FileJournal, look func() error) { j.look = func(int64) error { return look() } }

// SetReserve gives the journal a disk that refuses to reserve, or does.
func SetReserve(j *FileJournal, reserve func(size int64) error) { j.reserve = reserve }

// Seal puts the checksum into a line of a journal.
func Seal(object string) string { return string(seal([]byte(object))) }
