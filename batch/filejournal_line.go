package batch

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"time"

	"github.com/idverify/idverify"
)

// Both have the same length. Version 1 was never released: its rows need not be
// bound to a person, and it does not say which secret was used.
const (
	header      = `{"format":"idverify-journal","version":2}` + "\n"
	headerOfOld = `{"format":"idverify-journal","version":1}` + "\n"
)

// journalLine is one line after the header. Exactly one of Binding, Lost, Begun,
// Result and Error is set, and Key with the last three.
type journalLine struct {
	At      time.Time        `json:"at"`
	Binding string           `json:"binding,omitempty"`
	Lost    bool             `json:"lost,omitempty"`
	Key     string           `json:"key,omitempty"`
	Begun   bool             `json:"begun,omitempty"`
	Result  *idverify.Result `json:"result,omitempty"`
	Error   *idverify.Error  `json:"error,omitempty"`
	CRC     string           `json:"crc,omitempty"` // only for reading; seal writes it
}

func (l journalLine) valid() bool {
	said := 0
	for _, is := range []bool{l.Binding != "", l.Lost, l.Begun, l.Result != nil, l.Error != nil} {
		if is {
			said++
		}
	}
	switch {
	case said != 1 || (l.Key == "") != (l.Binding != "" || l.Lost):
		return false
	case l.Result != nil:
		return l.Result.Code.IsDecision()
	case l.Error != nil:
		return l.Error.Code != "" && !l.Error.Code.IsDecision()
	}
	return true
}

func (l journalLine) encode() ([]byte, error) {
	if !l.valid() {
		return nil, errEmptyEntry
	}
	l.At = time.Now().UTC()
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return seal(text), nil
}

func readLine(text []byte) (journalLine, bool) {
	var line journalLine
	err := json.Unmarshal(text, &line)
	return line, err == nil && line.valid() && (line.CRC == "" || isSealed(text))
}

// A sealed line ends with its checksum, in this form.
const (
	sealBegin  = `,"crc":"`
	sealDigits = 8
	sealEnd    = `"}`
	sealLength = len(sealBegin) + sealDigits + len(sealEnd)
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal adds the checksum to an object, and a line feed after it.
func seal(object []byte) []byte {
	body := object[:len(object)-1]
	sum := binary.BigEndian.AppendUint32(nil, crc32.Checksum(body, castagnoli))
	sealed := hex.AppendEncode(append(body, sealBegin...), sum)
	return append(sealed, sealEnd+"\n"...)
}

func isSealed(text []byte) bool {
	text = bytes.TrimSuffix(text, []byte("\n"))
	at := len(text) - sealLength
	if at < 0 || !bytes.HasPrefix(text[at:], []byte(sealBegin)) || !bytes.HasSuffix(text, []byte(sealEnd)) {
		return false
	}
	var sum [sealDigits / 2]byte
	_, err := hex.Decode(sum[:], text[at+len(sealBegin):][:sealDigits])
	return err == nil && binary.BigEndian.Uint32(sum[:]) == crc32.Checksum(text[:at], castagnoli)
}

// keyOfSealed returns the key of a line in the form that this package writes, if
// the checksum is right: such a line needs no further parsing. It returns false for
// any other line.
func keyOfSealed(text []byte) (key []byte, ok bool) {
	const begin = `,"key":"`
	if !isSealed(text) {
		return nil, false
	}
	at := bytes.Index(text[:min(len(text), 80)], []byte(begin))
	if at < 0 {
		return nil, false
	}
	key = text[at+len(begin):]
	end := bytes.IndexByte(key, '"')
	if end <= 0 || bytes.IndexByte(key[:end], '\\') >= 0 {
		return nil, false
	}
	return key[:end], true
}
