package canary_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// These tests prove that the search can fail: every outlet and every encoding gets a
// mark, and the mark must be found.

const leaked = "EXAMPLE-标记-/+?&=Ωleak"

// leaky prints its text in every way.
type leaky struct{ Text string }

type leakyFormatter struct{ text string }

func (l leakyFormatter) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(l.text)) }

type leakyJSON struct{ text string }

func (leakyJSON) Format(s fmt.State, _ rune)     { _, _ = s.Write([]byte("silent")) }
func (l leakyJSON) MarshalJSON() ([]byte, error) { return json.Marshal(l.text) }

type leakyKey struct{ text string }

func (leakyKey) Format(s fmt.State, _ rune)     { _, _ = s.Write([]byte("silent")) }
func (l leakyKey) MarshalText() ([]byte, error) { return []byte(l.text), nil }

type leakyLog struct{ text string }

func (leakyLog) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte("silent")) }
func (l leakyLog) LogValue() slog.Value       { return slog.StringValue(l.text) }
func (leakyLog) MarshalJSON() ([]byte, error) { return []byte(`"silent"`), nil }

// leakyInside prints nothing itself, but leaks as a value in an unexported field.
type leakyInside struct{ text string }

func (leakyInside) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte("silent")) }
func (leakyInside) LogValue() slog.Value         { return slog.StringValue("silent") }
func (leakyInside) MarshalJSON() ([]byte, error) { return []byte(`"silent"`), nil }

// silentButByPointer has its methods on the pointer, so a value prints its fields.
type silentButByPointer struct{ Text string }

func (*silentButByPointer) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte("silent")) }
func (*silentButByPointer) LogValue() slog.Value         { return slog.StringValue("silent") }
func (*silentButByPointer) MarshalJSON() ([]byte, error) { return []byte(`"silent"`), nil }

// leakyXML forgot the less common encodings.
type leakyXML struct{ Text string }

func (leakyXML) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte("silent")) }
func (leakyXML) LogValue() slog.Value         { return slog.StringValue("silent") }
func (leakyXML) MarshalJSON() ([]byte, error) { return []byte(`"silent"`), nil }

// Holds P-DATA-13.
func TestSelf_FindsEveryKindOfLeak(t *testing.T) {
	for what, v := range map[string]any{
		"exported field":      leaky{leaked},
		"bytes":               struct{ Picture []byte }{[]byte(leaked)},
		"nested":              struct{ Inner *leaky }{&leaky{leaked}},
		"Formatter":           leakyFormatter{leaked},
		"JSON":                leakyJSON{leaked},
		"MarshalText":         leakyKey{leaked},
		"LogValue":            leakyLog{leaked},
		"unexported field":    leakyInside{leaked},
		"value of a pointer":  &silentButByPointer{leaked},
		"XML and gob":         leakyXML{leaked},
		"half of it":          leaky{leaked[:len(leaked)/2]},
		"in another's middle": leaky{"before" + leaked + "after"},
	} {
		t.Run(what, func(t *testing.T) {
			o := newOutlets()
			o.plantKey("the mark", leaked)
			o.still("self", v)
			assert.NotEmpty(t, o.leaks())
		})
	}
	t.Run("by reflection", func(t *testing.T) {
		o := newOutlets()
		o.plant(vendorsWords, leaked)
		o.still("self", leakyInside{leaked})
		assert.Empty(t, o.leaks(), "what only reflection prints is excepted for a vendor's own words")
		o.still("self", leaky{leaked})
		assert.NotEmpty(t, o.leaks())
	})
	t.Run("a date in an address", func(t *testing.T) {
		o := newOutlets()
		o.plantPerson(echoName, echoNumber)
		o.hear(source{"self", true}, "{69685190001070 0x3f6190001070}")
		assert.Empty(t, o.leaks(), "an address that contains the date by chance")
		o.hear(source{"self", true}, "{190001070}")
		assert.NotEmpty(t, o.leaks())
		o = newOutlets()
		o.plantPerson(echoName, echoNumber)
		o.hear(source{"self", false}, "{69685190001070}")
		assert.NotEmpty(t, o.leaks(), "a type's own text contains no address")
	})
	t.Run("a cause", func(t *testing.T) {
		o := newOutlets()
		o.plant("the mark", leaked)
		o.failure("self", &quiet{errors.Join(errors.New("harmless"), &quiet{errors.New(leaked)})})
		assert.NotEmpty(t, o.leaks())
	})
	t.Run("nothing", func(t *testing.T) {
		o := newOutlets()
		o.plantKey("the mark", leaked)
		o.still("self", leaky{"harmless"})
		o.failure("self", &quiet{errors.New("harmless")})
		assert.Empty(t, o.leaks())
		assert.NotEmpty(t, o.said)
	})
}

