package batch

const (
	// answerRoom is what is kept free for the answer of a row: one takes some 1
	// to 2 KB.
	answerRoom = 8 << 10
	// spareRoom is reserved beyond that, so that it need not be done for each row.
	spareRoom = 1 << 20
)

// makeRoom reserves room on the disk for a row's line and for the answers of all
// rows in flight, so that a full disk is found before a row is sent, and not when
// its answer was paid for. Where the system cannot reserve, it does nothing. j.mu
// is held.
func (j *FileJournal) makeRoom(line int) error {
	need := j.end + int64(line) + int64(j.inFlight+1)*answerRoom
	if j.reserve == nil || need <= j.reserved {
		return nil
	}
	size := need + spareRoom
	err := j.reserve(size)
	if isFull(err) {
		size = need
		err = j.reserve(size)
	}
	switch {
	case isFull(err):
		return noRoom(err)
	case err != nil: // it cannot be done here
		j.reserve = nil
	default:
		j.reserved = size
	}
	return nil
}
