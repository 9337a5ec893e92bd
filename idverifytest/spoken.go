package idverifytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
)

// Spoken returns everything that a value prints: with the verbs of fmt, by value
// and by pointer, as JSON, and in a line of either slog handler. Tests search it
// for what must not be printed.
func Spoken(v any) []string {
	var texts []string
	values := []any{v}
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && !p.IsNil() {
		values = append(values, p.Elem().Interface())
	}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		if text, err := json.Marshal(value); err == nil {
			texts = append(texts, string(text))
		}
		// slog's handlers differ: where one prints an error, the other prints the
		// value.
		var asJSON, asText bytes.Buffer
		slog.New(slog.NewJSONHandler(&asJSON, nil)).Info("spoken", "value", value)
		slog.New(slog.NewTextHandler(&asText, nil)).Info("spoken", "value", value)
		texts = append(texts, asJSON.String(), asText.String())
	}
	return texts
}
