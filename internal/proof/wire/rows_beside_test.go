package wire_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/internal/proof/vendors"
)

// A code that stands beside what only a comparison gives: the vendor has worked on the
// call, which is therefore asked once, whatever the code means alone, and does not
// pass.
// Holds P-PASS-1, P-PAY-2.
func TestRows_WithPassAreAskedOnceAndNeverPass(t *testing.T) {
	forEveryRow(t, func(t *testing.T, v vendors.Vendor, row idverify.CodeRow) {
		said := v.Says(row)
		below, isObject := object(said.Body).(map[string]any)
		if row.Code == idverify.CodeMatch || said.OfTokens || !isObject {
			return
		}
		above := object(v.Scored(nil))
		isSaid := hasLeaf(extra(below, above), row.VendorCode) // else the pass has the code's member
		text, err := json.Marshal(over(below, above))
		require.NoError(t, err)
		said.Body = string(text)
		synctest.Test(t, func(t *testing.T) {
			var s script
			c, err := idverify.New([]idverify.Provider{s.provider(t, v, said)})
			require.NoError(t, err)
			res, err := c.Verify(t.Context(), v.Asking(said))
			assert.Equal(t, 1, s.verifications, said.Body)
			if err == nil {
				assert.False(t, isSaid && res.Passed(), said.Body)
				return
			}
			var e *idverify.Error
			require.ErrorAs(t, err, &e)
			assert.False(t, e.Repeatable(), said.Body)
		})
	})
}

// object is a text as JSON, nil if it is none.
func object(text string) (v any) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return nil
	}
	return v
}

// over is one object with the members of both; where both have a member, it is that of
// top.
func over(under, top any) any {
	below, isObject := under.(map[string]any)
	above, areObjects := top.(map[string]any)
	if !isObject || !areObjects {
		return top
	}
	all := maps.Clone(below)
	for name, value := range above {
		if was, twice := below[name]; twice {
			value = over(was, value)
		}
		all[name] = value
	}
	return all
}

// extra are the members of under that over keeps.
func extra(under, top any) any {
	below, isObject := under.(map[string]any)
	above, areObjects := top.(map[string]any)
	if !isObject || !areObjects {
		return nil
	}
	left := map[string]any{}
	for name, value := range below {
		if was, twice := above[name]; twice {
			value = extra(value, was)
		}
		left[name] = value
	}
	return left
}

// hasLeaf reports whether a text or number in v begins with a code.
func hasLeaf(v any, code string) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			if hasLeaf(member, code) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(item any) bool { return hasLeaf(item, code) })
	case string:
		return strings.HasPrefix(v, code)
	case json.Number:
		return v.String() == code
	}
	return false
}
