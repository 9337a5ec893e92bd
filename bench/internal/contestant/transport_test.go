package contestant

import (
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify/bench/internal/work"
)

// The comparison is fair only if by-hand has the library's own transport settings.
// The library does not export its transport, so the test finds it inside a provider.
func TestByHand_HasLibrarysTransportSettings(t *testing.T) {
	for _, setup := range []Setup{
		{Body: work.Multipart}, {Body: work.JSON}, {Body: work.JSON, HTTP2: true}, {Body: work.HuaweiIVS},
	} {
		setup.BaseURL = "http://127.0.0.1:1"
		provider, err := Provider(setup, nil)
		require.NoError(t, err)
		library, found := transportIn(reflect.ValueOf(provider), map[uintptr]bool{})
		require.True(t, found, "no *http.Transport inside the provider")
		compare(t, "Transport", library.Elem(), reflect.ValueOf(SameTransport(setup.HTTP2)).Elem())
	}
}

// transportIn searches everything that v contains.
func transportIn(v reflect.Value, seen map[uintptr]bool) (reflect.Value, bool) {
	switch v.Kind() {
	case reflect.Interface:
		return transportIn(v.Elem(), seen)
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return v, false
		}
		seen[v.Pointer()] = true
		if v.Type() == reflect.TypeFor[*http.Transport]() {
			return v, true
		}
		return transportIn(v.Elem(), seen)
	case reflect.Struct:
		for i := range v.NumField() {
			if found, ok := transportIn(v.Field(i), seen); ok {
				return found, true
			}
		}
	}
	return v, false
}

// inTheDialer are settings that the library has in its own dialer, because it makes
// TLS connections itself. The gain from that is part of the measurement.
var inTheDialer = []string{"Transport.DialContext", "Transport.DialTLSContext", "Transport.TLSClientConfig", "Transport.TLSHandshakeTimeout"}

// ofProxies is a setting that only the library uses. No proxy is used here.
const ofProxies = "Transport.OnProxyConnectResponse"

// compare compares exported settings: numbers, switches and texts by value; functions
// and the like by whether they are set.
func compare(t *testing.T, path string, library, baseline reflect.Value) {
	if slices.Contains(inTheDialer, path) || path == ofProxies {
		return
	}
	switch library.Kind() {
	case reflect.Struct:
		for i := range library.NumField() {
			if field := library.Type().Field(i); field.IsExported() {
				compare(t, path+"."+field.Name, library.Field(i), baseline.Field(i))
			}
		}
	case reflect.Pointer:
		if assert.Equal(t, library.IsNil(), baseline.IsNil(), path) && !library.IsNil() {
			compare(t, path, library.Elem(), baseline.Elem())
		}
	case reflect.Func, reflect.Interface, reflect.Map, reflect.Slice:
		assert.Equal(t, library.IsNil(), baseline.IsNil(), path)
	default:
		assert.True(t, library.Equal(baseline), "%s is %v in the library and %v in the baseline", path, library, baseline)
	}
}