// quiet is an error that does not print its cause.
type quiet struct{ cause error }

func (*quiet) Error() string   { return "quiet" }
func (q *quiet) Unwrap() error { return q.cause }

// Holds P-DATA-13.
func TestSelf_FindsEveryEncoding(t *testing.T) {
	raw := []byte(leaked)
	asJSON, err := json.Marshal(leaked)
	require.NoError(t, err)
	texts := map[string]string{
		"raw":            leaked,
		"lower case":     strings.ToLower(leaked),
		"upper case":     "x" + asciiUpper(leaked),
		"hex":            fmt.Sprintf("%x", leaked),
		"upper hex":      fmt.Sprintf("%X", leaked),
		"spaced hex":     fmt.Sprintf("% x", leaked),
		"0x hex":         fmt.Sprintf("% #x", leaked),
		"Go bytes":       fmt.Sprintf("%#v", raw),
		"decimal":        fmt.Sprintf("%d", raw),
		"runes":          fmt.Sprintf("%d", []rune(leaked)),
		"code points":    fmt.Sprintf("%U", []rune(leaked)),
		"characters":     fmt.Sprintf("%c", []rune(leaked)),
		"quoted":         fmt.Sprintf("%q", leaked),
		"quoted, ASCII":  fmt.Sprintf("%+q", leaked),
		"query":          url.QueryEscape(leaked),
		"path":           url.PathEscape(leaked),
		"in a query":     url.Values{"access_token": {leaked}}.Encode(),
		"JSON":           string(asJSON),
		"\\u":            `\u6807\u8bb0`,
		"HTML":           html.EscapeString(leaked),
		"a number array": strings.ReplaceAll(fmt.Sprint(raw), " ", ","),
	}
	for offset := range 3 {
		before := strings.Repeat("~", offset)
		for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			texts[fmt.Sprintf("base64 at %d of %p", offset, enc)] = enc.EncodeToString([]byte(before + leaked + "~~~"))
		}
	}
	for form, text := range hashed(leaked) {
		texts[form] = text
	}
	for form, text := range texts {
		o := newOutlets()
		o.plant("the mark", leaked, "标记", "Ωleak")
		o.heard("self", "before "+text+" after")
		if form == "characters" { // %c of a slice puts a space between elements
			assert.Empty(t, o.leaks(), "if it is found one day, change this test")
			continue
		}
		assert.NotEmpty(t, o.leaks(), "%s: %s", form, text)
	}
}

func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// Holds P-DATA-13.
func TestSelf_LogsAreSearched(t *testing.T) {
	for what, say := range map[string]func(o *outlets){
		"the process's log": func(*outlets) { log.Print(leaked) },
		"a logger":          func(o *outlets) { o.logger("logger").Log(t.Context(), lowest, "below debug", "value", leaked) },
		"slog's default":    func(*outlets) { slog.Error("as it is set", "value", leaked) },
		"a group":           func(o *outlets) { o.logger("logger").WithGroup(leaked).Info("x", "y", 1) },
	} {
		o := newOutlets()
		o.plant("the mark", leaked)
		old := log.Writer()
		log.SetOutput(o.writer("the process's log"))
		say(o)
		log.SetOutput(old)
		assert.NotEmpty(t, o.leaks(), what)
	}
}
