package batch

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
)

// index finds the last line of each row. It keeps 16 bytes per row, which take
// about 40 in a map; the keys themselves would take three times as much.
type index map[rowID]offset

// rowID is the first bytes of the SHA-256 of a key. Among a hundred million keys,
// the probability that two collide is below 10⁻⁸; FileJournal.Load detects a
// collision.
type rowID [10]byte

// offset is a position in a file, big-endian.
type offset [6]byte

func idOf(key []byte) rowID {
	sum := sha256.Sum256(key)
	return rowID(sum[:])
}

func (x index) put(key []byte, at int64) {
	var wide [8]byte
	binary.BigEndian.PutUint64(wide[:], uint64(at))
	x[idOf(key)] = offset(wide[2:])
}

func (x index) find(key string) (at int64, known bool) {
	place, known := x[idOf([]byte(key))]
	var wide [8]byte
	copy(wide[2:], place[:])
	return int64(binary.BigEndian.Uint64(wide[:])), known
}

// lineAt reads the line that begins at a position, with its line feed.
func lineAt(file io.ReaderAt, at int64) ([]byte, error) {
	text := make([]byte, 0, 1024)
	for {
		n, err := file.ReadAt(text[len(text):cap(text)], at+int64(len(text)))
		read := text[:len(text)+n]
		if end := bytes.IndexByte(read[len(text):], '\n'); end >= 0 {
			return read[:len(text)+end+1], nil
		}
		if err != nil {
			return nil, err
		}
		text = append(read, make([]byte, len(read))...)[:len(read)]
	}
}
