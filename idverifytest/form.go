package idverifytest

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// keptBytes is how much of a part or of a plain form is kept: all of any
// text, and enough of a picture to see what it is. The rest is only counted.
const keptBytes = 64 << 10

// form is a body of named fields.
type form struct {
	parts     map[string]part
	malformed bool
	repeated  string // a name that came more than once, or empty
}

type part struct {
	isFile bool // came with a file name
	head   []byte
	size   int64
}

// text is the value of a field, file name or not: some clients give one to
// every part.
func (f form) text(name string) string { return string(f.parts[name].head) }

func (f form) has(name string) bool {
	_, ok := f.parts[name]
	return ok
}

// allUTF8 reports whether all text is UTF-8. These fields are text even with a
// file name.
func (f form) allUTF8(text []string) bool {
	for name, p := range f.parts {
		isText := !p.isFile || slices.Contains(text, name)
		if isText && !utf8.Valid(p.head) {
			return false
		}
	}
	return true
}

// tooMany says what the form has one too many of: a field twice, or a second
// file under any name, or nothing. These fields are text even with a file name.
func (f form) tooMany(text []string) string {
	if f.repeated != "" {
		return f.repeated + " is given twice"
	}
	files := 0
	for name, p := range f.parts {
		if p.isFile && !slices.Contains(text, name) {
			files++
		}
	}
	if files > 1 {
		return "a second file is given"
	}
	return ""
}

// readForm reads a multipart or a plain form to its end. A body of another
// kind gives no fields.
func readForm(r *http.Request, rec *Exchange) form {
	body := &counter{from: r.Body}
	f := form{parts: map[string]part{}}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
	case kind == "multipart/form-data":
		f.readParts(multipart.NewReader(body, params["boundary"]))
	case kind == "application/x-www-form-urlencoded":
		f.readPlain(body)
	}
	rec.BodyBytes = body.n
	if err := drain(r, rec); err != nil {
		f.malformed = true // broken off behind the last part
	}
	rec.Fields = names(f.parts)
	return f
}

func (f *form) readParts(parts *multipart.Reader) {
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			f.malformed = true
			return
		}
		head, _ := io.ReadAll(io.LimitReader(p, keptBytes)) // what fails here fails again below
		rest, err := io.Copy(io.Discard, p)
		if err != nil {
			f.malformed = true
			return
		}
		name := p.FormName()
		if f.has(name) {
			f.repeated = name
			continue
		}
		f.parts[name] = part{isFile: p.FileName() != "", head: head, size: int64(len(head)) + rest}
	}
}

func (f *form) readPlain(body io.Reader) {
	text, err := io.ReadAll(io.LimitReader(body, keptBytes))
	if err != nil {
		f.malformed = true
		return
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		f.malformed = true
		return
	}
	for name, v := range values {
		if len(v) > 1 {
			f.repeated = name
		}
		f.parts[name] = part{head: []byte(v[0]), size: int64(len(v[0]))}
	}
}

// note puts the evidence on the record: the first of these fields that is
// there.
func (f form) note(rec *Exchange, evidence ...string) {
	i := slices.IndexFunc(evidence, f.has)
	if i < 0 {
		return
	}
	rec.Evidence = evidence[i]
	rec.EvidenceBytes = f.parts[evidence[i]].size
}

// counter counts what is read through it.
type counter struct {
	from io.Reader
	n    int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	return n, err
}

// download is what becomes of fetching an address.
type download int

const (
	downloaded download = iota
	notAnAddress
	unreachable
	tooSlow
)

// fetch only looks at the address. Nothing is opened.
func fetch(address string) download {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return notAnAddress
	}
	if !strings.HasSuffix(u.Hostname(), ".invalid") {
		return downloaded
	}
	switch {
	case strings.Contains(u.Path, "unreachable"):
		return unreachable
	case strings.Contains(u.Path, "timeout"):
		return tooSlow
	}
	return downloaded
}
