package idverifytest

import (
	"bufio"
	"io"
	"net/url"
	"strings"
)

// plain reads an application/x-www-form-urlencoded form in the same way as
// [url.ParseQuery].
func (f *formReader) plain() {
	in := newReader(f.call.body)
	defer freeReader(in)
	for {
		name, stop, err := readName(in)
		switch {
		case err != nil:
			f.malformed = true
			return
		case len(name) > maxRawName:
			f.call.refuse(tooMany)
			return
		case name == "" && stop == 0:
			return
		case name == "" && stop == '&': // nothing between two &
			continue
		}
		decoded, wrong := url.QueryUnescape(name)
		w := f.begin(decoded, false)
		if w == nil {
			return
		}
		bad := wrong != nil || strings.Contains(name, ";")
		if stop == '=' {
			var badValue bool
			if stop, badValue, err = readPlainValue(in, w); err != nil {
				f.malformed = true
				return
			}
			bad = bad || badValue
		}
		if bad {
			f.malformed = true
		} else {
			f.end(decoded, w)
		}
		if stop == 0 {
			return
		}
	}
}

// maxRawName allows for a name whose every byte is escaped.
const maxRawName = 3 * maxFieldName

// readName reads as far as the = or the & behind a name, and tells which it
// was, or 0 for the end. Of a name that is too long the rest is not read.
func readName(in *bufio.Reader) (name string, stop byte, err error) {
	var raw []byte
	for len(raw) <= maxRawName {
		b, err := in.ReadByte()
		switch {
		case err == io.EOF:
			return string(raw), 0, nil
		case err != nil:
			return "", 0, err
		case b == '=', b == '&':
			return string(raw), b, nil
		}
		raw = append(raw, b)
	}
	return string(raw), 0, nil
}

// readPlainValue reads up to the & after a value, and returns it, or 0 at the end.
// bad says that the value is badly encoded.
func readPlainValue(in *bufio.Reader, w io.Writer) (stop byte, bad bool, err error) {
	decoded := make([]byte, 0, 512) // written to w when full
	defer func() { _, _ = w.Write(decoded) }()
	for {
		if len(decoded) == cap(decoded) {
			_, _ = w.Write(decoded)
			decoded = decoded[:0]
		}
		b, err := in.ReadByte()
		switch {
		case err == io.EOF:
			return 0, bad, nil
		case err != nil:
			return 0, bad, err
		case b == '&':
			return b, bad, nil
		case b == ';':
			bad = true
		case b == '+':
			decoded = append(decoded, ' ')
		case b == '%':
			code, err := in.Peek(2)
			if err != nil && err != io.EOF {
				return 0, bad, err
			}
			r, ok := hexDigits(code)
			if !ok || len(code) < 2 {
				bad = true
				continue
			}
			_, _ = in.Discard(2)
			decoded = append(decoded, byte(r))
		default:
			decoded = append(decoded, b)
		}
	}
}
