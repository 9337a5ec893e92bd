package huaweiivs_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/idverify/idverify"
	"github.com/idverify/idverify/huaweiivs"
	"github.com/idverify/idverify/idverifytest"
)

func TestRules_VendorDecides(t *testing.T) {
	for _, detail := range []bool{false, true} {
		c, err := huaweiivs.New(huaweiivs.Config{AccessKey: accessKey, SecretKey: secretKey, Detail: detail})
		require.NoError(t, err)
		scale := map[bool]float64{false: 100, true: 1000}[detail]
		assert.Equal(t, []idverify.Rule{{Kind: idverify.CheckSimilarity, DecidedBy: idverify.DecidedByVendor, Scale: idverify.Scale{Max: scale}}}, c.Rules())
		p, err := c.WithMaxFAR(1e-4)
		assert.Nil(t, p)
		assert.Equal(t, idverify.CodeInvalidConfig, idverify.CodeOf(err))
	}
}

func TestPhotoLimits_SafeAndWidestAreTheSame(t *testing.T) {
	c, err := huaweiivs.New(huaweiivs.Config{AccessKey: accessKey, SecretKey: secretKey})
	require.NoError(t, err)
	assert.Equal(t, idverify.PhotoLimits{
		Formats: []idverify.PhotoFormat{idverify.PhotoJPEG}, MaxBytes: 3_000_000, MinBytes: 7680, MaxBase64: 4_000_000, MinBase64: 10_240,
		LongSide: 4000, ShortSide: 4000, MinLongSide: 300, MinShortSide: 300,
	}, c.PhotoLimits())
	assert.Equal(t, c.PhotoLimits(), c.WidestPhotoLimits())
}

// With the stand-in: the options that only this vendor has.
func TestDetail_ScaleOfTheScore(t *testing.T) {
	srv := idverifytest.Start(t)
	for _, detail := range []bool{false, true} {
		c, err := huaweiivs.New(huaweiivs.Config{
			AccessKey: idverifytest.HuaweiIVSAccessKey, SecretKey: idverifytest.HuaweiIVSSecretKey, Detail: detail, NoCrop: detail,
			ProjectID: "0123456789abcdef0123456789abcdef", EnterpriseProjectID: "0",
			HTTP: idverify.HTTP{BaseURL: srv.BaseURL(idverifytest.HuaweiIVS)},
		})
		require.NoError(t, err)
		req := request()
		person := idverifytest.Match()
		req.Name, req.IDNumber = person.Name, person.IDNumber
		res, err := c.Verify(t.Context(), req)
		require.NoError(t, err)
		assert.True(t, res.Passed())
		assert.Equal(t, http.StatusOK, res.HTTPStatus)
		assert.InDelta(t, map[bool]float64{false: 88, true: 884.3}[detail], *res.Checks[0].Value, 1e-9)
		assert.Equal(t, map[bool]float64{false: 100, true: 1000}[detail], res.Checks[0].Scale.Max)
		c.CloseIdleConnections()
	}
}
