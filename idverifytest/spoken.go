package idverifytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
)

// Spoken is everything that a value says of itself: under the verbs of fmt, by
// value and by pointer, as JSON, and in a slog line. Tests search it for what
// must not be printed.
func Spoken(v any) []string {
	var texts []string
	values := []any{v}
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && !p.IsNil() {
		values = append(values, p.Elem().Interface())
	}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			texts = append(texts, fmt.Sprintf(verb, value))
		}
		if text, err := json.Marshal(value); err == nil {
			texts = append(texts, string(text))
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("spoken", "value", value)
		texts = append(texts, log.String())
	}
	return texts
}
