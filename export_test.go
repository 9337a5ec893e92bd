package idverify

// BreakFile makes every further access to the journal's file fail.
func BreakFile(j *FileJournal) { _ = j.file.Close() }
