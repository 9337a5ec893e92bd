package idverifytest

import (
	"io"
	"mime"
	"mime/multipart"
	"slices"
)

// form is a body of named fields.
type form struct {
	fields    map[string]value
	malformed bool
	repeated  string // a name that came more than once, or empty
}

// formSpec says how the fields of a form are read.
type formSpec struct {
	text     []string        // text even with a file name, because some clients give every part one
	evidence map[string]look // examined while it arrives, and not kept
}

func (f form) text(name string) string { return f.fields[name].text() }

func (f form) has(name string) bool {
	_, ok := f.fields[name]
	return ok
}

// allUTF8 reports whether every text is UTF-8. These fields are text even with a
// file name.
func (f form) allUTF8(text []string) bool {
	for name, v := range f.fields {
		if (!v.isFile || slices.Contains(text, name)) && !v.utf8.ok() {
			return false
		}
	}
	return true
}

// surplus says what is duplicated in the form: a field, or a second file under any
// name; empty if nothing is. These fields are text even with a file name.
func (f form) surplus(text []string) string {
	if f.repeated != "" {
		return f.repeated + " is given twice"
	}
	files := 0
	for name, v := range f.fields {
		if v.isFile && !slices.Contains(text, name) {
			files++
		}
	}
	if files > 1 {
		return "a second file is given"
	}
	return ""
}

// note records the evidence: the first of these fields that is present.
func (f form) note(rec *Exchange, evidence ...string) {
	i := slices.IndexFunc(evidence, f.has)
	if i < 0 {
		return
	}
	rec.Evidence = evidence[i]
	rec.EvidenceBytes = f.fields[evidence[i]].size
}

// readForm reads a multipart or a plain form to its end. A body of another type has
// no fields.
func (c *call) readForm(spec formSpec) form {
	r := formReader{form: form{fields: map[string]value{}}, spec: spec, call: c, left: maxTexts}
	kind, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err == nil {
		switch kind {
		case "multipart/form-data":
			r.parts(params["boundary"])
		case "application/x-www-form-urlencoded":
			r.plain()
		}
	}
	if c.drain() != nil {
		r.malformed = true // cut off after the last field
	}
	c.rec.Fields = noted(r.fields)
	return r.form
}

// formReader reads a form with a limit on everything that is kept.
type formReader struct {
	form
	spec formSpec
	call *call
	left int // bytes of text that may still be kept
	seen int // fields
}

// begin begins a field, and returns nil for one too many.
func (f *formReader) begin(name string, isFile bool) *valueWriter {
	f.seen++
	if f.seen > maxFields || len(name) > maxFieldName {
		f.call.refuse(tooMany)
		return nil
	}
	l, isEvidence := f.spec.evidence[name]
	if isFile && !isEvidence && !slices.Contains(f.spec.text, name) {
		l = asNothing
	}
	w := newValue(l, &f.left)
	w.isFile = isFile
	return w
}

// end adds a field to the form. Of a duplicated field, the first is kept.
func (f *formReader) end(name string, w *valueWriter) {
	if f.has(name) {
		f.repeated = shown(name)
		return
	}
	f.fields[name] = w.end()
}

func (f *formReader) parts(boundary string) {
	body := &headLimit{from: f.call.body}
	parts := multipart.NewReader(body, boundary)
	buffer := make([]byte, 8<<10) // one for all parts
	for {
		body.begin()
		p, err := parts.NextPart()
		if body.exceeded() {
			f.call.refuse(tooMany)
			return
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			f.malformed = true
			return
		}
		body.end()
		name := p.FormName()
		w := f.begin(name, p.FileName() != "")
		if w == nil {
			return
		}
		if _, err := io.CopyBuffer(w, p, buffer); err != nil {
			f.malformed = true
			return
		}
		f.end(name, w)
	}
}

// headLimit limits what Go's multipart reader may read between two parts. Without
// it one head may take 10 MB.
type headLimit struct {
	from   io.Reader
	inHead bool
	left   int
}

// begin must be called before the next part: its head may now be read, together
// with what fills the reader's buffer after it.
func (h *headLimit) begin() { h.inHead, h.left = true, maxPartHead+5<<10 }
func (h *headLimit) end()   { h.inHead = false }

func (h *headLimit) exceeded() bool { return h.inHead && h.left <= 0 }

func (h *headLimit) Read(p []byte) (int, error) {
	if !h.inHead {
		return h.from.Read(p)
	}
	if h.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := h.from.Read(p[:min(len(p), h.left)])
	h.left -= n
	return n, err
}
