package worker

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/idverify/idverify"
)

func TestToldOf_RecordsResult(t *testing.T) {
	no := &idverify.Result{Code: idverify.CodeFaceMismatch, Vendor: "acme", Origin: idverify.OriginLedger}
	assert.Equal(t, Told{Code: idverify.CodeFaceMismatch, Decision: true, MayCost: true, Origin: idverify.OriginLedger, Vendor: "acme"}, ToldOf(no, nil))

	lost := &idverify.Error{Code: idverify.CodeTimeout, Delivery: idverify.DeliveryUnanswered, Billed: idverify.BilledUnknown, Vendor: "acme"}
	told := ToldOf(nil, lost)
	assert.Empty(t, told.Broken)
	assert.True(t, told.MayCost)
	assert.False(t, told.Decision)
}

func TestToldOf_DetectsBrokenContract(t *testing.T) {
	e := &idverify.Error{Code: idverify.CodeNetwork}
	for name, broken := range map[string]Told{
		"nothing":                  ToldOf(nil, nil),
		"both":                     ToldOf(&idverify.Result{Code: idverify.CodeMatch}, e),
		"a match without a check":  ToldOf(&idverify.Result{Code: idverify.CodeMatch}, nil),
		"a result with no code":    ToldOf(&idverify.Result{}, nil),
		"an error of another type": ToldOf(nil, assert.AnError),
		"an error with a decision": ToldOf(nil, &idverify.Error{Code: idverify.CodeMatch}),
	} {
		assert.NotEmpty(t, broken.Broken, name)
	}
}
