package redact

import (
	"encoding/base64"
	"encoding/hex"
)

// The numbers that Spells looks for. A shorter one would be found by chance, a
// longer one is none.
const shortestNumber, longestNumber = 8, 64

// Spells reports whether text holds the number in hexadecimal, or in base64 of
// either alphabet, wherever in it. The last character is not looked at: it may
// be a small x there.
func Spells(text, number string) bool {
	if len(number) < shortestNumber || len(number) > longestNumber {
		return false
	}
	known := number[:len(number)-1]
	return inHex(text, known) || inBase64(text, known)
}

func inHex(text, known string) bool {
	var room [2 * longestNumber]byte
	return has(text, room[:hex.Encode(room[:], []byte(known))], lower)
}

// inBase64 looks for what stays the same of base64, whatever stands before and
// behind, when the number begins at the first, second or third byte of a group.
func inBase64(text, known string) bool {
	for before := range 3 {
		var plain [2 + longestNumber]byte
		var room [(2 + longestNumber + 2) / 3 * 4]byte
		n := before + copy(plain[before:], known)
		base64.RawStdEncoding.Encode(room[:], plain[:n])
		from := (before*8 + 5) / 6 // the first that is all the number's
		if has(text, room[from:n*8/6], standard) {
			return true
		}
	}
	return false
}

// has reports whether text, with each byte folded, has a part.
func has(text string, part []byte, fold func(byte) byte) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		at := 0
		for at < len(part) && fold(text[i+at]) == part[at] {
			at++
		}
		if at == len(part) {
			return true
		}
	}
	return false
}

// standard takes the two alphabets of base64 for one.
func standard(c byte) byte {
	switch c {
	case '-':
		return '+'
	case '_':
		return '/'
	}
	return c
}
