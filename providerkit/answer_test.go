package providerkit_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/idverifytest"
	"github.com/idverify/idverify/providerkit"
)

type reply struct{ Text string }

// What a vendor repeats of the person and the keys is in no text that comes out.
func TestAnswer_PersonalDataIsRemoved(t *testing.T) {
	const told = "测试甲 11010519000101001X EXAMPLE-KEY"
	for code, want := range map[string]idverify.Code{"no": idverify.CodeFaceMismatch, "odd " + told: idverify.CodeUnknown} {
		res, err := asked(t, config(serve(t, answering("{}"))), providerkit.Steps{Encode: empty, Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			a.RequestID(told)
			assert.Equal(t, []any{200, true, "{}"}, []any{a.Status(), a.OK(), string(a.Content())})
			return a.Coded(providerkit.Said{Code: code, Message: told, Reply: &reply{a.Scrub(told)}})
		}})
		got := idverify.CodeOf(err)
		var said any = err
		if err == nil {
			got, said = res.Code, res
		}
		assert.Equal(t, want, got)
		own, ok := idverify.ReplyAs[*reply](res, err)
		require.True(t, ok)
		for _, text := range append(idverifytest.Spoken(said), own.Text) {
			for _, secret := range []string{"测试甲", "11010519000101001X", "EXAMPLE-KEY"} {
				assert.NotContains(t, text, secret)
			}
		}
	}
}

// A vendor whose code is its verdict: a score that comes with it overrules nothing.
func TestAnswer_Verdict(t *testing.T) {
	rule := idverify.Rule{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: 100}}
	for code, want := range map[string]idverify.Code{"ok": idverify.CodeMatch, "no": idverify.CodeFaceMismatch} {
		base := serve(t, answering(fmt.Sprintf(`{"code":%q,"score":50}`, code)))
		res, err := asked(t, config(base), providerkit.Steps{Encode: empty, Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			var said struct {
				Code  providerkit.Text  `json:"code"`
				Score providerkit.Score `json:"score"`
			}
			if err := a.JSON(&said); err != nil {
				return nil, err
			}
			return a.Verdict(providerkit.Said{Code: string(said.Code)}, providerkit.Measured{Field: "score", Score: said.Score, Rule: rule})
		}})
		require.NoError(t, err)
		assert.Equal(t, want, res.Code)
		assert.Equal(t, idverify.DecidedByVendor, res.Checks[0].DecidedBy)
	}
}

// Every result under a milder threshold has the warning, and a row of its own decides a
// code that comes with its reason.
func TestAnswer_MilderAndReason(t *testing.T) {
	cfg := config(serve(t, answering("{}")))
	cfg.Codes = append(slices.Clip(codes), idverify.CodeRow{VendorCode: "no", VendorReason: "name", Code: idverify.CodeIdentityMismatch})
	for reason, want := range map[string]idverify.Code{"": idverify.CodeFaceMismatch, "name": idverify.CodeIdentityMismatch, "x": idverify.CodeFaceMismatch} {
		for _, milder := range []bool{true, false} {
			res, err := asked(t, cfg, providerkit.Steps{Milder: milder, Encode: empty, Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
				return a.Coded(providerkit.Said{Code: "no", Reason: reason})
			}})
			require.NoError(t, err)
			assert.Equal(t, want, res.Code, reason)
			assert.Equal(t, milder, slices.Contains(res.Warnings, idverify.WarnThresholdBelowRecommended))
		}
	}
}

func TestAnswer_KeepsIDAndVerdict(t *testing.T) {
	base := serve(t, answering("{}"))
	for verdict, contradicts := range map[providerkit.Verdict]bool{providerkit.NoVerdict: false, providerkit.No: false, providerkit.Yes: true} {
		res, err := asked(t, config(base), providerkit.Steps{Encode: empty, Decode: func(a *providerkit.Answer) (*idverify.Result, error) {
			a.RequestID("id-7")
			return a.Verdict(providerkit.Said{Code: "no", Verdict: verdict})
		}})
		if !contradicts {
			require.NoError(t, err)
			assert.Equal(t, []any{idverify.CodeFaceMismatch, "id-7"}, []any{res.Code, res.RequestID})
			continue
		}
		var e *idverify.Error
		require.ErrorAs(t, err, &e)
		assert.True(t, e.Contradiction)
		assert.Equal(t, "id-7", e.RequestID)
	}
}
