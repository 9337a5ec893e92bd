package idverify_test

import (
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// places are the addresses that can be reached through exported fields.
func places(v reflect.Value, path string, found map[uintptr]string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		if v.Kind() == reflect.Pointer {
			found[v.Pointer()] = path
		}
		places(v.Elem(), path, found)
	case reflect.Slice:
		if v.Len() > 0 {
			found[v.Pointer()] = path
		}
		for i := range v.Len() {
			places(v.Index(i), path+"[]", found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				places(v.Field(i), path+"."+v.Type().Field(i).Name, found)
			}
		}
	}
}

// assertNothingShared checks that two answers, both filled, have no address in
// common.
func assertNothingShared(t *testing.T, least int, a, b any) {
	t.Helper()
	of, other := map[uintptr]string{}, map[uintptr]string{}
	places(reflect.ValueOf(a), "", of)
	places(reflect.ValueOf(b), "", other)
	assert.GreaterOrEqual(t, len(of), least, "%v", of)
	for at, path := range of {
		assert.NotContains(t, other, at, "both share %s", path)
	}
}

// Holds P-PASS-11, P-LIVE-5.
func TestSharedCall_CallersGetSeparateCopies(t *testing.T) {
	failed, passed := talkative(t)
	for name, test := range map[string]struct {
		last  step
		least int
	}{
		"result": {passed, 10}, // of which the failed attempt has four
		"error":  {failed, 8},
	} {
		synctest.Test(t, func(t *testing.T) {
			test.last.after = time.Second
			c, err := idverify.New([]idverify.Provider{vendorNamed("a", failed), vendorNamed("b", test.last)}, half(idverify.Retry{Attempts: 1}))
			require.NoError(t, err)
			answers := make([]any, 3)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() {
					res, err := c.Verify(t.Context(), keyed("k"))
					if answers[i] = res; err != nil {
						answers[i] = err
					}
				})
			}
			wg.Wait()
			assertNothingShared(t, test.least, answers[0], answers[1])
			assertNothingShared(t, test.least, answers[1], answers[2])
			if res, ok := answers[2].(*idverify.Result); ok {
				r, ok := idverify.ReplyAs[*reply](res, nil)
				require.True(t, ok, name)
				assert.Equal(t, "face", string(r.Face))
			}
		})
	}
}

// A store's value is separate from the callers' values, on saving and on loading.
func TestResultStore_CallersGetSeparateCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, passed := talkative(t)
		store := &memoryResults{}
		c := oneVendor(t, vendorNamed("a", passed), idverify.WithResultStore(store, storeSecret))
		for range 2 {
			res, err := c.Verify(t.Context(), keyed("k"))
			require.NoError(t, err)
			synctest.Wait()
			for _, stored := range store.byID {
				assertNothingShared(t, 4, res, stored)
			}
		}
	})
}
