package idverifytest

import "unicode/utf8"

// look says how the bytes of a field are examined while they arrive.
type look int

const (
	asText   look = iota // the text is kept, up to maxText
	asBytes              // a picture or capture as raw bytes
	asBase64             // a picture or capture in base64
	asNothing
)

// value is the value of one field: its beginning, and what was learned from the
// rest. Pictures and captures are never kept.
type value struct {
	isFile bool // it came with a file name
	head   []byte
	size   int64
	utf8   utf8Check
	image  picture

	decoded   int64 // decoded length of base64
	notBase64 bool  // of the standard alphabet, padded, on one line
}

// text is the whole value, if it was short enough to be kept. A value that was cut
// is longer than any rule allows, so every check refuses it.
func (v value) text() string { return string(v.head) }

// isCut reports whether the value is longer than the part that is kept.
func (v value) isCut() bool { return v.size > int64(len(v.head)) }

// valueWriter receives a value.
type valueWriter struct {
	value
	look   look
	keep   int  // limit for this value, in bytes
	left   *int // limit for all values of the request, in bytes
	reader pictureReader
	base64 *base64Check // of asBase64
}

// newValue begins a value. The bytes that it keeps are deducted from left.
func newValue(l look, left *int) *valueWriter {
	w := &valueWriter{look: l, left: left}
	switch l {
	case asText:
		w.keep = maxText
	case asBytes:
		w.keep = maxEvidence
	case asBase64:
		w.keep = maxEvidence
		w.base64 = &base64Check{to: &w.reader}
	}
	return w
}

func (w *valueWriter) Write(p []byte) (int, error) {
	w.size += int64(len(p))
	if n := min(w.keep-len(w.head), *w.left, len(p)); n > 0 {
		w.head = append(w.head, p[:n]...)
		*w.left -= n
	}
	w.utf8.write(p)
	switch w.look {
	case asBytes:
		w.reader.write(p)
	case asBase64:
		w.base64.write(p)
	}
	return len(p), nil
}

// end returns the complete value.
func (w *valueWriter) end() value {
	if w.base64 != nil {
		w.decoded, w.notBase64 = w.base64.end()
	}
	w.image = w.reader.end()
	return w.value
}

// utf8Check reports whether a text that arrives in pieces is UTF-8.
type utf8Check struct {
	rest [utf8.UTFMax]byte // an incomplete character
	n    int
	bad  bool
}

func (c *utf8Check) write(p []byte) {
	if c.bad {
		return
	}
	for c.n > 0 && len(p) > 0 {
		c.rest[c.n] = p[0]
		c.n++
		p = p[1:]
		if utf8.FullRune(c.rest[:c.n]) {
			c.bad = !utf8.Valid(c.rest[:c.n])
			c.n = 0
		}
	}
	for back := 1; back < utf8.UTFMax && back <= len(p); back++ {
		if tail := p[len(p)-back:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				c.n = copy(c.rest[:], tail)
				p = p[:len(p)-back]
			}
			break
		}
	}
	c.bad = c.bad || !utf8.Valid(p)
}

// ok reports whether everything written was UTF-8.
func (c *utf8Check) ok() bool { return !c.bad && c.n == 0 }
