//go:build acme

package acme_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/acme"
	"github.com/idverify/idverify/idverifytest"
)

func TestRules_VendorDecides(t *testing.T) {
	client := newClient(t, "")
	require.Equal(t, []idverify.Rule{{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: 100}}}, client.Rules())
	_, err := client.WithMaxFAR(0.5)
	require.ErrorIs(t, err, idverify.ErrInvalidConfig)
}

// A clock that is an hour slow is corrected from the vendor's Date, in a second
// exchange.
func TestClockSkew_CorrectedOnce(t *testing.T) {
	standIn := idverifytest.Start(t)
	client, err := acme.New(acme.Config{KeyID: keyID, KeySecret: keySecret, HTTP: idverify.HTTP{
		BaseURL: standIn.BaseURL(idverifytest.Acme), Clock: func() time.Time { return time.Now().Add(-time.Hour) }}})
	require.NoError(t, err)
	req := request(idverifytest.Photo())
	req.Name, req.IDNumber = idverifytest.Match().Name, idverifytest.Match().IDNumber
	for exchanges := range 2 {
		res, err := client.Verify(t.Context(), req)
		require.NoError(t, err)
		require.True(t, res.Passed())
		require.Equal(t, 2+exchanges, standIn.Calls(idverifytest.Acme), "the difference is kept")
	}
	require.Equal(t, 2, standIn.Bill().Total())
}
