package idverify_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
)

// A dead first vendor whose circuit is open costs next to nothing: passing it
// over allocates less than a call, which times need not be asserted for.
func TestPassingOverADeadVendorIsCheap(t *testing.T) {
	dead := vendorNamed("dead", fail(idverify.CodeNetwork, ambiguous))
	alive := vendorNamed("alive", pass(t))
	both, err := idverify.New([]idverify.Provider{dead, alive})
	require.NoError(t, err)
	one, err := idverify.New([]idverify.Provider{alive})
	require.NoError(t, err)
	req := askFor(photo())
	for range 5 {
		_, err := both.Verify(t.Context(), req)
		require.NoError(t, err)
	}
	asked := dead.asked
	verify := func(c *idverify.Client) float64 {
		return testing.AllocsPerRun(100, func() { _, _ = c.Verify(t.Context(), req) })
	}
	extra := verify(both) - verify(one)
	assert.Equal(t, asked, dead.asked)
	assert.LessOrEqual(t, extra, 5.0)
}

func BenchmarkClientOverhead(b *testing.B) {
	res := &idverify.Result{Code: idverify.CodeFaceMismatch}
	p := vendorNamed("a", step{res: res})
	c, err := idverify.New([]idverify.Provider{p})
	if err != nil {
		b.Fatal(err)
	}
	dead := vendorNamed("dead", fail(idverify.CodeNetwork, ambiguous))
	both, err := idverify.New([]idverify.Provider{dead, p})
	if err != nil {
		b.Fatal(err)
	}
	req := askFor(photo())
	for range 5 {
		_, _ = both.Verify(b.Context(), req)
	}
	for name, v := range map[string]idverify.Verifier{"client": c, "client past a dead vendor": both} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = v.Verify(b.Context(), req)
			}
		})
	}
}
