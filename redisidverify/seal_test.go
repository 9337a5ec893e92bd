package redisidverify_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/redisidverify"
)

func keyNamed(name string) redisidverify.SealKey {
	return redisidverify.SealKey{Name: name, Secret: []byte("EXAMPLE-SECRET-OF-32-BYTES-" + name + "-OR-MORE")}
}

// The first key seals, and all keys open, so a key can be replaced without a miss.
func TestSeal_KeyRotationCausesNoMiss(t *testing.T) {
	client := connect(t, miniredis.RunT(t).Addr())
	with := func(names ...string) *redisidverify.TokenStore {
		return patient(newTokens(t, client, func(o *redisidverify.TokenOptions) {
			o.Keys = nil
			for _, name := range names {
				o.Keys = append(o.Keys, keyNamed(name))
			}
			o.OnStore = func(e idverify.StoreEvent) { t.Errorf("told of %+v", e) }
		}))
	}
	old, both, swapped, fresh := with("old"), with("old", "new"), with("new", "old"), with("new")
	key, token := digits(64), tokenFor(time.Hour)
	for _, step := range []struct{ saves, loads *redisidverify.TokenStore }{{old, both}, {both, old}, {both, swapped}, {swapped, both}, {swapped, fresh}} {
		require.NoError(t, step.saves.Save(t.Context(), key, token))
		got, ok, err := step.loads.Load(t.Context(), key)
		require.NoError(t, err)
		require.True(t, ok)
		assert.True(t, got.Equal(token))
	}
}

// A value that nobody can open is reported and counts as a miss; the lease decides
// who fetches.
func TestSeal_ForeignValueIsAMiss(t *testing.T) {
	m := miniredis.RunT(t)
	client := connect(t, m.Addr())
	account := func(key string) string { // of the only stored token
		for _, name := range m.Keys() {
			if strings.HasSuffix(name, ":token") {
				return name
			}
		}
		t.Fatal("no token of " + key)
		return ""
	}
	for about, spoil := range map[string]func(value string) string{
		"another key":    nil,
		"no text of us":  func(string) string { return "EXAMPLE-TOKEN" },
		"another name":   func(v string) string { return strings.Replace(v, "EXAMPLE-1", "EXAMPLE-2", 1) },
		"later version":  func(v string) string { return "2" + v[1:] },
		"one bit":        func(v string) string { return v[:len(v)-3] + string(v[len(v)-3]^1) + v[len(v)-2:] },
		"cut":            func(v string) string { return v[:20] },
		"not in base64":  func(v string) string { return v[:20] + "!" + v[20:] },
		"nothing sealed": func(v string) string { return "1:EXAMPLE-1:" },
	} {
		t.Run(about, func(t *testing.T) {
			m.FlushAll()
			var told []idverify.StoreEvent
			store := patient(newTokens(t, client, func(o *redisidverify.TokenOptions) {
				o.OnStore = func(e idverify.StoreEvent) { told = append(told, e) }
			}))
			key, token := digits(64), tokenFor(time.Hour)
			if spoil == nil {
				require.NoError(t, patient(newTokens(t, client, func(o *redisidverify.TokenOptions) {
					o.Keys = []redisidverify.SealKey{{Name: "EXAMPLE-1", Secret: keyNamed("other").Secret}}
				})).Save(t.Context(), key, token))
			} else {
				require.NoError(t, store.Save(t.Context(), key, token))
				of := account(key)
				m.HSet(of, "v", spoil(m.HGet(of, "v")))
			}
			_, ok, err := store.Load(t.Context(), key)
			require.NoError(t, err)
			assert.False(t, ok)
			assert.Equal(t, []idverify.StoreEvent{{Store: "token", Operation: "load", Reason: redisidverify.StoreSealed}}, told)
			require.NoError(t, store.Drop(t.Context(), key, token))
			require.NoError(t, store.Save(t.Context(), key, token), "and is replaced")
			_, ok, err = store.Load(t.Context(), key)
			require.NoError(t, err)
			assert.True(t, ok)
		})
	}
}

// A sealed token that is copied to another account does not open there.
func TestSeal_ValueIsBoundToAccount(t *testing.T) {
	m := miniredis.RunT(t)
	store := patient(newTokens(t, connect(t, m.Addr())))
	one, other := digits(64), digits(64)
	require.NoError(t, store.Save(t.Context(), one, tokenFor(time.Hour)))
	first := m.Keys()[0]
	require.NoError(t, store.Save(t.Context(), other, tokenFor(time.Hour)))
	for _, name := range m.Keys() {
		m.HSet(name, "v", m.HGet(first, "v"))
	}
	_, ok, err := store.Load(t.Context(), one)
	require.NoError(t, err)
	assert.True(t, ok)
	_, ok, err = store.Load(t.Context(), other)
	require.NoError(t, err)
	assert.False(t, ok)
}

func TestSeal_NothingPrintsTheSecret(t *testing.T) {
	keys := sealKeys()
	store := newTokens(t, connect(t, "127.0.0.1:1"))
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", keys[0], "store", store, "options", redisidverify.TokenOptions{Keys: keys})
	text, err := json.Marshal(keys)
	require.NoError(t, err)
	said := log.String() + string(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		said += fmt.Sprintf(verb, keys) + fmt.Sprintf(verb, keys[0]) + fmt.Sprintf(verb, &keys[0]) + fmt.Sprintf(verb, store)
	}
	assert.NotContains(t, said, "EXAMPLE-SECRET")
	assert.NotContains(t, said, fmt.Sprintf("%x", "EXAMPLE-SECRET"))
	assert.NotContains(t, said, strings.Trim(fmt.Sprintf("%d", []byte("EXAMPLE-SECRET")), "[]"))
	assert.NotContains(t, said, "0x45, 0x58", "as %#v writes bytes")
}
