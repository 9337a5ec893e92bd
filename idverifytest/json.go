package idverifytest

import (
	"bufio"
	"errors"
	"io"
)

// node is one value in a JSON text.
type node struct {
	kind     nodeKind
	yes      bool             // a boolean that is true
	value    value            // of a string
	items    []*node          // of an array
	members  map[string]*node // of an object; the last of duplicates
	repeated string           // of an object: a duplicated name, or empty
}

type nodeKind int

const (
	jsonNull nodeKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// at returns a member of an object, nil if it is absent or n is no object.
func (n *node) at(name string) *node {
	if n == nil {
		return nil
	}
	return n.members[name]
}

// text returns a string, empty for any other kind.
func (n *node) text() string {
	if n == nil || n.kind != jsonString {
		return ""
	}
	return n.value.text()
}

func (n *node) isTrue() bool { return n != nil && n.yes }

func (n *node) isObject() bool { return n != nil && n.kind == jsonObject }

// isEmpty reports whether a value is absent, null or "".
func (n *node) isEmpty() bool {
	return n == nil || n.kind == jsonNull || n.kind == jsonString && n.value.size == 0
}

// readJSON reads a JSON text to the end of the body; it returns nil for invalid
// JSON. Members with a name in evidence, at any level, are base64 pictures and
// captures: they are examined while they arrive, and not kept.
func (c *call) readJSON(evidence ...string) *node {
	check := &utf8Reader{from: c.body}
	in := newReader(check)
	defer freeReader(in)
	j := jsonReader{in: in, evidence: evidence, left: maxTexts}
	root, err := j.whole()
	if errors.Is(err, errSurplus) {
		c.refuse(tooMany)
	}
	if broken := c.drain(); broken != nil || err != nil || !check.ok() {
		return nil
	}
	c.rec.Fields = noted(root.members)
	return root
}

// utf8Reader checks what is read through it.
type utf8Reader struct {
	utf8Check
	from io.Reader
}

func (r *utf8Reader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.write(p[:n])
	return n, err
}

var (
	errMalformed = errors.New("malformed JSON")
	errSurplus   = errors.New("more than is read")
)

// jsonReader reads JSON with a limit on everything that is kept.
type jsonReader struct {
	in       *bufio.Reader
	evidence []string
	left     int // bytes of text that may still be kept
	seen     int // members and items
	plain    []byte
}

func (j *jsonReader) whole() (*node, error) {
	root, err := j.node("", 0)
	if err != nil {
		return nil, err
	}
	if _, err := j.next(); err != io.EOF {
		return nil, errMalformed
	}
	return root, nil
}

// next skips white space, and returns the next byte without consuming it.
func (j *jsonReader) next() (byte, error) {
	for {
		b, err := j.in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b, j.in.UnreadByte()
		}
	}
}

// take consumes one byte that must be there.
func (j *jsonReader) take(want byte) error {
	if b, err := j.next(); err != nil || b != want {
		return errMalformed
	}
	_, err := j.in.Discard(1)
	return err
}

func (j *jsonReader) node(name string, depth int) (*node, error) {
	b, err := j.next()
	switch {
	case err != nil, depth > maxDepth:
		return nil, errMalformed
	case b == '{':
		return j.object(depth)
	case b == '[':
		return j.array(name, depth)
	case b == '"':
		l := asText
		for _, e := range j.evidence {
			if e == name {
				l = asBase64
			}
		}
		w := newValue(l, &j.left)
		if err := j.text(w); err != nil {
			return nil, err
		}
		return &node{kind: jsonString, value: w.end()}, nil
	case b == 't':
		return &node{kind: jsonBool, yes: true}, j.literal("true")
	case b == 'f':
		return &node{kind: jsonBool}, j.literal("false")
	case b == 'n':
		return &node{kind: jsonNull}, j.literal("null")
	}
	return &node{kind: jsonNumber}, j.number()
}

// count counts one member or item.
func (j *jsonReader) count() error {
	j.seen++
	if j.seen > maxFields {
		return errSurplus
	}
	return nil
}

// list reads the items between two brackets, separated by commas.
func (j *jsonReader) list(opens, closes byte, entry func() error) error {
	if err := j.take(opens); err != nil {
		return err
	}
	if b, err := j.next(); err == nil && b == closes {
		return j.take(closes)
	}
	for {
		if err := j.count(); err != nil {
			return err
		}
		if err := entry(); err != nil {
			return err
		}
		b, err := j.next()
		switch {
		case err != nil:
			return errMalformed
		case b == closes:
			return j.take(closes)
		}
		if err := j.take(','); err != nil {
			return err
		}
	}
}

func (j *jsonReader) object(depth int) (*node, error) {
	n := &node{kind: jsonObject, members: map[string]*node{}}
	return n, j.list('{', '}', func() error {
		if b, err := j.next(); err != nil || b != '"' {
			return errMalformed
		}
		name := nameWriter{}
		if err := j.text(&name); err != nil {
			return err
		}
		if err := j.take(':'); err != nil {
			return err
		}
		member, err := j.node(string(name.text), depth+1)
		if err != nil {
			return err
		}
		if _, ok := n.members[string(name.text)]; ok {
			n.repeated = shown(string(name.text))
		}
		n.members[string(name.text)] = member
		return nil
	})
}

func (j *jsonReader) array(name string, depth int) (*node, error) {
	n := &node{kind: jsonArray}
	return n, j.list('[', ']', func() error {
		item, err := j.node(name, depth+1)
		n.items = append(n.items, item)
		return err
	})
}

// nameWriter receives the name of a member.
type nameWriter struct{ text []byte }

func (w *nameWriter) Write(p []byte) (int, error) {
	if len(w.text)+len(p) > maxFieldName {
		return 0, errSurplus
	}
	w.text = append(w.text, p...)
	return len(p), nil
}
