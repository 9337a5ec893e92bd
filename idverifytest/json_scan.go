package idverifytest

import (
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string into w.
func (j *jsonReader) text(w io.Writer) error {
	if err := j.take('"'); err != nil {
		return err
	}
	for {
		if _, err := j.in.Peek(1); err != nil {
			return errMalformed
		}
		chunk, _ := j.in.Peek(j.in.Buffered())
		n := plainLength(chunk)
		if _, err := w.Write(chunk[:n]); err != nil {
			return err
		}
		_, _ = j.in.Discard(n)
		if n == len(chunk) {
			continue
		}
		switch b, _ := j.in.ReadByte(); b {
		case '"':
			return nil
		case '\\':
			if err := j.escape(w); err != nil {
				return err
			}
		default: // a control character
			return errMalformed
		}
	}
}

// plainLength is the number of bytes of a string that stand for themselves.
func plainLength(p []byte) int {
	for i, b := range p {
		if b == '"' || b == '\\' || b < ' ' {
			return i
		}
	}
	return len(p)
}

// escape reads what follows a backslash.
func (j *jsonReader) escape(w io.Writer) error {
	b, err := j.in.ReadByte()
	if err != nil {
		return errMalformed
	}
	r := rune(b)
	switch b {
	case '"', '\\', '/':
	case 'b':
		r = '\b'
	case 'f':
		r = '\f'
	case 'n':
		r = '\n'
	case 'r':
		r = '\r'
	case 't':
		r = '\t'
	case 'u':
		if r, err = j.unicode(); err != nil {
			return err
		}
	default:
		return errMalformed
	}
	j.plain = utf8.AppendRune(j.plain[:0], r)
	_, err = w.Write(j.plain)
	return err
}

// unicode reads what follows \u, and the second half of a surrogate pair. Half a
// pair becomes U+FFFD.
func (j *jsonReader) unicode() (rune, error) {
	digits, _ := j.in.Peek(4)
	r, ok := hexDigits(digits)
	if !ok || len(digits) < 4 {
		return 0, errMalformed
	}
	_, _ = j.in.Discard(4)
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	second, _ := j.in.Peek(6)
	if len(second) < 6 || second[0] != '\\' || second[1] != 'u' {
		return utf8.RuneError, nil
	}
	low, ok := hexDigits(second[2:])
	r = utf16.DecodeRune(r, low)
	if ok && r != utf8.RuneError {
		_, _ = j.in.Discard(6)
	}
	return r, nil
}

// hexDigits reads hexadecimal digits.
func hexDigits(digits []byte) (n rune, ok bool) {
	for _, d := range digits {
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d >= 'a' && d <= 'f':
			d -= 'a' - 10
		case d >= 'A' && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | rune(d)
	}
	return n, true
}

func (j *jsonReader) literal(want string) error {
	got, _ := j.in.Peek(len(want))
	if string(got) != want {
		return errMalformed
	}
	_, err := j.in.Discard(len(want))
	return err
}

// number reads a number; its value is not needed.
func (j *jsonReader) number() error {
	var text []byte
	for len(text) <= maxNumber {
		b, err := j.in.ReadByte()
		if err != nil {
			break // a missing part shows up in the check below
		}
		if (b < '0' || b > '9') && b != '-' && b != '+' && b != '.' && b != 'e' && b != 'E' {
			_ = j.in.UnreadByte()
			break
		}
		text = append(text, b)
	}
	if len(text) > maxNumber || !isNumber(text) {
		return errMalformed
	}
	if _, err := strconv.ParseFloat(string(text), 64); err != nil {
		return errMalformed // too large for a float64
	}
	return nil
}

// isNumber checks a text against the grammar of JSON numbers.
func isNumber(text []byte) bool {
	digits := func() bool {
		n := 0
		for n < len(text) && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		text = text[n:]
		return n > 0
	}
	next := func(any string) bool {
		for i := range any {
			if len(text) > 0 && text[0] == any[i] {
				text = text[1:]
				return true
			}
		}
		return false
	}
	next("-")
	if !next("0") && !digits() {
		return false
	}
	if next(".") && !digits() {
		return false
	}
	if next("eE") {
		next("+-")
		if !digits() {
			return false
		}
	}
	return len(text) == 0
}
