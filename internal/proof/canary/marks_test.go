package canary_test

import (
	"bytes"
	"crypto/md5"  //nolint:gosec // a hash that must not be found
	"crypto/sha1" //nolint:gosec // a hash that must not be found
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"
)

// needle is one form of a mark, or of a part of it, in a text.
type needle struct{ what, form, text string }

// shortest is the length below which a text can be found by chance.
const shortest = 6

// encoded is a text in every form that Go's own printers and encoders give it.
func encoded(text string) map[string]string {
	if forms, known := encodings.Load(text); known {
		return forms.(map[string]string)
	}
	forms := encode(text)
	encodings.Store(text, forms)
	return forms
}

// encodings caches the forms for all tests.
var encodings sync.Map

func encode(text string) map[string]string {
	raw := []byte(text)
	forms := map[string]string{
		"raw":            text,
		"hex":            hex.EncodeToString(raw),
		"hex, spaced":    fmt.Sprintf("% x", raw),
		"hex, 0x":        strings.Trim(fmt.Sprintf("% #x", raw), " "),
		"Go bytes":       inside(fmt.Sprintf("%#v", raw), "{", "}"),
		"decimal":        inside(fmt.Sprint(raw), "[", "]"),
		"decimal, comma": strings.ReplaceAll(inside(fmt.Sprint(raw), "[", "]"), " ", ","),
		"quoted":         inside(fmt.Sprintf("%q", text), `"`, `"`),
		"quoted, ASCII":  inside(fmt.Sprintf("%+q", text), `"`, `"`),
		"query":          url.QueryEscape(text),
		"path":           url.PathEscape(text),
		"percent":        "%" + strings.ReplaceAll(fmt.Sprintf("% x", raw), " ", "%"),
		"XML":            xmlEscaped(text),
	}
	if utf8.ValidString(text) {
		forms["JSON"] = unicodeEscaped(text)
		forms["runes"] = inside(fmt.Sprint([]rune(text)), "[", "]")
		forms["code points"] = inside(fmt.Sprintf("%U", []rune(text)), "[", "]")
		forms["XML, numbers"] = numbered(text)
	}
	for offset := range 3 {
		forms[fmt.Sprintf("base64, +%d", offset)] = base64At(base64.RawStdEncoding, raw, offset)
		forms[fmt.Sprintf("base64url, +%d", offset)] = base64At(base64.RawURLEncoding, raw, offset)
	}
	return forms
}

// hashed are the plain hashes of a whole mark. There are so few ID numbers that a
// plain hash reveals the number.
func hashed(whole string) map[string]string {
	long, middle, short := sha256.Sum256([]byte(whole)), sha1.Sum([]byte(whole)), md5.Sum([]byte(whole))
	forms := map[string]string{}
	for name, sum := range map[string][]byte{"SHA-256": long[:], "SHA-1": middle[:], "MD5": short[:]} {
		forms[name] = hex.EncodeToString(sum)
		forms[name+", base64"] = base64.RawStdEncoding.EncodeToString(sum)
		forms[name+", base64url"] = base64.RawURLEncoding.EncodeToString(sum)
	}
	return forms
}

func inside(s, left, right string) string {
	s = s[strings.Index(s, left)+1:]
	return s[:strings.LastIndex(s, right)]
}

func xmlEscaped(text string) string {
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // a Buffer never fails
	return out.String()
}

func unicodeEscaped(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf:
			out.WriteRune(r)
		case r > 0xFFFF:
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

func numbered(text string) string {
	var out strings.Builder
	for _, r := range text {
		fmt.Fprintf(&out, "&#%d;", r)
	}
	return out.String()
}

// base64At is the part of a text's base64 that does not depend on its neighbours, if
// that many bytes (modulo three) are before it.
func base64At(enc *base64.Encoding, raw []byte, offset int) string {
	whole := enc.EncodeToString(append(make([]byte, offset), raw...))
	from := [...]int{0, 2, 3}[offset]
	to := (offset + len(raw)) * 8 / 6
	return whole[min(from, to):to]
}

// finder finds any number of needles in one pass over a text.
type finder struct {
	heads   [1 << 16]bool // the first two bytes of any needle
	needles map[[4]byte][]needle
}

func newFinder(needles []needle) *finder {
	f := &finder{needles: map[[4]byte][]needle{}}
	known := map[string]bool{}
	for _, n := range needles {
		n.text = asciiLower(n.text)
		if len(n.text) < shortest || known[n.text] {
			continue
		}
		known[n.text] = true
		f.heads[int(n.text[0])<<8|int(n.text[1])] = true
		head := [4]byte([]byte(n.text[:4]))
		f.needles[head] = append(f.needles[head], n)
	}
	return f
}

// in is the first needle in a text; letter case is ignored.
func (f *finder) in(text string) (needle, bool) {
	text = asciiLower(text)
	for i := 0; i+shortest <= len(text); i++ {
		if !f.heads[int(text[i])<<8|int(text[i+1])] {
			continue
		}
		for _, n := range f.needles[[4]byte([]byte(text[i:i+4]))] {
			if strings.HasPrefix(text[i:], n.text) {
				return n, true
			}
		}
	}
	return needle{}, false
}

// asciiLower does not change bytes that are not UTF-8.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
