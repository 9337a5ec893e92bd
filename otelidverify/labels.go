package otelidverify

import (
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/idverify/idverify"
)

// The attributes.
const (
	codeKey      = attribute.Key("idverify.code")
	vendorKey    = attribute.Key("idverify.vendor.name")
	originKey    = attribute.Key("idverify.origin")
	billedKey    = attribute.Key("idverify.billed")
	ambiguousKey = attribute.Key("idverify.ambiguous")
	reasonKey    = attribute.Key("idverify.reason")
	storeKey     = attribute.Key("idverify.store")
	operationKey = attribute.Key("idverify.operation")
	outcomeKey   = attribute.Key("idverify.outcome")
	errorKey     = attribute.Key("error.type")
)

// other replaces values that must not be reported, or would make too many series. The
// name comes from the semantic conventions.
const other = "_OTHER"

var vocabulary = func() map[idverify.Code]string {
	known := map[idverify.Code]string{}
	for _, code := range idverify.Codes() {
		known[code] = string(code)
	}
	return known
}()

// codeOf returns a code of the library's vocabulary. A foreign provider can put
// anything into an error's code.
func codeOf(code idverify.Code) string {
	if known, ok := vocabulary[code]; ok {
		return known
	}
	return other
}

// longestWord is the length of the longest name that is reported.
const longestWord = 64

// word returns a name from the program or its configuration: of a vendor, a store,
// a reason.
func word(s string) string {
	if len(s) > longestWord {
		return other
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return other
		}
	}
	return s
}

// described is the subject of a measurement.
type described interface {
	comparable
	attributes() []attribute.KeyValue
}

// labels caches the options of measurements, so that repeated ones allocate
// nothing.
type labels[K described] struct {
	mu   sync.RWMutex
	made map[K]label
}

// label is one set of attributes, for each kind of instrument.
type label struct {
	record  []metric.RecordOption
	add     []metric.AddOption
	observe []metric.ObserveOption
}

// maxLabels limits the cache. Vendors, codes and stores are few; only values that
// differ for each call exceed it, and those are not kept.
const maxLabels = 4096

func (l *labels[K]) of(key K) label {
	l.mu.RLock()
	found, ok := l.made[key]
	l.mu.RUnlock()
	if ok {
		return found
	}
	option := metric.WithAttributeSet(attribute.NewSet(key.attributes()...))
	found = label{[]metric.RecordOption{option}, []metric.AddOption{option}, []metric.ObserveOption{option}}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made == nil {
		l.made = map[K]label{}
	}
	if len(l.made) < maxLabels {
		l.made[key] = found
	}
	return found
}
