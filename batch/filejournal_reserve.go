package batch

const (
	// answerRoom is reserved for the answer of a row: one takes about 1 to 2 KB.
	answerRoom = 8 << 10
	// spareRoom is reserved in addition, so that not every row needs a reservation.
	spareRoom = 1 << 20
)

// makeRoom reserves room on the disk for a row's line and for the answers of all
// rows in flight, so that a full disk is noticed before a row is sent, not after
// its answer was paid for. It does nothing where the system cannot reserve. j.mu is
// held.
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
	case err != nil: // this file system cannot reserve
		j.reserve = nil
	default:
		j.reserved = size
	}
	return nil
}
